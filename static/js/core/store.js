// Conversations and people, as far as this client knows them. Only signals and small changes; no requests.

import { batch, computed, signal } from '../../vendor/preact.js';
import { sumOf } from './files.js';
import { me } from './session.js';

/** @typedef {import('./types.js').Conversation} Conversation */
/** @typedef {import('./types.js').Person} Person */
/** @typedef {import('./types.js').Message} Message */

export const conversations = signal(/** @type {Map<string, Conversation>} */ (new Map()));
/** 'loading' until the first answer; 'failed' when there is none and nothing to show. */
export const listState = signal(/** @type {'loading'|'ready'|'failed'} */ ('loading'));
/** Presence, availability and ratings change often and apart from conversations, so they have a place of their own. */
export const people = signal(/** @type {Map<string, Partial<Person>>} */ (new Map()));
/** Who is typing: conversation id to user ids. */
export const typing = signal(/** @type {Map<string, string[]>} */ (new Map()));

/** Pinned first, then the latest. */
export const ordered = computed(() =>
  [...conversations.value.values()].sort(
    (a, b) => Number(b.isPinned) - Number(a.isPinned) || (a.lastActivity < b.lastActivity ? 1 : a.lastActivity > b.lastActivity ? -1 : 0),
  ),
);
/** What lies in the archive waits quietly. */
export const unreadTotal = computed(() => ordered.value.reduce((sum, c) => sum + (c.isArchived ? 0 : c.unreadCount), 0));

/** @param {string} id */
export const conversation = (id) => conversations.value.get(id);

/** The direct conversation with somebody, if there is one. @param {string} userId */
export const conversationWith = (userId) => ordered.value.find((c) => c.type === 'direct' && c.participants.some(({ id }) => id === userId));

/** The people on the other side. @param {Conversation} c */
export const others = (c) => c.participants.filter((person) => person.id !== me.value?.id);

/** The one on the other side of a direct conversation, with the latest presence. @param {Conversation} c @returns {Person|undefined} */
export function partner(c) {
  if (c.type === 'group') return undefined;
  const [other] = others(c);
  return other && { ...other, ...people.value.get(other.id) };
}

/** The name to show. @param {Conversation} c */
export const titleOf = (c) => (c.type === 'group' ? c.name : (others(c)[0]?.name ?? c.name));

/** @param {Conversation[]} list */
export function putConversations(list) {
  batch(() => {
    const next = new Map(conversations.value);
    for (const c of list) next.set(c.id, { ...next.get(c.id), ...c });
    conversations.value = next;
    putPeople(list.flatMap((c) => c.participants ?? []));
  });
}

/** @param {string} id @param {Partial<Conversation>} change */
export function changeConversation(id, change) {
  const c = conversations.value.get(id);
  if (c) conversations.value = new Map(conversations.value).set(id, { ...c, ...change });
}

/** @param {string} id */
export function dropConversation(id) {
  if (!conversations.value.has(id)) return;
  const next = new Map(conversations.value);
  next.delete(id);
  conversations.value = next;
}

/** @param {Partial<Person>[]} list */
export function putPeople(list) {
  const next = new Map(people.value);
  for (const { id, isOnline, status, lastSeen, availability, availabilityUntil, rating, reviewCount } of list) {
    if (!id) continue;
    const known = next.get(id);
    next.set(id, {
      isOnline: isOnline ?? known?.isOnline,
      status: status ?? known?.status,
      lastSeen: lastSeen ?? known?.lastSeen,
      availability: availability ?? known?.availability,
      availabilityUntil: availability ? (availabilityUntil ?? null) : known?.availabilityUntil,
      rating: rating ?? known?.rating,
      reviewCount: reviewCount ?? known?.reviewCount,
    });
  }
  people.value = next;
}

/** The row of a conversation follows its newest message. @param {Message} m */
export function noteLast(m) {
  const c = conversation(m.conversationId);
  // A message that is gone is not the last one said.
  if (!c || m.isDeleted || (c.lastMessage && m.seq < c.seq && m.id !== c.lastMessage.id)) return;
  changeConversation(c.id, {
    seq: Math.max(m.seq, c.seq ?? 0),
    lastActivity: m.createdAt > (c.lastActivity ?? '') ? m.createdAt : c.lastActivity,
    lastMessage: {
      id: m.id,
      content: m.content,
      messageType: m.messageType,
      timestamp: m.createdAt,
      senderId: m.senderId,
      status: m.status,
      isDeleted: m.isDeleted,
      priority: m.priority,
      isSystemMessage: m.isSystemMessage,
      systemData: m.systemData,
      ...sumOf(m.attachments),
    },
  });
}

/** @param {string} conversationId @param {string} userId @param {boolean} on */
export function setTyping(conversationId, userId, on) {
  const now = typing.value.get(conversationId) ?? [];
  if (now.includes(userId) === on) return;
  typing.value = new Map(typing.value).set(conversationId, on ? [...now, userId] : now.filter((id) => id !== userId));
}

/** Nothing of one person may be left for the next one on this device. */
export function emptyStore() {
  batch(() => {
    conversations.value = new Map();
    people.value = new Map();
    typing.value = new Map();
    listState.value = 'loading';
  });
}
