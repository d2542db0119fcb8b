// Messages that go out at a time one has set. They belong to their author alone until then, and the server sends them: no device
// need be awake. All devices of the author show the same list.

import { computed, signal } from '../../vendor/preact.js';
import { get, patch, post, remove, upload } from './api.js';
import { newId } from './device.js';

/** @typedef {import('./types.js').Scheduled} Scheduled */
/** @typedef {import('./outbox.js').Extras} Extras */
/** @typedef {{ id: string, file: File, name: string }} Chosen as it stands in the tray */
/** @typedef {Map<string, string>} There what the server has of some files: its ids by theirs */

/** The farthest time that may be set, in milliseconds. */
export const FARTHEST = 365 * 86_400_000;
const HOUR = 3_600_000;
const MINUTE = 60_000;

const letters = signal(/** @type {Map<string, Scheduled>} */ (new Map()));

/** Whether the list is known. Before that, and at a server that has none, nothing is scheduled: it could go out at once. */
export const canSendLater = signal(false);

/** Soonest first. */
const ordered = computed(() => [...letters.value.values()].sort((a, b) => a.due - b.due || (a.id < b.id ? -1 : 1)));

/** @param {string} conversationId */
export const laterIn = (conversationId) => ordered.value.filter((one) => one.conversationId === conversationId);

/** @param {any} wire @returns {Scheduled} */
const toScheduled = (wire) => ({ ...wire, due: Date.parse(wire.scheduledFor) });

/** @param {any} wire */
const put = (wire) => {
  letters.value = new Map(letters.value).set(wire.id, toScheduled(wire));
};
/** @param {string} id */
const drop = (id) => {
  letters.value = new Map([...letters.value].filter(([one]) => one !== id));
};

export async function loadLater() {
  const { data } = await get('/api/chat/scheduled');
  letters.value = new Map(data.map((/** @type {any} */ wire) => [wire.id, toScheduled(wire)]));
  canSendLater.value = true;
}

export const emptyLater = () => {
  letters.value = new Map();
  canSendLater.value = false;
};

/** News of the list, from this device or another. @param {{ action: string, message: any }} news */
export function laterChanged({ action, message }) {
  if (action === 'sent' || action === 'cancelled') drop(message.id);
  else put(message);
}

/** One id for all attempts of the same message, so that an answer lost on the way does not make two. */
export const newAttempt = newId;

/**
 * Carries files to the server, one after the other, and notes in `there` what has arrived: the next attempt carries only the rest.
 * @param {Chosen[]} files @param {There} there @param {{ signal: AbortSignal, onShare: (id: string, share: number) => void, onFailed: (one: Chosen) => void }} how
 */
export async function carryLater(files, there, { signal, onShare, onFailed }) {
  for (const one of files) {
    if (there.has(one.id)) continue;
    try {
      onShare(one.id, 0);
      const { id } = await upload(one.file, one.name, { signal, onProgress: (share) => onShare(one.id, Math.min(share, 0.99)) });
      there.set(one.id, id);
      onShare(one.id, 1);
    } catch (error) {
      onFailed(one);
      throw error;
    }
  }
}

/** @param {string} conversationId @param {string} content @param {number} due @param {string} clientMessageId @param {Extras & { attachments?: string[] }} [extras] */
export async function sendLater(conversationId, content, due, clientMessageId, extras = {}) {
  // What kind of message files make is decided by what they are.
  const what = extras.attachments ? {} : { messageType: 'text' };
  const { data } = await post('/api/chat/send', { ...what, ...extras, conversationId, content, clientMessageId, scheduledFor: new Date(due).toISOString() });
  put(data);
}

/** @param {Scheduled} one @param {string} content @param {number} due */
export async function changeLater(one, content, due) {
  const { data } = await patch(`/api/chat/scheduled/${one.id}`, {
    ...(content !== one.content && { content }),
    // A time that has failed is given again to say: try once more.
    ...((due !== one.due || one.failedReason) && { scheduledFor: new Date(due).toISOString() }),
  });
  put(data);
}

/** @param {Scheduled} one */
export async function cancelLater(one) {
  await remove(`/api/chat/scheduled/${one.id}`);
  drop(one.id);
}

/** Times that people often mean; only those that lie ahead, and no two of the same day and hour. Pure. @param {number} now @returns {{ key: string, at: number }[]} */
export function usualTimes(now) {
  const day = (/** @type {number} */ days, /** @type {number} */ hour) => {
    const date = new Date(now);
    date.setDate(date.getDate() + days);
    return date.setHours(hour, 0, 0, 0);
  };
  const monday = ((8 - new Date(now).getDay()) % 7) || 7;
  return [
    { key: 'hour', at: Math.ceil((now + HOUR) / (5 * MINUTE)) * 5 * MINUTE },
    ...(day(0, 18) > now + 2 * HOUR ? [{ key: 'evening', at: day(0, 18) }] : []),
    { key: 'morning', at: day(1, 8) },
    ...(monday > 1 ? [{ key: 'monday', at: day(monday, 8) }] : []),
  ];
}

/** For an input of date and time: local, to the minute. Pure. @param {number} at */
export function toLocal(at) {
  const date = new Date(at);
  const two = (/** @type {number} */ n) => String(n).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}T${two(date.getHours())}:${two(date.getMinutes())}`;
}
