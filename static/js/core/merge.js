// How messages from many doors (page, socket, change feed, own send) become one ordered list without gaps or doubles. Pure.

import { dayOf } from './dates.js';

/** @typedef {import('./types.js').Message} Message */

const RANK = { waiting: 0, failed: 0, scheduled: 0, sent: 1, delivered: 2, read: 3 };

/** A message as the app keeps it. @param {any} wire @returns {Message} */
export function toMessage(wire) {
  const at = Date.parse(wire.createdAt ?? wire.timestamp);
  return { ...wire, id: String(wire.id), at, day: dayOf(at) };
}

/**
 * The newer of two versions, whatever order they arrive in: an event may have been on its way while the change feed answered.
 * Ticks never go backwards. @param {Message} old @param {Message} next @returns {Message}
 */
function newer(old, next) {
  const kept = isNews(old, next.cursor) ? next : old;
  const status = RANK[next.status] < RANK[old.status] ? old.status : next.status;
  return kept.status === status ? kept : { ...kept, status };
}

/** Whether a change of a message is not older than what is held. @param {Message} held @param {number} [cursor] of the change; without one it is */
export const isNews = (held, cursor = Infinity) => cursor >= (held.cursor ?? 0);

/** Where `seq` is, or would be. @param {Message[]} list @param {number} seq */
export function indexOfSeq(list, seq) {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle].seq < seq) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * The list with `incoming` worked in, ordered by seq, each seq once. Older messages than the first one held are left out
 * while the pages between are not loaded (`complete` says there are none): a hole must never look like a history.
 * @param {Message[]} list @param {Message[]} incoming ascending @param {boolean} complete
 * @returns {Message[]} the same array when nothing changed
 */
export function merge(list, incoming, complete) {
  if (!incoming.length) return list;
  if (!list.length) return incoming;
  const floor = complete ? -Infinity : list[0].seq;
  const next = list.slice();
  let changed = false;
  for (const message of incoming) {
    if (message.seq < floor) continue;
    const i = indexOfSeq(next, message.seq);
    if (next[i]?.seq === message.seq) next[i] = newer(next[i], message);
    else next.splice(i, 0, message);
    changed = true;
  }
  return changed ? next : list;
}

/** Everything older than what is held. @param {Message[]} list @param {Message[]} page ascending */
export function prepend(list, page) {
  const first = list[0]?.seq ?? Infinity;
  const older = page.filter((message) => message.seq < first);
  return older.length ? [...older, ...list] : list;
}

/** Whether a message is missing between the newest held and this one. @param {Message[]} list @param {number} seq */
export const leavesGap = (list, seq) => list.length > 0 && seq > list[list.length - 1].seq + 1;

/**
 * Raises the ticks of my messages up to `seq`.
 * @param {Message[]} list @param {string} mine @param {number} seq @param {'delivered'|'read'} status
 */
export function raise(list, mine, seq, status) {
  let next = list;
  // From the newest down: below the first one that has reached the status, all have.
  for (let i = indexOfSeq(list, seq + 1) - 1; i >= 0; i--) {
    const message = list[i];
    if (message.senderId !== mine || message.isSystemMessage) continue;
    if (RANK[message.status] >= RANK[status]) break;
    if (next === list) next = list.slice();
    next[i] = { ...message, status };
  }
  return next;
}

/** What is left of a deleted message: its place. @param {Message} m @returns {Message} */
export const tombstone = (m) => ({ ...m, isDeleted: true, content: '', attachments: [], reactions: [], acks: [] });

/** Replies quote what the original says now: an edit shows in them, a deleted message is quoted no longer.
 * @param {Message[]} list @param {Message[]} changed @returns {Message[]} the same array when nothing changed */
export function requote(list, changed) {
  const now = new Map(changed.filter((m) => m.isEdited || m.isDeleted).map((m) => [m.id, m]));
  if (!now.size) return list;
  let next = list;
  list.forEach((m, i) => {
    const original = m.replyTo ? now.get(m.replyTo.id) : undefined;
    if (!m.replyTo || !original || (original.content === m.replyTo.content && Boolean(original.isDeleted) === Boolean(m.replyTo.isDeleted))) return;
    if (next === list) next = list.slice();
    next[i] = { ...m, replyTo: { ...m.replyTo, content: original.content, isDeleted: original.isDeleted } };
  });
  return next;
}

/** How many messages of others lie above `seq`. @param {Message[]} list @param {string} mine @param {number} seq */
export function unreadAbove(list, mine, seq) {
  let count = 0;
  for (let i = list.length - 1; i >= 0 && list[i].seq > seq; i--) if (counts(list[i], mine)) count++;
  return count;
}

/** The seq of the first of the last `count` messages of others; null when there is none. @param {Message[]} list @param {string} mine @param {number} count */
export function firstUnread(list, mine, count) {
  let seq = null;
  for (let i = list.length - 1; i >= 0 && count > 0; i--) {
    if (!counts(list[i], mine)) continue;
    seq = list[i].seq;
    count--;
  }
  return seq;
}

/** @param {Message} message @param {string} mine */
const counts = (message, mine) => message.senderId !== mine && !message.isDeleted && !message.isSystemMessage;
