// A menu in a modal layer: beside what it belongs to on a desk, a sheet at the bottom on a phone.
// Arrow keys move, Esc and a press beside it close it, and the focus goes back to where it was.

import { html, useLayoutEffect, useRef } from '../../vendor/preact.js';
import { t } from '../core/i18n.js';
import { Icon } from './icon.js';
import { useLayer } from './layers.js';
import { News } from './toast.js';

const GAP = 4;
const EDGE = 8;
const isPhone = matchMedia('(max-width: 759px)');

/** @param {HTMLElement} menu @param {Element} anchor */
function placeBeside(menu, anchor) {
  const { left, right, top, bottom } = anchor.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = menu;
  const x = left + width + EDGE > innerWidth ? right - width : left;
  const y = bottom + GAP + height + EDGE > innerHeight ? top - GAP - height : bottom + GAP;
  menu.style.left = `${Math.max(EDGE, Math.min(x, innerWidth - width - EDGE))}px`;
  menu.style.top = `${Math.max(EDGE, Math.min(y, innerHeight - height - EDGE))}px`;
}

/** @param {{ label: string, anchor: Element|null, back: () => HTMLElement|null|undefined, onClose: () => void, children?: unknown }} props */
export function Menu({ label, anchor, back, onClose, children }) {
  const element = useRef(/** @type {HTMLDialogElement|null} */ (null));
  // The release of the finger that opened it must not close it again.
  const pressed = useRef(false);
  const isGone = useRef(false);
  const layer = useLayer(onClose);
  useLayoutEffect(() => {
    const menu = element.current;
    menu?.showModal();
    if (menu && anchor && !isPhone.matches) placeBeside(menu, anchor);
    /** @type {HTMLElement|null|undefined} */ (menu?.querySelector('[role^=menuitem]'))?.focus({ preventScroll: true });
    return () => {
      isGone.current = true;
      // While it is open the rest is inert and takes no focus.
      menu?.close();
      back()?.focus({ preventScroll: true });
    };
  }, []);

  /** @param {KeyboardEvent} event */
  function onKeyDown(event) {
    const all = /** @type {HTMLElement[]} */ ([...(element.current?.querySelectorAll('[role^=menuitem]') ?? [])]);
    const at = all.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    // Those in the row at the top are one step for the arrows up and down.
    const inRow = all.filter((item) => item.closest('.pick-row')).length;
    const last = all.length - 1;
    const below = at < inRow ? inRow : at + 1;
    const above = at < inRow || (at === inRow && !inRow) ? last : at === inRow ? 0 : at - 1;
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, ArrowDown: below, ArrowUp: above, Home: 0, End: last }[event.key];
    if (event.key === 'Tab') onClose();
    else if (to === undefined) return;
    else all[(to + all.length) % all.length]?.focus();
    event.preventDefault();
  }

  return html`<dialog
    class="menu-layer" ref=${element} aria-label=${label} onKeyDown=${onKeyDown} onClose=${() => isGone.current || onClose()}
    onPointerDown=${(/** @type {Event} */ event) => (pressed.current = event.target === element.current)}
    onClick=${(/** @type {Event} */ event) => event.target === element.current && pressed.current && onClose()}
  >
    <div class="menu" role="menu" aria-label=${label} data-testid="menu">${children}</div>
    <button class="btn menu-close" type="button" tabindex="-1" onClick=${onClose}>${t('close')}</button>
    <${News} layer=${layer} />
  </dialog>`;
}

/** @param {{ icon: string, text: string, about?: string, danger?: boolean, testid?: string, onPick: () => void }} props `about` explains it in a line below */
export const MenuItem = ({ icon, text, about = '', danger = false, testid, onPick }) =>
  html`<button class=${danger ? 'menu-item danger' : 'menu-item'} type="button" role="menuitem" tabindex="-1" data-testid=${testid} onClick=${onPick}><${Icon} name=${icon} />${about ? html`<span>${text}<small>${about}</small></span>` : text}</button>`;
