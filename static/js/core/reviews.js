// What mothers say of a professional: a list that grows, what oneself can do, and what the server tells of it.

import { batch, signal } from '../../vendor/preact.js';
import { get, post, put, remove } from './api.js';

/** @typedef {import('./types.js').Review} Review */
/** @typedef {import('./types.js').RatingSummary} RatingSummary */
/** @typedef {import('./types.js').OwnReview} OwnReview */
/** @typedef {import('./types.js').ReviewNews} ReviewNews */
/** @typedef {ReturnType<typeof reviewsOf>} ReviewBook */

const PAGE = 10;
/** So many at once the server gives. */
const MOST = 100;

/** The newest thing that the server has told about a review. */
export const reviewNews = signal(/** @type {ReviewNews|null} */ (null));

/** Of what was there and what has come since, each once. Pure. @param {Review[]} before @param {Review[]} next @returns {Review[]} */
export const joined = (before, next) => [...before, ...next.filter(({ id }) => !before.some((one) => one.id === id))];

/** Others' reviews: one's own stands by itself. Pure. @param {Review[]} list @param {Review|null|undefined} own */
export const withoutOwn = (list, own) => list.filter(({ id }) => id !== own?.id);

/** Five first, also before there is an answer. Pure. @param {RatingSummary|null} summary @returns {{ stars: number, count: number }[]} */
export const barsOf = (summary) => [5, 4, 3, 2, 1].map((stars) => ({ stars, count: summary?.stars.find((one) => one.stars === stars)?.count ?? 0 }));

/** Whether its author has said something else since. Pure. @param {Review} review */
export const wasChanged = (review) => review.updatedAt !== review.createdAt;

/** The reviews of one professional. @param {string} id */
export function reviewsOf(id) {
  const list = signal(/** @type {Review[]} */ ([]));
  const summary = signal(/** @type {RatingSummary|null} */ (null));
  const own = signal(/** @type {OwnReview|null} */ (null));
  const state = signal(/** @type {'loading'|'ready'|'failed'|'gone'} */ ('loading'));
  const hasMore = signal(false);
  const path = `/api/providers/${encodeURIComponent(id)}/reviews`;
  let turn = 0;

  /** @param {number} page @param {number} limit @param {(found: Review[]) => Review[]} take */
  async function load(page, limit, take) {
    const mine = ++turn;
    try {
      const answer = await get(`${path}?page=${page}&limit=${limit}`);
      if (mine !== turn) return;
      batch(() => {
        list.value = take(answer.data);
        summary.value = answer.summary;
        own.value = answer.own;
        hasMore.value = Boolean(answer.pagination?.hasNext);
        state.value = 'ready';
      });
    } catch (error) {
      if (mine !== turn) return;
      // Who does not work here any more has no reviews that one could read.
      if (/** @type {import('./http.js').ApiError} */ (error).status === 404) state.value = 'gone';
      else if (state.value === 'ready') throw error;
      else state.value = 'failed';
    }
  }

  /** As many as are shown, anew. */
  const again = () => load(1, Math.min(MOST, Math.max(PAGE, Math.ceil(list.value.length / PAGE) * PAGE)), (found) => found);

  return {
    list, summary, own, state, hasMore,
    again,
    retry() {
      state.value = 'loading';
      return again();
    },
    more: () => load(Math.floor(list.value.length / PAGE) + 1, PAGE, (found) => joined(list.value, found)),
    /** Writes one's review, or changes it. @param {number} rating @param {string} comment */
    async save(rating, comment) {
      const review = own.value?.review;
      if (review) await put(`/api/reviews/${review.id}`, { rating, comment });
      else await post(path, { rating, comment });
      await again();
    },
    /** Takes one's review back. */
    async takeBack() {
      const review = own.value?.review;
      if (review) await remove(`/api/reviews/${review.id}`);
      await again();
    },
    /** Answers a review; with nothing the answer is taken back. @param {Review} review @param {string} comment */
    async reply(review, comment) {
      await post(`/api/reviews/${review.id}/reply`, { comment });
      await again();
    },
  };
}
