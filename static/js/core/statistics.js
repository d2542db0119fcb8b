// Figures of a span of days: one's own, or the clinic's for an administrator.

import { get } from './api.js';

/** @typedef {{ messagesSent: number, messagesReceived: number, urgentSent: number, acknowledged: number, conversationsOpened: number, callsMade: number, callsAnswered: number, callsMissed: number, callSeconds: number }} Counts `callSeconds` of all calls that were answered */
/** @typedef {Counts & { date: string }} Day */
/** @typedef {{ scope: 'own'|'clinic', from: string, to: string, totals: Counts, days: Day[], conversations: number, unread: number, people?: Record<string, number> }} Figures */

export const WRITTEN = /** @type {const} */ (['messagesSent', 'messagesReceived', 'urgentSent', 'acknowledged', 'conversationsOpened']);
export const CALLED = /** @type {const} */ (['callsMade', 'callsAnswered', 'callsMissed']);
export const MEASURES = /** @type {const} */ ([...WRITTEN, ...CALLED]);
/** @typedef {typeof MEASURES[number]} Measure */

const DAY = 86_400_000;

/** Days are the clinic's, counted in UTC. @param {number} at */
const dateOf = (at) => new Date(at).toISOString().slice(0, 10);

/** A moment of that day wherever the reader is, for writing its name. Pure. @param {string} date */
export const noonOf = (date) => Date.parse(`${date}T12:00`);

/** The last so many days, today among them. Pure. @param {number} count @param {number} now */
export const lastDays = (count, now) => ({ from: dateOf(now - (count - 1) * DAY), to: dateOf(now) });

/** @type {Counts} */
const NONE = { messagesSent: 0, messagesReceived: 0, urgentSent: 0, acknowledged: 0, conversationsOpened: 0, callsMade: 0, callsAnswered: 0, callsMissed: 0, callSeconds: 0 };

/** How long people talk, in whole seconds; nothing where nobody has. Pure. @param {Pick<Counts, 'callsAnswered'|'callSeconds'>} counts */
export const meanCall = ({ callsAnswered, callSeconds }) => (callsAnswered > 0 ? Math.round(callSeconds / callsAnswered) : null);

/** Every day from the first to the last, with zeros where nothing was. Pure. @param {Day[]} days @param {string} from @param {string} to @returns {Day[]} */
export function everyDay(days, from, to) {
  const known = new Map(days.map((day) => [day.date, day]));
  const list = [];
  for (let at = Date.parse(from); at <= Date.parse(to); at += DAY) {
    const date = dateOf(at);
    list.push(known.get(date) ?? { date, ...NONE });
  }
  return list;
}

/** A round number not below the highest, for the top of a chart. Pure. @param {number} highest */
export function ceiling(highest) {
  if (highest <= 4) return 4;
  const unit = 10 ** Math.floor(Math.log10(highest));
  return [1, 2, 4, 5, 10].map((step) => step * unit).find((top) => top >= highest) ?? 10 * unit;
}

/** @param {number} count @returns {Promise<Figures>} */
export async function loadFigures(count) {
  const { from, to } = lastDays(count, Date.now());
  const { data } = await get(`/api/chat/statistics?from=${from}&to=${to}`);
  return { ...data, days: everyDay(data.days ?? [], from, to), from, to };
}
