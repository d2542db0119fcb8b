// From signing in to signing out: loads, connects, and gives every event of the server its meaning.

import { batch, effect, signal, untracked } from '../../vendor/preact.js';
import { announce } from './announce.js';
import { get, patch, post } from './api.js';
import { appointmentChanged, emptyAppointments, loadAhead, noteAppointment } from './appointments.js';
import { attending, looking, viewing } from './attention.js';
import { callHandlers, callsConnected, callsFinish } from './calls.js';
import { loadClinic } from './clinic.js';
import { burnDrafts, openDrafts } from './drafts.js';
import { t } from './i18n.js';
import { burnAnswers } from './large-group.js';
import { emptyListView } from './list-view.js';
import { emptyLater, laterChanged, loadLater } from './later.js';
import { tombstone, toMessage } from './merge.js';
import { notifyUrgent } from './notify.js';
import { burnOutbox, drain, onSent, openOutbox, strike } from './outbox.js';
import { openPlayer, unload } from './player.js';
import { emptyReceipts, keepRead, noteAllDelivered, noteDelivered, noteRead, readUpTo, tellAll } from './receipts.js';
import { clearTakes } from './recorder.js';
import { reviewNews } from './reviews.js';
import { back, emptyRemoved, gone } from './removed.js';
import { emptySending, sendingText, theySend } from './sending.js';
import { endSession, me, session, updateMe } from './session.js';
import { dropFiles, emptySharedFiles, noteFiles } from './shared-files.js';
import { burnList, openList } from './shelf.js';
import { connect, disconnect, link } from './socket.js';
import {
  changeConversation, conversation, conversations, emptyStore, listState, noteLast, partner, putConversations, putPeople, titleOf,
} from './store.js';
import { isAppointment, systemText } from './system.js';
import { shortName } from './text.js';
import { emptyTimelines, held, timeline } from './timeline.js';
import { clearTrays } from './tray.js';
import { theyType } from './typing.js';
import { burnAlerts, dropStale, emptyAlerts, noteAlert, openAlerts, settle, waitsFor, weigh } from './urgent.js';
import { stopViewing } from './viewed.js';
import { forgetWaves } from './waves.js';

/** @typedef {import('./types.js').Conversation} Conversation */

/** Whether this person may use the chat yet: a professional waits for an administrator. */
export const isApproved = (user = me.value) => Boolean(user) && user?.verificationStatus !== 'pending' && user?.verificationStatus !== 'rejected';

/** People about whom there is something to decide, for an administrator's navigation: also who was refused and has brought documents since. */
export const approvals = signal(0);

export async function countApprovals() {
  if (me.value?.role !== 'admin') return;
  const answer = await get('/api/admin/users?status=waiting&limit=1').catch(() => null);
  if (answer) approvals.value = answer.pagination?.total ?? answer.data?.length ?? 0;
}

/** Starts and stops with the session, also when another tab signs in or out. */
export function startLive() {
  let running = '';
  effect(() => {
    const user = me.value;
    const id = user && isApproved(user) ? user.id : '';
    if (id === running) return;
    const before = running;
    running = id;
    untracked(() => {
      if (before) finish();
      if (id) begin();
    });
  });
}

let connectedAt = 0;
/** @type {ReturnType<typeof setInterval>|undefined} */
let staleness;

function begin() {
  openList();
  openDrafts();
  openOutbox();
  openAlerts();
  openPlayer();
  staleness = setInterval(() => link.value === 'on' && dropStale(connectedAt), 30_000);
  connect({ ...handlers, ...callHandlers }, () => {
    connectedAt = Date.now();
    callsConnected();
    void recover();
    void loadLater().catch(() => {});
    void loadAhead().catch(() => {});
    void loadClinic();
  });
  void recover();
  void countApprovals();
}

function finish() {
  callsFinish();
  disconnect();
  clearInterval(staleness);
  batch(() => {
    emptyAlerts();
    emptyAppointments();
    emptyLater();
    emptyStore();
    emptyTimelines();
    emptyRemoved();
    emptyListView();
    emptyReceipts();
    emptySending();
    emptySharedFiles();
    reviewNews.value = null;
    clearTrays();
    stopViewing();
    unload();
    forgetWaves();
    clearTakes();
  });
}

