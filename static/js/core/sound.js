// What there is to know about sound without playing it: how a picture of its loudness is made, what a recorder may make, how far a
// key moves. Pure. The server draws loudness in the same way (src/files/inspect/loudness.rs).

/** Bars of a picture of a sound. */
export const BARS = 64;
/** What is softer than a thousandth everywhere is silence. */
const SILENCE = 0.001;
/** How fast a sound can be played. */
const RATES = [1, 1.5, 2];
/** Bits a second of what is recorded here: speech is clear, and a minute is some 350 KB. */
export const BITRATE = 48_000;
/** Nobody listens longer than this to somebody who cannot answer, in seconds. */
const LONGEST = 30 * 60;
/** A touch is not a message, in seconds. */
export const SHORTEST = 0.7;

/** What is asked of a recorder, best first. MP4 plays everywhere, also on older iPhones, and the server can hear it. */
const TYPES = ['audio/mp4;codecs=mp4a.40.2', 'audio/webm;codecs=opus', 'audio/mp4', 'audio/ogg;codecs=opus', 'audio/webm'];

/** @param {(type: string) => boolean} isSupported @returns {string} empty where nothing of it is */
export const recorderType = (isSupported) => TYPES.find(isSupported) ?? '';

/** What a browser can record at most, in seconds. @param {number} bytes that a file may have */
export const longest = (bytes) => Math.min(LONGEST, Math.floor((bytes * 8 * 0.8) / BITRATE));

/** Bars from 0 to 100, the loudest one full; lower ones are lifted, as ears do. @param {number[]} levels of loudness, 0 to 1 */
export function bars(levels) {
  const loudest = Math.max(0, ...levels);
  return levels.map((level) => (loudest < SILENCE ? 0 : Math.round(100 * Math.sqrt(level / loudest))));
}

/** At most {@link BARS} bars for a sound of any length. @param {number} count of steps @param {(step: number) => number} energy the mean square of a step */
function spread(count, energy) {
  const wide = Math.min(BARS, count);
  return bars(
    Array.from({ length: wide }, (_, bar) => {
      const [from, to] = [Math.floor((bar * count) / wide), Math.floor(((bar + 1) * count) / wide)];
      let sum = 0;
      for (let step = from; step < to; step++) sum += energy(step);
      return Math.sqrt(sum / (to - from));
    }),
  );
}

/** The picture of samples from -1 to 1. @param {Float32Array} samples */
export const barsOf = (samples) => spread(samples.length, (n) => samples[n] ** 2);

/** The picture of what was measured while it was recorded. @param {number[]} levels one each moment, 0 to 1 */
export const barsOfLevels = (levels) => spread(levels.length, (n) => levels[n] ** 2);

/** How loud a moment is. @param {Float32Array} samples */
export function loudness(samples) {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return samples.length ? Math.sqrt(sum / samples.length) : 0;
}

/** "0:07", "12:30", "1:02:03" @param {number} seconds */
export function timeText(seconds) {
  const whole = Number.isFinite(seconds) ? Math.max(0, Math.floor(seconds)) : 0;
  const two = (/** @type {number} */ n) => String(n).padStart(2, '0');
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** @param {number} rate */
export const nextRate = (rate) => RATES[(RATES.indexOf(rate) + 1) % RATES.length];
/** As people say it: "1.5×". @param {number} rate */
export const rateText = (rate) => `${rate}×`;

/** Where a key moves to, in seconds; undefined for keys that do not move. @param {string} key @param {number} at @param {number} lasts */
export function seekBy(key, at, lasts) {
  const step = Math.min(5, lasts / 10);
  const to = { ArrowRight: at + step, ArrowUp: at + step, ArrowLeft: at - step, ArrowDown: at - step, PageUp: at + 3 * step, PageDown: at - 3 * step, Home: 0, End: lasts }[key];
  return to === undefined ? undefined : Math.max(0, Math.min(lasts, to));
}

/** The same picture with fewer bars: each is the highest of those it stands for. @param {number[]} heights @param {number} most */
export function fewer(heights, most) {
  if (heights.length <= most) return heights;
  return Array.from({ length: most }, (_, i) => Math.max(...heights.slice(Math.floor((i * heights.length) / most), Math.floor(((i + 1) * heights.length) / most))));
}

/** Rounded bars as one path, in a box of 5 a bar and 32 high. @param {number[]} heights 0 to 100 */
export const barsPath = (heights) =>
  heights.map((height, i) => {
    const tall = Math.max(3, (height / 100) * 30);
    return `M${5 * i + 1.5} ${(16 - tall / 2 + 1.5).toFixed(1)}v${Math.max(0, tall - 3).toFixed(1)}`;
  }).join('');
