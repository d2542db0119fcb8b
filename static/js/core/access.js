// Who has opened what is one's own, newest first, a page at a time.

import { batch, signal } from '../../vendor/preact.js';
import { get } from './api.js';

/**
 * @typedef {{ id: string, openedAt: string, action: string, isOwn: boolean, person: import('./audit.js').Named,
 *   conversationId: string|null, conversationName: string|null, fileName: string|null }} Look
 */

const PAGE = 30;
/** Pages that show nothing before somebody has to ask for more. */
const PATIENCE = 10;

/** A list of its own for each look at it. */
export function accessList() {
  const list = signal(/** @type {Look[]} */ ([]));
  const state = signal(/** @type {'loading'|'ready'|'failed'} */ ('loading'));
  const hasMore = signal(false);
  let cursor = /** @type {number|null} */ (null);
  let own = false;
  let turn = 0;

  /** @param {boolean} afresh */
  async function load(afresh) {
    const mine = ++turn;
    let next = afresh ? null : cursor;
    try {
      for (let tries = 1; ; tries += 1) {
        const query = new URLSearchParams({ limit: String(PAGE), ...(own && { own: 'true' }), ...(next !== null && { cursor: String(next) }) });
        const { data, pagination } = await get(`/api/privacy/access-log?${query}`);
        if (mine !== turn) return;
        next = pagination?.nextCursor ?? null;
        if (!data.length && next !== null && tries < PATIENCE) continue;
        cursor = next;
        batch(() => {
          list.value = [...(afresh ? [] : list.value), ...data];
          hasMore.value = next !== null;
          state.value = 'ready';
        });
        return;
      }
    } catch {
      if (mine === turn && !list.value.length) state.value = 'failed';
    }
  }

  return {
    list, state, hasMore,
    /** @param {boolean} withOwn also what one has opened oneself */
    want(withOwn) {
      own = withOwn;
      state.value = 'loading';
      list.value = [];
      return load(true);
    },
    more: () => load(false),
  };
}