/** Ends the session on the server, and leaves nothing of this person on the device. */
export async function signOut() {
  callsFinish();
  // First of all: nothing that still comes is written down again, and the server's word that the session is over may come before its answer.
  disconnect();
  burnDrafts();
  burnOutbox();
  burnAlerts();
  burnList();
  burnAnswers();
  clearTakes();
  await post('/api/auth/logout').catch(() => {});
  endSession();
}

/** @type {Promise<void>|null} */
let recovering = null;

/** The list, then what every held conversation missed. Run on the start and after each reconnect; asking twice does no harm. */
export function recover() {
  recovering ??= loadList()
    .then(() => Promise.all(held().map((one) => ((conversation(one.id)?.cursor ?? 0) > one.cursor ? one.catchUp() : undefined))))
    .then(() => Promise.all([drain(), tellAll()]))
    .then(() => {})
    .catch(() => {
      if (listState.value === 'loading') listState.value = 'failed';
    })
    .finally(() => {
      recovering = null;
    });
  return recovering;
}

/** All conversations of one kind, page by page; where the server gives a cursor, there is no gap while their order changes.
 * @param {'all'|'archived'} filter @returns {Promise<string[]>} their ids */
async function loadShelf(filter) {
  const ids = [];
  for (let page = 1, from = '', more = true; more; page++) {
    const { data, pagination } = await get(`/api/chat/conversations?limit=100&filter=${filter}${from}`);
    putConversations(data);
    ids.push(...data.map((/** @type {Conversation} */ c) => c.id));
    listState.value = 'ready';
    const next = pagination?.nextCursor;
    more = Boolean(next ?? pagination?.hasNext);
    from = next ? `&cursor=${encodeURIComponent(next)}` : `&page=${page + 1}`;
  }
  return ids;
}

async function loadList() {
  const ids = [...(await loadShelf('all')), ...(await loadShelf('archived'))];
  // What is in neither may have moved from one to the other meanwhile; only the server's no is believed.
  const missing = [...conversations.value.keys()].filter((id) => !ids.includes(id));
  await Promise.all(missing.map((id) => fetchConversation(id).catch((error) => (error.status === 404 ? gone(id, 'removed') : undefined))));
  for (const id of ids) keepRead(id);
  const isNew = (/** @type {Conversation} */ c) => c.unreadCount && c.lastMessage && c.lastMessage.senderId !== me.value?.id;
  noteAllDelivered([...conversations.value.values()].filter(isNew).map((c) => [c.id, c.lastMessage?.id ?? '']));
}

/** Loads a conversation that is not in the list yet. @param {string} id */
export async function fetchConversation(id) {
  const { data } = await get(`/api/chat/conversations/${id}`);
  putConversations([data]);
}

/** The conversation with somebody, made if need be. @param {string} participantId @returns {Promise<string>} its id */
export async function openWith(participantId) {
  const { data } = await post('/api/chat/conversations', { participantId });
  putConversations([data]);
  return data.id;
}

const TOGGLES = /** @type {const} */ ({ isPinned: ['pin', 'pinned'], isMuted: ['mute', 'muted'], isArchived: ['archive', 'archived'] });

/** Shows at once, and turns back when the server will not. @param {Conversation} c @param {keyof typeof TOGGLES} which */
export async function toggle(c, which) {
  const on = !c[which];
  changeConversation(c.id, { [which]: on });
  try {
    const [path, field] = TOGGLES[which];
    await patch(`/api/chat/conversations/${c.id}/${path}`, { [field]: on });
  } catch (error) {
    changeConversation(c.id, { [which]: !on });
    throw error;
  }
}

