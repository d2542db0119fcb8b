// Microphone, camera and screen: opened when they are wanted, closed as soon as they are not. What is open stands in signals.

import { batch, computed, signal } from '../../vendor/preact.js';
import { recall, remember } from './device.js';

/** @typedef {'microphone'|'camera'|'screen'|'sound'} Device */
/** @typedef {{ device: Device, why: 'denied'|'none'|'taken'|'insecure'|'failed' }} Problem */

export const microphone = signal(/** @type {MediaStreamTrack|null} */ (null));
export const camera = signal(/** @type {MediaStreamTrack|null} */ (null));
export const screenShare = signal(/** @type {MediaStreamTrack|null} */ (null));
/** Muted keeps the microphone: unmuting must not wait for it. A camera that is off is closed. */
export const isMuted = signal(false);
/** Whose picture a phone takes. */
export const facing = signal(/** @type {'user'|'environment'} */ ('user'));
/** What was refused or is missing, until it works or is put away. */
export const problem = signal(/** @type {Problem|null} */ (null));
export const devices = signal(/** @type {MediaDeviceInfo[]} */ ([]));
/** Device ids that were chosen on this device. */
export const chosen = signal(recall('mc.devices', /** @type {Partial<Record<MediaDeviceKind, string>>} */ ({})));

/** The picture that the other side is to get. */
export const picture = computed(() => screenShare.value ?? camera.value);
/** What the other side is told that it gets. @returns {import('./types.js').Shown} */
export const shown = computed(() => ({ audio: microphone.value !== null && !isMuted.value, video: camera.value !== null, screen: screenShare.value !== null }));

/** Whatever is opened under an older number comes too late and is closed at once. */
const turns = /** @type {Record<string, number>} */ ({ audio: 0, video: 0, screen: 0 });

/** @param {unknown} error @param {Device} device @returns {Problem} */
function reason(error, device) {
  const { name } = /** @type {{ name?: string }} */ (error ?? {});
  if (!navigator.mediaDevices) return { device, why: 'insecure' };
  if (name === 'NotAllowedError' || name === 'SecurityError') return { device, why: 'denied' };
  if (name === 'NotFoundError') return { device, why: 'none' };
  return { device, why: name === 'NotReadableError' || name === 'AbortError' ? 'taken' : 'failed' };
}

/** The very one that was chosen: asked less strictly, browsers take a sharper one. @param {string|undefined} id */
const exactly = (id) => (id ? { deviceId: { exact: id } } : null);
const audioWish = () => ({ echoCancellation: true, noiseSuppression: true, autoGainControl: true, ...exactly(chosen.value.audioinput) });
const videoWish = () => ({
  width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 },
  ...(exactly(chosen.value.videoinput) ?? { facingMode: facing.value }),
});

/** @param {MediaStreamConstraints} wish @returns {Promise<MediaStreamTrack[]>} without what came too late */
async function capture(wish) {
  const mine = { ...turns };
  const tracks = (await navigator.mediaDevices.getUserMedia(wish)).getTracks();
  return tracks.filter((track) => mine[track.kind] === turns[track.kind] || track.stop());
}

/** @param {MediaStreamTrack} track */
function take(track) {
  const slot = track.kind === 'audio' ? microphone : camera;
  slot.value?.stop();
  if (track.kind === 'audio') track.enabled = !isMuted.value;
  slot.value = track;
  if (problem.value?.device === (track.kind === 'audio' ? 'microphone' : 'camera')) problem.value = null;
  // Unplugged, or taken away in the browser's settings.
  track.addEventListener('ended', () => {
    if (slot.value !== track) return;
    slot.value = null;
    if (track.kind === 'audio') void open({ audio: true });
  });
}

/**
 * Opens what is wanted, with one question of the browser for both where it has to ask. What fails stands in `problem`.
 * @param {{ audio?: boolean, video?: boolean }} wish
 */
