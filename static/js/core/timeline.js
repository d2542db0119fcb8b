// The messages of each conversation that was opened: loading pages, live changes, catching up after an absence.

import { signal } from '../../vendor/preact.js';
import { get } from './api.js';
import { firstUnread, leavesGap, merge, prepend, raise, requote, toMessage } from './merge.js';
import { me } from './session.js';
import { changeConversation, conversation, noteLast, others } from './store.js';
import { weigh } from './urgent.js';

/** @typedef {import('./types.js').Message} Message */
/** @typedef {import('./types.js').Mark} Mark */

const PAGE = 50;
const LARGEST_PAGE = 200;

class Timeline {
  /** @param {string} id */
  constructor(id) {
    this.id = id;
    this.messages = signal(/** @type {Message[]} */ ([]));
    this.state = signal(/** @type {'empty'|'loading'|'ready'|'failed'} */ ('empty'));
    /** Whether the first message ever is among those held. */
    this.complete = signal(false);
    /** Changes up to here are in `messages`. */
    this.cursor = 0;
    /** @type {Map<string, Mark>} how far each of the others has received and read */
    this.marks = new Map();
    /** @type {Promise<void>|null} */
    this.olderPage = null;
    /** @type {Promise<void>|null} */
    this.catchingUp = null;
  }

  get path() {
    return `/api/chat/conversations/${this.id}`;
  }

  /** Loads the newest page, far enough back to reach the first unread message. */
  async open() {
    if (this.state.value === 'ready' || this.state.value === 'loading') return;
    this.state.value = 'loading';
    try {
      const c = conversation(this.id);
      // The cursor is taken before the page: what happens in between comes twice, and merging makes it once.
      this.cursor = c?.cursor ?? 0;
      const limit = Math.min(LARGEST_PAGE, Math.max(PAGE, (c?.unreadCount ?? 0) + 20));
      const { data } = await get(`${this.path}/messages?limit=${limit}&deleted=true`);
      this.complete.value = data.length < limit || data[0]?.seq === 1;
      // Live messages may have come first.
      this.messages.value = merge(data.map(toMessage), this.messages.value, true);
      weigh(this.messages.value);
      this.state.value = 'ready';
    } catch (error) {
      this.state.value = 'failed';
      throw error;
    }
  }

  /** One page more at the top. Whoever asks while it is on its way waits for the same one. */
  older() {
    if (this.complete.value || this.state.value !== 'ready') return Promise.resolve();
    this.olderPage ??= this.#olderPage().finally(() => {
      this.olderPage = null;
    });
    return this.olderPage;
  }

  async #olderPage() {
    const first = this.messages.value[0]?.seq ?? 1;
    const { data } = await get(`${this.path}/messages?limit=${LARGEST_PAGE}&before=${first}&deleted=true`);
    const page = data.map(toMessage);
    this.messages.value = prepend(this.messages.value, page);
    weigh(page);
    this.complete.value = !data.length || data[0].seq <= 1;
  }

  /** A message that is held. @param {string} id */
  find(id) {
    return this.messages.value.findLast((m) => m.id === id);
  }

  /** Loads older pages until the message is held. @param {string} id @returns {Promise<boolean>} false when it is not there at all */
  async reach(id) {
    while (!this.find(id)) {
      if (this.complete.value || this.state.value !== 'ready') return false;
      await this.older();
    }
    return true;
  }

  /** @param {Message[]} incoming ascending */
  apply(incoming) {
    if (this.state.value === 'empty' || this.state.value === 'failed') return;
    if (incoming.some((m) => leavesGap(this.messages.value, m.seq)) && incoming.length === 1) {
      void this.catchUp().catch(() => {});
    }
    this.messages.value = requote(merge(this.messages.value, incoming, this.complete.value), incoming);
    this.#raiseAll();
  }

  /** @param {string} id @param {(m: Message) => Message} change */
  change(id, change) {
    const i = this.messages.value.findLastIndex((m) => m.id === id);
    if (i < 0) return;
    const changed = change(this.messages.value[i]);
    this.messages.value = requote(this.messages.value.with(i, changed), [changed]);
  }

  /** @param {Partial<Mark> & { userId: string }} news */
  mark({ userId, readSeq = 0, deliveredSeq = 0 }) {
    const old = this.marks.get(userId);
    this.marks.set(userId, {
      userId,
      readSeq: Math.max(readSeq, old?.readSeq ?? 0),
      deliveredSeq: Math.max(deliveredSeq, readSeq, old?.deliveredSeq ?? 0),
    });
    this.#raiseAll();
  }

  /** My message is read once all others have read it. */
  #raiseAll() {
    const c = conversation(this.id);
    if (!c || !me.value) return;
    const marks = others(c).map((person) => this.marks.get(person.id));
    /** @param {'readSeq'|'deliveredSeq'} which */
    const least = (which) => (marks.length ? Math.min(...marks.map((mark) => mark?.[which] ?? 0)) : 0);
    let list = raise(this.messages.value, me.value.id, least('deliveredSeq'), 'delivered');
    list = raise(list, me.value.id, least('readSeq'), 'read');
    this.messages.value = list;
  }

  /** Asks for everything that changed since the cursor: after a reconnect, or when a seq was skipped. */
  catchUp() {
    if (this.state.value !== 'ready') return Promise.resolve();
    this.catchingUp ??= this.#follow().finally(() => {
      this.catchingUp = null;
    });
    return this.catchingUp;
  }

  async #follow() {
    for (let more = true; more; ) {
      const { data } = await get(`${this.path}/changes?since=${this.cursor}&limit=${LARGEST_PAGE}`);
      const news = /** @type {Message[]} */ (data.messages.map(toMessage)).sort((a, b) => a.seq - b.seq);
      this.messages.value = requote(merge(this.messages.value, news, this.complete.value), news);
      weigh(news);
      for (const mark of data.marks ?? []) this.mark(mark);
      const last = news.at(-1);
      if (last) noteLast(last);
      more = data.hasMore && data.cursor > this.cursor;
      this.cursor = Math.max(this.cursor, data.cursor);
    }
    changeConversation(this.id, { cursor: Math.max(this.cursor, conversation(this.id)?.cursor ?? 0) });
  }

  /** Where the unread divider belongs, now. */
  firstUnread() {
    return me.value ? firstUnread(this.messages.value, me.value.id, conversation(this.id)?.unreadCount ?? 0) : null;
  }
}

/** @type {Map<string, Timeline>} */
const timelines = new Map();

/** @param {string} id */
export function timeline(id) {
  let found = timelines.get(id);
  if (!found) timelines.set(id, (found = new Timeline(id)));
  return found;
}

/** Every conversation whose messages are held. */
export const held = () => [...timelines.values()].filter((one) => one.state.value === 'ready');

export const emptyTimelines = () => timelines.clear();