/** A message of the server, from whichever door. @param {any} wire */
export function receive(wire) {
  const message = toMessage(wire);
  const known = conversation(message.conversationId);
  const isNews = message.seq > (known?.seq ?? 0);
  batch(() => {
    timeline(message.conversationId).apply([message]);
    if (message.clientMessageId && message.senderId === me.value?.id) strike(message.clientMessageId);
    noteLast(message);
    noteFiles(message);
    weigh([message]);
    if (isAppointment(message.systemData)) noteAppointment(message.systemData.appointment);
  });
  if (!known) void fetchConversation(message.conversationId).catch(() => {});
  return isNews;
}
onSent(receive);

/** Somebody else wrote. @param {any} wire */
function arrived(wire) {
  const isNews = receive(wire);
  const { conversationId, senderId, id } = wire;
  if (wire.isSystemMessage) return happened(wire, isNews);
  noteDelivered(conversationId, id);
  theyType(conversationId, senderId, false);
  theySend(conversationId, senderId, '');
  const c = conversation(conversationId);
  if (!c || !isNews) return;
  // What somebody says brings a conversation back from the archive, as the server has done.
  if (c.isArchived && !c.isMuted && !wire.isSystemMessage) changeConversation(conversationId, { isArchived: false });
  const view = viewing.value;
  const inView = view !== null && view.id === conversationId && view.atEnd && looking.value;
  if (!inView) changeConversation(conversationId, { unreadCount: c.unreadCount + 1 });
  const sender = c.participants.find((person) => person.id === senderId);
  const name = sender ? shortName(sender) : titleOf(c);
  if (waitsFor(wire, me.value?.id ?? '')) {
    announce(t('announce.urgent', { name }));
    void notifyUrgent({ conversationId, messageId: id });
    return;
  }
  if (c.isMuted) return;
  announce(view?.id === conversationId ? `${name}: ${wire.content || (wire.messageType === 'text' ? '' : t(`message.type.${wire.messageType}`))}` : t('announce.from', { name }));
}

/** Nobody wrote it, so it makes nothing unread. @param {any} wire @param {boolean} isNews */
function happened(wire, isNews) {
  if (isNews && viewing.value?.id === wire.conversationId) announce(systemText(wire, me.value?.id ?? ''));
}

/** @param {any} data */
function statusMoved({ conversationId, messageId, seq, status, userId, unreadCount }) {
  const line = timeline(conversationId);
  const upTo = seq ?? line.messages.value.findLast((m) => m.id === messageId)?.seq;
  if (!upTo) return;
  if (userId === me.value?.id) {
    // Read on another of my devices; the server says what is left.
    if (status === 'read') noteRead(conversationId, upTo);
    if (typeof unreadCount === 'number' && upTo >= readUpTo(conversationId)) changeConversation(conversationId, { unreadCount });
    return;
  }
  const c = conversation(conversationId);
  line.mark({ userId: userId ?? (c && partner(c)?.id) ?? '', ...(status === 'read' ? { readSeq: upTo } : { deliveredSeq: upTo }) });
  if (c?.lastMessage && c.type === 'direct' && c.seq <= upTo && c.lastMessage.senderId === me.value?.id) {
    const now = c.lastMessage.status;
    if (status === 'read' || now === 'sent') changeConversation(c.id, { lastMessage: { ...c.lastMessage, status } });
  }
}

/** A message was deleted, here or elsewhere. @param {string} conversationId @param {string} messageId @param {number} [cursor] */
export function takenBack(conversationId, messageId, cursor) {
  timeline(conversationId).change(messageId, tombstone, cursor);
  dropFiles(conversationId, messageId);
  settle(messageId);
  const last = conversation(conversationId)?.lastMessage;
  if (!last || last.id !== messageId) return;
  changeConversation(conversationId, { lastMessage: { ...last, content: '', isDeleted: true } });
  // What was said before it is last now; the server knows.
  void fetchConversation(conversationId).then(() => keepRead(conversationId), () => {});
}

/** Somebody says that they have read an urgent message. @param {{ conversationId: string, messageId: string, cursor?: number, acks: import('./types.js').Ack[] }} news */
export function acknowledged({ conversationId, messageId, acks, cursor }) {
  timeline(conversationId).change(messageId, (m) => ({ ...m, acks }), cursor);
  if (acks.some((ack) => ack.userId === me.value?.id)) settle(messageId);
}

