// All files of a conversation, by kind and perhaps by name, newest first, page by page; and kept in step with what is sent and deleted
// meanwhile.

import { batch, signal } from '../../vendor/preact.js';
import { get } from './api.js';
import { me } from './session.js';

/** @typedef {import('./types.js').Message} Message */
/** @typedef {import('./types.js').FileKind} FileKind */
/** @typedef {import('./types.js').FileRef & { conversationId: string, messageId: string, seq: number, senderId: string, senderName: string, content: string, timestamp: string }} SharedFile */

const PAGE = 48;
/** Pages that have nothing of the kind are passed over, but not for ever. */
const EMPTY_PAGES = 10;

/** The files of a message as they stand in the list. Pure. @param {Message} m @returns {SharedFile[]} */
export const filesOf = (m) =>
  m.isDeleted ? [] : (m.attachments ?? []).map((file) => ({ ...file, conversationId: m.conversationId, messageId: m.id, seq: m.seq, senderId: m.senderId, senderName: m.senderName ?? '', content: m.content, timestamp: m.createdAt }));

/** Newest first; those of a message in their order; each once, the later list wins. Pure. @param {SharedFile[][]} lists */
export function joined(...lists) {
  /** @type {Map<string, SharedFile>} */
  const all = new Map();
  for (const file of lists.flat()) all.set(file.id, file);
  return [...all.values()].sort((a, b) => b.seq - a.seq);
}

class SharedFiles {
  /** @param {string} conversationId @param {FileKind} kind @param {string} wanted words of their names */
  constructor(conversationId, kind, wanted) {
    this.conversationId = conversationId;
    this.kind = kind;
    this.wanted = wanted;
    this.files = signal(/** @type {SharedFile[]} */ ([]));
    this.state = signal(/** @type {'idle'|'loading'|'ready'|'failed'} */ ('idle'));
    this.hasMore = signal(true);
    this.indexing = signal(false);
    this.cursor = '';
    /** @type {Promise<void>|null} */
    this.page = null;
  }

  /** The first page, unless it is there. */
  open() {
    return this.state.value === 'ready' ? Promise.resolve() : this.more();
  }

  /** One page more. Whoever asks while it is on its way waits for the same one. */
  more() {
    this.page ??= this.#more().finally(() => {
      this.page = null;
    });
    return this.page;
  }

  async #more() {
    if (!this.hasMore.value) return;
    if (this.state.value !== 'ready') this.state.value = 'loading';
    const owner = me.value?.id;
    try {
      for (let i = 0, found = 0; i < EMPTY_PAGES && !found && this.hasMore.value; i++) {
        const cursor = this.cursor && `&cursor=${encodeURIComponent(this.cursor)}`;
        const q = this.wanted && `&q=${encodeURIComponent(this.wanted)}`;
        const { data, pagination, meta } = await get(`/api/chat/conversations/${this.conversationId}/files?kind=${this.kind}&limit=${PAGE}${q}${cursor}`);
        if (owner !== me.value?.id) return;
        found = data.length;
        batch(() => {
          this.files.value = joined(this.files.value, data);
          this.cursor = pagination?.nextCursor ?? '';
          this.hasMore.value = Boolean(pagination?.hasMore);
          this.indexing.value = Boolean(meta?.indexing);
          this.state.value = 'ready';
        });
      }
    } catch (error) {
      if (this.state.value !== 'ready') this.state.value = 'failed';
      throw error;
    }
  }

  /** From the newest, with fresh addresses. */
  again() {
    this.cursor = '';
    this.hasMore.value = true;
    return this.more();
  }
}

/** @type {Map<string, SharedFiles>} */
const lists = new Map();

/** @param {string} conversationId @param {FileKind} kind @param {string} [wanted] words of their names: of such lists only the last is kept */
export function sharedFiles(conversationId, kind, wanted = '') {
  const key = `${conversationId} ${kind}${wanted && ' named'}`;
  let list = lists.get(key);
  if (list?.wanted !== wanted) lists.set(key, (list = new SharedFiles(conversationId, kind, wanted)));
  return list;
}

/** A message came, was changed or deleted. @param {Message} m */
export function noteFiles(m) {
  if (!m.isDeleted && !m.attachments?.length) return;
  for (const list of lists.values()) {
    if (list.conversationId !== m.conversationId || list.state.value !== 'ready') continue;
    const files = filesOf(m).filter((file) => file.fileType === list.kind);
    const known = list.files.value.some((file) => file.messageId === m.id);
    // What is older than the pages that are here comes with its page.
    const oldest = list.files.value.at(-1)?.seq ?? 0;
    // What a name has in it is the server's to say.
    if (list.wanted && files.length && !known) void list.again().catch(() => {});
    else if (known) list.files.value = joined(list.files.value.filter((file) => file.messageId !== m.id), files);
    else if (files.length && (m.seq > oldest || !list.hasMore.value)) list.files.value = joined(list.files.value, files);
  }
}

/** @param {string} conversationId @param {string} messageId */
export const dropFiles = (conversationId, messageId) => noteFiles(/** @type {any} */ ({ id: messageId, conversationId, isDeleted: true }));

/** @param {string} [conversationId] or all */
export function emptySharedFiles(conversationId) {
  for (const [key, list] of lists) if (!conversationId || list.conversationId === conversationId) lists.delete(key);
}
