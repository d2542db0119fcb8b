// Passing a message on. Each copy is a letter of its own: it waits for the network like any other.

import { openWith } from './live.js';
import { write } from './outbox.js';

/** @typedef {import('./types.js').Message} Message */
/** @typedef {{ conversationId?: string, userId?: string }} Target one of the two */

/** @param {Message} m @param {Target[]} targets */
export async function forward(m, targets) {
  // All conversations first: either everything is on its way, or nothing.
  const ids = await Promise.all(targets.map(({ conversationId, userId }) => conversationId ?? openWith(userId ?? '')));
  const origin = m.forwardedFrom ?? { senderId: m.senderId, senderName: m.senderName ?? '' };
  for (const id of ids) write(id, m.content, { forwardedFrom: m.id, origin, messageType: m.messageType, copies: m.attachments });
}