/** The server reminds of what was not acknowledged yet. @param {any} reminder */
function reminded({ conversationId, messageId, senderId, senderName, sentAt }) {
  const isNew = noteAlert({ conversationId, messageId, senderId, senderName: senderName ?? '', sentAt: Date.parse(sentAt) });
  if (isNew) announce(t('announce.urgent', { name: senderName }));
  void notifyUrgent({ conversationId, messageId });
}

/** @type {Record<string, (data: any) => void>} */
const handlers = {
  new_message: ({ message }) => arrived(message),
  message_sent: ({ message }) => message && receive(message),
  message_status_update: statusMoved,
  typing_indicator: ({ conversationId, userId, isTyping }) => {
    if (userId === me.value?.id) return;
    const c = conversation(conversationId);
    const who = c?.participants.find((person) => person.id === userId);
    if (isTyping && who && viewing.value?.id === conversationId) announce(t('typing.one', { name: shortName(who) }));
    theyType(conversationId, userId, Boolean(isTyping));
  },
  file_sending_indicator: ({ conversationId, userId, fileType, isSending }) => {
    if (userId === me.value?.id) return;
    const who = conversation(conversationId)?.participants.find((person) => person.id === userId);
    if (isSending && who && viewing.value?.id === conversationId) announce(sendingText(fileType, shortName(who)));
    theySend(conversationId, userId, isSending ? String(fileType) : '');
  },
  user_status_change: ({ userId, isOnline, status, lastSeen }) => putPeople([{ id: userId, isOnline, status, lastSeen }]),
  user_availability_change: ({ userId, availability, until, lastSeen }) => {
    putPeople([{ id: userId, availability, availabilityUntil: until, lastSeen }]);
    if (me.value && userId === me.value.id) updateMe({ ...me.value, availability, availabilityUntil: until });
  },
  user_rating_change: ({ userId, rating, reviewCount }) => {
    putPeople([{ id: userId, rating, reviewCount }]);
    if (me.value && userId === me.value.id) updateMe({ ...me.value, rating, reviewCount });
  },
  message_edited: ({ message }) => message && receive(message),
  message_deleted: ({ conversationId, messageId, cursor }) => takenBack(conversationId, messageId, cursor),
  message_reaction_updated: ({ conversationId, messageId, reactions, cursor }) =>
    timeline(conversationId).change(messageId, (m) => ({ ...m, reactions }), cursor),
  chat_mute_status_changed: ({ conversationId, isMuted }) => changeConversation(conversationId, { isMuted }),
  chat_pin_status_changed: ({ conversationId, isPinned }) => changeConversation(conversationId, { isPinned }),
  chat_archive_status_changed: ({ conversationId, isArchived }) => changeConversation(conversationId, { isArchived }),
  conversation_updated: ({ conversation: c }) => {
    if (!c) return;
    back(c.id);
    putConversations([c]);
  },
  conversation_removed: ({ conversationId, reason }) => gone(conversationId, reason),
  message_acknowledged: acknowledged,
  scheduled_message_changed: laterChanged,
  notification: (news) => {
    if (news.kind === 'verification') void countApprovals();
    if (news.kind === 'urgent') reminded(news);
    if (news.kind === 'appointment') appointmentChanged(news);
    if (news.kind === 'review') reviewNews.value = news;
  },
  session_revoked: ({ reason } = {}) => endSession(/switched off|disabled/u.test(reason ?? '') ? 'ACCOUNT_DISABLED' : 'ended'),
};

/** A pending professional asks again whether somebody has looked. @returns {Promise<void>} */
export async function refreshMe() {
  if (!session.value) return;
  const answer = await get('/api/auth/me');
  updateMe(answer.user ?? answer.data?.user ?? answer.data);
}

// A tab that slept has missed the news of the phone's network; asking is cheap.
effect(() => {
  if (attending.value && untracked(() => link.value === 'on')) untracked(() => void recover());
});
