// What a call sounds like: made here, so that no file has to come first. Nothing sounds in two tabs at once.

/** @typedef {{ every: number, notes: [at: number, pitch: number, length: number][], volume: number }} Tune times in seconds, pitch in hertz */

/** Rings like a music box, and from the other end like a line that waits. */
const TUNES = /** @type {Record<'in'|'out', Tune>} */ ({
  in: { every: 3.2, volume: 0.22, notes: [[0, 659.26, 0.5], [0.22, 783.99, 0.5], [0.44, 1046.5, 0.9], [1.1, 783.99, 0.5], [1.32, 1046.5, 1]] },
  out: { every: 4, volume: 0.07, notes: [[0, 440, 1.1]] },
});
const VIBRATION = [300, 120, 300];

/** @type {AudioContext|null} */
let sound = null;
/** @type {ReturnType<typeof setInterval>|undefined} */
let again;
/** @type {() => void} lets another tab ring */
let giveUp = () => {};
let turn = 0;

/** @param {AudioContext} on @param {Tune} tune */
function play(on, { notes, volume }) {
  for (const [at, pitch, length] of notes) {
    const start = on.currentTime + 0.03 + at;
    const note = new OscillatorNode(on, { type: 'sine', frequency: pitch });
    const loudness = new GainNode(on, { gain: 0 });
    loudness.gain.setValueAtTime(0, start);
    loudness.gain.linearRampToValueAtTime(volume, start + 0.02);
    loudness.gain.exponentialRampToValueAtTime(0.0001, start + length);
    note.connect(loudness).connect(on.destination);
    note.start(start);
    note.stop(start + length);
  }
}

/** Of several tabs one rings. Without locks each does. @returns {Promise<boolean>} */
const ours = () =>
  new Promise((tell) => {
    if (!navigator.locks) return tell(true);
    void navigator.locks.request('mc.ring', { ifAvailable: true }, (lock) => {
      tell(lock !== null);
      return lock && new Promise((end) => (giveUp = () => end(undefined)));
    });
  });

/** Rings until it is silenced. @param {'in'|'out'} which */
export async function ring(which) {
  silence();
  const mine = ++turn;
  if (which === 'in' && !(await ours())) return;
  if (mine !== turn) return giveUp();
  const tune = TUNES[which];
  const once = () => {
    if (sound) play(sound, tune);
    // Both may be refused until somebody has touched the page; the sheet is there all the same.
    if (which === 'in' && navigator.userActivation?.hasBeenActive !== false) navigator.vibrate?.(VIBRATION);
  };
  try {
    sound = new AudioContext();
    if (sound.state === 'suspended') void sound.resume().catch(() => {});
  } catch {
    // No sound on this device.
  }
  once();
  again = setInterval(once, tune.every * 1000);
}

export function silence() {
  turn++;
  clearInterval(again);
  giveUp();
  giveUp = () => {};
  if (navigator.userActivation?.hasBeenActive !== false) navigator.vibrate?.(0);
  void sound?.close().catch(() => {});
  sound = null;
}
