// The calls of the past, newest first, a page at a time.

import { batch, signal } from '../../vendor/preact.js';
import { get } from './api.js';

/** @typedef {import('./types.js').CallEntry} CallEntry */

const PAGE = 30;

/** A list of its own for each look at it. */
export function callList() {
  const list = signal(/** @type {CallEntry[]} */ ([]));
  const state = signal(/** @type {'loading'|'ready'|'failed'} */ ('loading'));
  const hasMore = signal(false);
  let page = 0;
  let onlyMissed = false;
  let turn = 0;

  /** @param {boolean} afresh */
  async function load(afresh) {
    const mine = ++turn;
    const next = afresh ? 1 : page + 1;
    try {
      const { data, pagination } = await get(`/api/chat/calls?page=${next}&limit=${PAGE}${onlyMissed ? '&missed=true' : ''}`);
      if (mine !== turn) return;
      batch(() => {
        const held = afresh ? [] : list.value;
        const known = new Set(held.map(({ id }) => id));
        // A call that ended meanwhile has moved the pages.
        list.value = [...held, ...data.filter((/** @type {CallEntry} */ one) => !known.has(one.id))];
        hasMore.value = Boolean(pagination?.hasNext);
        state.value = 'ready';
      });
      page = next;
    } catch {
      if (mine === turn && !list.value.length) state.value = 'failed';
    }
  }

  return {
    list, state, hasMore,
    /** @param {boolean} missed only those that nobody answered */
    want(missed) {
      onlyMissed = missed;
      state.value = 'loading';
      list.value = [];
      return load(true);
    },
    /** Something has changed: the newest page again. */
    renew: () => load(true),
    more: () => load(false),
  };
}
