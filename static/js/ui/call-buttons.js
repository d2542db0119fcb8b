// What calls somebody: two buttons where there is room, one with a choice on a phone.

import { html, useRef, useState } from '../../vendor/preact.js';
import { elsewhereText } from '../core/call-text.js';
import { call as current, canCall, elsewhere, engagedWith, inCall, startCall, takeHere } from '../core/calls.js';
import { callsAreOn } from '../core/clinic.js';
import { t } from '../core/i18n.js';
import { Icon } from './icon.js';
import { Menu, MenuItem } from './menu.js';
import { toast } from './toast.js';

/** @typedef {import('../core/types.js').CallType} CallType */
/** @typedef {import('../core/types.js').Person} Person */

const ICON = { voice: 'phone', video: 'video' };
/** Long enough to read where one is and to go on here. */
const BUSY = 8000;

/** @param {import('../core/types.js').Callee} person @param {CallType} type @param {string} [conversationId] */
export function callNow({ id, name, role }, type, conversationId) {
  if (!canCall()) return toast(t('call.insecure'));
  const there = elsewhere.value;
  if (there && !inCall.value && current.value?.other.id !== id) {
    // One call at a time: whoever calls the person they are talking to wants to do so here.
    if (there.other.id === id) return takeHere();
    return toast(elsewhereText(there), { label: t('call.takeHere'), run: takeHere }, BUSY);
  }
  startCall({ id, name, role }, type, conversationId);
}

/**
 * Nothing where calls are switched off. While one is in a call, with this person they lead to it; with another they say so.
 * @param {{ person: Person, conversationId?: string, isWide?: boolean }} props `isWide`: with words, under each other with what is beside
 */
export function CallButtons({ person, conversationId, isWide = false }) {
  const [menu, setMenu] = useState(false);
  const opener = useRef(/** @type {HTMLButtonElement|null} */ (null));
  if (!callsAreOn.value) return null;
  const call = (/** @type {CallType} */ type) => () => callNow(person, type, conversationId);
  const types = /** @type {CallType[]} */ (['voice', 'video']);
  const there = elsewhere.value;
  const isThem = engagedWith.value === person.id;
  const toIt = t(inCall.value ? 'call.open' : 'call.takeHere');
  const kind = isThem ? 'in-call' : '';
  const blocked = engagedWith.value !== null && !isThem;
  const label = (/** @type {string} */ usual) => (isThem ? (inCall.value || !there ? toIt : `${elsewhereText(there)}. ${toIt}`) : usual);
  if (isWide) {
    return html`<div class="call-pair">
      ${isThem
        ? html`<button class="btn line tall in-call" type="button" data-testid="call-voice" onClick=${call('voice')}><${Icon} name="phone" />${toIt}</button>`
        : types.map((type) => html`<button class="btn line tall" type="button" key=${type} aria-disabled=${blocked || undefined} aria-label=${t(`call.with.${type}`, { name: person.name })} data-testid=${`call-${type}`} onClick=${call(type)}><${Icon} name=${ICON[type]} />${t(`call.${type}`)}</button>`)}
    </div>`;
  }
  return html`${types.map((type) => html`<button class=${`btn icon not-phone ${kind}`} type="button" key=${type} aria-disabled=${blocked || undefined} aria-label=${label(t(`call.with.${type}`, { name: person.name }))} title=${label(t(`call.${type}Call`))} data-testid=${`call-${type}`} onClick=${call(type)}><${Icon} name=${ICON[type]} /></button>`)}
    <button class=${`btn icon only-phone ${kind}`} type="button" ref=${opener} aria-haspopup=${engagedWith.value === null ? 'menu' : undefined} aria-disabled=${blocked || undefined} aria-label=${label(t('call.with', { name: person.name }))} data-testid="call-menu" onClick=${() => (engagedWith.value === null ? setMenu(true) : call('voice')())}><${Icon} name="phone" /></button>
    ${menu &&
    html`<${Menu} label=${t('call.with', { name: person.name })} anchor=${opener.current} back=${() => opener.current} onClose=${() => setMenu(false)}>
      ${types.map((type) => html`<${MenuItem} key=${type} icon=${ICON[type]} text=${t(`call.${type}Call`)} onPick=${() => (setMenu(false), call(type)())} />`)}
    <//>`}`;
}
