import assert from 'node:assert/strict';
import { test } from 'node:test';
import './browser.mjs';

const { actsOf, canMeet, momentOf, newest, otherOf, standing, waitsForMe } = await import('../../static/js/core/appointment-rules.js');
const { calendarFile } = await import('../../static/js/core/calendar-file.js');
const { isAppointment, systemText } = await import('../../static/js/core/system.js');
const { lang } = await import('../../static/js/core/i18n.js');
const { aheadDay, leaf } = await import('../../static/js/core/dates.js');

const HOUR = 3_600_000;
const start = Date.UTC(2026, 10, 24, 10, 30);
/** @param {Partial<import('../../static/js/core/types.js').Appointment>} change @returns {import('../../static/js/core/types.js').Appointment} */
const made = (change = {}) => ({
  id: 'a1', title: 'Consultation', description: 'Secret', patientId: 'ama', patientName: 'Ama', providerId: 'dora', providerName: 'Dr. Dora',
  startTime: new Date(start).toISOString(), endTime: new Date(start + HOUR / 2).toISOString(), duration: 30, location: { type: 'in-person', address: '', room: '' },
  status: 'scheduled', type: 'consultation', conversationId: 'c', proposedBy: 'ama', cancellationReason: null, cancelledBy: null,
  createdAt: '2026-11-20T08:00:00.000Z', updatedAt: '2026-11-20T08:00:00.000Z', ...change,
});

test('what each of the two may do', () => {
  const before = start - 48 * HOUR;
  assert.deepEqual(actsOf(made(), 'ama', before), ['move', 'cancel']);
  assert.deepEqual(actsOf(made(), 'dora', before), ['confirm', 'move', 'cancel']);
  const offered = made({ proposedBy: 'dora' });
  assert.deepEqual(actsOf(offered, 'ama', before), ['confirm', 'move', 'cancel']);
  const confirmed = made({ status: 'confirmed' });
  assert.deepEqual(actsOf(confirmed, 'dora', before), ['move', 'cancel']);
  assert.deepEqual(actsOf(confirmed, 'dora', start - HOUR), ['start', 'move', 'cancel']);
  assert.deepEqual(actsOf(confirmed, 'dora', start), ['complete', 'noShow', 'move', 'cancel']);
  assert.deepEqual(actsOf(confirmed, 'ama', start), ['move', 'cancel']);
  assert.deepEqual(actsOf(confirmed, 'ama', start + HOUR), ['move'], 'nothing is called off afterwards');
  assert.deepEqual(actsOf(made({ status: 'in-progress' }), 'ama', start), []);
  assert.deepEqual(actsOf(made({ status: 'in-progress' }), 'dora', start), ['complete', 'cancel']);
  for (const status of /** @type {const} */ (['completed', 'cancelled', 'no-show'])) assert.deepEqual(actsOf(made({ status }), 'dora', before), []);
});

test('how it stands for its reader', () => {
  const before = start - HOUR;
  assert.equal(standing(made(), 'ama', before), 'waits');
  assert.equal(standing(made(), 'dora', before), 'asked');
  assert.equal(standing(made(), 'dora', start + HOUR), 'unanswered');
  assert.equal(standing(made({ status: 'confirmed' }), 'ama', before), 'confirmed');
  assert.equal(standing(made({ status: 'confirmed' }), 'ama', start + HOUR), 'over');
  assert.equal(standing(made({ status: 'in-progress' }), 'ama', start), 'now');
  assert.equal(standing(made({ status: 'no-show' }), 'ama', start), 'noShow');
  assert.ok(waitsForMe(made(), 'dora', before) && !waitsForMe(made(), 'ama', before) && !waitsForMe(made(), 'dora', start + HOUR));
  assert.deepEqual([otherOf(made(), 'ama').name, otherOf(made(), 'dora').name], ['Dr. Dora', 'Ama']);
});

test('who meets whom', () => {
  assert.ok(canMeet('mom', 'midwife') && canMeet('service_provider', 'mom'));
  for (const [mine, theirs] of [['mom', 'mom'], ['doctor', 'midwife'], ['admin', 'mom'], ['mom', 'admin'], ['mom', undefined]]) assert.ok(!canMeet(mine, theirs));
});

test('the newer of two views counts', () => {
  const later = made({ updatedAt: '2026-11-20T09:00:00.000Z', status: 'confirmed' });
  assert.equal(newest(later, made()), later);
  assert.equal(newest(undefined, later), later);
  assert.equal(newest(made(), later), later);
});

test('a day and a time are a moment of this place', () => {
  assert.equal(momentOf('2026-11-24', '10:30'), new Date(2026, 10, 24, 10, 30).getTime());
  for (const [day, time] of [['', '10:30'], ['2026-11-24', ''], ['odd', 'odd']]) assert.ok(Number.isNaN(momentOf(day, time)));
});

test('a file for the calendar says when and where, and not what about', () => {
  const file = calendarFile(made({ status: 'confirmed' }), { title: 'Appointment with Dr. Dora; room, 4', place: 'Lake Road 1\nසායනය '.repeat(6), now: start });
  const lines = file.split('\r\n');
  assert.equal(lines.at(-1), '');
  for (const line of lines) assert.ok(new TextEncoder().encode(line).length <= 75, line);
  const whole = file.replace(/\r\n /gu, '');
  for (const part of ['BEGIN:VCALENDAR', 'UID:a1@mommycare', 'DTSTART:20261124T103000Z', 'DTEND:20261124T110000Z', 'SUMMARY:Appointment with Dr. Dora\\; room\\, 4', 'STATUS:CONFIRMED', 'Lake Road 1\\nසායනය']) {
    assert.ok(whole.includes(part), part);
  }
  assert.ok(!file.includes('Secret') && !/[^\r]\n/u.test(file));
  assert.ok(calendarFile(made(), { title: 't', place: '' }).includes('STATUS:TENTATIVE'));
});

test('what a message says stands in for what this app does not know', () => {
  const data = { appointmentId: 'a1', action: 'odd', actorId: 'ama', startTime: made().startTime, endTime: made().endTime, appointment: made() };
  assert.ok(isAppointment(data) && !isAppointment(null));
  assert.equal(systemText({ content: 'In English', systemData: data }, 'ama'), 'In English');
});

test('a leaf of the calendar, in three languages', () => {
  const at = new Date(2026, 10, 24, 9).getTime();
  lang.value = 'en';
  assert.deepEqual(leaf(at), { weekday: 'Tue', day: 24, month: 'Nov' });
  assert.equal(aheadDay(at, { today: 'Today', tomorrow: 'Tomorrow' }, at - 24 * HOUR), 'Tomorrow');
  assert.equal(aheadDay(at, { today: 'Today', tomorrow: 'Tomorrow' }, at + 48 * HOUR), 'Tuesday, 24 November');
  lang.value = 'si';
  assert.deepEqual(leaf(at), { weekday: 'අඟ', day: 24, month: 'නොවැ' });
  lang.value = 'en';
});
