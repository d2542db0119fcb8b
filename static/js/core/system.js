// What a system message says, in the reader's language. Its English sentence stands in where the facts are not known.

import { callText } from './call-text.js';
import { aheadWhen } from './dates.js';
import { has, t } from './i18n.js';

/** @typedef {import('./types.js').SystemData} SystemData */
/** @typedef {import('./types.js').CallData} CallData */
/** @typedef {import('./types.js').AppointmentData} AppointmentData */

/** Whether a system message tells of a call. @param {SystemData|CallData|AppointmentData|null|undefined} data @returns {data is CallData} */
export const isCall = (data) => Boolean(data && 'callId' in data);

/** Whether a system message tells of an appointment. @param {SystemData|CallData|AppointmentData|null|undefined} data @returns {data is AppointmentData} */
export const isAppointment = (data) => Boolean(data && 'appointmentId' in data);

/** What was done, as texts name it. @param {Pick<AppointmentData, 'action'|'actorId'|'appointment'>} data */
const deedOf = ({ action, actorId, appointment: a }) => (action === 'requested' && actorId === a.providerId ? 'offered' : action === 'no-show' ? 'noShow' : action);

/** "Appointment offered"; nothing for what this app does not know. @param {AppointmentData} data */
export function appointmentKicker(data) {
  const deed = deedOf(data);
  return has(`appointment.kicker.${deed}`) ? t(`appointment.kicker.${deed}`) : null;
}

/** "You asked for an appointment: Tomorrow, 10:30"; nothing for what this app does not know. @param {Omit<AppointmentData, 'appointmentId'>} data @param {string} self */
export function appointmentText({ action, actorId, startTime, appointment: a }, self) {
  const kind = deedOf({ action, actorId, appointment: a });
  const actor = (actorId === a.patientId ? a.patientName : a.providerName) || t('someone');
  const key = `system.visit.${kind}.${actorId === self ? 'you' : 'they'}`;
  if (!has(key)) return null;
  return t(key, { actor, when: aheadWhen(Date.parse(startTime), { today: t('today'), tomorrow: t('tomorrow') }) });
}

/** People of a long list are counted, not named. */
const NAMED = 3;
const KNOWN = new Set(['created', 'added', 'removed', 'left', 'renamed', 'avatar', 'admin']);

/** "you, Asha and 2 more" @param {SystemData} data @param {string} self */
function names({ userIds = [], names: all = [] }, self) {
  const said = userIds.map((id, i) => (id === self ? t('system.you') : all[i] || t('someone')));
  // Oneself is looked for first.
  const mine = userIds.indexOf(self);
  if (mine > 0) said.unshift(...said.splice(mine, 1));
  const more = said.length - NAMED;
  if (more === 1) return said.join(', ');
  return more > 1 ? t('system.andMore', { names: said.slice(0, NAMED).join(', '), n: more }) : said.join(', ');
}

/** @param {{ content: string, systemData?: SystemData|CallData|AppointmentData|null }} m @param {string} self the reader's id */
export function systemText(m, self) {
  const data = m.systemData;
  if (isCall(data)) return callText({ ...data, direction: data.callerId === self ? 'out' : 'in' }) ?? m.content;
  if (isAppointment(data)) return appointmentText(data, self) ?? m.content;
  if (!data || !KNOWN.has(data.action)) return m.content;
  const who = data.actorId === self ? 'you' : 'they';
  const isMe = data.userIds?.length === 1 && data.userIds[0] === self;
  // "You look after the group now" needs words of its own.
  const kind = data.action === 'admin' && isMe ? 'adminYou' : data.action;
  return t(`system.${kind}.${kind === 'admin' || kind === 'adminYou' ? 'they' : who}`, { actor: data.actorName || t('someone'), names: names(data, self), name: data.name ?? '' });
}
