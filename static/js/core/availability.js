// Whether somebody takes conversations now. A limited answer ends by itself, without a word from the server.

import { signal } from '../../vendor/preact.js';

/** @typedef {import('./types.js').Availability} Availability */
/** @typedef {import('./types.js').Person} Person */

const MINUTE = 60_000;
/** The time, once a minute, for what is drawn from it. */
export const minute = signal(Date.now());
export const startMinutes = () => setInterval(() => (minute.value = Date.now()), MINUTE);

/** @param {Pick<Person, 'availability'|'availabilityUntil'>} person @param {number} [now] @returns {Availability|undefined} */
export const availabilityOf = (person, now = minute.value) => (isOver(person, now) ? 'available' : person.availability);

/** When a limited answer ends; null where it has no end. @param {Pick<Person, 'availability'|'availabilityUntil'>} person @param {number} [now] */
export const untilOf = (person, now = minute.value) =>
  person.availabilityUntil && person.availability !== 'available' && !isOver(person, now) ? Date.parse(person.availabilityUntil) : null;

/** @param {Pick<Person, 'availabilityUntil'>} person @param {number} now */
const isOver = (person, now) => Boolean(person.availabilityUntil) && Date.parse(person.availabilityUntil ?? '') <= now;

const MORNING = 8;
const EVENING = 18;

/** What is offered as an end, soonest first. Pure. @param {number} now @returns {{ key: string, at: number }[]} */
export function untilChoices(now) {
  /** @param {number} days @param {number} hour */
  const at = (days, hour) => {
    const day = new Date(now);
    return new Date(day.getFullYear(), day.getMonth(), day.getDate() + days, hour).getTime();
  };
  const toMonday = (8 - new Date(now).getDay()) % 7 || 7;
  return [
    { key: 'hour', at: now + 60 * MINUTE },
    { key: 'evening', at: at(0, EVENING) },
    { key: 'tomorrow', at: at(1, MORNING) },
    { key: 'monday', at: at(toMonday, MORNING) },
  ].filter(({ key, at }) => (key !== 'evening' || at > now + 60 * MINUTE) && (key !== 'monday' || toMonday > 1));
}

/** For a field of type datetime-local, in local time and to the minute. Pure. @param {number} at */
export function asLocal(at) {
  const date = new Date(at);
  return new Date(at - date.getTimezoneOffset() * MINUTE).toISOString().slice(0, 16);
}
