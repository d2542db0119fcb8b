// Where one is in a thread: one row at a time is reached with Tab, arrow keys go on from there, and a jump leads to the original of a
// reply or to what a search found.

import { useEffect, useLayoutEffect, useRef, useState } from '../../vendor/preact.js';
import { t } from '../core/i18n.js';
import { takeWanted, wantedMessage } from '../core/jump.js';
import { toast, toastError } from './toast.js';

/** @typedef {import('../core/rows.js').Row} Row */
/** @typedef {import('./thread-scroll.js').Timeline} Timeline */
/** @typedef {import('./thread-scroll.js').ThreadScroll} ThreadScroll */

/** How long the original of a reply stays marked after a jump. */
const GLOW = 1200;

/** @param {{ id: string, line: Timeline, rows: Row[], scroll: ThreadScroll }} of */
export function useThreadFocus({ id, line, rows, scroll }) {
  const { scroller, items, top, height } = scroll;
  /** @param {string} messageId @returns {HTMLElement|null|undefined} */
  const rowOf = (messageId) => scroller.current?.querySelector(`[data-id="${CSS.escape(messageId)}"]`);

  const [currentKey, setCurrent] = useState('');
  const inView = items.findLast((item) => item.start < top + height && rows[item.index]?.kind === 'message');
  const currentIsHere = items.some((item) => rows[item.index]?.key === currentKey);
  const current = currentIsHere ? currentKey : inView ? rows[inView.index].key : '';

  /** To the next message in a direction. @param {number} index @param {1|-1} by */
  function step(index, by) {
    let to = index + by;
    while (rows[to] && rows[to].kind !== 'message') to += by;
    if (!rows[to]) return;
    scroll.goTo(to, 'auto');
    requestAnimationFrame(() => /** @type {HTMLElement|null|undefined} */ (scroller.current?.querySelector(`[data-index="${to}"]`))?.focus({ preventScroll: true }));
  }

  const [glowing, setGlowing] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => setGlowing(''), GLOW);
    return () => clearTimeout(timer);
  }, [glowing]);

  const wanted = useRef('');
  const [arrival, setArrived] = useState(0);
  /** However far back it is. @param {string} messageId @param {number} [seq] */
  async function jump(messageId, seq) {
    wanted.current = messageId;
    try {
      if (!(await line.reach(messageId, seq))) toast(t('error.MESSAGE_NOT_FOUND'));
      else if (wanted.current === messageId) setArrived((n) => n + 1);
    } catch (error) {
      toastError(error);
    }
  }
  // Once the pages are drawn, the row has an index.
  useLayoutEffect(() => {
    const index = rows.findIndex((row) => row.kind === 'message' && row.message.id === wanted.current);
    if (index < 0) return;
    const { key } = rows[index];
    scroll.goTo(index, 'center');
    setCurrent(key);
    setGlowing(key);
    const messageId = wanted.current;
    wanted.current = '';
    requestAnimationFrame(() => requestAnimationFrame(() => rowOf(messageId)?.focus({ preventScroll: true })));
  }, [arrival]);

  // Somebody asked for a message of this conversation from elsewhere.
  const asked = wantedMessage.value;
  useEffect(() => {
    const to = line.state.value === 'ready' ? takeWanted(id) : null;
    if (to) void jump(to.messageId, to.seq);
  }, [id, asked]);

  return { current, glowing, jump, step, rowOf, onFocus: (/** @type {number} */ index) => setCurrent(rows[index]?.key ?? '') };
}
