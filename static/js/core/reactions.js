// Who gave which emoji to a message: what the server knows, and over it what was pressed here a moment ago.

import { batch, signal } from '../../vendor/preact.js';
import { post, remove } from './api.js';
import { me } from './session.js';
import { timeline } from './timeline.js';

/** @typedef {import('./types.js').Message} Message */
/** @typedef {import('./types.js').Reaction} Reaction */
/** @typedef {{ messageId: string, userId: string, emoji: string, on: boolean }} Wish */

/** Offered in the menu; the names are texts of their own. */
export const USUAL = /** @type {const} */ ([['👍', 'thumbsUp'], ['❤️', 'heart'], ['😊', 'smile'], ['😮', 'surprised'], ['😢', 'sad'], ['🙏', 'thanks']]);

/** Pressed here, and not yet confirmed. */
const wishes = signal(/** @type {Wish[]} */ ([]));

/** The reactions as they will be once every wish is granted. Pure. @param {Reaction[]} known @param {Wish[]} wanted @returns {Reaction[]} */
export function granted(known, wanted) {
  let list = known;
  for (const { userId, emoji, on } of wanted) {
    const has = list.some((r) => r.userId === userId && r.emoji === emoji);
    if (on && !has) list = [...list, { userId, emoji }];
    else if (!on && has) list = list.filter((r) => r.userId !== userId || r.emoji !== emoji);
  }
  return list;
}

/** The same emoji of several people stands once, in the order of their first. Pure. @param {Reaction[]} reactions @returns {Map<string, string[]>} user ids */
export function byEmoji(reactions) {
  /** @type {Map<string, string[]>} */
  const found = new Map();
  for (const { emoji, userId } of reactions) found.set(emoji, [...(found.get(emoji) ?? []), userId]);
  return found;
}

/** @param {Message} m */
export const reactionsOf = (m) =>
  granted(
    m.reactions ?? [],
    wishes.value.filter((wish) => wish.messageId === m.id),
  );

/** @type {Map<string, Promise<void>>} one request at a time for each message, so that no answer overtakes another */
const queues = new Map();

/** Gives an emoji, or takes it back. It shows at once, and is undone when the server will not. @param {Message} m @param {string} emoji */
export async function react(m, emoji) {
  const userId = me.value?.id ?? '';
  const on = !reactionsOf(m).some((r) => r.userId === userId && r.emoji === emoji);
  const wish = { messageId: m.id, userId, emoji, on };
  wishes.value = [...wishes.value, wish];
  const before = queues.get(m.id) ?? Promise.resolve();
  const job = before.then(() => tell(m, wish));
  const quiet = job.catch(() => {});
  queues.set(m.id, quiet);
  await job.finally(() => {
    if (queues.get(m.id) === quiet) queues.delete(m.id);
  });
}

/** @param {Message} m @param {Wish} wish */
async function tell(m, wish) {
  const path = `/api/chat/messages/${m.id}/reactions`;
  let known = /** @type {Reaction[]|null} */ (null);
  try {
    const { data } = await (wish.on ? post(path, { emoji: wish.emoji }) : remove(`${path}?emoji=${encodeURIComponent(wish.emoji)}`));
    known = data.reactions;
  } finally {
    batch(() => {
      if (known) timeline(m.conversationId).change(m.id, (now) => ({ ...now, reactions: known ?? now.reactions }));
      wishes.value = wishes.value.filter((other) => other !== wish);
    });
  }
}
