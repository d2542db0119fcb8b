import assert from 'node:assert/strict';
import { test } from 'node:test';
import './browser.mjs';

const { emptyLater, laterChanged, laterIn, toLocal, usualTimes } = await import('../../static/js/core/later.js');
const { aheadWhen } = await import('../../static/js/core/dates.js');
const { lang } = await import('../../static/js/core/i18n.js');
const words = { today: 'Today', tomorrow: 'Tomorrow' };

/** @param {number} day of November 2026; the 22nd is a Sunday @param {number} hour @param {number} [minute] */
const at = (day, hour, minute = 0) => new Date(2026, 10, day, hour, minute).getTime();
/** @param {number} now */
const usual = (now) => usualTimes(now).map(({ key, at: due }) => `${key} ${toLocal(due)}`);

test('usual times lie ahead, and none says the same twice', () => {
  assert.deepEqual(usual(at(24, 9, 2)), ['hour 2026-11-24T10:05', 'evening 2026-11-24T18:00', 'morning 2026-11-25T08:00', 'monday 2026-11-30T08:00']);
  assert.deepEqual(usual(at(24, 17)), ['hour 2026-11-24T18:00', 'morning 2026-11-25T08:00', 'monday 2026-11-30T08:00']);
  assert.deepEqual(usual(at(22, 20)), ['hour 2026-11-22T21:00', 'morning 2026-11-23T08:00'], 'on a Sunday tomorrow is Monday');
  assert.deepEqual(usual(at(23, 7)).at(-1), 'monday 2026-11-30T08:00', 'on a Monday the next one is meant');
});

test('a time ahead in words', () => {
  lang.value = 'en';
  const now = at(22, 15);
  assert.equal(aheadWhen(at(22, 18), words, now), 'Today, 18:00');
  assert.equal(aheadWhen(at(23, 8), words, now), 'Tomorrow, 8:00');
  assert.equal(aheadWhen(at(26, 8), words, now), 'Thursday, 8:00');
  assert.equal(aheadWhen(at(29, 8), words, now), 'Sunday, 29 November, 8:00');
});

test('the list follows the news of all devices, soonest first', () => {
  const message = (/** @type {string} */ id, /** @type {number} */ day, conversationId = 'c') => ({ id, conversationId, content: id, scheduledFor: new Date(2026, 10, day).toISOString() });
  const ids = () => laterIn('c').map(({ id }) => id);
  laterChanged({ action: 'created', message: message('late', 25) });
  laterChanged({ action: 'created', message: message('soon', 24) });
  laterChanged({ action: 'created', message: message('elsewhere', 23, 'd') });
  assert.deepEqual(ids(), ['soon', 'late']);
  laterChanged({ action: 'updated', message: message('late', 23) });
  assert.deepEqual(ids(), ['late', 'soon']);
  laterChanged({ action: 'sent', message: message('late', 23) });
  laterChanged({ action: 'failed', message: { ...message('soon', 24), failedReason: 'You have left.' } });
  assert.deepEqual(ids(), ['soon'], 'what failed stays until its author decides');
  assert.equal(laterIn('c')[0].failedReason, 'You have left.');
  emptyLater();
  assert.deepEqual(ids(), []);
});
