// The door to calls: what everybody's first look needs of them. What makes a call comes in with the first one.

import { computed, effect, signal } from '../../vendor/preact.js';
import { get, patch } from './api.js';
import { callsAreOn } from './clinic.js';
import { recallHere } from './device.js';

/** @typedef {import('./types.js').CallType} CallType */
/** @typedef {import('./types.js').Callee} Callee */
/** @typedef {Pick<import('./types.js').CallState, 'id'|'conversationId'|'type'|'direction'|'other'|'since'>} Elsewhere */

/** The call of this tab, if there is one. Only call.js changes it. */
export const call = signal(/** @type {import('./types.js').CallState|null} */ (null));
/** Whether something would be lost if the page went away now. */
export const inCall = computed(() => call.value !== null && call.value.phase !== 'ended' && call.value.phase !== 'incoming');
/** Calls that nobody answered and nobody has looked at. */
export const missedCalls = signal(0);
/** Rang here and was over before it was answered; the page says so once. */
export const missedFrom = signal(/** @type {import('./types.js').CallState|null} */ (null));

/** Whether this person has ever called or been called; asked only where calls are switched off. */
const hasPast = signal(false);
/** Whether the list of calls deserves its place: where nobody can call, only if there is something in it. */
export const hasList = computed(() => callsAreOn.value || hasPast.value);

/** The call that its person is in on another device, or in another tab; without `since` it rings there at the other's. @type {import('../../vendor/preact.js').Signal<Elsewhere|null>} */
export const elsewhere = signal(/** @type {Elsewhere|null} */ (null));

/** Where a tab keeps the call that it is in, so that a reload goes on with it. */
export const KEPT = 'mc.call';

/** Without a secure address browsers give neither microphone nor connection. */
export const canCall = () => 'RTCPeerConnection' in globalThis && Boolean(navigator.mediaDevices?.getUserMedia);

/** @typedef {typeof import('./call.js')} Engine */
/** @type {Promise<Engine>|null} */
let loading = null;
/** @type {Engine|null} */
let loaded = null;
const load = () =>
  (loading ??= import('./call.js').then(
    (engine) => (loaded = engine),
    (error) => {
      // The network may be back at the next try.
      loading = null;
      throw error;
    },
  ));

/** Events keep their order, also those that come while the code does. */
let turn = Promise.resolve();
/** @param {(engine: Engine) => void} then */
const pass = (then) => {
  turn = turn.then(load).then(then).catch(() => {});
};

const EVENTS = ['incoming_voice_call', 'incoming_video_call', 'call_accepted', 'call_rejected', 'call_ended', 'call_signal', 'call_media', 'call_connection', 'call_elsewhere'];

/** What says where calls are. */
const MOVES = ['call_accepted', 'call_rejected', 'call_ended', 'call_connection', 'call_elsewhere'];
/** Counts it: an answer that such an event has overtaken is old. */
let moves = 0;

/** Looks whether a call goes on elsewhere. @returns {Promise<void>} */
export async function lookElsewhere() {
  const before = moves;
  const { data } = await get('/api/chat/calls/active').catch(() => ({ data: undefined }));
  if (data === undefined) return undefined;
  if (moves !== before) return lookElsewhere();
  const isHere = data === null || (inCall.value && data.id === call.value?.id) || data.id === recallHere(KEPT, /** @type {any} */ (null))?.id;
  // What rings for oneself is nowhere yet.
  if (isHere || (data.status !== 'accepted' && data.direction === 'in')) elsewhere.value = null;
  else isElsewhere(data);
  return undefined;
}

/** @param {any} view of the server, of a call that goes on */
export function isElsewhere({ id, conversationId, type, direction, callerId, callerName, calleeId, calleeName, answeredAt }) {
  const other = direction === 'out' ? { id: calleeId, name: calleeName } : { id: callerId, name: callerName };
  elsewhere.value = { id, conversationId, type, direction, other, since: answeredAt ? Date.parse(answeredAt) : null };
}

/** With whom one is in a call, here or elsewhere: there is one at a time. */
export const engagedWith = computed(() => (inCall.value ? call.value : elsewhere.value)?.other.id ?? null);

/** @type {Record<string, (data: any) => void>} */
export const callHandlers = {
  ...Object.fromEntries(EVENTS.map((event) => [event, (/** @type {any} */ data) => {
    if (MOVES.includes(event)) moves++;
    pass((engine) => engine.handle(event, data));
  }])),
  calls_missed: ({ count }) => (missedCalls.value = count),
};

const countMissed = () => get('/api/chat/calls/missed').then(({ data }) => (missedCalls.value = data.count), () => {});

const lookBack = () => get('/api/chat/calls?limit=1').then(({ data }) => (hasPast.value = data.length > 0), () => {});
/** @type {() => void} */
let stopWatching = () => {};

/** Each time the connection stands: a call goes on, and the code is at hand before somebody rings. */
export function callsConnected() {
  void countMissed();
  void lookElsewhere();
  stopWatching();
  stopWatching = effect(() => {
    if (!callsAreOn.value) void lookBack();
  });
  if (call.value || recallHere(KEPT, null)) pass((engine) => void engine.resume());
  else if (callsAreOn.value) (globalThis.requestIdleCallback ?? setTimeout)(() => pass(() => {}));
}

/** The session is over, and the call with it. */
export function callsFinish() {
  stopWatching();
  missedCalls.value = 0;
  hasPast.value = false;
  elsewhere.value = null;
  loaded?.leave();
}

/** Must follow a press. @param {Callee} other @param {CallType} type @param {string} [conversationId] */
export const startCall = (other, type, conversationId = '') => pass((engine) => void engine.start(other, type, conversationId));

/** Goes on here with the call that is elsewhere. Must follow a press. */
export const takeHere = () => pass((engine) => void engine.takeHere());

/** Whoever has looked at the list has seen what was missed. */
export async function callsSeen() {
  if (!missedCalls.value) return;
  missedCalls.value = 0;
  await patch('/api/chat/calls/seen').catch(() => {});
}
