// Files that were chosen and not sent yet, per conversation: they stand above the message box until they go out. Only in memory;
// what was merely chosen can be chosen again.

import { signal } from '../../vendor/preact.js';
import { newId } from './device.js';
import { editOf, saveEdit } from './drafts.js';
import { kindOf, limits, nameOf, sift } from './files.js';

/** @typedef {{ id: string, file: File, name: string, kind: import('./types.js').FileKind, url: string, width?: number, height?: number }} Chosen `url` shows a picture or a film on this page */
/** @typedef {ReturnType<typeof sift>['refused']} Refused */

const trays = signal(/** @type {Map<string, Chosen[]>} */ (new Map()));

/** What could not be taken, until it has been read. */
const refusals = signal(/** @type {Map<string, Refused>} */ (new Map()));
/** @param {string} conversationId */
export const refusedOf = (conversationId) => refusals.value.get(conversationId) ?? [];

/** @param {string} conversationId @param {Refused} [list] */
export function noteRefused(conversationId, list = []) {
  if (!list.length && !refusals.value.has(conversationId)) return;
  const next = new Map(refusals.value);
  if (list.length) next.set(conversationId, list);
  else next.delete(conversationId);
  refusals.value = next;
}

/** @param {string} conversationId */
export const trayOf = (conversationId) => trays.value.get(conversationId) ?? [];

/** @param {string} conversationId @param {Chosen[]} list */
function put(conversationId, list) {
  const next = new Map(trays.value);
  if (list.length) next.set(conversationId, list);
  else next.delete(conversationId);
  trays.value = next;
}

/** Takes files for the next message, wherever they come from; what may not go is named. @param {string} conversationId @param {File[]} files */
export function offer(conversationId, files) {
  if (!files.length) return;
  // Whoever is changing an old message means a new one by this.
  if (editOf(conversationId)) saveEdit(conversationId, null);
  const { taken, refused } = sift(files, trayOf(conversationId).length, limits());
  const added = taken.map((file) => {
    const kind = kindOf(file);
    return /** @type {Chosen} */ ({ id: newId(), file, name: nameOf(file), kind, url: kind === 'image' || kind === 'video' ? URL.createObjectURL(file) : '' });
  });
  put(conversationId, [...trayOf(conversationId), ...added]);
  noteRefused(conversationId, refused);
}

/** How large a picture is, so that its bubble reserves the space. @param {string} conversationId @param {string} id @param {number} width @param {number} height */
export const measured = (conversationId, id, width, height) =>
  put(conversationId, trayOf(conversationId).map((one) => (one.id === id && width > 0 && height > 0 ? { ...one, width, height } : one)));

/** @param {string} conversationId @param {string} id */
export function removeFromTray(conversationId, id) {
  const gone = trayOf(conversationId).find((one) => one.id === id);
  if (gone?.url) URL.revokeObjectURL(gone.url);
  put(conversationId, trayOf(conversationId).filter((one) => one !== gone));
}

/** Moves one by some places. @param {string} conversationId @param {string} id @param {number} by */
export function moveInTray(conversationId, id, by) {
  const list = trayOf(conversationId).slice();
  const from = list.findIndex((one) => one.id === id);
  const to = Math.max(0, Math.min(list.length - 1, from + by));
  if (from < 0 || from === to) return;
  list.splice(to, 0, ...list.splice(from, 1));
  put(conversationId, list);
}

/** Takes everything out. @param {string} conversationId @returns {Chosen[]} */
export function emptyTray(conversationId) {
  const list = trayOf(conversationId);
  for (const { url } of list) if (url) URL.revokeObjectURL(url);
  put(conversationId, []);
  return list;
}

/** On signing out, and when a conversation is gone. @param {string} [conversationId] or all */
export function clearTrays(conversationId) {
  for (const id of conversationId ? [conversationId] : [...trays.value.keys(), ...refusals.value.keys()]) {
    emptyTray(id);
    noteRefused(id);
  }
}
