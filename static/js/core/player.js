// The one thing in the app that plays sound: there is one element, so only one sound plays at a time, and it goes on while the
// bubble it belongs to is scrolled away. It stops when one leaves the screen where it was started.

import { effect, signal, untracked } from '../../vendor/preact.js';
import { recall, remember } from './device.js';
import { route } from './router.js';
import { nextRate } from './sound.js';

const RATE = 'mc.rate';

/** What is in the player; empty when nothing is. */
export const current = signal('');
export const isPlaying = signal(false);
/** Seconds from the beginning of what is in the player. */
export const position = signal(0);
/** What could not be played, and under which address. */
export const broken = signal(/** @type {Map<string, string>} */ (new Map()));
export const rate = signal(1);

/** @type {HTMLAudioElement|null} */
let audio = null;
/** @type {Map<string, number>} where one stopped listening, in seconds */
const left = new Map();
let where = '';
let frame = 0;

const place = () => `${route.value.screen}/${route.value.id ?? ''}`;

/** @returns {HTMLAudioElement} */
function element() {
  if (audio) return audio;
  audio = new Audio();
  audio.preload = 'auto';
  audio.addEventListener('play', follow);
  audio.addEventListener('pause', rest);
  audio.addEventListener('timeupdate', tell);
  audio.addEventListener('seeked', tell);
  audio.addEventListener('ended', () => {
    left.delete(current.value);
    position.value = 0;
    rest();
  });
  audio.addEventListener('error', () => {
    if (!current.value || !audio?.src) return;
    broken.value = new Map(broken.value).set(current.value, address);
    rest();
  });
  return audio;
}
/** As it was handed in. */
let address = '';

function tell() {
  if (audio && !audio.ended) position.value = audio.currentTime;
}

function follow() {
  isPlaying.value = true;
  cancelAnimationFrame(frame);
  const step = () => {
    tell();
    frame = requestAnimationFrame(step);
  };
  step();
}

function rest() {
  cancelAnimationFrame(frame);
  isPlaying.value = false;
}

/** Puts a sound into the player, where it was left. @param {string} key @param {string} src */
function load(key, src) {
  const player = element();
  if (current.value) left.set(current.value, position.value);
  const at = left.get(key) ?? 0;
  current.value = key;
  address = src;
  player.src = src;
  // A changed source forgets how fast it was.
  player.defaultPlaybackRate = player.playbackRate = rate.value;
  position.value = at;
  if (at) player.currentTime = at;
  const fine = new Map(broken.value);
  if (fine.delete(key)) broken.value = fine;
}

/** @param {string} key of a sound, the same for all its addresses @param {string} src */
export function play(key, src) {
  const player = element();
  where = place();
  if (current.value !== key || (address !== src && !player.currentTime) || broken.value.has(key)) load(key, src);
  player.play().catch((error) => {
    // Whatever else keeps it from playing fires "error" by itself.
    if (error?.name !== 'AbortError') rest();
  });
}

export function pause() {
  audio?.pause();
}

/** @param {string} key @param {string} src @param {number} to seconds */
export function seek(key, src, to) {
  if (current.value !== key) load(key, src);
  element().currentTime = to;
  position.value = to;
}

/** The server has given a sound another name. @param {string} key @param {string} src */
export function adopt(key, src) {
  if (src && address === src && current.value !== key) current.value = key;
}

/** Empties the player. @param {string} [key] only if this is in it */
export function unload(key = current.value) {
  if (!audio || current.value !== key) return;
  audio.pause();
  audio.removeAttribute('src');
  audio.load();
  address = '';
  current.value = '';
  position.value = 0;
}

export function faster() {
  rate.value = nextRate(rate.value);
  remember(RATE, rate.value);
  if (audio) audio.defaultPlaybackRate = audio.playbackRate = rate.value;
}

/** Reads what this device has chosen. */
export function openPlayer() {
  const kept = recall(RATE, 1);
  rate.value = [1, 1.5, 2].includes(kept) ? kept : 1;
}

effect(() => {
  const now = place();
  untracked(() => {
    if (isPlaying.value && now !== where) pause();
  });
});
