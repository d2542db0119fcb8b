// Telling others what arrived and what was read, and remembering it for the own list.

import { get, patch } from './api.js';
import { unreadAbove } from './merge.js';
import { me } from './session.js';
import { emit } from './socket.js';
import { changeConversation, conversation } from './store.js';
import { timeline } from './timeline.js';

/** Several rows come into view at once; one request says so for all of them. */
const PAUSE = 250;

/** @type {Map<string, number>} how far I have read */
const read = new Map();
/** @type {Map<string, number>} how far the server knows it */
const told = new Map();
/** @type {ReturnType<typeof setTimeout>|undefined} */
let timer;

/** @param {string} conversationId */
export const readUpTo = (conversationId) => read.get(conversationId) ?? 0;

/** I have seen everything up to `seq`, here or on another device. @param {string} conversationId @param {number} seq */
export function noteRead(conversationId, seq) {
  if (seq <= readUpTo(conversationId)) return false;
  read.set(conversationId, seq);
  keepRead(conversationId);
  return true;
}

/** The list may come from a moment when the server did not know yet what is read here. @param {string} conversationId */
export function keepRead(conversationId) {
  const seq = readUpTo(conversationId);
  const c = conversation(conversationId);
  if (!c || !me.value || !seq) return;
  const { state, messages, reachesEnd } = timeline(conversationId);
  const left = seq >= c.seq ? 0 : state.value === 'ready' && reachesEnd.value ? unreadAbove(messages.value, me.value.id, seq) : c.unreadCount;
  if (left < c.unreadCount) changeConversation(conversationId, { unreadCount: left });
}

/** A row came into view before open eyes. @param {string} conversationId @param {number} seq */
export function see(conversationId, seq) {
  if (!noteRead(conversationId, seq)) return;
  clearTimeout(timer);
  timer = setTimeout(tellAll, PAUSE);
}

/** Says what has not been said; also after every reconnect, since a request may have been lost. */
export async function tellAll() {
  for (const [id, seq] of read) {
    if ((told.get(id) ?? 0) >= seq) continue;
    told.set(id, seq);
    try {
      await patch(`/api/chat/conversations/${id}/read`, { seq });
    } catch {
      told.delete(id);
    }
  }
}

/** @param {string} conversationId @param {string} messageId */
export function noteDelivered(conversationId, messageId) {
  emit('message_delivered', { messageId, conversationId });
}

/** Milliseconds between two words about what has reached this device: the server slows down who says everything at once. */
const PACE = 50;

/** @type {[string, string][]} conversation and message */
let arrived = [];
/** @type {ReturnType<typeof setInterval>|undefined} */
let pacer;

/** Says of many conversations that their newest message has reached this device. @param {[string, string][]} newest conversation and message */
export function noteAllDelivered(newest) {
  arrived = newest;
  pacer ??= setInterval(() => {
    const next = arrived.shift();
    if (next) noteDelivered(...next);
    if (!arrived.length) stopPacing();
  }, PACE);
}

function stopPacing() {
  clearInterval(pacer);
  pacer = undefined;
  arrived = [];
}

/** How far each recipient of a message has come. @param {import('./types.js').Message} m @returns {Promise<import('./types.js').Receipt[]>} */
export const receiptsOf = async (m) => (await get(`/api/chat/messages/${m.id}/receipts`)).data;

export function emptyReceipts() {
  clearTimeout(timer);
  stopPacing();
  read.clear();
  told.clear();
}
