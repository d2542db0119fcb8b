// Changing one's own message after it was sent.

import { get, patch, remove } from './api.js';
import { receive, takenBack } from './live.js';

/** @typedef {import('./types.js').Message} Message */
/** @typedef {{ content: string, editedAt: string }} Version */

/** How long the clinic lets one edit; the server has the last word. */
const EDIT_WINDOW = 15 * 60_000;

/** @param {Message} m */
export const isEditable = (m) => Boolean(m.content) && Date.now() - m.at < EDIT_WINDOW;

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
