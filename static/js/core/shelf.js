// The list as it was last seen, so that a start without a network shows the people, the drafts and what waits to be sent.
// The messages themselves are not kept on the device.

import { batch, effect, untracked } from '../../vendor/preact.js';
import { forget, recall, remember } from './device.js';
import { me } from './session.js';
import { conversations, listState, ordered, putConversations } from './store.js';

/** @typedef {import('./types.js').Conversation} Conversation */

const MOST = 50;
const PAUSE = 1000;
const key = () => `mc.list.${me.value?.id ?? ''}`;

export function openList() {
  const kept = recall(key(), /** @type {Conversation[]} */ ([]));
  if (!kept.length) return;
  batch(() => {
    putConversations(kept);
    listState.value = 'ready';
  });
}

export function burnList() {
  clearTimeout(timer);
  forget(key());
}

/** @type {ReturnType<typeof setTimeout>|undefined} */
let timer;

effect(() => {
  const { size } = conversations.value;
  clearTimeout(timer);
  const place = untracked(key);
  if (size) timer = setTimeout(() => remember(place, ordered.value.slice(0, MOST).map(asLastSeen)), PAUSE);
});

/** Who was online then says nothing about now; what was said last belongs to the server. @param {Conversation} c @returns {Conversation} */
const asLastSeen = ({ lastMessage, ...c }) => ({
  ...c,
  ...(lastMessage === null && { lastMessage }),
  participants: c.participants.map((person) => ({ ...person, isOnline: false, status: 'offline' })),
});
