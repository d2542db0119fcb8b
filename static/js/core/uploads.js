// Files on their way: a letter of the outbox waits for its files, and here they are carried to the server, one by one, until it
// has them all. Then the letter goes out in its turn. Whoever sends files uses `sendFiles`.

import { effect, signal, untracked } from '../../vendor/preact.js';
import { upload } from './api.js';
import { drop, hold, keep, sentAs, take } from './blobs.js';
import { isShared, newId, unlessOtherTab } from './device.js';
import { draftOf, saveDraft } from './drafts.js';
import { kindOf, nameOf } from './files.js';
import { ApiError, isFinal } from './http.js';
import { amend, drain, letterOf, letters, retry, setStuck, strike, write } from './outbox.js';
import { iSend, sayAgain } from './sending.js';
import { me } from './session.js';
import { link } from './socket.js';

/** @typedef {import('./outbox.js').Parcel} Parcel */
/** @typedef {import('./outbox.js').Extras} Extras */
/** @typedef {Partial<Pick<Parcel, 'width'|'height'|'duration'|'waveform'|'fileType'>>} Facts what the sender's device knows of a file already */

/** Uploads at the same time. */
const AT_ONCE = 2;
/** The longest pause between two attempts, in milliseconds. */
const LONGEST = 30_000;
/** Another tab may hold what is not here; after this long it is believed to be lost. */
const PATIENCE = 60_000;

/**
 * Sends files as one message. It is on screen when this returns, goes out in order with everything else of the conversation, and
 * is tried until the server has it or refuses it.
 * @param {string} conversationId @param {File[]} files as many as one message may have
 * @param {Pick<Extras, 'replyTo'|'priority'> & { content?: string, facts?: Facts[] }} [extras] `facts` in the order of the files
 * @returns {string} the message's clientMessageId
 */
export function sendFiles(conversationId, files, { content = '', facts = [], ...extras } = {}) {
  const parcels = files.map((file, i) => {
    const key = `${me.value?.id ?? ''}.${newId()}`;
    hold(key, file);
    return /** @type {Parcel} */ ({ key, name: nameOf(file), type: file.type, size: file.size, fileType: kindOf(file), ...facts[i] });
  });
  const id = write(conversationId, content, { ...extras, files: parcels });
  for (const { key } of parcels) void keep(key).then((is) => is && change(id, key, (file) => ({ ...file, kept: true })));
  return id;
}

/** @param {string} letterId @param {string} key @param {(file: Parcel) => Parcel} how */
const change = (letterId, key, how) => amend(letterId, (l) => ({ ...l, files: l.files?.map((file) => (file.key === key ? how(file) : file)) }));

/** @type {Map<string, { abort: AbortController, conversationId: string, fileType: string }>} */
const active = new Map();
/** @type {Map<string, { until: number, times: number }>} files that wait for their next attempt */
const resting = new Map();
/** @type {Map<string, import('../../vendor/preact.js').Signal<number>>} */
const shares = new Map();

/** How much of a file is out: 0 to 1; -1 while it waits for its turn. A signal, so that only what shows it is drawn again. @param {string} key */
export function progressOf(key) {
  let share = shares.get(key);
  if (!share) shares.set(key, (share = signal(-1)));
  return share;
}

/** Tells the others what is on its way. */
const tell = () => iSend(new Map([...active.values()].reverse().map(({ conversationId, fileType }) => [conversationId, fileType])));

/** @type {ReturnType<typeof setTimeout>|undefined} */
let later;

/** Begins what can be begun. Called whenever something may have changed. */
function pump() {
  clearTimeout(later);
  if (!me.value) {
    for (const { abort } of active.values()) abort.abort();
    return;
  }
  let soonest = Infinity;
  for (const letter of letters.value) {
    for (const file of letter.refused ? [] : (letter.files ?? [])) {
      if (file.sent || active.has(file.key)) continue;
      const rest = resting.get(file.key)?.until ?? 0;
      if (rest > Date.now()) soonest = Math.min(soonest, rest);
      else if (active.size < AT_ONCE) void carry(letter.clientMessageId, letter.conversationId, file);
    }
  }
  if (soonest < Infinity) later = setTimeout(pump, soonest - Date.now());
}

