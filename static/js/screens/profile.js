// The page of a person: who they are, when they answer, and one button that writes to them.

import { html, useEffect, useRef, useState } from '../../vendor/preact.js';
import { get } from '../core/api.js';
import { canMeet } from '../core/appointment-rules.js';
import { availabilityOf, untilOf } from '../core/availability.js';
import { longWhen, upcoming } from '../core/dates.js';
import { withPresence } from '../core/directory.js';
import { explain, t } from '../core/i18n.js';
import { me } from '../core/session.js';
import { conversationWith, putPeople } from '../core/store.js';
import { langOf } from '../core/text.js';
import { NextVisit } from '../ui/appointment-card.js';
import { Avatar } from '../ui/avatar.js';
import { CallButtons } from '../ui/call-buttons.js';
import { Icon } from '../ui/icon.js';
import { Languages } from '../ui/person-facts.js';
import { AvailabilityTag, isBusy, roleOf } from '../ui/person.js';
import { Reviews } from '../ui/reviews.js';
import { Sos } from '../ui/safety.js';
import { Empty, Failed, Skeleton } from '../ui/states.js';
import { WriteButton } from '../ui/write-button.js';
import { ProfileDialog } from './settings-dialogs.js';

/** @typedef {import('../core/types.js').Person} Person */

const isProfessional = (/** @type {Person} */ person) => ['doctor', 'midwife', 'service_provider'].includes(person.role);

/** Whether they take messages, in a sentence. @param {Person} person */
function answers(person) {
  const until = untilOf(person);
  const state = availabilityOf(person);
  if (until) return t(`profile.${state === 'busy' ? 'busyUntil' : 'awayUntil'}`, { when: upcoming(until) });
  if (state === 'busy' || state === 'unavailable') return t(`profile.${state}`);
  return t(person.isOnline ? 'profile.here' : 'profile.available');
}

/** @param {{ icon: string, label: string, children: unknown }} props */
const Fact = ({ icon, label, children }) => html`<div><${Icon} name=${icon} size="s" /><dt>${label}</dt><dd>${children}</dd></div>`;

/** @param {{ person: Person, onEdit: () => void }} props */
function Page({ person, onEdit }) {
  const heading = useRef(/** @type {HTMLElement|null} */ (null));
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  const isMe = person.id === me.value?.id;
  const { bio, experience, languages = [], location, specialty, lastSeen, isOnline } = person;
  return html`
    <header class="prof-head card">
      <${Avatar} name=${person.name} role=${person.role} size="xl" isOnline=${isOnline} busy=${isBusy(person)} />
      <div class="grow">
        <h1 class="title xl" id="prof-h" ref=${heading} tabindex="-1" lang=${langOf(person.name)}>${person.name}</h1>
        <p class="muted">${[roleOf(person), location].filter(Boolean).join(' · ')}</p>
        <p class="row wrap tags"><${AvailabilityTag} person=${person} />${experience && html`<span class="tag">${experience}</span>`}${languages.map((one) => html`<span class="tag" key=${one} lang=${langOf(one)}>${one}</span>`)}</p>
      </div>
      <div class="prof-cta">
        ${isMe
          ? html`<button class="btn line tall" type="button" onClick=${onEdit}><${Icon} name="pencil" />${t('settings.edit')}</button>`
          : html`<${WriteButton} person=${person} kind="primary tall" text=${t('profile.write')} /><${CallButtons} person=${person} isWide=${true} />`}
      </div>
    </header>
    <div class=${isProfessional(person) ? 'prof-grid rated' : 'prof-grid'}>
      <div class="prof-side"><section class="card" aria-labelledby="prof-about"><h2 id="prof-about">${t('profile.about')}</h2>
        <p class=${bio ? 'mt text' : 'mt muted'} lang=${bio && langOf(bio)} dir="auto">${bio || t(isMe ? 'profile.noBioOwn' : 'profile.noBio')}</p></section>
      ${!isMe && canMeet(me.value?.role, person.role) && html`<${NextVisit} id=${conversationWith(person.id)?.appointmentId} person=${person} level=${2} />`}
      <section class="card" aria-labelledby="prof-facts"><h2 id="prof-facts">${t('details.facts')}</h2>
        <dl class="facts mt">
          <${Fact} icon="stethoscope" label=${t('admin.role')}>${t(`role.${person.role}`)}<//>
          ${specialty && html`<${Fact} icon="heart-handshake" label=${t('field.specialty')}><span lang=${langOf(specialty)}>${specialty}</span><//>`}
          ${experience && html`<${Fact} icon="star" label=${t('profile.experience')}>${experience}<//>`}
          ${location && html`<${Fact} icon="map-pin" label=${t('profile.location')}>${location}<//>`}
          ${languages.length > 0 && html`<${Fact} icon="languages" label=${t('details.speaks')}><${Languages} list=${languages} /><//>`}
          ${isProfessional(person) && html`<${Fact} icon="clock" label=${t('profile.messages')}>${answers(person)}<//>`}
          ${!isOnline && lastSeen && html`<${Fact} icon="eye" label=${t('profile.lastSeen')}>${longWhen(Date.parse(lastSeen), { today: t('today'), yesterday: t('yesterday') })}<//>`}
        </dl>
      </section>
      </div>
      ${isProfessional(person) && html`<${Reviews} person=${person} />`}
    </div>
    ${!isMe && html`<${Sos} />`}`;
}

/** @param {{ id: string }} props */
export function Profile({ id }) {
  const [found, setFound] = useState(/** @type {Person|null} */ (null));
  const [error, setError] = useState(/** @type {any} */ (null));
  const [editing, edit] = useState(false);
  const load = () => {
    setError(null);
    get(`/api/users/${encodeURIComponent(id)}`).then(({ data }) => {
      putPeople([data]);
      setFound(data);
    }, setError);
  };
  useEffect(load, [id]);
  const isMe = id === me.value?.id;
  const person = isMe ? me.value : found;
  const back = t(me.value?.role === 'mom' ? 'nav.careTeam' : 'nav.people');
  return html`<main class="page scroll" tabindex="0" aria-label=${person ? undefined : back} aria-labelledby=${person ? 'prof-h' : undefined}><div class="prof">
    <p><a class="btn back" href="/people"><${Icon} name="arrow-left" />${back}</a></p>
    ${person
      ? html`<${Page} person=${withPresence(person)} onEdit=${() => edit(true)} />`
      : error?.code === 'NO_ANSWER'
        ? html`<${Failed} onRetry=${load} />`
        : error
          ? html`<${Empty} text=${explain(error)} />`
          : html`<${Skeleton} label=${t('people.loading')} rows=${3} />`}
    ${editing && html`<${ProfileDialog} onClose=${() => edit(false)} />`}
  </div></main>`;
}
