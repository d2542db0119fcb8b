// Choosing several people. Who is chosen stands above the list and can be taken back there.

import { html, useMemo } from '../../vendor/preact.js';
import { finder } from '../core/directory.js';
import { t } from '../core/i18n.js';
import { langOf, shortName } from '../core/text.js';
import { Avatar } from './avatar.js';
import { Icon } from './icon.js';
import { PeopleList } from './people-list.js';
import { AvailabilityTag, isBusy, roleOf } from './person.js';

/** @typedef {import('../core/types.js').Person} Person */

/** @param {{ person: Person, checked: boolean, disabled: boolean, onFlip: () => void }} props */
const Row = ({ person, checked, disabled, onFlip }) => html`<li>
  <label class="person check-row" data-testid="person-check" data-id=${person.id}>
    <${Avatar} name=${person.name} role=${person.role} isOnline=${person.isOnline} busy=${isBusy(person)} />
    <span class="min0"><b lang=${langOf(person.name)}>${person.name}</b><span class="sub">${roleOf(person)} <${AvailabilityTag} person=${person} /></span></span>
    <input type="checkbox" checked=${checked} disabled=${disabled} onChange=${onFlip} />
  </label>
</li>`;

/** @param {{ chosen: Person[], onChange: (chosen: Person[]) => void, most: number, without?: Set<string> }} props */
export function PickPeople({ chosen, onChange, most, without }) {
  const people = useMemo(() => finder({ plain: true }), []);
  const ids = new Set(chosen.map(({ id }) => id));
  const isFull = chosen.length >= most;
  /** @param {Person} person */
  const flip = (person) => onChange(ids.has(person.id) ? chosen.filter(({ id }) => id !== person.id) : [...chosen, person]);
  return html`<${PeopleList} finder=${people} id="pick-q" without=${without}
    row=${(/** @type {Person} */ person) => html`<${Row} key=${person.id} person=${person} checked=${ids.has(person.id)} disabled=${isFull && !ids.has(person.id)} onFlip=${() => flip(person)} />`}
  >
    ${chosen.length > 0 &&
    html`<ul class="chosen" aria-label=${t('group.chosen', { n: chosen.length })} data-testid="chosen">
      ${chosen.map(
        (person) => html`<li key=${person.id}><button class="chip" type="button" aria-label=${t('group.unchoose', { name: person.name })} onClick=${() => flip(person)}><span lang=${langOf(person.name)}>${shortName(person)}</span><${Icon} name="x" size="s" /></button></li>`,
      )}
    </ul>`}
    ${isFull && html`<p class="hint" role="status">${t('group.full', { n: most + 1 })}</p>`}
  <//>`;
}
