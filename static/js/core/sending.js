// Saying that one sends a file, and believing it of others, as with typing.

import { signal } from '../../vendor/preact.js';
import { t } from './i18n.js';
import { emit } from './socket.js';

const REPEAT = 4000; // the server forgets after ten seconds
const EXPIRES = 10_500;

/** Who sends what: conversation id to person's id to kind of file. */
export const sending = signal(/** @type {Map<string, Map<string, string>>} */ (new Map()));

/** @type {Map<string, string>} what was said last: conversation id to kind of file */
let told = new Map();
/** @type {ReturnType<typeof setInterval>|undefined} */
let repeat;

/** What one sends now, where. Called whenever that changes. @param {Map<string, string>} now conversation id to kind of file */
export function iSend(now) {
  for (const [conversationId, fileType] of now) if (told.get(conversationId) !== fileType) emit('file_sending', { conversationId, fileType, active: true });
  for (const [conversationId, fileType] of told) if (!now.has(conversationId)) emit('file_sending', { conversationId, fileType, active: false });
  told = now;
  clearInterval(repeat);
  if (told.size) repeat = setInterval(sayAgain, REPEAT);
}

/** Before the server forgets it; and after a message with files, which ends it for the server. */
export const sayAgain = () => told.forEach((fileType, conversationId) => emit('file_sending', { conversationId, fileType, active: true }));

/** @type {Map<string, ReturnType<typeof setTimeout>>} */
const expiries = new Map();

/** Another person began or ended; without a new word it ends by itself. @param {string} conversationId @param {string} userId @param {string} fileType empty when it is over */
export function theySend(conversationId, userId, fileType) {
  const key = `${conversationId} ${userId}`;
  clearTimeout(expiries.get(key));
  expiries.delete(key);
  if (fileType) expiries.set(key, setTimeout(() => theySend(conversationId, userId, ''), EXPIRES));
  const here = sending.value.get(conversationId);
  if ((here?.get(userId) ?? '') === fileType) return;
  const next = new Map(here);
  if (fileType) next.set(userId, fileType);
  else next.delete(userId);
  sending.value = new Map(sending.value).set(conversationId, next);
}

/** Nothing of one person may be left for the next one on this device. */
export function emptySending() {
  for (const timer of expiries.values()) clearTimeout(timer);
  expiries.clear();
  sending.value = new Map();
}

/** "Dr. Nimali is sending a photo" @param {string} kind of file @param {string} name */
export const sendingText = (kind, name) => t(`sending.${['image', 'video', 'audio'].includes(kind) ? kind : 'file'}`, { name });
