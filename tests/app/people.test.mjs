import assert from 'node:assert/strict';
import { test } from 'node:test';
import './browser.mjs';

const { availabilityOf, asLocal, untilChoices, untilOf } = await import('../../static/js/core/availability.js');
const { ANYBODY, addressOf, hasFacets, rolesFor } = await import('../../static/js/core/directory.js');
const { upcoming } = await import('../../static/js/core/dates.js');
const { lang } = await import('../../static/js/core/i18n.js');

/** @param {number} day @param {number} hour @param {number} [minute] */
const at = (day, hour, minute = 0) => new Date(2026, 10, day, hour, minute).getTime(); // November 2026; the 22nd is a Sunday

test('a limited answer ends by itself', () => {
  const away = { availability: /** @type {const} */ ('unavailable'), availabilityUntil: new Date(at(23, 8)).toISOString() };
  assert.equal(availabilityOf(away, at(22, 12)), 'unavailable');
  assert.equal(untilOf(away, at(22, 12)), at(23, 8));
  assert.equal(availabilityOf(away, at(23, 8)), 'available');
  assert.equal(untilOf(away, at(23, 8)), null);
  assert.equal(availabilityOf({ availability: 'busy', availabilityUntil: null }, at(23, 8)), 'busy');
});

test('ends that are offered lie ahead, soonest first, each once', () => {
  const keys = (/** @type {number} */ now) => untilChoices(now).map(({ key }) => key);
  assert.deepEqual(keys(at(24, 9)), ['hour', 'evening', 'tomorrow', 'monday']);
  assert.deepEqual(keys(at(24, 17, 30)), ['hour', 'tomorrow', 'monday']);
  assert.deepEqual(keys(at(22, 9)), ['hour', 'evening', 'tomorrow'], 'on a Sunday, tomorrow is Monday');
  assert.equal(untilChoices(at(23, 9)).at(-1)?.at, at(30, 8), 'on a Monday, the next one');
  for (let day = 22; day < 29; day++) {
    const times = untilChoices(at(day, 10)).map((choice) => choice.at);
    assert.deepEqual(times, [...times].sort((a, b) => a - b));
    assert.ok(times.every((time) => time > at(day, 10)));
  }
  assert.equal(asLocal(at(22, 9, 5)), '2026-11-22T09:05');
});

test('something to come, in few words', () => {
  lang.value = 'en';
  assert.equal(upcoming(at(22, 18), at(22, 9)), '18:00');
  assert.equal(upcoming(at(23, 8), at(22, 9)), 'Mon 8:00');
  assert.equal(upcoming(at(29, 8), at(22, 9)), '29 Nov 8:00');
});

test('where people are asked for', () => {
  const ask = (/** @type {object} */ wish, /** @type {string} */ mine, plain = false) => decodeURIComponent(addressOf({ ...ANYBODY, ...wish }, 1, mine, plain)).replace('page=1&limit=24', '');
  assert.equal(ask({}, 'mom'), '/api/chat/providers?');
  assert.equal(ask({ role: 'midwife', specialty: 'Sleep', language: 'English', onlyNow: true, order: 'name', wanted: ' ann ' }, 'mom'), '/api/chat/providers?&search=ann&sort=name&role=midwife&specialty=Sleep&language=English&available=true');
  assert.equal(ask({}, 'doctor'), '/api/chat/search?&query=.');
  assert.equal(ask({ role: 'doctor' }, 'doctor'), '/api/chat/providers?&role=doctor');
  assert.equal(ask({ role: 'mom' }, 'midwife'), '/api/chat/midwife-chat-users?');
  assert.equal(ask({ role: 'admin', wanted: 'desk' }, 'midwife'), '/api/chat/search?&query=desk&role=admin');
  assert.equal(ask({ role: 'doctor' }, 'mom', true), '/api/chat/search?&query=.&role=doctor');
});

test('mothers are not shown to mothers', () => {
  assert.ok(!rolesFor('mom').includes('mom'));
  assert.ok(rolesFor('midwife').includes('mom'));
  assert.ok(hasFacets(ANYBODY, 'mom') && !hasFacets(ANYBODY, 'doctor'));
});
