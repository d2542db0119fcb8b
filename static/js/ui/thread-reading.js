// What has been read of an open thread, and what is new in it: read is what stood on the screen while somebody looked.

import { useEffect, useRef, useState } from '../../vendor/preact.js';
import { looking as looksHere, viewing } from '../core/attention.js';
import { unreadAbove } from '../core/merge.js';
import { readUpTo, see } from '../core/receipts.js';
import { me } from '../core/session.js';

/** @typedef {import('../core/types.js').Conversation} Conversation */
/** @typedef {import('./thread-scroll.js').Timeline} Timeline */
/** @typedef {import('./thread-scroll.js').ThreadScroll} ThreadScroll */
/** @typedef {import('../core/rows.js').Row} Row */

/** Where the divider stands: set when the thread is opened or the reader looked away, and kept while they read. @param {Timeline} line */
export const useUnreadDivider = (line) => useState(() => line.firstUnread());

/**
 * @param {{ c: Conversation, line: Timeline, rows: Row[], scroll: ThreadScroll, divider: ReturnType<typeof useUnreadDivider> }} of
 * @returns {number} how many unread messages lie below what is in view
 */
export function useReading({ c, line, rows, scroll, divider: [unreadSeq, setUnreadSeq] }) {
  const { items, top, height, atEnd } = scroll;
  const messages = line.messages.value;
  const reachesEnd = line.reachesEnd.value;
  const mine = me.value?.id ?? '';
  const looking = looksHere.value;
  const newest = messages.at(-1)?.seq ?? 0;
  const seenBefore = useRef(unreadSeq === null ? newest : unreadSeq - 1);

  useEffect(() => {
    viewing.value = { id: c.id, atEnd };
  }, [c.id, atEnd]);
  useEffect(
    () => () => {
      viewing.value = null;
    },
    [],
  );

  const lastSeen = lastSeqInView();
  useEffect(() => {
    if (looking && lastSeen) see(c.id, lastSeen);
  }, [c.id, looking, lastSeen]);
  function lastSeqInView() {
    if (atEnd) return newest;
    const row = rows[items.findLast((item) => item.end <= top + height)?.index ?? -1];
    return row?.kind === 'message' && !row.pending ? row.message.seq : 0;
  }

  // What came while nobody looked gets a divider of its own, unless one is standing already unread.
  const looked = useRef({ looking, newest });
  useEffect(() => {
    const before = looked.current;
    looked.current = { looking, newest };
    if (!looking && reachesEnd && newest > before.newest && (unreadSeq === null || unreadSeq <= readUpTo(c.id))) {
      const first = messages.find((m) => m.seq > before.newest && m.senderId !== mine);
      if (first) setUnreadSeq(first.seq);
    }
  }, [looking, newest]);

  if (atEnd) return 0;
  return reachesEnd ? unreadAbove(messages, mine, Math.max(seenBefore.current, readUpTo(c.id))) : c.unreadCount;
}
