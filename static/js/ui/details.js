// About this conversation: a third pane where there is room, sliding over the chat elsewhere.

import { html, useState } from '../../vendor/preact.js';
import { canMeet } from '../core/appointment-rules.js';
import { isMine } from '../core/groups.js';
import { t } from '../core/i18n.js';
import { toggle } from '../core/live.js';
import { me } from '../core/session.js';
import { partner, titleOf } from '../core/store.js';
import { langOf } from '../core/text.js';
import { NextVisit } from './appointment-card.js';
import { ConversationAvatar } from './conversation-avatar.js';
import { FilesPane, NewestFiles } from './files-pane.js';
import { EditGroup } from './group-dialogs.js';
import { Members } from './group-members.js';
import { Icon } from './icon.js';
import { Languages } from './person-facts.js';
import { AvailabilityTag, presenceOf, roleOf } from './person.js';
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
      ${Boolean(languages?.length) && html`<${Fact} icon="languages" label=${t('details.speaks')}><${Languages} list=${languages} /><//>`}
      ${presenceOf(person) && html`<${Fact} icon="clock" label=${t('details.now')}>${presenceOf(person)}<//>`}
    </dl>
  </section>`;
}

/** Without what is not known, so that it does not hide what is. @param {Person} person */
const clean = (person) => Object.fromEntries(Object.entries(person).filter(([, value]) => value !== null && value !== undefined && value !== ''));

/** @typedef {{ icon: string, text: string, pressed?: boolean, onClick: () => void }} Act */

/** @param {{ list: Act[] }} props */
const Acts = ({ list }) => html`<div class="dt-acts">
  ${list.map(({ icon, text, pressed, onClick }) => html`<button class="btn" type="button" key=${icon} aria-pressed=${pressed} data-testid=${`act-${icon}`} onClick=${onClick}><${Icon} name=${icon} />${text}</button>`)}
</div>`;

/** @param {{ c: Conversation, onFind: () => void, onShow?: () => void }} props onShow: one went to a message */
export function Details({ c, onFind, onShow = () => {} }) {
  const [editing, edit] = useState(false);
  const [files, showFiles] = useState('');
  const person = partner(c);
  const name = titleOf(c);
  /** @param {'isPinned'|'isMuted'|'isArchived'} which */
  const flip = (which) => () => void toggle(c, which).catch(toastError);
  const acts = [
    { icon: 'search', text: t('search'), onClick: onFind },
    { icon: c.isPinned ? 'pin-off' : 'pin', text: t(c.isPinned ? 'unpin' : 'pin'), pressed: c.isPinned, onClick: flip('isPinned') },
    { icon: c.isMuted ? 'bell' : 'bell-off', text: t(c.isMuted ? 'unmute' : 'mute'), pressed: c.isMuted, onClick: flip('isMuted') },
    { icon: c.isArchived ? 'archive-restore' : 'archive', text: t(c.isArchived ? 'unarchive' : 'archive'), pressed: Boolean(c.isArchived), onClick: flip('isArchived') },
    ...(isMine(c) ? [{ icon: 'pencil', text: t('edit'), onClick: () => edit(true) }] : []),
  ];
  if (files === c.id) return html`<${FilesPane} c=${c} onShow=${onShow} onBack=${() => showFiles('back')} />`;
  return html`
    <div class="dt-head">
      <${ConversationAvatar} c=${c} size="l" />
      <h2 lang=${langOf(name)}>${name}</h2>
      <p class="muted small">${person ? roleOf(person) : t('details.people', { n: c.participants.length })}</p>
      ${person && html`<${AvailabilityTag} person=${person} /><a class="hit small" href=${`/people/${person.id}`}>${t('people.profile')}</a>`}
    </div>
    <${Acts} list=${acts} />
    ${person && canMeet(me.value?.role, person.role) && html`<${NextVisit} id=${c.appointmentId} person=${person} />`}
    ${person && html`<${Facts} c=${c} person=${person} />`}
    ${c.type === 'group' && html`<${Members} c=${c} />`}
    <${NewestFiles} c=${c} isBack=${files === 'back'} onShow=${onShow} onAll=${() => showFiles(c.id)} />
    <section class="sec" aria-label=${t('details.privacy')}><p class="privacy"><${Icon} name="lock" size="s" />${t('details.kept')}</p></section>
    ${editing && html`<${EditGroup} c=${c} onClose=${() => edit(false)} />`}
  `;
}
