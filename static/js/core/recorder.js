// The microphone. One recording at a time; what was recorded waits in its conversation until it is sent or thrown away. However a
// recording ends, the microphone is let go at once.

import { batch, signal } from '../../vendor/preact.js';
import { limits } from './files.js';
import { pause, unload } from './player.js';
import { BITRATE, SHORTEST, barsOfLevels, longest, loudness, recorderType } from './sound.js';

/** Looks at the loudness this often, in milliseconds. */
const TICK = 80;
/** Levels that are shown while one speaks. */
export const SHOWN = 28;
/** The recorder says the rest within this time, or never. */
const LAST_WORDS = 3000;

/** @typedef {'insecure'|'refused'|'none'|'busy'|'failed'|'short'} Trouble why there is no recording */
/** @typedef {'full'|'lost'} Cut why one ended by itself: it may not be longer, or the microphone went */
/** @typedef {{ id: string, file: File, url: string, duration: number, waveform: number[], cut?: Cut }} Take a recording that waits */

/** @typedef {object} Session
 * @property {string} conversationId
 * @property {boolean} isOver
 * @property {Cut} [cut]
 * @property {MediaStream} [stream]
 * @property {AudioContext} [ear]
 * @property {MediaRecorder} [recorder]
 * @property {Promise<void>} [stopped]
 * @property {Blob[]} chunks
 * @property {number} bytes
 * @property {number[]} levels
 * @property {number} since when it began, on the clock of performance
 * @property {ReturnType<typeof setInterval>} [ticking]
 */

/** @type {Session|null} */
let session = null;

/** The conversation in which the microphone is asked for or open. */
export const recordingIn = signal('');
/** Whether it is open: one is being recorded. */
export const isOpen = signal(false);
/** Seconds. */
export const elapsed = signal(0);
/** The loudness of the last moments, newest last, 0 to 1. */
export const recent = signal(/** @type {number[]} */ ([]));
const takes = signal(/** @type {Map<string, Take>} */ (new Map()));
const troubles = signal(/** @type {Map<string, Trouble>} */ (new Map()));

/** @param {string} conversationId */
export const takeOf = (conversationId) => takes.value.get(conversationId);
/** @param {string} conversationId */
export const troubleOf = (conversationId) => troubles.value.get(conversationId);
/** Seconds that one may speak. */
export const mostSeconds = () => longest(limits().size);

/** @template V @param {import('../../vendor/preact.js').Signal<Map<string, V>>} map @param {string} key @param {V|undefined} value */
function put(map, key, value) {
  const next = new Map(map.value);
  if (value === undefined) next.delete(key);
  else next.set(key, value);
  map.value = next;
}

/** @param {string} conversationId @param {Trouble} [why] */
const complain = (conversationId, why) => put(troubles, conversationId, why);
/** It has been read. @param {string} conversationId */
export const forgive = (conversationId) => complain(conversationId);

/** @param {unknown} error @returns {Trouble} */
function reasonOf(error) {
  const name = /** @type {{ name?: string }} */ (error)?.name ?? '';
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'refused';
  if (name === 'NotFoundError' || name === 'OverconstrainedError') return 'none';
  return name === 'NotReadableError' || name === 'AbortError' ? 'busy' : 'failed';
}

/** Whether this browser can record at all. On plain http it does not even ask. */
const canRecord = () => isSecureContext && Boolean(navigator.mediaDevices?.getUserMedia) && 'MediaRecorder' in globalThis;

/** Begins to record. The browser may ask first. @param {string} conversationId */
export async function record(conversationId) {
  if (session || takeOf(conversationId)) return;
  complain(conversationId);
  if (!canRecord()) return complain(conversationId, 'insecure');
  pause();
  /** @type {Session} */
  const mine = { conversationId, isOver: false, chunks: [], bytes: 0, levels: [], since: 0 };
  session = mine;
  elapsed.value = 0;
  recent.value = [];
  recordingIn.value = conversationId;
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 } });
    mine.stream = stream;
    // Nobody waits for it any more.
    if (mine.isOver) return release(mine);
    open(mine, stream);
  } catch (error) {
    if (!mine.isOver) complain(conversationId, reasonOf(error));
    release(mine);
  }
}

