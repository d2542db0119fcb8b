// What became of a call, in a few words, from where the reader stands. Pure but for the language.

import { explain, has, t } from './i18n.js';

/** @typedef {import('./types.js').CallType} CallType */
/** @typedef {{ type: CallType, status: string, duration: number|null, direction: 'in'|'out' }} Told */

/** "4:12", "1:04:12". Pure. @param {number} seconds */
export function lasted(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (/** @type {number} */ n) => String(n).padStart(2, '0');
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

const OUT = /** @type {Record<string, string>} */ ({ ended: 'done', accepted: 'on', missed: 'noAnswer', cancelled: 'cancelled', rejected: 'declined', busy: 'busy', failed: 'failed', ringing: 'rings' });
const IN = /** @type {Record<string, string>} */ ({ ...OUT, missed: 'missed', cancelled: 'missed', busy: 'missed' });

/** Whether the reader was called and did not answer. Pure. @param {Pick<Told, 'status'|'direction'>} told */
export const isMissed = ({ status, direction }) => direction === 'in' && IN[status] === 'missed';

/** "Missed voice call", "Video call, 4:12"; nothing for what this app does not know. @param {Told} told */
export function callText({ type, status, duration, direction }) {
  const what = (direction === 'out' ? OUT : IN)[status];
  if (!what || (type !== 'voice' && type !== 'video')) return null;
  return t(`call.note.${type}.${what}`, { time: lasted(duration ?? 0) });
}

/** @param {Pick<Told, 'status'|'direction'>} told */
export const callIcon = (told) => (isMissed(told) ? 'phone-missed' : told.direction === 'out' ? 'phone-outgoing' : 'phone-incoming');

/** Where one is in a call, if not here. @param {Pick<import('./types.js').CallState, 'other'|'since'>} call */
export const elsewhereText = ({ other, since }) => t(since ? 'call.elsewhere' : 'call.elsewhereRings', { name: other.name });

/** Why a call is over. @param {Pick<import('./types.js').CallState, 'end'|'other'>} call */
export function endText({ end, other }) {
  if (end?.error) return explain(end.error);
  const key = `call.end.${end?.reason}`;
  return t(has(key) ? key : 'call.end.hangup', { name: other.name });
}
