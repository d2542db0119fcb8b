import assert from 'node:assert/strict';
import { test } from 'node:test';
import './browser.mjs';

const { firstUnread, leavesGap, merge, prepend, raise, requote, toMessage, tombstone, unreadAbove } = await import('../../static/js/core/merge.js');

/** @param {number} seq @param {object} [more] */
const message = (seq, more = {}) => toMessage({ id: `m${seq}`, seq, senderId: seq % 2 ? 'me' : 'you', content: `${seq}`, status: 'sent', createdAt: '2026-11-22T09:00:00.000Z', ...more });
/** @param {number[]} seqs */
const list = (...seqs) => seqs.map((seq) => message(seq));
/** @param {{ seq: number }[]} messages */
const seqs = (messages) => messages.map((m) => m.seq);

test('the same message twice stays one', () => {
  assert.deepEqual(seqs(merge(list(1, 2, 3), list(2, 3, 4), true)), [1, 2, 3, 4]);
});

test('late messages find their place', () => {
  assert.deepEqual(seqs(merge(list(1, 2, 5), list(3, 4), true)), [1, 2, 3, 4, 5]);
});

test('an old message does not make a hole look like history', () => {
  assert.deepEqual(seqs(merge(list(50, 51), list(3), false)), [50, 51]);
  assert.deepEqual(seqs(merge(list(50, 51), list(3), true)), [3, 50, 51]);
});

test('ticks never go backwards', () => {
  const read = [message(1, { status: 'read' })];
  assert.equal(merge(read, [message(1, { status: 'sent' })], true)[0].status, 'read');
  assert.equal(merge([message(1)], [message(1, { status: 'delivered' })], true)[0].status, 'delivered');
});

test('the newer of two versions is kept, and with it the further tick', () => {
  const held = [message(1, { cursor: 7, content: 'new' })];
  const [kept] = merge(held, [message(1, { cursor: 5, content: 'old', status: 'read' })], true);
  assert.deepEqual([kept.content, kept.status], ['new', 'read']);
  assert.equal(merge(held, [message(1, { cursor: 9, content: 'newest' })], true)[0].content, 'newest');
  assert.equal(merge(held, [message(1, { content: 'own' })], true)[0].content, 'own');
});

test('a receipt raises my messages up to it and no further', () => {
  const raised = raise(list(1, 2, 3, 5), 'me', 3, 'read');
  assert.deepEqual(raised.map((m) => m.status), ['read', 'sent', 'read', 'sent']);
  assert.equal(raise(raised, 'me', 3, 'delivered'), raised);
});

test('a tombstone replaces what was said', () => {
  const [gone] = merge(list(1), [message(1, { isDeleted: true, content: '' })], true);
  assert.equal(gone.content, '');
});

test('a reply quotes what the original says now', () => {
  const reply = message(3, { replyTo: { id: 'm1', senderId: 'me', content: '1', messageType: 'text' } });
  const held = [message(1), message(2), reply];
  const edited = message(1, { content: 'one', isEdited: true });
  assert.equal(requote(held, [edited])[2].replyTo?.content, 'one');
  assert.equal(requote(held, [tombstone(held[0])])[2].replyTo?.isDeleted, true);
  assert.equal(requote(held, [message(2)]), held);
  assert.equal(requote(requote(held, [edited]), [edited])[2].replyTo?.content, 'one');
});

test('pages are put before, without doubles', () => {
  assert.deepEqual(seqs(prepend(list(4, 5), list(2, 3, 4))), [2, 3, 4, 5]);
  const held = list(4, 5);
  assert.equal(prepend(held, []), held);
});

test('a skipped number is noticed', () => {
  assert.equal(leavesGap(list(1, 2), 3), false);
  assert.equal(leavesGap(list(1, 2), 4), true);
  assert.equal(leavesGap([], 9), false);
});

test('unread counts what others said and did not take back', () => {
  const messages = [message(1), message(2), message(3), message(4, { isDeleted: true }), message(6)];
  assert.equal(unreadAbove(messages, 'me', 1), 2);
  assert.equal(firstUnread(messages, 'me', 1), 6);
  assert.equal(firstUnread(messages, 'me', 2), 2);
  assert.equal(firstUnread(messages, 'me', 0), null);
});

test('random arrival gives one order', () => {
  for (let round = 0; round < 200; round++) {
    const shuffled = list(...Array.from({ length: 20 }, (_, i) => i + 1)).sort(() => Math.random() - 0.5);
    let held = /** @type {ReturnType<typeof list>} */ ([]);
    for (const m of [...shuffled, ...shuffled.slice(0, 5)]) held = merge(held, [m], true);
    assert.deepEqual(seqs(held), Array.from({ length: 20 }, (_, i) => i + 1));
  }
});
