// How an appointment looks, wherever it stands: its day as a leaf of a calendar, its time, its place, how it stands.

import { html } from '../../vendor/preact.js';
import { standing } from '../core/appointment-rules.js';
import { minute } from '../core/availability.js';
import { aheadDay, clock, leaf } from '../core/dates.js';
import { has, t } from '../core/i18n.js';
import { me } from '../core/session.js';
import { langOf } from '../core/text.js';
import { Icon } from './icon.js';

/** @typedef {import('../core/types.js').Appointment} Appointment */

/** Titles that the server gives where nobody has; the reader has words of their own for them. */
const USUAL = ['Consultation', 'Check-up', 'Follow-up', 'Ultrasound', 'Vaccination', 'Appointment'];
export const KINDS = ['consultation', 'checkup', 'follow-up', 'ultrasound', 'vaccination', 'other'];
export const MEETINGS = /** @type {const} */ (['in-person', 'video', 'phone']);
const MEETING_ICON = { 'in-person': 'map-pin', video: 'video', phone: 'phone' };

/** @param {Pick<Appointment, 'title'|'type'>} a */
export const titleOf = ({ title, type }) => (title && !USUAL.includes(title) ? title : has(`appointment.type.${type}`) ? t(`appointment.type.${type}`) : title);

/** 10:30–11:00 @param {{ startTime: string, endTime: string }} a */
export const spanOf = ({ startTime, endTime }) => `${clock(Date.parse(startTime))}–${clock(Date.parse(endTime))}`;

/** "Tomorrow, 10:30–11:00" @param {{ startTime: string, endTime: string }} a */
export const whenOf = (a) => `${aheadDay(Date.parse(a.startTime), { today: t('today'), tomorrow: t('tomorrow') })}, ${spanOf(a)}`;

/** @param {Appointment} a */
export const placeOf = ({ location }) =>
  location.type === 'in-person' ? [location.room, location.address].filter(Boolean).join(', ') : t(`appointment.at.${location.type}`);

/** A leaf of a calendar; what it says stands beside it in words. @param {{ at: number }} props */
export function Leaf({ at }) {
  const { weekday, day, month } = leaf(at);
  return html`<span class="cal" aria-hidden="true">${weekday}<b class="num">${day}</b>${month}</span>`;
}

const TAGS = /** @type {Record<string, [string, string]>} */ ({
  asked: ['warn', 'hourglass'],
  waits: ['', 'hourglass'],
  unanswered: ['', 'clock'],
  confirmed: ['ok', 'check'],
  now: ['ok', 'clock'],
  over: ['', 'clock'],
  completed: ['', 'check-check'],
  cancelled: ['', 'calendar-x'],
  noShow: ['', 'calendar-x'],
});

/** @param {{ a: Appointment }} props */
export function Standing({ a }) {
  const how = standing(a, me.value?.id ?? '', Math.max(minute.value, Date.now()));
  const [kind, icon] = TAGS[how];
  return html`<span class=${`tag ${kind}`} data-testid="appointment-standing" data-status=${a.status}><${Icon} name=${icon} size="s" />${t(`appointment.standing.${how}`)}</span>`;
}

/** @param {{ a: Appointment }} props */
export function Where({ a }) {
  const place = placeOf(a);
  if (!place) return null;
  return html`<span class="appt-where"><${Icon} name=${MEETING_ICON[a.location.type] ?? 'map-pin'} size="s" /><span lang=${langOf(place)} dir="auto">${place}</span></span>`;
}
