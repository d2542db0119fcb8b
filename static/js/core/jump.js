// To a certain message of a conversation, from anywhere: a search hit, an alert, a notification.

import { signal } from '../../vendor/preact.js';
import { go } from './router.js';

/** @typedef {{ conversationId: string, messageId: string, seq?: number }} Wanted its place, where that is known, saves the way there */

/** Taken by the thread of that conversation as soon as it is there. */
export const wantedMessage = signal(/** @type {Wanted|null} */ (null));

/** @param {string} conversationId @param {string} messageId @param {number} [seq] */
export function goToMessage(conversationId, messageId, seq) {
  wantedMessage.value = { conversationId, messageId, seq };
  go(`/chats/${conversationId}`);
}

/** The message that this conversation is to show, once. @param {string} conversationId */
export function takeWanted(conversationId) {
  const wanted = wantedMessage.value;
  if (wanted?.conversationId !== conversationId) return null;
  wantedMessage.value = null;
  return wanted;
}
