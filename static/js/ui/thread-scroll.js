// How a thread scrolls: only the rows in view exist, older pages come in above without moving what is being read, and new messages are
// followed only by a reader who is at the end.

import { useCallback, useEffect, useLayoutEffect, useRef, useState } from '../../vendor/preact.js';
import { Virtualizer, elementScroll, observeElementOffset, observeElementRect } from '../../vendor/virtual.js';
import { roomFor } from './attachment.js';
import { toastError } from './toast.js';

/** @typedef {import('../core/rows.js').Row} Row */
/** @typedef {ReturnType<typeof import('../core/timeline.js').timeline>} Timeline */
/** @typedef {ReturnType<typeof useThreadScroll>} ThreadScroll */

const NEAR_END = 80;
/** A reader this close to the end stays at the end, whatever grows above it. */
const AT_END = 24;
const NEAR_TOP = 1500;
/** So long the row to which one came is held in its place, while rows get their heights and older pages come in above. */
const SETTLE = 1000;

/** At the end of the thread there is room for who types: the height of that line, and a little. */
const endRoom = () => 2 * parseFloat(getComputedStyle(document.documentElement).fontSize) + 4;

/** @type {Map<string, { key: string, inset: number }>} where each thread was left; absent means at its end */
const places = new Map();

/** A first guess at a row's height; the real one is measured when it is drawn. @param {Row|undefined} row */
const guess = (row) => {
  if (row?.kind !== 'message') return row?.kind === 'start' ? 110 : 56;
  return 44 + 22 * Math.floor(row.message.content.length / 46) + roomFor(row.message.attachments ?? []);
};

/** @param {{ id: string, rows: Row[], line: Timeline, lastUnsent: string|undefined }} of `lastUnsent`: the newest message that waits to be sent */
export function useThreadScroll({ id, rows, line, lastUnsent }) {
  const scroller = useRef(/** @type {HTMLElement|null} */ (null));
  const [, redraw] = useState(0);
  const follow = useRef(true);
  const reachesEnd = line.reachesEnd.value;

  const virtual = useRef(/** @type {Virtualizer<HTMLElement, Element>|null} */ (null));
  const options = {
    count: rows.length,
    getScrollElement: () => scroller.current,
    getItemKey: useCallback((/** @type {number} */ i) => rows[i]?.key ?? i, [rows]),
    estimateSize: (/** @type {number} */ i) => guess(rows[i]),
    overscan: 12,
    paddingStart: 16,
    paddingEnd: endRoom(),
    anchorTo: /** @type {const} */ ('end'),
    followOnAppend: reachesEnd,
    scrollEndThreshold: NEAR_END,
    scrollToFn: elementScroll,
    observeElementRect,
    observeElementOffset,
    onChange: () => redraw((n) => n + 1),
  };
  virtual.current ??= new Virtualizer(options);
  const v = virtual.current;
  v.setOptions(options);
  useLayoutEffect(() => v._didMount(), []);
  useLayoutEffect(() => v._willUpdate());

  const held = useRef({ key: '', align: /** @type {'start'|'center'} */ ('start'), until: 0 });
  /** Scrolls to a row, and stays there for a moment. @param {number} index @param {'start'|'center'} align */
  function hold(index, align) {
    held.current = { key: rows[index].key, align, until: Date.now() + SETTLE };
    v.scrollToIndex(index, { align });
  }
  /** Whoever scrolls is not held. */
  const letGo = () => {
    held.current.until = 0;
  };
  /** To the newest message, from wherever one is. */
  function toEnd() {
    const go = () => {
      letGo();
      follow.current = true;
      v.scrollToEnd();
    };
    if (line.reachesEnd.value) go();
    else line.latest().then(() => requestAnimationFrame(go), toastError);
  }

  // Where the reader left off: at a row, at the first unread message, or at the end.
  useLayoutEffect(() => {
    const place = places.get(id);
    const at = place ? rows.findIndex((row) => row.key === place.key) : -1;
    const divider = rows.findIndex((row) => row.kind === 'unread');
    follow.current = at < 0 && divider < 0;
    if (at >= 0) {
      v.scrollToIndex(at, { align: 'start' });
      requestAnimationFrame(() => v.scrollBy(place?.inset ?? 0));
    } else if (divider >= 0) hold(Math.max(0, divider - 1), 'start');
    else v.scrollToEnd();
  }, []);
  // One's own message is always followed.
  const wasUnsent = useRef(lastUnsent);
  useLayoutEffect(() => {
    if (lastUnsent && lastUnsent !== wasUnsent.current) toEnd();
    wasUnsent.current = lastUnsent;
  }, [lastUnsent]);

  // At the end one stays at the end: also when a banner takes room, or a row in the middle grows.
  const total = v.getTotalSize();
  const height = v.scrollRect?.height ?? 0;
  useLayoutEffect(() => {
    const { key, align, until } = held.current;
    const index = until > Date.now() ? rows.findIndex((row) => row.key === key) : -1;
    if (index >= 0) v.scrollToIndex(index, { align });
    else if (follow.current && !v.isAtEnd(1)) v.scrollToEnd();
  }, [rows, total, height]);
  // The virtual list speaks up only when other rows come into view, which a growing message box need not bring about.
  useLayoutEffect(() => {
    const observer = new ResizeObserver(() => follow.current && !v.isAtEnd(1) && v.scrollToEnd());
    if (scroller.current) observer.observe(scroller.current);
    return () => observer.disconnect();
  }, []);
  const onScroll = () => {
    const { scrollHeight = 0, scrollTop = 0, clientHeight = 0 } = scroller.current ?? {};
    follow.current = line.reachesEnd.value && scrollHeight - scrollTop - clientHeight <= AT_END;
  };

  const items = v.getVirtualItems();
  const top = v.scrollOffset ?? 0;
  const atEnd = reachesEnd && v.isAtEnd(NEAR_END);

  // Kept up to date while reading: at the time of leaving, the thread is already gone.
  useEffect(() => {
    const offset = v.scrollOffset ?? 0;
    const item = atEnd ? undefined : v.getVirtualItemForOffset(offset);
    const row = item && rows[item.index];
    if (row) places.set(id, { key: row.key, inset: offset - item.start });
    else places.delete(id);
  });

  const complete = line.complete.value;
  const loaded = line.messages.value.length;
  const nearTop = top < NEAR_TOP;
  useEffect(() => {
    if (nearTop && !complete) line.older().catch(() => {});
  }, [nearTop, complete, loaded]);
  const nearBottom = total - top - height < NEAR_TOP;
  useEffect(() => {
    if (nearBottom && !reachesEnd) line.newer().catch(() => {});
  }, [nearBottom, reachesEnd, loaded]);

  /** The reader goes to a row. @param {number} index @param {'auto'|'center'} align `center` also holds it there */
  function goTo(index, align) {
    follow.current = false;
    if (align === 'center') hold(index, align);
    else v.scrollToIndex(index, { align });
  }
  const measure = useCallback((/** @type {Element|null} */ element) => v.measureElement(element), []);
  return { scroller, items, total, top, height, atEnd, measure, goTo, toEnd, letGo, onScroll };
}
