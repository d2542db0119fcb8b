import assert from 'node:assert/strict';
import { test } from 'node:test';
import './browser.mjs';

const { ceiling, everyDay, lastDays, meanCall } = await import('../../static/js/core/statistics.js');

test('a span of days holds today', () => {
  const now = Date.UTC(2026, 10, 22, 23, 59);
  assert.deepEqual(lastDays(7, now), { from: '2026-11-16', to: '2026-11-22' });
  assert.deepEqual(lastDays(1, now), { from: '2026-11-22', to: '2026-11-22' });
});

test('days on which nothing was are there too, in order and once', () => {
  const some = { date: '2026-02-28', messagesSent: 3, messagesReceived: 1, urgentSent: 0, acknowledged: 0, conversationsOpened: 1 };
  const days = everyDay([some], '2026-02-26', '2026-03-02');
  assert.deepEqual(days.map(({ date }) => date), ['2026-02-26', '2026-02-27', '2026-02-28', '2026-03-01', '2026-03-02']);
  assert.deepEqual(days.map(({ messagesSent }) => messagesSent), [0, 0, 3, 0, 0]);
  assert.equal(everyDay([], '2026-01-01', '2026-12-31').length, 365);
});

test('how long people talk', () => {
  assert.equal(meanCall({ callsAnswered: 3, callSeconds: 200 }), 67);
  assert.equal(meanCall({ callsAnswered: 0, callSeconds: 0 }), null);
});

test('the top of a chart is round and high enough', () => {
  assert.deepEqual([0, 3, 5, 11, 41, 99, 101, 1153].map(ceiling), [4, 4, 5, 20, 50, 100, 200, 2000]);
  for (let n = 0; n < 5000; n += 7) assert.ok(ceiling(n) >= n);
});
