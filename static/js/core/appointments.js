// Appointments, as far as this client knows them: what is to come, what is asked of the reader, and pages of the past.

import { batch, computed, signal } from '../../vendor/preact.js';
import { actsOf, isAhead, newest, STATUS, waitsForMe } from './appointment-rules.js';
import { get, patch, post } from './api.js';
import { minute } from './availability.js';
import { newId } from './device.js';
import { me } from './session.js';

/** @typedef {import('./types.js').Appointment} Appointment */
/** @typedef {import('./types.js').Person} Person */
/** @typedef {import('./appointment-rules.js').Act} Act */
/** @typedef {{ kind: 'show', id: string } | { kind: 'book', person?: Pick<Person, 'id'|'name'|'role'|'location'> }} Layer */
/** @typedef {{ action: string, actorId: string|null, messageId: string, appointment: Appointment }} News */

const appointments = signal(/** @type {Map<string, Appointment>} */ (new Map()));
/** Counts what has changed, so that a list knows when to look again. */
export const changes = signal(0);
/** The dialog that is open; what it shows comes in with the first one. */
export const layer = signal(/** @type {Layer|null} */ (null));
/** What somebody else has done just now, or what begins soon; the page says so once. */
export const news = signal(/** @type {News|null} */ (null));

/** @param {string|null|undefined} id */
export const appointment = (id) => (id ? appointments.value.get(id) : undefined);

/** How many wait for the reader's word. */
export const asked = computed(() => {
  const self = me.value?.id ?? '';
  const now = Math.max(minute.value, Date.now());
  return [...appointments.value.values()].filter((a) => waitsForMe(a, self, now)).length;
});

/** Takes in what the server says of one; an older view changes nothing. @param {Appointment} view */
export function noteAppointment(view) {
  const held = appointments.value.get(view.id);
  const next = newest(held, view);
  if (next !== held && next.updatedAt !== held?.updatedAt) appointments.value = new Map(appointments.value).set(next.id, next);
}

/** Something has happened to one, here or elsewhere. @param {News} told */
export function appointmentChanged(told) {
  batch(() => {
    noteAppointment(told.appointment);
    changes.value++;
    if (told.actorId !== me.value?.id) news.value = told;
  });
}

/** What is to come, whenever the connection stands; and what was to come and is not any more. */
export async function loadAhead() {
  if (me.value?.role === 'admin') return;
  const { data } = await get('/api/appointments?filter=upcoming&limit=100');
  const there = new Set(data.map((/** @type {Appointment} */ one) => one.id));
  const gone = [...appointments.value.values()].filter((one) => isAhead(one, Date.now()) && !there.has(one.id));
  batch(() => {
    data.forEach(noteAppointment);
    changes.value++;
  });
  await Promise.all(gone.slice(0, 20).map(({ id }) => loadAppointment(id).catch(() => {})));
}

/** @param {string} id */
export async function loadAppointment(id) {
  const { data } = await get(`/api/appointments/${encodeURIComponent(id)}`);
  noteAppointment(data);
}

/** @param {Promise<any>} answer */
async function taken(answer) {
  const { data } = await answer;
  batch(() => {
    noteAppointment(data);
    changes.value++;
  });
  return /** @type {Appointment} */ (data);
}

/** One id for all attempts, so that an answer lost on the way does not book twice. */
export const newAttempt = newId;

/** @param {Person['id']} other @param {Record<string, unknown>} wish @param {string} clientAppointmentId */
export const book = (other, wish, clientAppointmentId) =>
  taken(post('/api/appointments', { [me.value?.role === 'mom' ? 'providerId' : 'patientId']: other, ...wish, clientAppointmentId }));

/** A step, for the time that the reader has seen. @param {Appointment} a @param {Act} act */
export const step = (a, act) => taken(patch(`/api/appointments/${a.id}`, { status: STATUS[act], startTime: a.startTime }));

/** @param {Appointment} a @param {number} start @param {number} duration minutes */
export const move = (a, start, duration) => taken(patch(`/api/appointments/${a.id}`, { startTime: new Date(start).toISOString(), duration }));

/** @param {Appointment} a @param {string} reason */
export const callOff = (a, reason) => taken(post(`/api/appointments/${a.id}/cancel`, reason ? { cancellationReason: reason } : {}));

/** What the reader may do with one at this minute. @param {Appointment} a */
export const mayDo = (a) => actsOf(a, me.value?.id ?? '', Math.max(minute.value, Date.now()));

/** @param {string} id */
export const showAppointment = (id) => (layer.value = { kind: 'show', id });
/** @param {Pick<Person, 'id'|'name'|'role'|'location'>} [person] */
export const bookWith = (person) => (layer.value = { kind: 'book', person });

const PAGE = 30;

/** A list of its own for each look at it. */
export function appointmentList() {
  const ids = signal(/** @type {string[]} */ ([]));
  const state = signal(/** @type {'loading'|'ready'|'failed'} */ ('loading'));
  const hasMore = signal(false);
  let filter = 'upcoming';
  let cursor = '';
  let turn = 0;

  /** @param {boolean} afresh */
  async function load(afresh) {
    const mine = ++turn;
    try {
      const from = afresh || !cursor ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const { data, pagination } = await get(`/api/appointments?filter=${filter}&limit=${PAGE}${from}`);
      if (mine !== turn) return;
      batch(() => {
        data.forEach(noteAppointment);
        const found = data.map((/** @type {Appointment} */ one) => one.id);
        ids.value = afresh ? found : [...ids.value, ...found.filter((/** @type {string} */ id) => !ids.value.includes(id))];
        cursor = pagination?.nextCursor ?? '';
        hasMore.value = Boolean(cursor);
        state.value = 'ready';
      });
    } catch {
      if (mine === turn && !ids.value.length) state.value = 'failed';
    }
  }

  return {
    ids, state, hasMore,
    /** @param {boolean} past */
    want(past) {
      filter = past ? 'past' : 'upcoming';
      state.value = 'loading';
      ids.value = [];
      return load(true);
    },
    /** Something has changed: the first page again. */
    renew: () => load(true),
    more: () => load(false),
  };
}

/** Nothing of one person may be left for the next one on this device. */
export function emptyAppointments() {
  batch(() => {
    appointments.value = new Map();
    layer.value = null;
    news.value = null;
  });
}
