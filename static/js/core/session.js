// Who is signed in on this device. All tabs share one session; whichever tab renews it, the others take the new pair.

import { computed, signal } from '../../vendor/preact.js';
import { forget, oneTabAtATime, recall, remember, shareDevice, whenOtherTabWrites } from './device.js';
import { ApiError, send } from './http.js';

/** @typedef {import('./types.js').User} User */
/** @typedef {{ token: string, refreshToken: string, expiresAt: string, user: User }} Session */

const KEY = 'mc.session';
/** Renewed this long before it ends, so that nobody meets the end in the middle of a sentence. */
const EARLY = 60_000;

export const session = signal(/** @type {Session|null} */ (recall(KEY, null)));
export const me = computed(() => session.value?.user ?? null);
/** Why the last session ended, for the sign-in screen: 'ended' or an error code. */
export const endedBecause = signal(/** @type {string|null} */ (null));

whenOtherTabWrites(KEY, () => {
  session.value = recall(KEY, null);
});

/** @param {Session} next */
function keep(next) {
  remember(KEY, next);
  session.value = next;
}

/** @param {any} answer of register, login, setup and refresh @returns {Session} */
const toSession = (answer) => ({
  token: answer.token ?? answer.data?.token,
  refreshToken: answer.refreshToken ?? answer.data?.refreshToken,
  expiresAt: answer.expiresAt ?? answer.data?.expiresAt,
  user: answer.user ?? answer.data?.user ?? session.value?.user,
});

/** @param {'login'|'register'|'setup'} how @param {Record<string, unknown>} body @param {boolean} [shared] */
export async function enter(how, body, shared = false) {
  const answer = await send('POST', `/api/auth/${how}`, { body, patience: 30_000 });
  shareDevice(shared);
  endedBecause.value = null;
  keep(toSession(answer));
}

/** @param {User} user */
export function updateMe(user) {
  if (session.value) keep({ ...session.value, user: { ...session.value.user, ...user } });
}

/** Forgets the session here and in every other tab. @param {string|null} [reason] */
export function endSession(reason = null) {
  endedBecause.value = reason;
  forget(KEY);
  shareDevice(false);
  session.value = null;
}

/** @param {Session} held */
export const isStale = (held) => Boolean(held.expiresAt) && Date.parse(held.expiresAt) - EARLY < Date.now();

/** @type {Promise<Session|null>|null} */
let renewing = null;

/**
 * A fresh pair in exchange for the refresh token. One request at a time over all tabs: a refresh token that is used twice
 * looks like theft to the server and ends the whole family.
 * @param {string} worn the access token that no longer works
 * @returns {Promise<Session|null>} null when the session is over
 */
export function renew(worn) {
  renewing ??= oneTabAtATime('renew', async () => {
    const held = recall(KEY, /** @type {Session|null} */ (null));
    if (!held || held.token !== worn) {
      session.value = held;
      return held;
    }
    try {
      keep(toSession(await send('POST', '/api/auth/refresh', { body: { refreshToken: held.refreshToken } })));
    } catch (error) {
      // Only a clear refusal ends it; a server that is away may be back in a second.
      if (!(error instanceof ApiError) || error.status >= 500 || error.status === 429) throw error;
      endSession(error.code === 'ACCOUNT_DISABLED' ? error.code : 'ended');
    }
    return session.value;
  }).finally(() => {
    renewing = null;
  });
  return renewing;
}
