// Groups: who is in, what they are called, who looks after them.

import { post, patch, remove } from './api.js';
import { me } from './session.js';
import { putConversations } from './store.js';
import { gone } from './removed.js';

/** @typedef {import('./types.js').Conversation} Conversation */

/** Who looks after the group may change it. @param {Conversation} c */
export const isMine = (c) => c.type === 'group' && Boolean(me.value) && c.groupAdmin === me.value?.id;

/** @param {{ name: string, participantIds: string[], avatar: string }} wish @returns {Promise<string>} its id */
export async function createGroup(wish) {
  const { data } = await post('/api/chat/conversations', { type: 'group', ...wish });
  putConversations([data]);
  return data.id;
}

/** @param {string} id @param {{ name?: string, avatar?: string|null, groupAdmin?: string }} change */
export async function changeGroup(id, change) {
  const { data } = await patch(`/api/chat/conversations/${id}`, change);
  putConversations([data]);
}

/** @param {string} id @param {string[]} userIds */
export async function addMembers(id, userIds) {
  const { data } = await post(`/api/chat/conversations/${id}/participants`, { userIds });
  putConversations([data]);
}

/** @param {string} id @param {string} userId */
export async function removeMember(id, userId) {
  const { data } = await remove(`/api/chat/conversations/${id}/participants/${userId}`);
  putConversations([data]);
}

/** @param {string} id */
export async function leave(id) {
  await remove(`/api/chat/conversations/${id}/participants/${me.value?.id ?? ''}`);
  gone(id, 'left');
}

/** Members as they are listed: oneself last, whoever looks after the group first, then by name. Pure.
 * @param {Conversation} c @param {string} mine */
export const membersOf = (c, mine) =>
  [...c.participants].sort((a, b) => rank(c, a.id, mine) - rank(c, b.id, mine) || a.name.localeCompare(b.name));

/** @param {Conversation} c @param {string} id @param {string} mine */
const rank = (c, id, mine) => (id === mine ? 2 : id === c.groupAdmin ? 0 : 1);
