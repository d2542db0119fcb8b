import assert from 'node:assert/strict';
import { test } from 'node:test';
import './browser.mjs';

const { USUAL, byEmoji, granted } = await import('../../static/js/core/reactions.js');

/** @param {string} userId @param {string} emoji */
const given = (userId, emoji) => ({ userId, emoji });
/** @param {string} emoji @param {boolean} on */
const wish = (emoji, on) => ({ messageId: 'm1', userId: 'me', emoji, on });

test('a wish shows before it is granted, and shows nothing once it is', () => {
  const known = [given('you', '👍')];
  assert.deepEqual(granted(known, [wish('👍', true)]), [given('you', '👍'), given('me', '👍')]);
  const both = [given('you', '👍'), given('me', '👍')];
  assert.equal(granted(both, [wish('👍', true)]), both);
  assert.deepEqual(granted(both, [wish('👍', false)]), known);
  assert.equal(granted(known, []), known);
});

test('the last of several quick presses holds', () => {
  assert.deepEqual(granted([], [wish('👍', true), wish('👍', false), wish('👍', true)]), [given('me', '👍')]);
  assert.deepEqual(granted([], [wish('👍', true), wish('👍', false)]), []);
});

test('the same emoji stands once, in the order of its first', () => {
  const found = byEmoji([given('a', '🙏'), given('b', '👍'), given('c', '🙏')]);
  assert.deepEqual([...found], [['🙏', ['a', 'c']], ['👍', ['b']]]);
});

test('six emoji are offered, each once', () => {
  assert.equal(new Set(USUAL.map(([emoji]) => emoji)).size, 6);
});
