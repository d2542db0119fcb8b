// How a person is described in lists and in the chat's head.

import { html } from '../../vendor/preact.js';
import { availabilityOf, untilOf } from '../core/availability.js';
import { longWhen, upcoming } from '../core/dates.js';
import { t } from '../core/i18n.js';
import { langOf } from '../core/text.js';
import { Avatar } from './avatar.js';

/** @typedef {import('../core/types.js').Person} Person */

/** "Obstetrician", else "Doctor". @param {Pick<Person, 'role'|'specialty'>} person */
export const roleOf = (person) => person.specialty || t(`role.${person.role}`);

/** "online", "with a patient", "last seen 9:24". @param {Person} person */
export function presenceOf(person) {
  if (person.isOnline) return t(availabilityOf(person) === 'busy' ? 'presence.busy' : 'presence.online');
  if (!person.lastSeen) return '';
  return t('presence.lastSeen', { when: longWhen(Date.parse(person.lastSeen), { today: t('today'), yesterday: t('yesterday') }) });
}

/** @param {Person|undefined} person */
export const isBusy = (person) => Boolean(person) && availabilityOf(/** @type {Person} */ (person)) === 'busy';

/** @param {{ person: Person }} props */
export function AvailabilityTag({ person }) {
  if (person.role === 'mom' || person.role === 'admin') return null;
  const state = availabilityOf(person);
  const until = untilOf(person);
  const when = until && upcoming(until);
  if (state === 'busy') return html`<span class="tag warn">${when ? t('availability.busyUntil', { when }) : t('availability.busy')}</span>`;
  if (state === 'available' && person.isOnline) return html`<span class="tag ok">${t('availability.available')}</span>`;
  if (state === 'unavailable') return html`<span class="tag">${when ? t('availability.back', { when }) : t('availability.unavailable')}</span>`;
  return null;
}

/** A person to choose. @param {{ person: Person, onChoose: () => void, busy?: boolean }} props */
export const PersonRow = ({ person, onChoose, busy = false }) => html`<li>
  <button class="person" type="button" data-stop data-testid="person-row" data-id=${person.id} aria-disabled=${busy} onClick=${() => !busy && onChoose()}>
    <${Avatar} name=${person.name} role=${person.role} isOnline=${person.isOnline} busy=${isBusy(person)} />
    <span class="min0"><b lang=${langOf(person.name)}>${person.name}</b><span class="sub">${roleOf(person)}</span></span>
    <${AvailabilityTag} person=${person} />
  </button>
</li>`;
