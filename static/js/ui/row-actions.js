// What one can do with a conversation from the list: by the menu beside it, by the keyboard, or by a swipe.

import { html, useRef } from '../../vendor/preact.js';
import { t } from '../core/i18n.js';
import { toggle } from '../core/live.js';
import { titleOf } from '../core/store.js';
import { Menu, MenuItem } from './menu.js';
import { toast, toastError } from './toast.js';

/** @typedef {import('../core/types.js').Conversation} Conversation */

/** Into the archive, or out of it again. @param {Conversation} c */
export function archive(c) {
  const was = Boolean(c.isArchived);
  void toggle(c, 'isArchived').catch(toastError);
  const undo = { label: t('undo'), run: () => void toggle({ ...c, isArchived: !was }, 'isArchived').catch(toastError) };
  toast(t(was ? 'archive.out' : 'archive.in', { name: titleOf(c) }), undo, 6000);
}

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
    <${MenuItem} icon=${c.isArchived ? 'archive-restore' : 'archive'} text=${t(c.isArchived ? 'unarchive' : 'archive')} onPick=${pick(() => archive(c))} />
  <//>`;
}

/** From here on a finger means sideways. */
const START = 12;
/** Let go beyond this, it is done. */
const FAR = 96;
const LONG_PRESS = 500;

/**
 * A swipe to the start archives, a finger that rests opens the menu. The row follows the finger.
 * @param {{ onFar: () => void, onRest: () => void }} then
 */
export function useTouch({ onFar, onRest }) {
  const now = useRef({ x: 0, y: 0, id: -1, moved: 0, isOver: false, timer: /** @type {ReturnType<typeof setTimeout>|undefined} */ (undefined) });
  /** @param {HTMLElement} row @param {number} x */
  const follow = (row, x) => {
    row.style.setProperty('--swipe', `${x}px`);
    row.classList.toggle('swiping', x !== 0);
    row.classList.toggle('far', Math.abs(x) >= FAR);
  };
  /** @param {PointerEvent} event */
  const end = (event) => {
    const { timer, moved, id } = now.current;
    clearTimeout(timer);
    if (event.pointerId !== id) return;
    now.current.id = -1;
    follow(/** @type {HTMLElement} */ (event.currentTarget), 0);
    if (event.type === 'pointerup' && Math.abs(moved) >= FAR) onFar();
  };
  return {
    onPointerDown: (/** @type {PointerEvent} */ event) => {
      if (event.pointerType !== 'touch') return;
      clearTimeout(now.current.timer);
      const timer = setTimeout(() => {
        now.current.isOver = true;
        now.current.id = -1;
        onRest();
      }, LONG_PRESS);
      now.current = { x: event.clientX, y: event.clientY, id: event.pointerId, moved: 0, isOver: false, timer };
    },
    onPointerMove: (/** @type {PointerEvent} */ event) => {
      const { x, y, id, moved } = now.current;
      if (event.pointerId !== id) return;
      const by = event.clientX - x;
      if (Math.hypot(by, event.clientY - y) > START) clearTimeout(now.current.timer);
      if (!moved && Math.abs(by) < START) return;
      now.current.moved = Math.min(0, by);
      now.current.isOver = true;
      follow(/** @type {HTMLElement} */ (event.currentTarget), Math.max(-2 * FAR, now.current.moved));
    },
    onPointerUp: end,
    onPointerCancel: end,
    // Lifting the finger must not open what was swiped or held.
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
