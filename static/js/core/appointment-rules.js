// What an appointment is to its reader, and what they may do with it. Pure; the server has the last word.

/** @typedef {import('./types.js').Appointment} Appointment */
/** @typedef {'confirm'|'start'|'complete'|'move'|'noShow'|'cancel'} Act */

const HOUR = 3_600_000;
/** The server refuses what is farther ahead. */
export const FARTHEST = 365 * 24 * HOUR;

const PROFESSIONS = ['doctor', 'midwife', 'service_provider'];

/** Whether something can still become of it. @param {Pick<Appointment, 'status'>} a */
export const isOpen = ({ status }) => status === 'scheduled' || status === 'confirmed' || status === 'in-progress';

/** To come, or under way. @param {Appointment} a @param {number} now */
export const isAhead = (a, now) => isOpen(a) && Date.parse(a.endTime) > now;

/** Whether a mother and a professional are these two. @param {string|undefined} mine role @param {string|undefined} theirs role */
export const canMeet = (mine, theirs) =>
  (mine === 'mom' && PROFESSIONS.includes(theirs ?? '')) || (theirs === 'mom' && PROFESSIONS.includes(mine ?? ''));

/** The name of the other one. @param {Appointment} a @param {string} self @returns {{ id: string, name: string }} */
export const otherOf = (a, self) => (a.patientId === self ? { id: a.providerId, name: a.providerName } : { id: a.patientId, name: a.patientName });

/** Whether the reader is asked. @param {Appointment} a @param {string} self @param {number} now */
export const waitsForMe = (a, self, now) => a.status === 'scheduled' && a.proposedBy !== self && Date.parse(a.endTime) > now;

/** How it stands, from where the reader looks. @param {Appointment} a @param {string} self @param {number} now */
export function standing(a, self, now) {
  if (a.status === 'scheduled') return Date.parse(a.endTime) <= now ? 'unanswered' : a.proposedBy === self ? 'waits' : 'asked';
  if (a.status === 'confirmed' && Date.parse(a.endTime) <= now) return 'over';
  return a.status === 'in-progress' ? 'now' : a.status === 'no-show' ? 'noShow' : a.status;
}

/** What the reader may do, the likeliest first. @param {Appointment} a @param {string} self @param {number} now @returns {Act[]} */
export function actsOf(a, self, now) {
  if (!isOpen(a)) return [];
  const isProvider = a.providerId === self;
  const begun = Date.parse(a.startTime) <= now;
  const over = Date.parse(a.endTime) <= now;
  const together = a.status === 'in-progress';
  /** @type {[Act, boolean][]} */
  const acts = [
    ['confirm', waitsForMe(a, self, now)],
    ['complete', isProvider && (together || (a.status === 'confirmed' && begun))],
    ['start', isProvider && a.status === 'confirmed' && !begun && Date.parse(a.startTime) - HOUR <= now],
    ['noShow', isProvider && a.status === 'confirmed' && begun],
    ['move', !together],
    ['cancel', isProvider || (!over && !together)],
  ];
  return acts.filter(([, may]) => may).map(([act]) => act);
}

/** The state that a step asks the server for. @type {Partial<Record<Act, string>>} */
export const STATUS = { confirm: 'confirmed', start: 'in-progress', complete: 'completed', noShow: 'no-show' };

/** The newer of two views of one appointment. @param {Appointment|undefined} held @param {Appointment} next */
export const newest = (held, next) => (held && held.updatedAt > next.updatedAt ? held : next);

/** A local day and time as a moment; NaN for what is none. @param {string} day "2026-11-24" @param {string} time "10:30" */
export const momentOf = (day, time) => (day && time ? new Date(`${day}T${time}`).getTime() : NaN);
