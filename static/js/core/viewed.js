// The picture that is looked at full screen, among all pictures of its conversation.

import { signal } from '../../vendor/preact.js';
import { filesOf, joined, sharedFiles } from './shared-files.js';
import { timeline } from './timeline.js';

/** @typedef {import('./shared-files.js').SharedFile} SharedFile */

/** @type {import('../../vendor/preact.js').Signal<{ conversationId: string, fileId: string }|null>} */
export const viewed = signal(/** @type {{ conversationId: string, fileId: string }|null} */ (null));

/** @param {string} conversationId @param {string} fileId */
export function view(conversationId, fileId) {
  viewed.value = { conversationId, fileId };
}

export const stopViewing = () => {
  viewed.value = null;
};

/** All pictures that are known, the oldest first: from the list, and from the messages that are held. @param {string} conversationId @returns {SharedFile[]} */
export function picturesOf(conversationId) {
  const here = timeline(conversationId).messages.value.flatMap(filesOf).filter((file) => file.fileType === 'image');
  const gone = new Set(timeline(conversationId).messages.value.filter((m) => m.isDeleted).map((m) => m.id));
  const listed = sharedFiles(conversationId, 'image').files.value.filter((file) => !gone.has(file.messageId));
  return inOrder(joined(listed, here));
}

/** Newest first turned round, while those of one message keep their order. Pure. @param {SharedFile[]} files */
export function inOrder(files) {
  /** @type {SharedFile[][]} */
  const messages = [];
  for (const file of files) {
    if (messages.at(-1)?.[0].messageId === file.messageId) messages.at(-1)?.push(file);
    else messages.push([file]);
  }
  return messages.reverse().flat();
}