/** @param {string} letterId @param {string} conversationId @param {Parcel} parcel */
async function carry(letterId, conversationId, { key, fileType }) {
  const abort = new AbortController();
  active.set(key, { abort, conversationId, fileType });
  const share = progressOf(key);
  try {
    const mine = await unlessOtherTab(`upload.${key}`, async () => {
      const letter = letterOf(letterId);
      const file = letter?.files?.find((one) => one.key === key);
      if (!letter || !file || file.sent || abort.signal.aborted) return;
      const blob = await take(key);
      if (!blob) return lost(letterId, letter.at, file);
      share.value = 0;
      tell();
      const sent = await upload(blob, file.name, { signal: abort.signal, onProgress: (now) => (share.value = now) });
      sentAs(key, sent.id);
      resting.delete(key);
      setStuck(conversationId, '');
      change(letterId, key, (one) => ({ ...one, sent }));
    });
    if (!mine) rest(key, 2000);
  } catch (error) {
    if (!abort.signal.aborted) failed(letterId, conversationId, key, error);
  } finally {
    active.delete(key);
    share.value = -1;
    pump();
    tell();
    void drain();
  }
}

/** @param {string} key @param {number} [ms] or longer each time */
function rest(key, ms) {
  const times = (resting.get(key)?.times ?? 0) + 1;
  resting.set(key, { until: Date.now() + (ms ?? Math.min(LONGEST, 1000 * 2 ** Math.min(times, 5))), times });
}

/** @param {string} letterId @param {number} at @param {Parcel} file */
function lost(letterId, at, file) {
  if (!file.kept && !isShared() && Date.now() - at < PATIENCE) rest(file.key, 5000);
  else refuseFile(letterId, file.key, 'FILE_LOST', '');
}

/** @param {string} letterId @param {string} conversationId @param {string} key @param {unknown} error */
function failed(letterId, conversationId, key, error) {
  const { code = 'NO_ANSWER', message = '' } = /** @type {{ code?: string, message?: string }} */ (error);
  if (isFinal(error)) return refuseFile(letterId, key, code, message);
  rest(key, error instanceof ApiError && error.retryAfter ? error.retryAfter * 1000 : undefined);
  setStuck(conversationId, code);
}

/** The server will not take this file. @param {string} letterId @param {string} key @param {string} code @param {string} message */
function refuseFile(letterId, key, code, message) {
  amend(letterId, (l) => ({ ...l, refused: code, files: l.files?.map((file) => (file.key === key ? { ...file, refused: { code, message } } : file)) }));
}

/** Takes one file out of a message that is not sent yet; the last one takes the message with it, and its words go back into the message box.
 * @param {string} letterId @param {string} key */
export function cancelFile(letterId, key) {
  const letter = letterOf(letterId);
  if (!letter) return;
  active.get(key)?.abort.abort();
  const left = letter.files?.filter((file) => file.key !== key) ?? [];
  if (left.length) {
    drop(key);
    amend(letterId, ({ refused, ...l }) => ({ ...l, files: left, ...(refused && left.some((file) => file.refused) && { refused }) }));
    void drain();
    return;
  }
  strike(letterId);
  if (letter.content && !draftOf(letter.conversationId)) saveDraft(letter.conversationId, letter.content);
}

/** "Try again", and not only after the next pause. @param {string} letterId */
export function tryAgain(letterId) {
  for (const { key } of letterOf(letterId)?.files ?? []) resting.delete(key);
  retry(letterId);
}

// What this device may not keep over a reload, the browser asks about.
addEventListener('beforeunload', (event) => {
  if (letters.value.some((l) => l.files?.some((file) => !file.kept && !file.sent && !file.refused))) event.preventDefault();
});

// A new letter, one that is tried again, one of another tab, a connection that is back.
let was = { link: link.value, letters: 0 };
effect(() => {
  const now = { link: link.value, letters: letters.value.length };
  void me.value;
  untracked(() => {
    if (now.link === 'on' && was.link !== 'on') resting.clear();
    if (now.letters < was.letters) sayAgain();
    was = now;
    pump();
  });
});
