// Messages on their way. Written down before anything else happens, sent one after the other in each conversation, and kept
// until the server has answered. The clientMessageId makes a repeated attempt harmless.

import { batch, computed, signal } from '../../vendor/preact.js';
import { post } from './api.js';
import { addressOf, burnBlobs, drop, sweep } from './blobs.js';
import { forget, keysWith, newId, oneTabAtATime, recall, remember, whenOtherTabWrites } from './device.js';
import { dayOf } from './dates.js';
import { isFinal } from './http.js';
import { placeIn } from './place.js';
import { me } from './session.js';
import { link } from './socket.js';
import { timeline } from './timeline.js';

/** @typedef {import('./types.js').Message} Message */
/** @typedef {import('./types.js').FileRef} FileRef */
/**
 * A file that goes with a letter: its bytes lie under `key` (see blobs.js), `sent` is what the server made of it, once it has it.
 * @typedef {Pick<FileRef, 'fileType'|'width'|'height'|'duration'|'waveform'> & { key: string, name: string, type: string, size: number, kept?: boolean, sent?: FileRef, refused?: { code: string, message: string } }} Parcel
 */
/**
 * What may go with the words: what they answer, that they are urgent, that they are a place, whose message they pass on, or files.
 * `copies` are the files of a message that is passed on, only to be shown.
 * @typedef {{ replyTo?: string, priority?: 'urgent', messageType?: string, forwardedFrom?: string, origin?: import('./types.js').Origin, copies?: FileRef[], files?: Parcel[] }} Extras
 */
/** @typedef {Extras & { clientMessageId: string, conversationId: string, content: string, at: number, order: number, refused?: string, again?: boolean }} Letter */

/** @type {(message: any) => void} what to do with the server's own version of a sent message; set by live.js */
let deliver = () => {};
/** @param {(message: any) => void} then */
export const onSent = (then) => {
  deliver = then;
};

export const letters = signal(/** @type {Letter[]} */ ([]));
/** Conversations whose first letter met a failure, and is tried again by itself; with the code of the failure. */
const stuck = signal(/** @type {Map<string, string>} */ (new Map()));

const prefix = () => `mc.outbox.${me.value?.id ?? ''}.`;
/** @returns {Letter[]} */
const written = () =>
  keysWith(prefix())
    .map((key) => recall(key, /** @type {any} */ (null)))
    .filter(Boolean)
    .sort((a, b) => a.at - b.at || a.order - b.order);

/** Whether it can go out: its files are at the server. @param {Letter} l */
const isPacked = (l) => !l.files || l.files.every((file) => file.sent);

/** The next letter to send. A conversation waits behind a letter whose files are still on their way, and behind its first failure.
 * @param {Set<string>} [held] conversations that have failed already @returns {Letter|undefined} */
function nextLetter(held = new Set()) {
  const waits = new Set(held);
  return written().find((l) => {
    if (l.refused || waits.has(l.conversationId)) return false;
    if (!isPacked(l)) waits.add(l.conversationId);
    return isPacked(l);
  });
}

/** Reads what earlier visits left. */
export function openOutbox() {
  letters.value = me.value ? written() : [];
  if (me.value) void sweep(me.value.id, new Set(letters.value.flatMap(keysOf)));
  void drain();
}
whenOtherTabWrites('mc.outbox.', () => {
  const now = written();
  const left = new Set(now.map((l) => l.clientMessageId));
  for (const l of letters.value) if (!left.has(l.clientMessageId)) keysOf(l).forEach(drop);
  letters.value = now;
});

/** @param {Letter} l */
const keysOf = (l) => l.files?.map(({ key }) => key) ?? [];

export const waiting = computed(() => letters.value.length);

/** The letters of one conversation, in the shape of messages. @param {string} conversationId @returns {Message[]} */
export const pendingOf = (conversationId) =>
  letters.value.filter((l) => l.conversationId === conversationId).map((l) => asMessage(l, stuck.value.has(conversationId)));

/** @type {WeakMap<Letter, Record<string, Message>>} the same letter gives the same object, so that its bubble is not drawn again */
const shown = new WeakMap();

