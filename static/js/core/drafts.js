// What was begun and not sent, per conversation. Written at every keystroke, so a reload or a dead battery loses nothing.

import { signal } from '../../vendor/preact.js';
import { forget, keysWith, recall, remember } from './device.js';
import { me } from './session.js';

/** A text for each conversation, kept on the device. @param {string} name */
function keptTexts(name) {
  const prefix = () => `mc.${name}.${me.value?.id ?? ''}.`;
  const texts = signal(/** @type {Map<string, string>} */ (new Map()));
  return {
    texts,
    open() {
      const start = prefix();
      texts.value = new Map(me.value ? keysWith(start).map((key) => [key.slice(start.length), recall(key, '')]) : []);
    },
    /** @param {string} conversationId */
    of: (conversationId) => texts.value.get(conversationId) ?? '',
    /** @param {string} conversationId @param {string} text a blank one is forgotten */
    save(conversationId, text) {
      const next = new Map(texts.value);
      if (text.trim()) {
        remember(prefix() + conversationId, text);
        next.set(conversationId, text);
      } else {
        forget(prefix() + conversationId);
        next.delete(conversationId);
      }
      texts.value = next;
    },
    burn() {
      for (const key of keysWith(prefix())) forget(key);
      texts.value = new Map();
    },
  };
}

const words = keptTexts('draft');
const replies = keptTexts('reply');
const urgents = keptTexts('urgent');
/** The message that is being edited, with its new words so far. Only here: a draft that waits behind it is not touched. */
const edits = signal(/** @type {Map<string, { id: string, text: string }>} */ (new Map()));

export function openDrafts() {
  for (const kept of [words, replies, urgents]) kept.open();
  edits.value = new Map();
}

export const { texts: drafts, of: draftOf, save: saveDraft } = words;
/** The message that is being answered, by its id; empty when there is none. */
export const { of: replyOf, save: saveReply } = replies;

/** Whether what is being written goes out as urgent. @param {string} conversationId */
export const isUrgent = (conversationId) => urgents.of(conversationId) !== '';
/** @param {string} conversationId @param {boolean} on */
export const makeUrgent = (conversationId, on) => urgents.save(conversationId, on ? 'yes' : '');

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
  for (const kept of [words, replies, urgents]) kept.burn();
  edits.value = new Map();
}