export async function open({ audio = false, video = false }) {
  const mine = turns.screen;
  const want = { audio: audio && !microphone.value, video: video && !camera.value };
  if (!want.audio && !want.video) return;
  try {
    for (const track of await capture({ audio: want.audio && audioWish(), video: want.video && videoWish() })) take(track);
  } catch (error) {
    if (mine !== turns.screen) return;
    if (/** @type {any} */ (error)?.name === 'OverconstrainedError' && (chosen.value.audioinput || chosen.value.videoinput)) {
      // What was chosen once is not there today.
      chosen.value = { audiooutput: chosen.value.audiooutput };
      return open({ audio, video });
    }
    if (want.audio && want.video) {
      // One of the two; the other may work. The microphone matters more, so its fault is what stays on the screen.
      await open({ video: true });
      await open({ audio: true });
      return;
    }
    problem.value = reason(error, want.audio ? 'microphone' : 'camera');
  }
  void look();
}

/** Also one that is just being opened. */
export function closeCamera() {
  turns.video++;
  camera.value?.stop();
  camera.value = null;
}

/** @param {boolean} muted */
export function mute(muted) {
  isMuted.value = muted;
  if (microphone.value) microphone.value.enabled = !muted;
}

/** Whether this browser can show its screen to somebody: phones cannot. */
export const canShare = () => Boolean(navigator.mediaDevices?.getDisplayMedia);

export async function share() {
  const mine = turns.screen;
  try {
    const stream = await navigator.mediaDevices.getDisplayMedia({ video: { frameRate: { max: 15 } }, audio: false });
    const [track] = stream.getVideoTracks();
    if (mine !== turns.screen) return track.stop();
    // Letters must stay sharp, even if it moves less smoothly.
    track.contentHint = 'detail';
    track.addEventListener('ended', () => screenShare.value === track && stopSharing());
    screenShare.value = track;
  } catch (error) {
    // Closing the browser's question is an answer, not a fault.
    const why = reason(error, 'screen');
    if (why.why !== 'denied') problem.value = why;
  }
}

export function stopSharing() {
  screenShare.value?.stop();
  screenShare.value = null;
}

/** The other camera: the next one in the list, or on a phone the one on its other side. */
export async function switchCamera() {
  const cameras = devices.value.filter((one) => one.kind === 'videoinput');
  const now = camera.value?.getSettings().deviceId;
  const isPhone = Boolean(camera.value?.getSettings().facingMode);
  if (isPhone) {
    facing.value = facing.value === 'user' ? 'environment' : 'user';
    keep('videoinput', undefined);
  } else {
    keep('videoinput', cameras[(cameras.findIndex((one) => one.deviceId === now) + 1) % Math.max(1, cameras.length)]?.deviceId);
  }
  // Many phones open one camera at a time.
  closeCamera();
  await open({ video: true });
}

/** @param {MediaDeviceKind} kind @param {string|undefined} id */
function keep(kind, id) {
  chosen.value = { ...chosen.value, [kind]: id };
  remember('mc.devices', chosen.value);
}

/** @param {MediaDeviceKind} kind @param {string} id empty: whatever the device thinks best */
export async function choose(kind, id) {
  keep(kind, id || undefined);
  if (kind === 'audioinput' && microphone.value) {
    const before = microphone.value;
    microphone.value = null;
    before.stop();
    await open({ audio: true });
  }
  if (kind === 'videoinput' && camera.value) {
    closeCamera();
    await open({ video: true });
  }
}

/** Names of devices are told only to a page that may use one. */
export async function look() {
  devices.value = (await navigator.mediaDevices?.enumerateDevices().catch(() => [])) ?? [];
}
navigator.mediaDevices?.addEventListener?.('devicechange', () => void look());

/** Calls back when somebody changes the permission in the browser's settings. @param {Device} device @param {() => void} then @returns {() => void} ends it */
export function whenAllowed(device, then) {
  /** @type {PermissionStatus|null} */
  let status = null;
  let over = false;
  const look = () => status?.state === 'granted' && then();
  void navigator.permissions?.query({ name: /** @type {PermissionName} */ (device) }).then(
    (found) => {
      if (over) return;
      status = found;
      found.addEventListener('change', look);
    },
    () => {},
  );
  return () => {
    over = true;
    status?.removeEventListener('change', look);
  };
}

/** Everything is closed: no light of a camera stays on, also not of one that is just being opened. */
export function release() {
  for (const kind in turns) turns[kind]++;
  batch(() => {
    for (const slot of [microphone, camera, screenShare]) {
      slot.value?.stop();
      slot.value = null;
    }
    isMuted.value = false;
    problem.value = null;
  });
}
