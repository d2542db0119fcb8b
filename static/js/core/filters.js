// Which conversations a list shows. Pure.

import { folded } from './text.js';

/** @typedef {import('./types.js').Conversation} Conversation */
/** @typedef {'all'|'unread'|'pinned'|'groups'|'archived'} Filter */

export const FILTERS = /** @type {const} */ (['all', 'unread', 'pinned', 'groups']);

/** @param {Conversation} c @param {Filter} filter @param {string} [openId] the open one stays in the unread list while it is being read */
export function isShown(c, filter, openId) {
  if (filter === 'archived') return Boolean(c.isArchived);
  if (c.isArchived) return false;
  if (filter === 'unread') return c.unreadCount > 0 || c.id === openId;
  if (filter === 'pinned') return c.isPinned;
  return filter === 'all' || c.type === 'group';
}

/** Every word is the beginning of some word of the name, of somebody in it, or of what they do. @param {Conversation} c @param {string} wanted @param {string} mine */
export function isMeant(c, wanted, mine) {
  const others = c.participants.filter(({ id }) => id !== mine);
  const words = [c.name, ...others.flatMap(({ name, specialty }) => [name, specialty ?? ''])].flatMap((text) => folded(text ?? '').split(/[\s.,]+/u));
  return folded(wanted).split(/\s+/u).filter(Boolean).every((part) => words.some((word) => word.startsWith(part)));
}
