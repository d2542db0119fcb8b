// Who is signed in on this device. All tabs share one session; whichever tab renews it, the others take the new pair.

import { computed, signal } from '../../vendor/preact.js';
import { forget, newId, oneTabAtATime, recall, remember, shareDevice, whenOtherTabWrites } from './device.js';
import { ApiError, send } from './http.js';

/** @typedef {import('./types.js').User} User */
/**
 * `renewalId` names the renewal of this pair. All tabs have it long before: what one of them writes, the others may see late.
 * @typedef {{ token: string, refreshToken: string, expiresAt: string, user: User, renewalId?: string }} Session
 */

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
  renewalId: newId(),
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
 * A fresh pair in exchange for the refresh token. A refresh token that is used twice looks like theft to the server and ends the whole
 * family, unless it is the same renewal by its name: that is answered the same again for some minutes. So one tab asks at a time, and
 * where the next one does not yet see what the last one wrote, or an answer was lost, asking again gives the same pair.
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
      const { refreshToken, renewalId } = held;
      keep(toSession(await send('POST', '/api/auth/refresh', { body: { refreshToken, renewalId } })));
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
