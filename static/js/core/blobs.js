// The bytes of files that are on their way, until the server has them. In memory, so that they show at once, and in the
// browser's database, so that a reload does not lose them. On a shared device only in memory: nothing may be left behind there.

import { isShared } from './device.js';

const NAME = 'mommycare';
const STORE = 'blobs';

/** @type {Map<string, Blob>} */
const inHand = new Map();
/** @type {Map<string, string>} addresses of the page's own, by key and later by the file's id */
const addresses = new Map();

/** @type {Promise<IDBDatabase>|null} */
let opening = null;

/** @returns {Promise<IDBDatabase>} */
function open() {
  opening ??= new Promise((done, refuse) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    request.onsuccess = () => {
      // Another tab may want a newer version, and the browser may close it by itself: the next one opens it again.
      request.result.onversionchange = () => request.result.close();
      request.result.onclose = () => (opening = null);
      done(request.result);
    };
    request.onerror = () => refuse(request.error);
  });
  opening.catch(() => (opening = null));
  return opening;
}

/** @template T @param {IDBTransactionMode} mode @param {(store: IDBObjectStore) => IDBRequest<T>} ask @returns {Promise<T>} when it is written */
async function ask(mode, ask) {
  const database = await open();
  return await new Promise((done, refuse) => {
    const transaction = database.transaction(STORE, mode, { durability: 'strict' });
    const request = ask(transaction.objectStore(STORE));
    transaction.oncomplete = () => done(request.result);
    transaction.onerror = () => refuse(transaction.error);
    transaction.onabort = () => refuse(transaction.error);
  });
}

/** Holds the bytes, at once. @param {string} key @param {Blob} blob */
export function hold(key, blob) {
  inHand.set(key, blob);
}

/** Writes down what is held, for after a reload. @param {string} key @returns {Promise<boolean>} false where the device may or can not keep it */
export async function keep(key) {
  const blob = inHand.get(key);
  if (!blob || isShared()) return false;
  try {
    // As bytes: some browsers lose a picture that was only pointed at.
    const bytes = await blob.arrayBuffer();
    await ask('readwrite', (store) => store.put({ bytes, type: blob.type, at: Date.now() }, key));
    // Taken back while it was being written.
    if (!inHand.has(key)) await ask('readwrite', (store) => store.delete(key));
    return true;
  } catch {
    return false;
  }
}

/** The bytes; undefined when they are not on this device any more. @param {string} key @returns {Promise<Blob|undefined>} */
export async function take(key) {
  const held = inHand.get(key);
  if (held) return held;
  const kept = await ask('readonly', (store) => store.get(key)).catch(() => undefined);
  if (!kept) return undefined;
  const blob = new Blob([kept.bytes], { type: kept.type });
  inHand.set(key, blob);
  return blob;
}

/** An address under which the page itself shows what it holds. @param {string} key @returns {string} empty when it is not in hand */
export function addressOf(key) {
  const known = addresses.get(key);
  if (known) return known;
  const blob = inHand.get(key);
  if (!blob) return '';
  const made = URL.createObjectURL(blob);
  addresses.set(key, made);
  return made;
}

/** So many files that were sent in this visit are shown from memory, so that no picture blinks when the server has taken it. */
const SHOWN = 24;

/** The server has it under an id of its own. @param {string} key @param {string} id */
export function sentAs(key, id) {
  const address = addresses.get(key);
  if (address) addresses.set(id, address);
  while (addresses.size > 2 * SHOWN) {
    const [oldest, gone] = /** @type {[string, string]} */ (addresses.entries().next().value);
    addresses.delete(oldest);
    if (![...addresses.values()].includes(gone)) URL.revokeObjectURL(gone);
  }
}

/** The page's own address of a file that was sent in this visit. @param {string} id */
export const shownAs = (id) => addresses.get(id) ?? '';
/** It does not show any more. @param {string} id */
export const unshow = (id) => addresses.delete(id);

/** @param {string} key */
export function drop(key) {
  inHand.delete(key);
  addresses.delete(key);
  void ask('readwrite', (store) => store.delete(key)).catch(() => {});
}

/** @param {string} owner whose files, the beginning of their keys */
const range = (owner) => IDBKeyRange.bound(owner, `${owner}\uffff`);

/** Removes what no letter of a person asks for: a tab was closed in the middle of something. What is younger than a minute may just be on its way into one.
 * @param {string} owner @param {Set<string>} wanted */
export async function sweep(owner, wanted) {
  if (!globalThis.indexedDB) return;
  try {
    const keys = /** @type {string[]} */ (await ask('readonly', (store) => store.getAllKeys(range(owner))));
    for (const key of keys) {
      if (wanted.has(key) || inHand.has(key)) continue;
      const kept = await ask('readonly', (store) => store.get(key));
      if (kept && Date.now() - kept.at > 60_000) await ask('readwrite', (store) => store.delete(key));
    }
  } catch {
    // No database, nothing in it.
  }
}

/** On signing out: nothing of this person stays on the device. @param {string} owner */
export function burnBlobs(owner) {
  for (const address of new Set(addresses.values())) URL.revokeObjectURL(address);
  addresses.clear();
  inHand.clear();
  if (globalThis.indexedDB) void ask('readwrite', (store) => store.delete(range(owner))).catch(() => {});
}
