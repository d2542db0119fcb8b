// What one can do with a conversation from the list: by the menu beside it or by the keyboard.

import { html, useRef } from '../../vendor/preact.js';
import { t } from '../core/i18n.js';
import { toggle } from '../core/live.js';
import { titleOf } from '../core/store.js';
import { Menu, MenuItem } from './menu.js';
import { toastError } from './toast.js';

/** @typedef {import('../core/types.js').Conversation} Conversation */

/** @param {{ c: Conversation, anchor: Element|null, back: () => HTMLElement|null|undefined, onClose: () => void }} props */
export function RowMenu({ c, anchor, back, onClose }) {
  /** @param {() => unknown} act */
  const pick = (act) => () => {
    onClose();
    act();
  };
  /** @param {'isPinned'|'isMuted'} which */
  const flip = (which) => pick(() => toggle(c, which).catch(toastError));
  return html`<${Menu} label=${t('row.actions', { name: titleOf(c) })} anchor=${anchor} back=${back} onClose=${onClose}>
    <${MenuItem} icon=${c.isPinned ? 'pin-off' : 'pin'} text=${t(c.isPinned ? 'unpin' : 'pin')} onPick=${flip('isPinned')} />
    <${MenuItem} icon=${c.isMuted ? 'bell' : 'bell-off'} text=${t(c.isMuted ? 'unmute' : 'mute')} onPick=${flip('isMuted')} />
  <//>`;
}

const SHAKE = 12;
const LONG_PRESS = 500;

/** A finger that rests opens the menu. @param {() => void} then */
export function useRest(then) {
  const now = useRef({ x: 0, y: 0, isOver: false, timer: /** @type {ReturnType<typeof setTimeout>|undefined} */ (undefined) });
  const end = () => clearTimeout(now.current.timer);
  return {
    onPointerDown: (/** @type {PointerEvent} */ event) => {
      end();
      if (event.pointerType !== 'touch') return;
      const timer = setTimeout(() => {
        now.current.isOver = true;
        then();
      }, LONG_PRESS);
      now.current = { x: event.clientX, y: event.clientY, isOver: false, timer };
    },
    onPointerMove: (/** @type {PointerEvent} */ event) => {
      if (Math.hypot(event.clientX - now.current.x, event.clientY - now.current.y) > SHAKE) end();
    },
    onPointerUp: end,
    onPointerCancel: end,
    // Lifting the finger must not open what was held.
    onClickCapture: (/** @type {MouseEvent} */ event) => {
      if (!now.current.isOver) return;
      now.current.isOver = false;
      event.preventDefault();
      event.stopPropagation();
    },
    onContextMenu: (/** @type {PointerEvent} */ event) => {
      if (event.pointerType === 'touch') event.preventDefault();
    },
  };
}
