// Messages on their way. Written down before anything else happens, sent one after the other in each conversation, and kept
// until the server has answered. The clientMessageId makes a repeated attempt harmless.

import { batch, computed, signal } from '../../vendor/preact.js';
import { post } from './api.js';
import { forget, keysWith, newId, oneTabAtATime, recall, remember, whenOtherTabWrites } from './device.js';
import { dayOf } from './dates.js';
import { ApiError } from './http.js';
import { placeIn } from './place.js';
import { me } from './session.js';
import { link } from './socket.js';
import { timeline } from './timeline.js';

/** @typedef {import('./types.js').Message} Message */
/**
 * What may go with the words: what they answer, that they are urgent, that they are a place, or whose message they pass on.
 * @typedef {{ replyTo?: string, priority?: 'urgent', messageType?: string, forwardedFrom?: string, origin?: import('./types.js').Origin }} Extras
 */
/** @typedef {Extras & { clientMessageId: string, conversationId: string, content: string, at: number, order: number, refused?: string }} Letter */

/** @type {(message: any) => void} what to do with the server's own version of a sent message; set by live.js */
let deliver = () => {};
/** @param {(message: any) => void} then */
export const onSent = (then) => {
  deliver = then;
};

const letters = signal(/** @type {Letter[]} */ ([]));
/** Conversations whose first letter met a failure, and is tried again by itself. */
const stuck = signal(/** @type {Set<string>} */ (new Set()));

const prefix = () => `mc.outbox.${me.value?.id ?? ''}.`;
/** @returns {Letter[]} */
const written = () =>
  keysWith(prefix())
    .map((key) => recall(key, /** @type {any} */ (null)))
    .filter(Boolean)
    .sort((a, b) => a.at - b.at || a.order - b.order);

/** Reads what earlier visits left. */
export function openOutbox() {
  letters.value = me.value ? written() : [];
  void drain();
}
whenOtherTabWrites('mc.outbox.', () => {
  letters.value = written();
});

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
    messageType: l.messageType ?? 'text',
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
}

/** Gone from here, because the server has it or its writer gave it up. @param {string} clientMessageId */
export function strike(clientMessageId) {
  if (!letters.value.some((l) => l.clientMessageId === clientMessageId)) return;
  forget(prefix() + clientMessageId);
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
  remember(prefix() + clientMessageId, again);
  batch(() => {
    letters.value = letters.value.map((l) => (l === letter ? again : l));
    setStuck(letter.conversationId, false);
  });
  void drain();
}

/** @param {string} conversationId @param {boolean} is */
function setStuck(conversationId, is) {
  if (stuck.value.has(conversationId) === is) return;
  const next = new Set(stuck.value);
  if (is) next.add(conversationId);
  else next.delete(conversationId);
  stuck.value = next;
}

let draining = false;
/** @type {ReturnType<typeof setTimeout>|undefined} */
let later;

/** Sends what is waiting. Called after writing, after connecting, and by itself after a failure. */
export async function drain() {
  clearTimeout(later);
  if (draining || !me.value || !written().some((l) => !l.refused)) return;
  draining = true;
  const owner = me.value.id;
  try {
    // Two tabs sending at once could swap two messages.
    await oneTabAtATime('outbox', () => sendAll(owner));
  } finally {
    draining = false;
  }
  // Something written while the last answer was on its way.
  const left = written().some((l) => !l.refused);
  if (left && me.value?.id === owner) later = setTimeout(drain, failures ? Math.min(30_000, 1000 * 2 ** Math.min(failures, 5)) : 0);
}

/** What is passed on is copied by the server itself. @param {Letter} letter */
const bodyOf = ({ clientMessageId, conversationId, content, replyTo, priority, messageType = 'text', forwardedFrom }) =>
  forwardedFrom ? { conversationId, clientMessageId, forwardedFrom } : { conversationId, clientMessageId, content, replyTo, priority, messageType };

/** @param {string} owner */
async function sendAll(owner) {
  /** @type {Set<string>} a conversation waits behind its first failure; the others go on */
  const held = new Set();
  for (;;) {
    const letter = written().find((l) => !l.refused && !held.has(l.conversationId));
    if (!letter || me.value?.id !== owner) return;
    try {
      const { clientMessageId, conversationId } = letter;
      const { data } = await post('/api/chat/send', bodyOf(letter));
      failures = 0;
      batch(() => {
        setStuck(conversationId, false);
        deliver(data);
        strike(clientMessageId);
      });
    } catch (error) {
      const final = error instanceof ApiError && error.status >= 400 && error.status < 500 && ![401, 408, 429].includes(error.status);
      if (final) refuse(letter, error.code);
      else {
        failures++;
        held.add(letter.conversationId);
        setStuck(letter.conversationId, true);
      }
    }
  }
}

/** The server will not take it as it is; it must not keep the next ones waiting. @param {Letter} letter @param {string} code */
function refuse(letter, code) {
  const refused = { ...letter, refused: code };
  remember(prefix() + letter.clientMessageId, refused);
  letters.value = letters.value.map((l) => (l.clientMessageId === letter.clientMessageId ? refused : l));
}

/** Why the server refused it, if it did. @param {string} clientMessageId */
export const refusal = (clientMessageId) => letters.value.find((l) => l.clientMessageId === clientMessageId)?.refused;

/** On signing out: nothing of this person stays on the device. */
export function burnOutbox() {
  for (const key of keysWith(prefix())) forget(key);
  letters.value = [];
  stuck.value = new Set();
}
