// To a certain message of a conversation, from anywhere: a search hit, an alert, a notification.

import { signal } from '../../vendor/preact.js';
import { go } from './router.js';

/** Taken by the thread of that conversation as soon as it is there. */
export const wantedMessage = signal(/** @type {{ conversationId: string, messageId: string }|null} */ (null));

/** @param {string} conversationId @param {string} messageId */
export function goToMessage(conversationId, messageId) {
  wantedMessage.value = { conversationId, messageId };
  go(`/chats/${conversationId}`);
}

/** The message that this conversation is to show, once. @param {string} conversationId @returns {string|null} */
export function takeWanted(conversationId) {
  const wanted = wantedMessage.value;
  if (wanted?.conversationId !== conversationId) return null;
  wantedMessage.value = null;
  return wanted.messageId;
}
