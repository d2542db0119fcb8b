// Looking for messages by their words, newest first.

import { batch, signal } from '../../vendor/preact.js';
import { get } from './api.js';
import { me } from './session.js';

/** @typedef {import('./types.js').Message} Message */
/** @typedef {{ wanted: string, conversationId: string, from: string, type: string, since: string, until: string }} Wish days as 2026-11-22 */
/** @typedef {{ message: Message, conversation: { id: string, name: string, type: string }, snippet: string, fileId?: string|null, highlights: import('./highlight.js').Range[] }} Hit `fileId`: the snippet is of this file's name */
/** @typedef {ReturnType<typeof messageFinder>} MessageFinder */

/** @type {Wish} */
export const ANYTHING = { wanted: '', conversationId: '', from: '', type: '', since: '', until: '' };
export const TYPES = ['text', 'image', 'file', 'audio', 'video', 'location'];

const PAGE = 20;
const PAUSE = 250;
/** While the server still takes in what was written, it is asked again. */
const ASK_AGAIN = 3000;

/** The first moment of a day, some days later, in local time. @param {string} day @param {number} later */
function moment(day, later) {
  const [year, month, date] = day.split('-').map(Number);
  return new Date(year, month - 1, date + later).toISOString();
}

/** Whether there is anything to look for. Pure. @param {Wish} wish */
export const isWish = (wish) => wish.wanted.trim() !== '';

/** How many filters are set, beside the words and the conversation. Pure. @param {Wish} wish */
export const filterCount = ({ from, type, since, until }) => [from, type, since, until].filter(Boolean).length;

/** Where it is asked for. Both days are meant whole. Pure. @param {Wish} wish @param {string} [cursor] */
export function addressOf({ wanted, conversationId, from, type, since, until }, cursor = '') {
  const all = { q: wanted.trim(), conversationId, from, type, after: since && moment(since, 0), before: until && moment(until, 1), limit: String(PAGE), cursor };
  return `/api/chat/search/messages?${new URLSearchParams(Object.entries(all).filter(([, value]) => value))}`;
}

/** @param {Partial<Wish>} [fixed] what every search of this one has in common */
export function messageFinder(fixed = {}) {
  const wish = signal({ ...ANYTHING, ...fixed });
  const hits = signal(/** @type {Hit[]} */ ([]));
  const state = signal(/** @type {'idle'|'loading'|'ready'|'failed'} */ ('idle'));
  const hasMore = signal(false);
  const indexing = signal(false);
  let cursor = '';
  let turn = 0;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  let timer;

  /** @param {boolean} next */
  async function load(next) {
    const mine = ++turn;
    const owner = me.value?.id;
    try {
      const { data, pagination, meta } = await get(addressOf(wish.value, next ? cursor : ''));
      if (mine !== turn || owner !== me.value?.id) return;
      batch(() => {
        hits.value = next ? [...hits.value, ...data] : data;
        cursor = pagination?.nextCursor ?? '';
        hasMore.value = Boolean(pagination?.hasMore && cursor);
        indexing.value = Boolean(meta?.indexing);
        state.value = 'ready';
      });
      if (meta?.indexing && !next) timer = setTimeout(() => void load(false), ASK_AGAIN);
    } catch {
      if (mine === turn) state.value = 'failed';
    }
  }

  return {
    wish, hits, state, hasMore, indexing,
    more: () => load(true),
    again: () => void load(false),
    /** @param {Partial<Wish>} change */
    want(change) {
      wish.value = { ...wish.value, ...change };
      clearTimeout(timer);
      turn++;
      if (!isWish(wish.value)) {
        batch(() => {
          hits.value = [];
          state.value = 'idle';
        });
        return;
      }
      if (state.value !== 'ready') state.value = 'loading';
      timer = setTimeout(() => void load(false), 'wanted' in change ? PAUSE : 0);
    },
    stop: () => {
      turn++;
      clearTimeout(timer);
    },
  };
}
