// What was begun and not sent, per conversation. Written at every keystroke, so a reload or a dead battery loses nothing.

import { signal } from '../../vendor/preact.js';
import { forget, keysWith, recall, remember } from './device.js';
import { me } from './session.js';

const prefix = () => `mc.draft.${me.value?.id ?? ''}.`;
export const drafts = signal(/** @type {Map<string, string>} */ (new Map()));

export function openDrafts() {
  drafts.value = new Map(me.value ? keysWith(prefix()).map((key) => [key.slice(prefix().length), recall(key, '')]) : []);
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

export function burnDrafts() {
  for (const key of keysWith(prefix())) forget(key);
  drafts.value = new Map();
}
