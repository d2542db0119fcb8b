// Requests in the name of whoever is signed in.

import { ApiError, send } from './http.js';
import { endSession, isStale, renew, session } from './session.js';

const OVER = new Set(['TOKEN_REVOKED', 'ACCOUNT_DISABLED']);

/** @param {string} method @param {string} path @param {unknown} [body] @returns {Promise<any>} the whole answer */
async function request(method, path, body) {
  let held = session.value;
  if (held && isStale(held)) held = await renew(held.token);
  if (!held) throw new ApiError(401, { code: 'UNAUTHORIZED' }, null);
  try {
    return await send(method, path, { body, token: held.token });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (OVER.has(error.code) && session.value?.token === held.token) endSession(error.code === 'ACCOUNT_DISABLED' ? error.code : 'ended');
    if (error.status !== 401 || OVER.has(error.code)) throw error;
    const fresh = await renew(held.token);
    if (!fresh) throw error;
    return await send(method, path, { body, token: fresh.token });
  }
}

/** @param {string} path */
export const get = (path) => request('GET', path);
/** @param {string} path @param {unknown} [body] */
export const post = (path, body) => request('POST', path, body);
/** @param {string} path @param {unknown} [body] */
export const put = (path, body) => request('PUT', path, body);
/** @param {string} path @param {unknown} [body] */
export const patch = (path, body) => request('PATCH', path, body);
/** @param {string} path */
export const remove = (path) => request('DELETE', path);
