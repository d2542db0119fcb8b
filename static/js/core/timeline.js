// The messages of each conversation that was opened: loading pages, live changes, catching up after an absence.

import { batch, signal } from '../../vendor/preact.js';
import { get } from './api.js';
import { firstUnread, isNews, leavesGap, merge, prepend, raise, requote, toMessage } from './merge.js';
import { me } from './session.js';
import { changeConversation, conversation, noteLast, others } from './store.js';
import { weigh } from './urgent.js';

/** @typedef {import('./types.js').Message} Message */
/** @typedef {import('./types.js').Mark} Mark */

const PAGE = 50;
const LARGEST_PAGE = 200;

/** So many messages are loaded page by page rather than jumped over: what is held stays one piece. */
const NEAR = 400;

/** @param {number} seq @param {number} first @param {number} last */
const isNear = (seq, first, last) => seq >= first - NEAR && seq <= last;

class Timeline {
  /** @param {string} id */
  constructor(id) {
    this.id = id;
    this.messages = signal(/** @type {Message[]} */ ([]));
    this.state = signal(/** @type {'empty'|'loading'|'ready'|'failed'} */ ('empty'));
    /** Whether the first message ever is among those held. */
    this.complete = signal(false);
    /** Whether the newest message is; not so after a jump far back, until one has come forward again. */
    this.reachesEnd = signal(true);
    /** Changes up to here are in `messages`. */
    this.cursor = 0;
    /** @type {Map<string, Mark>} how far each of the others has received and read */
    this.marks = new Map();
    /** @type {Promise<void>|null} */
    this.olderPage = null;
    /** @type {Promise<void>|null} */
    this.newerPage = null;
    /** @type {Promise<void>|null} */
    this.catchingUp = null;
    /** Places of messages whose files want fresh addresses. @type {Set<number>} */
    this.stale = new Set();
    /** @type {Promise<void>|null} */
    this.freshening = null;
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

  /** One page more at the bottom, where the end is not held. */
  newer() {
    if (this.reachesEnd.value || this.state.value !== 'ready') return Promise.resolve();
    this.newerPage ??= this.#newerPage().finally(() => {
      this.newerPage = null;
    });
    return this.newerPage;
  }

  async #newerPage() {
    const last = this.messages.value.at(-1)?.seq ?? 0;
    const { data } = await get(`${this.path}/messages?limit=${LARGEST_PAGE}&after=${last}&deleted=true`);
    if (this.messages.value.at(-1)?.seq !== last) return;
    batch(() => {
      this.messages.value = [...this.messages.value, ...data.map(toMessage)];
      weigh(this.messages.value);
      this.#lookForEnd(data.length);
    });
  }

  /** What came while the page was on its way is not in it; the next page has it. @param {number} got */
  #lookForEnd(got) {
    this.reachesEnd.value = got === 0 || (this.messages.value.at(-1)?.seq ?? 0) >= (conversation(this.id)?.seq ?? 0);
  }

  /** Holds the messages around a place instead of those at the end, however far apart they are. @param {number} seq */
  async #around(seq) {
    const [before, after] = await Promise.all([
      get(`${this.path}/messages?limit=${PAGE}&before=${seq + 1}&deleted=true`),
      get(`${this.path}/messages?limit=${PAGE}&after=${seq}&deleted=true`),
    ]);
    batch(() => {
      this.messages.value = [...before.data, ...after.data].map(toMessage);
      weigh(this.messages.value);
      this.complete.value = before.data.length < PAGE || before.data[0]?.seq === 1;
      this.#lookForEnd(after.data.length);
      this.#raiseAll();
    });
  }

  /** Back to the end, from wherever a jump has led. */
  async latest() {
    if (this.reachesEnd.value) return;
    const { data } = await get(`${this.path}/messages?limit=${PAGE}&deleted=true`);
    batch(() => {
      this.messages.value = data.map(toMessage);
      weigh(this.messages.value);
      this.complete.value = data.length < PAGE || data[0]?.seq === 1;
      this.#lookForEnd(data.length);
      this.#raiseAll();
    });
    await this.newer();
  }

  /** Addresses of files run out; whatever asks within a moment is asked for at once. @param {number} seq */
  freshen(seq) {
    this.stale.add(seq);
    this.freshening ??= new Promise((done) => setTimeout(done, 50)).then(() => this.#freshen()).finally(() => {
      this.freshening = null;
    });
    return this.freshening;
  }

  async #freshen() {
    const seqs = [...this.stale];
    this.stale.clear();
    const first = Math.min(...seqs);
    const limit = Math.min(LARGEST_PAGE, Math.max(...seqs) - first + 1);
    const { data } = await get(`${this.path}/messages?limit=${limit}&after=${first - 1}&deleted=true`);
    this.#mergeHeld(data.map(toMessage));
  }

  /** A message that is held. @param {string} id */
  find(id) {
    return this.messages.value.findLast((m) => m.id === id);
  }

  /**
   * Holds the message: by a few older pages where it is near, by a jump where it is far.
   * @param {string} id @param {number} [seq] its place, where that is known @returns {Promise<boolean>} false when it is not there at all
   */
  async reach(id, seq) {
    const list = this.messages.value;
    if (seq && !this.find(id) && this.state.value === 'ready' && !isNear(seq, list[0]?.seq ?? 0, list.at(-1)?.seq ?? 0)) await this.#around(seq);
    while (!this.find(id)) {
      if (this.complete.value || this.state.value !== 'ready') return false;
      await this.older();
    }
    return true;
  }

  /** @param {Message[]} incoming ascending */
  apply(incoming) {
    if (this.state.value === 'empty' || this.state.value === 'failed') return;
    if (!this.reachesEnd.value) {
      this.#mergeHeld(incoming);
      return;
    }
    if (incoming.some((m) => leavesGap(this.messages.value, m.seq)) && incoming.length === 1) {
      void this.catchUp().catch(() => {});
    }
    this.messages.value = requote(merge(this.messages.value, incoming, this.complete.value), incoming);
    this.#raiseAll();
  }

  /** Only what changed among those held: what is newer comes with its page. @param {Message[]} incoming */
  #mergeHeld(incoming) {
    const last = this.messages.value.at(-1)?.seq ?? 0;
    const known = this.reachesEnd.value ? incoming : incoming.filter((m) => m.seq <= last);
    this.messages.value = requote(merge(this.messages.value, known, this.complete.value), known);
  }

  /** Leaves alone what is newer already. @param {string} id @param {(m: Message) => Message} change @param {number} [cursor] of the change */
  change(id, change, cursor) {
    const i = this.messages.value.findLastIndex((m) => m.id === id);
    if (i < 0) return;
    const old = this.messages.value[i];
    if (!isNews(old, cursor)) return;
    const changed = { ...change(old), cursor: cursor ?? old.cursor };
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
      this.#mergeHeld(news);
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
    return me.value && this.reachesEnd.value ? firstUnread(this.messages.value, me.value.id, conversation(this.id)?.unreadCount ?? 0) : null;
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

/** @param {string} id */
export const forgetTimeline = (id) => timelines.delete(id);

export const emptyTimelines = () => timelines.clear();
