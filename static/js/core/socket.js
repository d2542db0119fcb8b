// The live connection. It knows nothing of chat: live.js says what each event means.

import { signal } from '../../vendor/preact.js';
import { io } from '../../vendor/socket.io.js';
import { ApiError, NoAnswer } from './http.js';
import { renew, session } from './session.js';

/** 'off' before signing in; 'away' while it tries again. navigator.onLine is not asked: it lies. */
export const link = signal(/** @type {'off'|'away'|'on'} */ ('off'));
/** The server said that it restarts, so the wait is expected. */
export const restarting = signal(false);

const OF_TOKENS = new Set(['UNAUTHORIZED', 'TOKEN_EXPIRED', 'TOKEN_REVOKED', 'ACCOUNT_DISABLED']);

/** @type {import('../../vendor/socket.io.js').Socket|null} */
let socket = null;

/**
 * @param {Record<string, (data: any) => void>} handlers by event name
 * @param {() => void} whenConnected each time, also after a break
 */
export function connect(handlers, whenConnected) {
  disconnect();
  const mine = (socket = io({
    // Read at every attempt: the token may have been renewed since the last one.
    auth: (give) => give({ token: session.value?.token }),
    transports: ['websocket', 'polling'],
    tryAllTransports: true,
    reconnectionDelay: 500,
    reconnectionDelayMax: 5000,
    timeout: 10_000,
  }));
  link.value = 'away';
  mine.on('connect', () => {
    link.value = 'on';
    restarting.value = false;
    whenConnected();
  });
  mine.on('disconnect', (reason) => {
    link.value = 'away';
    // After a close by the server the client library waits to be told.
    if (reason === 'io server disconnect') setTimeout(() => mine === socket && mine.connect(), 1000);
  });
  mine.on('connect_error', (/** @type {Error & { data?: { code?: string, retryAfter?: number } }} */ { data }) => {
    link.value = 'away';
    // `active` means that it tries again by itself; if not, the server said no.
    if (!mine.active) void refused(mine, data?.code, data?.retryAfter);
  });
  mine.on('server_restarting', () => {
    restarting.value = true;
  });
  for (const [event, handle] of Object.entries(handlers)) mine.on(event, handle);
}

/** A new token helps only where the token was refused. @param {import('../../vendor/socket.io.js').Socket} mine @param {string} [code] @param {number} [pause] in seconds */
async function refused(mine, code = 'UNAUTHORIZED', pause = 1) {
  try {
    if (!session.value || (OF_TOKENS.has(code) && !(await renew(session.value.token)))) return;
  } catch {
    // No answer; the next attempt may find one.
  }
  setTimeout(() => mine === socket && mine.connect(), Math.max(1, pause ?? 1) * 1000);
}

export function disconnect() {
  socket?.disconnect();
  socket = null;
  link.value = 'off';
}

/** How the server calls this connection; nothing while there is none. */
export const connectionId = () => socket?.id ?? '';

/** Lost while there is no connection: only for what may be lost. @param {string} event @param {unknown} data */
export function emit(event, data) {
  if (socket?.connected) socket.emit(event, data);
}

/**
 * Asks the server and waits for its word. Nothing is kept for later: without a connection there is no answer.
 * @param {string} event @param {unknown} data @param {number} [patience] in milliseconds @returns {Promise<any>} the data of the answer
 */
export async function ask(event, data, patience = 10_000) {
  if (!socket?.connected) throw new NoAnswer(event);
  let answer;
  try {
    answer = await socket.timeout(patience).emitWithAck(event, data);
  } catch {
    throw new NoAnswer(event);
  }
  if (!answer?.success) throw new ApiError(400, answer, null);
  return answer.data;
}

/** At once instead of after the pause. */
export function tryNow() {
  if (socket && !socket.connected) socket.disconnect().connect();
}