/** @param {Letter} l @param {boolean} isStuck @returns {Message} */
function asMessage(l, isStuck) {
  const isHead = letters.value.find((other) => other.conversationId === l.conversationId && !other.refused) === l;
  // While there is no connection, the banner says that everything is kept; "Try again" would only be tried in vain.
  const status = l.refused || (isStuck && isHead && link.value === 'on') ? 'failed' : 'waiting';
  const cache = shown.get(l) ?? {};
  shown.set(l, cache);
  // Only the id is written down; what is quoted belongs to the server, and is there as soon as its page is.
  const original = l.replyTo ? timeline(l.conversationId).find(l.replyTo) : undefined;
  return (cache[status + (original?.content ?? '')] ??= {
    id: l.clientMessageId,
    clientMessageId: l.clientMessageId,
    seq: Infinity,
    conversationId: l.conversationId,
    senderId: me.value?.id ?? '',
    content: l.content,
    messageType: l.files?.[0]?.fileType ?? l.messageType ?? 'text',
    attachments: l.files ? l.files.map((file) => shownFile(l, file)) : l.copies,
    priority: l.priority,
    forwardedFrom: l.origin,
    location: l.messageType === 'location' ? placeIn(l.content) : null,
    replyTo: l.replyTo ? quoteOf(l.replyTo, original) : null,
    createdAt: new Date(l.at).toISOString(),
    status,
    at: l.at,
    day: dayOf(l.at),
  });
}

/** @param {Letter} l @param {Parcel} file @returns {FileRef} */
const shownFile = (l, { key, name, type, size, fileType, width, height, duration, waveform, kept, refused, sent }) => ({
  id: key, kept, letter: l.clientMessageId, way: refused ? 'refused' : l.refused ? 'held' : sent ? 'sent' : 'goes', originalName: name, mimetype: type, size, url: addressOf(key), fileType, width, height, duration, waveform,
});

/** @param {string} id @param {Message} [m] @returns {import('./types.js').Quote} */
export const quoteOf = (id, m) => ({ id, senderId: m?.senderId ?? '', senderName: m?.senderName, content: m?.content ?? '', messageType: m?.messageType ?? '', isDeleted: m?.isDeleted });

/** Failures in a row; each makes the next pause longer. */
let failures = 0;
let order = 0;

/** Takes a message. It is on screen and on the disk when this returns.
 * @param {string} conversationId @param {string} content @param {Extras} [extras] */
export function write(conversationId, content, extras = {}) {
  const letter = { ...extras, clientMessageId: newId(), conversationId, content, at: Date.now(), order: order++ };
  remember(prefix() + letter.clientMessageId, letter);
  letters.value = [...letters.value, letter];
  void drain();
  return letter.clientMessageId;
}

/** Notes something about a letter, on the disk first. Another tab may have noted something meanwhile. @param {string} clientMessageId @param {(letter: Letter) => Letter} change */
export function amend(clientMessageId, change) {
  const key = prefix() + clientMessageId;
  const letter = recall(key, /** @type {Letter|null} */ (null));
  if (!letter) return;
  const changed = change(letter);
  remember(key, changed);
  letters.value = letters.value.map((l) => (l.clientMessageId === clientMessageId ? changed : l));
}

/** Gone from here, because the server has it or its writer gave it up. @param {string} clientMessageId */
export function strike(clientMessageId) {
  const letter = letters.value.find((l) => l.clientMessageId === clientMessageId);
  if (!letter) return;
  forget(prefix() + clientMessageId);
  keysOf(letter).forEach(drop);
  letters.value = letters.value.filter((l) => l.clientMessageId !== clientMessageId);
}

/** A conversation is not one's own any more: what waits for it will never be taken. @param {string} conversationId */
export function strikeAll(conversationId) {
  for (const letter of letters.value) if (letter.conversationId === conversationId) strike(letter.clientMessageId);
}

/** "Try again". @param {string} clientMessageId */
export function retry(clientMessageId) {
  const letter = letters.value.find((l) => l.clientMessageId === clientMessageId);
  if (!letter) return;
  failures = 0;
  const { refused: _, ...again } = letter;
  if (again.files) again.files = again.files.map(({ refused: _, ...file }) => file);
  remember(prefix() + clientMessageId, again);
  batch(() => {
    letters.value = letters.value.map((l) => (l === letter ? again : l));
    setStuck(letter.conversationId, '');
  });
  void drain();
}

