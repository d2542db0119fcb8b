// Where files are fetched. The server signs an address for its reader and for some hours; then a fresh one is asked for.

import { timeline } from './timeline.js';

/** @typedef {import('./types.js').Message} Message */

/** An address that ends this soon is not begun with, in milliseconds. */
const MARGIN = 60_000;
/** The same message is not asked for more often than this. */
const PAUSE = 15_000;

/** An address on the host that the app itself came from, whatever name the server gives itself. Pure. @param {string} url */
export function here(url) {
  if (!url || url.startsWith('blob:')) return url;
  const { pathname, search } = new URL(url, location.origin);
  return pathname + search;
}

/** Pure. @param {string} url @param {number} now */
export function hasRunOut(url, now) {
  const until = /[?&]e=(\d+)/u.exec(url)?.[1];
  return until !== undefined && Number(until) * 1000 - MARGIN <= now;
}

/** @type {Map<string, number>} when a message was last asked for */
const asked = new Map();

/** Gets fresh addresses for a message's files. @param {{ id: string, seq: number, conversationId: string }} m */
export function freshen(m) {
  const now = Date.now();
  if (!Number.isFinite(m.seq) || now - (asked.get(m.id) ?? 0) < PAUSE) return;
  asked.set(m.id, now);
  timeline(m.conversationId).freshen(m.seq).catch(() => asked.delete(m.id));
}
