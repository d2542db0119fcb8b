// What the thread shows, row by row: days, the unread divider, messages in runs, those still waiting to be sent. Pure.

/** @typedef {import('./types.js').Message} Message */

/**
 * @typedef {{ kind: 'start', key: string }
 *   | { kind: 'day', key: string, at: number }
 *   | { kind: 'unread', key: string, seq: number }
 *   | { kind: 'note', key: string, message: Message }
 *   | { kind: 'message', key: string, message: Message, mine: boolean, first: boolean, pending: boolean }
 *   | { kind: 'retry', key: string, message: Message }} Row
 */

/** The same key before and after the server has taken a message, so that its bubble stays the same element. @param {Message} m */
export const keyOf = (m) => m.clientMessageId || m.id;

/** @type {WeakMap<Message, Row>} a row that says the same is the same object: no garbage, and nothing to draw again */
const made = new WeakMap();

/** @param {Message} m @param {boolean} mine @param {boolean} first @param {boolean} pending @returns {Row} */
function messageRow(m, mine, first, pending) {
  const before = made.get(m);
  if (before?.kind === 'message' && before.first === first && before.mine === mine) return before;
  /** @type {Row} */
  const row = { kind: 'message', key: keyOf(m), message: m, mine, first, pending };
  made.set(m, row);
  return row;
}

/**
 * @param {Message[]} messages @param {Message[]} pending
 * @param {{ me: string, unreadSeq: number|null, complete: boolean }} view
 * @returns {Row[]}
 */
export function buildRows(messages, pending, { me, unreadSeq, complete }) {
  /** @type {Row[]} */
  const rows = [];
  if (complete) rows.push({ kind: 'start', key: 'start' });
  let day = -1;
  let sender = '';
  let divided = unreadSeq === null;

  /** @param {Message} m @param {boolean} isPending */
  const add = (m, isPending) => {
    if (m.day !== day) {
      rows.push({ kind: 'day', key: `day${m.day}`, at: m.at });
      day = m.day;
      sender = '';
    }
    if (!divided && m.seq >= Number(unreadSeq) && m.senderId !== me) {
      rows.push({ kind: 'unread', key: 'unread', seq: Number(unreadSeq) });
      divided = true;
      sender = '';
    }
    if (m.isSystemMessage) {
      rows.push({ kind: 'note', key: keyOf(m), message: m });
      sender = '';
      return;
    }
    rows.push(messageRow(m, m.senderId === me, m.senderId !== sender, isPending));
    sender = m.senderId;
    if (m.status === 'failed') {
      rows.push({ kind: 'retry', key: `retry${keyOf(m)}`, message: m });
      sender = '';
    }
  };

  for (const m of messages) add(m, false);
  for (const m of pending) add(m, true);
  return rows;
}
