// Changing one's own message after it was sent.

import { get, patch, post, remove } from './api.js';
import { clinic } from './clinic.js';
import { acknowledged, receive, takenBack } from './live.js';

/** @typedef {import('./types.js').Message} Message */
/** @typedef {{ content: string, editedAt: string }} Version */

/** Seconds in which one may edit, where the clinic says nothing else; the server has the last word. */
const EDIT_WINDOW = 900;

/** Words of somebody else are not one's own to change, nor is a place. @param {Message} m */
export const isEditable = (m, now = Date.now()) =>
  (m.messageType === 'text' ? Boolean(m.content) : ['image', 'file', 'video'].includes(m.messageType)) && (m.forwardedFrom?.senderId ?? m.senderId) === m.senderId && now - m.at < (clinic.value.limits?.editWindow ?? EDIT_WINDOW) * 1000;

/** @param {Message} m @param {string} content */
export async function edit(m, content) {
  const { data } = await patch(`/api/chat/messages/${m.id}/edit`, { content });
  receive(data);
}

/** @param {Message} m */
export async function takeBack(m) {
  await remove(`/api/chat/messages/${m.id}`);
  takenBack(m.conversationId, m.id);
}

/** What it said before, oldest first. @param {Message} m @returns {Promise<Version[]>} */
export const versions = async (m) => (await get(`/api/chat/messages/${m.id}/history`)).data;

/** "I have read this." @param {Message} m */
export async function acknowledge(m) {
  const { data } = await post(`/api/chat/messages/${m.id}/ack`);
  acknowledged({ ...data, messageId: m.id });
}
