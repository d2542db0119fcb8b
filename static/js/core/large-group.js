// A message to many people is asked about first, once in each conversation and on each day.

import { forget, keysWith, recall, remember } from './device.js';
import { dayOf } from './dates.js';
import { me } from './session.js';

/** @typedef {import('./types.js').Conversation} Conversation */

/** From so many members on. */
const LARGE = 10;

const prefix = () => `mc.large.${me.value?.id ?? ''}.`;

/** @param {Conversation|undefined} c @param {number} [now] */
export const mustAsk = (c, now = Date.now()) => c?.type === 'group' && c.participants.length >= LARGE && recall(prefix() + c.id, 0) !== dayOf(now);

/** The answer was yes. @param {Conversation} c @param {number} [now] */
export const noteYes = (c, now = Date.now()) => remember(prefix() + c.id, dayOf(now));

export function burnAnswers() {
  for (const key of keysWith(prefix())) forget(key);
}