/** @param {Session} mine @param {MediaStream} stream */
function open(mine, stream) {
  const mimeType = recorderType((type) => MediaRecorder.isTypeSupported(type));
  const recorder = new MediaRecorder(stream, { ...(mimeType && { mimeType }), audioBitsPerSecond: BITRATE });
  mine.recorder = recorder;
  const { size } = limits();
  recorder.ondataavailable = ({ data }) => {
    if (data.size) mine.chunks.push(data);
    mine.bytes += data.size;
    if (mine.bytes > size * 0.9) end(mine, 'full');
  };
  mine.stopped = new Promise((done) => {
    recorder.onstop = () => done();
    recorder.onerror = () => done();
  });
  for (const track of stream.getTracks()) track.onended = () => end(mine, 'lost');
  const most = mostSeconds();
  const ear = new AudioContext();
  mine.ear = ear;
  const analyser = ear.createAnalyser();
  analyser.fftSize = 2048;
  ear.createMediaStreamSource(stream).connect(analyser);
  const heard = new Float32Array(analyser.fftSize);
  recorder.start(1000);
  mine.since = performance.now();
  isOpen.value = true;
  mine.ticking = setInterval(() => {
    analyser.getFloatTimeDomainData(heard);
    mine.levels.push(loudness(heard));
    recent.value = mine.levels.slice(-SHOWN);
    elapsed.value = (performance.now() - mine.since) / 1000;
    if (elapsed.value >= most) end(mine, 'full');
  }, TICK);
}

/** It ended by itself. @param {Session} mine @param {Cut} cut */
function end(mine, cut) {
  if (mine.isOver) return;
  mine.cut = cut;
  void stop();
}

/** Lets go of the microphone and of everything that listens to it. @param {Session} mine */
function release(mine) {
  mine.isOver = true;
  clearInterval(mine.ticking);
  for (const track of mine.stream?.getTracks() ?? []) {
    track.onended = null;
    track.stop();
  }
  void mine.ear?.close().catch(() => {});
  mine.ear = undefined;
  if (session !== mine) return;
  session = null;
  isOpen.value = false;
  recordingIn.value = '';
}

/**
 * Ends the recording and gives what was recorded, if it is worth anything.
 * @param {(conversationId: string, take: Take) => void} then at once with the microphone's release, so that the screen changes once
 * @returns {Promise<Take|null>}
 */
async function finish(then) {
  const mine = session;
  if (!mine || mine.isOver) return null;
  mine.isOver = true;
  const duration = mine.since ? (performance.now() - mine.since) / 1000 : 0;
  const { recorder, conversationId, levels } = mine;
  if (!recorder) {
    release(mine);
    return null;
  }
  // The clock stands still at once, the microphone is off as soon as the recorder has its last words.
  clearInterval(mine.ticking);
  if (recorder.state !== 'inactive') recorder.stop();
  await Promise.race([mine.stopped, new Promise((done) => setTimeout(done, LAST_WORDS))]);
  if (duration < SHORTEST || !mine.chunks.length) {
    release(mine);
    complain(conversationId, 'short');
    return null;
  }
  const type = (recorder.mimeType || mine.chunks[0].type || 'audio/webm').split(';')[0];
  const file = new File(mine.chunks, `voice-${stamp(new Date())}.${ENDING[type] ?? 'webm'}`, { type });
  const take = { id: `take.${mine.since}`, file, url: URL.createObjectURL(file), duration: Math.round(duration * 10) / 10, waveform: barsOfLevels(levels), cut: mine.cut };
  batch(() => {
    release(mine);
    then(conversationId, take);
  });
  return take;
}

const ENDING = /** @type {Record<string, string>} */ ({ 'audio/mp4': 'm4a', 'audio/webm': 'webm', 'audio/ogg': 'ogg' });

/** A moment as part of a name: 2026-11-22-1410 @param {Date} at */
const stamp = (at) => new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16).replace('T', '-').replace(':', '');

/** Ends the recording; it waits in its conversation. @returns {Promise<Take|null>} */
export const stop = () => finish((id, take) => put(takes, id, take));

/** Throws away what is being recorded. @returns {Promise<(() => void)|null>} the way back, if it was long enough to be missed */
export async function cancel() {
  const id = session?.conversationId ?? '';
  const take = await finish(() => {});
  if (id) forgive(id);
  return take && (() => restore(id, take));
}

/** Throws away what was recorded. @param {string} conversationId @returns {() => void} the way back */
export function discard(conversationId) {
  const take = takeOf(conversationId);
  if (take) unload(take.id);
  put(takes, conversationId, undefined);
  return () => take && restore(conversationId, take);
}

/** @param {string} conversationId @param {Take} take */
function restore(conversationId, take) {
  if (!takeOf(conversationId)) put(takes, conversationId, take);
}

/** It is on its way: nothing of it waits any more. @param {string} conversationId */
export function sent(conversationId) {
  const take = takeOf(conversationId);
  if (!take) return;
  unload(take.id);
  put(takes, conversationId, undefined);
  URL.revokeObjectURL(take.url);
}

/** On signing out, and when a conversation is gone. @param {string} [conversationId] or all */
export function clearTakes(conversationId) {
  if (session && (!conversationId || session.conversationId === conversationId)) void cancel();
  for (const id of conversationId ? [conversationId] : [...takes.value.keys()]) sent(id);
}

// A page that goes takes the microphone with it on its own; one that is only put aside may not keep it.
addEventListener('pagehide', () => session && release(session));
addEventListener('beforeunload', (event) => {
  if (isOpen.value || takes.value.size) event.preventDefault();
});