/** @param {string} conversationId @param {string} code of what went wrong; empty when nothing does any more */
export function setStuck(conversationId, code) {
  if ((stuck.value.get(conversationId) ?? '') === code) return;
  const next = new Map(stuck.value);
  if (code) next.set(conversationId, code);
  else next.delete(conversationId);
  stuck.value = next;
}

let draining = false;
/** @type {ReturnType<typeof setTimeout>|undefined} */
let later;

/** Sends what is waiting. Called after writing, after connecting, and by itself after a failure. */
export async function drain() {
  clearTimeout(later);
  if (draining || !me.value || !nextLetter()) return;
  draining = true;
  const owner = me.value.id;
  try {
    // Two tabs sending at once could swap two messages.
    await oneTabAtATime('outbox', () => sendAll(owner));
  } finally {
    draining = false;
  }
  // Something written while the last answer was on its way.
  const left = Boolean(nextLetter());
  if (left && me.value?.id === owner) later = setTimeout(drain, failures ? Math.min(30_000, 1000 * 2 ** Math.min(failures, 5)) : 0);
}

/** What is passed on is copied by the server itself, and what kind of message files make is decided by what they are. @param {Letter} letter */
function bodyOf({ clientMessageId, conversationId, content, replyTo, priority, messageType = 'text', forwardedFrom, files }) {
  if (forwardedFrom) return { conversationId, clientMessageId, forwardedFrom };
  const what = files ? { attachments: files.map((file) => file.sent?.id) } : { messageType };
  return { conversationId, clientMessageId, content, replyTo, priority, ...what };
}

/** @param {string} owner */
async function sendAll(owner) {
  /** @type {Set<string>} a conversation waits behind its first failure; the others go on */
  const held = new Set();
  for (;;) {
    const letter = nextLetter(held);
    if (!letter || me.value?.id !== owner) return;
    try {
      const { clientMessageId, conversationId } = letter;
      const { data } = await post('/api/chat/send', bodyOf(letter));
      failures = 0;
      batch(() => {
        setStuck(conversationId, '');
        deliver(data);
        strike(clientMessageId);
      });
    } catch (error) {
      if (isFinal(error) && error.code === 'FILE_NOT_FOUND' && letter.files && !letter.again) unpack(letter);
      else if (isFinal(error)) refuse(letter, error.code);
      else {
        failures++;
        held.add(letter.conversationId);
        setStuck(letter.conversationId, /** @type {any} */ (error)?.code || 'NO_ANSWER');
      }
    }
  }
}

/** An upload that waits for too long is thrown away by the server: the files go out once more. @param {Letter} letter */
const unpack = ({ clientMessageId }) =>
  amend(clientMessageId, (l) => ({ ...l, again: true, files: l.files?.map(({ sent: _, ...file }) => file) }));

/** The server will not take it as it is; it must not keep the next ones waiting. @param {Letter} letter @param {string} code */
const refuse = ({ clientMessageId }, code) => amend(clientMessageId, (l) => ({ ...l, refused: code }));

/** A letter as it stands on the disk: another tab may know more. @param {string} clientMessageId @returns {Letter|null} */
export const letterOf = (clientMessageId) => recall(prefix() + clientMessageId, null);

/** Why it is not sent: `refused` by the server for good, or a trouble that may pass. @param {string} clientMessageId @returns {{ refused?: string, trouble?: string, files: Parcel[] }} */
export function refusal(clientMessageId) {
  const letter = letters.value.find((l) => l.clientMessageId === clientMessageId);
  return { refused: letter?.refused, trouble: letter && stuck.value.get(letter.conversationId), files: letter?.files?.filter((file) => file.refused) ?? [] };
}

/** How many files go with a letter. @param {string} clientMessageId */
export const fileCount = (clientMessageId) => letters.value.find((l) => l.clientMessageId === clientMessageId)?.files?.length ?? 0;

/** On signing out: nothing of this person stays on the device. */
export function burnOutbox() {
  for (const key of keysWith(prefix())) forget(key);
  if (me.value) burnBlobs(me.value.id);
  letters.value = [];
  stuck.value = new Map();
}
