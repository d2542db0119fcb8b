// What the list shows and what is looked for in it: kept while one reads a conversation and comes back.

import { batch, signal } from '../../vendor/preact.js';
import { messageFinder } from './find.js';

/** @typedef {import('./filters.js').Filter} Filter */

export const filter = signal(/** @type {Filter} */ ('all'));
export const wanted = signal('');
/** Whether the filters of the search are in view. */
export const narrowing = signal(false);
export const found = messageFinder();

/** @param {string} text */
export const search = (text) =>
  batch(() => {
    wanted.value = text;
    found.want({ wanted: text });
  });

/** Nothing of one person may be left for the next one on this device. */
export function emptyListView() {
  batch(() => {
    filter.value = 'all';
    narrowing.value = false;
    search('');
    found.want({ conversationId: '', from: '', type: '', since: '', until: '' });
  });
}
