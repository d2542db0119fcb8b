import assert from 'node:assert/strict';
import { test } from 'node:test';
import './browser.mjs';

const { barsOf, joined, wasChanged, withoutOwn } = await import('../../static/js/core/reviews.js');
const { initialed } = await import('../../static/js/core/text.js');

/** @param {string} id @param {object} [more] @returns {any} */
const review = (id, more = {}) => ({ id, createdAt: '1', updatedAt: '1', ...more });

test('a page that comes later adds what is not there yet', () => {
  const ids = (/** @type {any[]} */ list) => list.map(({ id }) => id).join('');
  assert.equal(ids(joined([review('a'), review('b')], [review('b'), review('c')])), 'abc');
  assert.equal(ids(withoutOwn([review('a'), review('b')], review('a'))), 'b');
  assert.equal(ids(withoutOwn([review('a')], null)), 'a');
});

test('there are five bars, the best first', () => {
  assert.deepEqual(barsOf(null).map(({ stars }) => stars), [5, 4, 3, 2, 1]);
  const summary = { rating: 4, reviewCount: 3, stars: [{ stars: 5, count: 2 }, { stars: 2, count: 1 }] };
  assert.deepEqual(barsOf(summary).map(({ count }) => count), [2, 0, 0, 1, 0]);
});

test('an average shows half stars', async () => {
  const { shareOf } = await import('../../static/js/ui/stars.js');
  const drawn = (/** @type {number} */ value) => [1, 2, 3, 4, 5].map((place) => shareOf(value, place)[0]).join('');
  assert.deepEqual([0, 1, 4.2, 4.25, 4.5, 4.74, 4.75, 5].map(drawn), ['nnnnn', 'fnnnn', 'ffffn', 'ffffh', 'ffffh', 'ffffh', 'fffff', 'fffff']);
});

test('what was changed says so', () => {
  assert.ok(!wasChanged(review('a')) && wasChanged(review('a', { updatedAt: '2' })));
});

test('mothers are named by first name and initial, as the server does', () => {
  assert.equal(initialed('Anika', 'Perera'), 'Anika P.');
  assert.equal(initialed('Anika ', ''), 'Anika');
  assert.equal(initialed('ඉෂාරා', 'සෙනෙවිරත්න'), 'ඉෂාරා සෙ.');
  assert.equal(initialed('மீனா', 'ராஜன்'), 'மீனா ரா.');
});
