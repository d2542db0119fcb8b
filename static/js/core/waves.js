// Loudness of sounds that the server could not decode: decoded here, once in a visit, one after the other, and only what is small
// enough that nobody minds fetching it.

import { signal } from '../../vendor/preact.js';
import { barsOf } from './sound.js';

/** @typedef {import('./types.js').FileRef} FileRef */

/** Bytes of a sound that is fetched to be looked at. */
const LIGHT = 2 << 20;
/** Seconds of it. */
const SHORT = 10 * 60;
/** Samples a second: enough to see loudness, and little memory. */
const RATE = 8000;
/** Pictures that are kept. */
const MOST = 300;

/** @type {import('../../vendor/preact.js').Signal<Map<string, number[]>>} by file or, for what is on its way, by address; empty: cannot be known */
const known = signal(new Map());
/** @type {Set<string>} */
const asked = new Set();
/** @type {Promise<void>} */
let queue = Promise.resolve();

/** @param {string} key @param {number[]} bars */
function keep(key, bars) {
  const next = new Map(known.value).set(key, bars);
  for (const oldest of next.keys()) if (next.size > MOST) next.delete(oldest);
  known.value = next;
}

/** The loudness of a sound; empty while it is not known. @param {FileRef} file @param {string} src */
export const waveOf = (file, src) => file.waveform ?? known.value.get(file.id) ?? known.value.get(src) ?? [];

/** Finds out how loud a sound is, if nobody has said it. @param {FileRef} file @param {string} src */
export function wantWave(file, src) {
  if (file.waveform) {
    // The same bytes stay under this address when the server, which cannot hear them, has taken them.
    if (src.startsWith('blob:') && !known.value.has(src)) keep(src, file.waveform);
    return;
  }
  const isKnown = known.value.has(src) || asked.has(file.id);
  const isTooMuch = file.size > LIGHT || (file.duration ?? 0) > SHORT || /** @type {any} */ (navigator).connection?.saveData;
  if (isKnown || isTooMuch || !src || src.startsWith('blob:')) return;
  asked.add(file.id);
  queue = queue.then(async () => keep(file.id, await decode(src).catch(() => [])));
}

/** @param {string} src @returns {Promise<number[]>} */
async function decode(src) {
  const answer = await fetch(src);
  if (!answer.ok) return [];
  const sound = await new OfflineAudioContext(1, 1, RATE).decodeAudioData(await answer.arrayBuffer());
  return barsOf(sound.getChannelData(0));
}

/** On signing out. */
export function forgetWaves() {
  known.value = new Map();
  asked.clear();
}
