// About this conversation: a third pane where there is room, sliding over the chat elsewhere.

import { html } from '../../vendor/preact.js';
import { t } from '../core/i18n.js';
import { toggle } from '../core/live.js';
import { others, partner, titleOf } from '../core/store.js';
import { langOf } from '../core/text.js';
import { Avatar } from './avatar.js';
import { Icon } from './icon.js';
import { AvailabilityTag, isBusy, presenceOf, roleOf } from './person.js';
import { toastError } from './toast.js';

/** @typedef {import('../core/types.js').Conversation} Conversation */
/** @typedef {import('../core/types.js').Person} Person */

/** @param {{ icon: string, label: string, children: unknown }} props */
const Fact = ({ icon, label, children }) => html`<div><${Icon} name=${icon} size="s" /><dt>${label}</dt><dd>${children}</dd></div>`;

/** @param {{ c: Conversation, person: Person }} props */
function Facts({ c, person }) {
  const { location, experience, languages } = /** @type {Partial<Person>} */ ({ ...c.metadata, ...clean(person) });
  if (!location && !experience && !languages?.length && !person.lastSeen) return null;
  return html`<section class="sec" aria-labelledby="facts-h">
    <div class="sec-h"><h3 id="facts-h">${t('details.facts')}</h3></div>
    <dl class="facts">
      ${experience && html`<${Fact} icon="star" label=${t('profile.experience')}>${experience}<//>`}
      ${location && html`<${Fact} icon="map-pin" label=${t('profile.location')}>${location}<//>`}
      ${Boolean(languages?.length) && html`<${Fact} icon="languages" label=${t('details.speaks')}>${languages?.map((one) => html`<span lang=${langOf(one)}>${one}</span>`).reduce(
        (/** @type {unknown[]} */ all, one) => (all.length ? [...all, ', ', one] : [one]), [])}<//>`}
      ${presenceOf(person) && html`<${Fact} icon="clock" label=${t('details.now')}>${presenceOf(person)}<//>`}
    </dl>
  </section>`;
}

/** Without what is not known, so that it does not hide what is. @param {Person} person */
const clean = (person) => Object.fromEntries(Object.entries(person).filter(([, value]) => value !== null && value !== undefined && value !== ''));

/** @param {{ c: Conversation }} props */
export function Details({ c }) {
  const person = partner(c);
  const name = titleOf(c);
  /** @param {'isPinned'|'isMuted'} which */
  const flip = (which) => () => void toggle(c, which).catch(toastError);
  return html`
    <div class="dt-head">
      <${Avatar} name=${name} role=${person?.role} size="l" isOnline=${person?.isOnline} busy=${isBusy(person)} />
      <h2 lang=${langOf(name)}>${name}</h2>
      <p class="muted small">${person ? roleOf(person) : t('details.people', { n: c.participants.length })}</p>
      ${person && html`<${AvailabilityTag} person=${person} />`}
    </div>
    <div class="dt-acts">
      <button class="btn" type="button" aria-pressed=${c.isPinned} onClick=${flip('isPinned')}><${Icon} name=${c.isPinned ? 'pin-off' : 'pin'} />${t(c.isPinned ? 'unpin' : 'pin')}</button>
      <button class="btn" type="button" aria-pressed=${c.isMuted} onClick=${flip('isMuted')}><${Icon} name=${c.isMuted ? 'bell' : 'bell-off'} />${t(c.isMuted ? 'unmute' : 'mute')}</button>
    </div>
    ${person && html`<${Facts} c=${c} person=${person} />`}
    ${c.type === 'group' &&
    html`<section class="sec" aria-labelledby="members-h">
      <div class="sec-h"><h3 id="members-h">${t('details.members')}</h3></div>
      <ul class="stack">
        ${others(c).map((one) => html`<li class="row" key=${one.id}><${Avatar} name=${one.name} role=${one.role} size="s" /><span class="min0">${one.name}<span class="sub">${roleOf(one)}</span></span></li>`)}
      </ul>
    </section>`}
    <section class="sec" aria-label=${t('details.privacy')}><p class="privacy"><${Icon} name="lock" size="s" />${t('details.kept')}</p></section>
  `;
}
