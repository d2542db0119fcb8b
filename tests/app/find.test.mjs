import assert from 'node:assert/strict';
import { test } from 'node:test';
import './browser.mjs';

const { ANYTHING, addressOf, filterCount, isWish } = await import('../../static/js/core/find.js');
const { pieces } = await import('../../static/js/core/highlight.js');

/** @param {string} text @param {{ start: number, end: number }[]} ranges */
const drawn = (text, ranges) => pieces(text, ranges).map((piece) => (piece.hit ? `[${piece.text}]` : piece.text)).join('');

test('hits are marked, and nothing else changes', () => {
  assert.equal(drawn('the iron tablets', [{ start: 4, end: 8 }]), 'the [iron] tablets');
  assert.equal(drawn('iron iron', [{ start: 5, end: 9 }, { start: 0, end: 4 }]), '[iron] [iron]');
  assert.equal(drawn('<b>&amp;', [{ start: 0, end: 3 }]), '[<b>]&amp;');
  assert.equal(drawn('👶 iron', [{ start: 3, end: 7 }]), '👶 [iron]', 'offsets count as JavaScript counts');
  assert.equal(drawn('இரும்பு மாத்திரை', [{ start: 0, end: 7 }]), '[இரும்பு] மாத்திரை');
});

test('ranges that do not fit harm nothing', () => {
  assert.equal(drawn('iron', [{ start: 2, end: 99 }]), 'ir[on]');
  assert.equal(drawn('iron', [{ start: 3, end: 1 }, { start: 9, end: 12 }]), 'iron');
  assert.equal(drawn('iron', [{ start: 0, end: 3 }, { start: 1, end: 4 }]), '[iro][n]');
  assert.deepEqual(pieces('', []), []);
});

test('where messages are asked for', () => {
  assert.equal(addressOf({ ...ANYTHING, wanted: ' iron ' }), '/api/chat/search/messages?q=iron&limit=20');
  const all = new URL(addressOf({ wanted: 'x', conversationId: 'c', from: 'u', type: 'file', since: '2026-11-01', until: '2026-11-02' }, 'next'), 'http://clinic.example').searchParams;
  assert.deepEqual([...all.keys()].sort(), ['after', 'before', 'conversationId', 'cursor', 'from', 'limit', 'q', 'type']);
  assert.equal(Date.parse(all.get('after') ?? ''), new Date(2026, 10, 1).getTime(), 'from the first moment of the first day');
  assert.equal(Date.parse(all.get('before') ?? ''), new Date(2026, 10, 3).getTime(), 'to the last of the last');
});

test('filters alone are no search', () => {
  assert.equal(isWish({ ...ANYTHING, from: 'u' }), false);
  assert.equal(isWish({ ...ANYTHING, wanted: ' x' }), true);
  assert.equal(filterCount({ ...ANYTHING, wanted: 'x', conversationId: 'c', from: 'u', since: '2026-11-01' }), 2);
});
