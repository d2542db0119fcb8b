// Requests in the name of whoever is signed in.

import { ApiError, fetchFile, send, sendForm } from './http.js';
import { endSession, isStale, renew, session } from './session.js';

const OVER = new Set(['TOKEN_REVOKED', 'ACCOUNT_DISABLED']);

/** Tries with the session's token, and once more with a fresh one. @template T @param {(token: string) => Promise<T>} attempt @returns {Promise<T>} */
async function signedIn(attempt) {
  let held = session.value;
  if (held && isStale(held)) held = await renew(held.token);
  if (!held) throw new ApiError(401, { code: 'UNAUTHORIZED' }, null);
  try {
    return await attempt(held.token);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (OVER.has(error.code) && session.value?.token === held.token) endSession(error.code === 'ACCOUNT_DISABLED' ? error.code : 'ended');
    if (error.status !== 401 || OVER.has(error.code)) throw error;
    const fresh = await renew(held.token);
    if (!fresh) throw error;
    return await attempt(fresh.token);
  }
}

/** @param {string} method @param {string} path @param {unknown} [body] @returns {Promise<any>} the whole answer */
const request = (method, path, body) => signedIn((token) => send(method, path, { body, token }));

/** @param {string} path */
export const get = (path) => request('GET', path);
/** What takes the server a while. @param {string} path @returns {Promise<any>} */
export const getPatiently = (path) => signedIn((token) => send('GET', path, { token, patience: 300_000 }));
/** @param {string} path @returns {Promise<Blob>} */
export const getFile = (path) => signedIn((token) => fetchFile(path, token));
/** @param {string} path @param {unknown} [body] */
export const post = (path, body) => request('POST', path, body);
/** @param {string} path @param {unknown} [body] */
export const put = (path, body) => request('PUT', path, body);
/** @param {string} path @param {unknown} [body] */
export const patch = (path, body) => request('PATCH', path, body);
/** @param {string} path */
export const remove = (path) => request('DELETE', path);

/**
 * @param {File|Blob} blob @param {string} name
 * @param {{ signal?: AbortSignal, onProgress?: (share: number) => void, path?: string }} options `path`: where to, unless it is for a message
 * @returns {Promise<import('./types.js').FileRef>}
 */
export async function upload(blob, name, { path = '/api/chat/upload', ...options }) {
  const { data } = await signedIn((token) => {
    const form = new FormData();
    form.append('file', blob, name);
    return sendForm(path, form, { token, ...options });
  });
  return data;
}
