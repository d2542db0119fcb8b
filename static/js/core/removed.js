// Conversations that one is no longer in, for whoever was looking at one when it happened.

import { batch, signal } from '../../vendor/preact.js';
import { clearTakes } from './recorder.js';
import { saveDraft, saveReply } from './drafts.js';
import { strikeAll } from './outbox.js';
import { conversation, dropConversation, titleOf } from './store.js';
import { emptySharedFiles } from './shared-files.js';
import { forgetTimeline } from './timeline.js';
import { clearTrays } from './tray.js';

/** @typedef {'left'|'removed'} Reason */

/** By id, with the name it had. */
export const removed = signal(/** @type {Map<string, { name: string, reason: Reason }>} */ (new Map()));

/** Nothing of it stays on this device, neither what was said nor what was begun. @param {string} id @param {Reason} reason */
export function gone(id, reason) {
  const c = conversation(id);
  batch(() => {
    // The first word about it knows why; what comes later is an echo.
    if (!removed.value.has(id)) removed.value = new Map(removed.value).set(id, { name: c ? titleOf(c) : '', reason });
    dropConversation(id);
    forgetTimeline(id);
    saveDraft(id, '');
    saveReply(id, '');
    clearTrays(id);
    emptySharedFiles(id);
    strikeAll(id);
    clearTakes(id);
  });
}

/** In it again. @param {string} id */
export function back(id) {
  if (!removed.value.has(id)) return;
  const next = new Map(removed.value);
  next.delete(id);
  removed.value = next;
}

export const emptyRemoved = () => {
  removed.value = new Map();
};
