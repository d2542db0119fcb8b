// What calls somebody: two buttons where there is room, one with a choice on a phone.

import { html, useRef, useState } from '../../vendor/preact.js';
import { canCall, startCall } from '../core/calls.js';
import { callsAreOn } from '../core/clinic.js';
import { t } from '../core/i18n.js';
import { Icon } from './icon.js';
import { Menu, MenuItem } from './menu.js';
import { toast } from './toast.js';

/** @typedef {import('../core/types.js').CallType} CallType */
/** @typedef {import('../core/types.js').Person} Person */

const ICON = { voice: 'phone', video: 'video' };

/** @param {import('../core/types.js').Callee} person @param {CallType} type @param {string} [conversationId] */
export function callNow({ id, name, role }, type, conversationId) {
  if (!canCall()) return toast(t('call.insecure'));
  startCall({ id, name, role }, type, conversationId);
}

/** Nothing where calls are switched off. @param {{ person: Person, conversationId?: string, isWide?: boolean }} props `isWide`: with words, under each other with what is beside */
export function CallButtons({ person, conversationId, isWide = false }) {
  const [menu, setMenu] = useState(false);
  const opener = useRef(/** @type {HTMLButtonElement|null} */ (null));
  if (!callsAreOn.value) return null;
  const call = (/** @type {CallType} */ type) => () => callNow(person, type, conversationId);
  const types = /** @type {CallType[]} */ (['voice', 'video']);
  if (isWide) {
    return html`<div class="call-pair">
      ${types.map((type) => html`<button class="btn line tall" type="button" key=${type} aria-label=${t(`call.with.${type}`, { name: person.name })} data-testid=${`call-${type}`} onClick=${call(type)}><${Icon} name=${ICON[type]} />${t(`call.${type}`)}</button>`)}
    </div>`;
  }
  return html`${types.map((type) => html`<button class="btn icon not-phone" type="button" key=${type} aria-label=${t(`call.with.${type}`, { name: person.name })} title=${t(`call.${type}Call`)} data-testid=${`call-${type}`} onClick=${call(type)}><${Icon} name=${ICON[type]} /></button>`)}
    <button class="btn icon only-phone" type="button" ref=${opener} aria-haspopup="menu" aria-label=${t('call.with', { name: person.name })} data-testid="call-menu" onClick=${() => setMenu(true)}><${Icon} name="phone" /></button>
    ${menu &&
    html`<${Menu} label=${t('call.with', { name: person.name })} anchor=${opener.current} back=${() => opener.current} onClose=${() => setMenu(false)}>
      ${types.map((type) => html`<${MenuItem} key=${type} icon=${ICON[type]} text=${t(`call.${type}Call`)} onPick=${() => (setMenu(false), call(type)())} />`)}
    <//>`}`;
}
