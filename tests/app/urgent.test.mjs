import assert from 'node:assert/strict';
import { test } from 'node:test';
import './browser.mjs';

const { session } = await import('../../static/js/core/session.js');
const { alertsToShow, dropStale, emptyAlerts, noteAlert, openAlerts, setInSight, settle, waitsFor, waitsIn, weigh } = await import('../../static/js/core/urgent.js');
session.value = /** @type {any} */ ({ token: 't', refreshToken: 'r', expiresAt: '', user: { id: 'me' } });

/** @param {string} id @param {object} [more] */
const urgent = (id, more = {}) => /** @type {any} */ ({ id, conversationId: 'c', senderId: 'you', senderName: 'Asha', requiresAck: true, acks: [], at: 1, ...more });
const shown = () => alertsToShow.value.map((alert) => alert.messageId);

test('it waits for those who were written to, until they have said so', () => {
  assert.ok(waitsFor(urgent('a'), 'me'));
  assert.ok(!waitsFor(urgent('a'), 'you'), 'not for its sender');
  assert.ok(!waitsFor(urgent('a', { acks: [{ userId: 'me', at: '' }] }), 'me'));
  assert.ok(!waitsFor(urgent('a', { isDeleted: true }), 'me'));
  assert.ok(!waitsFor(urgent('a', { requiresAck: false }), 'me'));
});

test('an alert comes with the message and goes with its acknowledgement, the longest waiting first', () => {
  weigh([urgent('late', { at: 9 }), urgent('early', { at: 3 })]);
  assert.deepEqual(shown(), ['early', 'late']);
  assert.ok(waitsIn('c') && !waitsIn('d'));
  assert.equal(noteAlert({ messageId: 'early', conversationId: 'c', senderId: 'you', senderName: '', sentAt: 3 }), false, 'a reminder is no second alert');
  weigh([urgent('early', { acks: [{ userId: 'me', at: '' }] })]);
  settle('late');
  assert.deepEqual(shown(), []);
});

test('what stands before one needs no alert, but still waits', () => {
  weigh([urgent('a')]);
  setInSight('a', true);
  assert.deepEqual(shown(), []);
  assert.ok(waitsIn('c'));
  setInSight('a', false);
  assert.deepEqual(shown(), ['a']);
  settle('a');
});

test('it is known after a reload, and forgotten when the reminders stop', () => {
  weigh([urgent('a')]);
  emptyAlerts();
  openAlerts();
  assert.deepEqual(shown(), ['a']);
  const now = Date.now();
  dropStale(now, now + 200_000);
  assert.deepEqual(shown(), ['a']);
  dropStale(now + 200_000, now + 400_000);
  assert.deepEqual(shown(), ['a'], 'while there was no connection there could be no reminder');
  dropStale(now, now + 400_000);
  assert.deepEqual(shown(), []);
});
