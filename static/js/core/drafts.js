// What was begun and not sent, per conversation. Written at every keystroke, so a reload or a dead battery loses nothing.

import { signal } from '../../vendor/preact.js';
import { forget, keysWith, recall, remember } from './device.js';
import { me } from './session.js';

const prefix = () => `mc.draft.${me.value?.id ?? ''}.`;
const replyPrefix = () => `mc.reply.${me.value?.id ?? ''}.`;
export const drafts = signal(/** @type {Map<string, string>} */ (new Map()));
/** The message that is being answered, by its id. */
const replies = signal(/** @type {Map<string, string>} */ (new Map()));
/** The message that is being edited, with its new words so far. Only here: a draft that waits behind it is not touched. */
const edits = signal(/** @type {Map<string, { id: string, text: string }>} */ (new Map()));

export function openDrafts() {
  /** @param {string} start @returns {Map<string, string>} */
  const kept = (start) => new Map(me.value ? keysWith(start).map((key) => [key.slice(start.length), recall(key, '')]) : []);
  drafts.value = kept(prefix());
  replies.value = kept(replyPrefix());
  edits.value = new Map();
}

/** @param {string} conversationId */
export const draftOf = (conversationId) => drafts.value.get(conversationId) ?? '';

/** @param {string} conversationId @param {string} text */
export function saveDraft(conversationId, text) {
  const next = new Map(drafts.value);
  if (text.trim()) {
    remember(prefix() + conversationId, text);
    next.set(conversationId, text);
  } else {
    forget(prefix() + conversationId);
    next.delete(conversationId);
  }
  drafts.value = next;
}

/** @param {string} conversationId */
export const replyOf = (conversationId) => replies.value.get(conversationId) ?? '';

/** @param {string} conversationId @param {string} messageId empty when it answers nothing */
export function saveReply(conversationId, messageId) {
  const next = new Map(replies.value);
  if (messageId) {
    remember(replyPrefix() + conversationId, messageId);
    next.set(conversationId, messageId);
  } else {
    forget(replyPrefix() + conversationId);
    next.delete(conversationId);
  }
  replies.value = next;
}

/** @param {string} conversationId */
export const editOf = (conversationId) => edits.value.get(conversationId);

/** @param {string} conversationId @param {{ id: string, text: string }|null} edit */
export function saveEdit(conversationId, edit) {
  const next = new Map(edits.value);
  if (edit) next.set(conversationId, edit);
  else next.delete(conversationId);
  edits.value = next;
}

export function burnDrafts() {
  for (const key of [...keysWith(prefix()), ...keysWith(replyPrefix())]) forget(key);
  drafts.value = new Map();
  replies.value = new Map();
  edits.value = new Map();
}
