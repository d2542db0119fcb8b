// Narrowing down a search: who wrote it, where, what kind, from which day to which.

import { html } from '../../vendor/preact.js';
import { TYPES, filterCount } from '../core/find.js';
import { t } from '../core/i18n.js';
import { me } from '../core/session.js';
import { conversation, ordered, others, titleOf } from '../core/store.js';
import { Icon } from './icon.js';

/** @typedef {import('../core/find.js').MessageFinder} MessageFinder */
/** @typedef {import('../core/types.js').Person} Person */

/** More names than this help nobody to choose. */
const MOST = 100;

/** Those who may have written it, the latest conversations first. @param {string} conversationId @returns {Person[]} */
function writers(conversationId) {
  const c = conversationId ? conversation(conversationId) : undefined;
  /** @type {Map<string, Person>} */
  const found = new Map();
  for (const one of c ? [c] : ordered.value) for (const person of others(one)) if (found.size < MOST) found.set(person.id, person);
  return [...found.values()];
}

/** @param {{ id: string, label: string, value: string, options: [string, string][], onChange: (value: string) => void }} props */
const Select = ({ id, label, value, options, onChange }) => html`<div class="find-field"><label for=${id}>${label}</label>
  <select class="input sel-s" id=${id} onChange=${(/** @type {any} */ e) => onChange(e.target.value)}>${options.map(([key, text]) => html`<option value=${key} key=${key} selected=${key === value}>${text}</option>`)}</select></div>`;

/** @param {{ id: string, label: string, value: string, min?: string, max?: string, onChange: (value: string) => void }} props */
const Day = ({ id, label, value, min, max, onChange }) => html`<div class="find-field"><label for=${id}>${label}</label>
  <input class="input sel-s" id=${id} type="date" value=${value} min=${min || undefined} max=${max || undefined} onChange=${(/** @type {any} */ e) => onChange(e.target.value)} /></div>`;

/** @param {{ finder: MessageFinder, isHere?: boolean }} props */
export function FindFilters({ finder, isHere = false }) {
  const { conversationId, from, type, since, until } = finder.wish.value;
  const people = writers(conversationId);
  return html`<div class="find-filters" role="group" aria-label=${t('find.filters')} data-testid="find-filters">
    <${Select} id="find-who" label=${t('find.who')} value=${from} onChange=${(/** @type {string} */ value) => finder.want({ from: value })}
      options=${[['', t('find.anyone')], [me.value?.id ?? '', t('you')], ...people.map(({ id, name }) => [id, name])]} />
    ${!isHere &&
    html`<${Select} id="find-where" label=${t('find.where')} value=${conversationId} onChange=${(/** @type {string} */ value) => finder.want({ conversationId: value, from: '' })}
      options=${[['', t('find.everywhere')], ...ordered.value.slice(0, MOST).map((c) => [c.id, titleOf(c)])]} />`}
    <${Select} id="find-type" label=${t('find.type')} value=${type} onChange=${(/** @type {string} */ value) => finder.want({ type: value })}
      options=${[['', t('find.anything')], ...TYPES.map((one) => [one, t(one === 'text' ? 'find.text' : `message.type.${one}`)])]} />
    <${Day} id="find-since" label=${t('find.since')} value=${since} max=${until} onChange=${(/** @type {string} */ value) => finder.want({ since: value })} />
    <${Day} id="find-until" label=${t('find.until')} value=${until} min=${since} onChange=${(/** @type {string} */ value) => finder.want({ until: value })} />
    ${(filterCount(finder.wish.value) > 0 || (!isHere && conversationId)) &&
    html`<button class="btn sm" type="button" onClick=${() => finder.want({ from: '', type: '', since: '', until: '', ...(!isHere && { conversationId: '' }) })}><${Icon} name="x" size="s" />${t('find.clear')}</button>`}
  </div>`;
}

/** Shows the filters, and says how many are set. @param {{ finder: MessageFinder, isOpen: boolean, isHere?: boolean, onFlip: () => void }} props */
export function FilterButton({ finder, isOpen, isHere = false, onFlip }) {
  const count = filterCount(finder.wish.value) + Number(!isHere && finder.wish.value.conversationId !== '');
  return html`<button class="chip" type="button" aria-expanded=${isOpen} data-testid="find-more" onClick=${onFlip}>
    <${Icon} name="sliders-horizontal" size="s" />${t('find.filters')} ${count > 0 && html`<span class="count">${count}</span>`}
  </button>`;
}
