import assert from 'node:assert/strict';
import { test } from 'node:test';
import './browser.mjs';

const { buildRows } = await import('../../static/js/core/rows.js');
const { toMessage } = await import('../../static/js/core/merge.js');

/** @param {number} seq @param {string} senderId @param {object} [more] */
const message = (seq, senderId, more = {}) => toMessage({ id: `m${seq}`, seq, senderId, content: 'x', status: 'sent', createdAt: '2026-11-22T09:00:00.000Z', ...more });
const view = { me: 'me', unreadSeq: /** @type {number|null} */ (null), complete: false };
/** @param {{ kind: string }[]} rows */
const kinds = (rows) => rows.map((row) => row.kind).join(' ');

test('a day stands above its first message only', () => {
  const rows = buildRows([message(1, 'you'), message(2, 'you'), message(3, 'you', { createdAt: '2026-11-24T09:00:00.000Z' })], [], view);
  assert.equal(kinds(rows), 'day message message day message');
});

test('a run begins with a new person, and after everything that stands between', () => {
  const rows = buildRows([message(1, 'you'), message(2, 'you'), message(3, 'me'), message(4, 'you', { isSystemMessage: true }), message(5, 'me')], [], view);
  assert.deepEqual(rows.filter((row) => row.kind === 'message').map((row) => row.kind === 'message' && row.first), [true, false, true, true]);
});

test('the divider stands once, above the first unread message of somebody else', () => {
  const rows = buildRows([message(1, 'you'), message(2, 'me'), message(3, 'you'), message(4, 'you')], [], { ...view, unreadSeq: 2 });
  assert.equal(kinds(rows), 'day message message unread message message');
});

test('a failed message brings its way out', () => {
  const failed = { ...message(Infinity, 'me', { clientMessageId: 'c1' }), status: /** @type {const} */ ('failed') };
  assert.equal(kinds(buildRows([], [failed], view)), 'day message retry');
});

test('a bubble keeps its key when the server has taken it, and its row while nothing changes', () => {
  const waiting = message(Infinity, 'me', { id: 'c1', clientMessageId: 'c1' });
  const taken = message(1, 'me', { clientMessageId: 'c1' });
  assert.equal(buildRows([], [waiting], view)[1].key, buildRows([taken], [], view)[1].key);
  assert.equal(buildRows([taken], [], view)[1], buildRows([taken, message(2, 'you')], [], view)[1]);
});
