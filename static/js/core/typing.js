// Saying that one types, seldom enough; and believing it of others, not for too long.

import { setTyping } from './store.js';
import { emit } from './socket.js';

const REPEAT = 3000; // the server forgets after six seconds
const IDLE = 4000;

let typingIn = '';
let saidAt = 0;
/** @type {ReturnType<typeof setTimeout>|undefined} */
let idle;

/** At every keystroke. @param {string} conversationId */
export function iType(conversationId) {
  if (typingIn && typingIn !== conversationId) iStop();
  typingIn = conversationId;
  clearTimeout(idle);
  idle = setTimeout(iStop, IDLE);
  if (Date.now() - saidAt < REPEAT) return;
  saidAt = Date.now();
  emit('typing_start', { conversationId });
}

export function iStop() {
  clearTimeout(idle);
  if (!typingIn) return;
  emit('typing_stop', { conversationId: typingIn });
  typingIn = '';
  saidAt = 0;
}

/** @type {Map<string, ReturnType<typeof setTimeout>>} */
const expiries = new Map();

/** Another person started or stopped. Without a new start it ends by itself. @param {string} conversationId @param {string} userId @param {boolean} on */
export function theyType(conversationId, userId, on) {
  const key = `${conversationId} ${userId}`;
  clearTimeout(expiries.get(key));
  expiries.delete(key);
  if (on) expiries.set(key, setTimeout(() => theyType(conversationId, userId, false), 6000));
  setTyping(conversationId, userId, on);
}
