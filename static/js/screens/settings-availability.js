// Saying whether one takes conversations, and until when not.

import { html, useState } from '../../vendor/preact.js';
import { patch } from '../core/api.js';
import { asLocal, availabilityOf, untilChoices, untilOf } from '../core/availability.js';
import { upcoming } from '../core/dates.js';
import { t } from '../core/i18n.js';
import { me, updateMe } from '../core/session.js';
import { Icon } from '../ui/icon.js';
import { toastError } from '../ui/toast.js';
import { Choice } from './settings-choice.js';

/** @typedef {import('../core/types.js').Availability} Availability */

const STATES = ['available', 'busy', 'unavailable'];

/** @param {Availability} availability @param {number|null} until */
async function say(availability, until) {
  const before = me.value;
  if (!before) return;
  const availabilityUntil = until === null ? null : new Date(until).toISOString();
  updateMe({ ...before, availability, availabilityUntil });
  try {
    await patch('/api/users/me/availability', { availability, until: availabilityUntil });
  } catch (error) {
    updateMe(before);
    toastError(error);
  }
}

/** @param {{ state: Availability, until: number|null }} props */
function Until({ state, until }) {
  const [own, setOwn] = useState(false);
  const now = Date.now();
  const choices = untilChoices(now);
  const known = choices.find(({ key, at }) => key !== 'hour' && at === until);
  /** @param {string} key */
  const choose = (key) => {
    setOwn(key === 'own');
    if (key === '') void say(state, null);
    const found = choices.find((choice) => choice.key === key);
    if (found) void say(state, found.at);
  };
  /** @param {string} local */
  const set = (local) => {
    const at = new Date(local).getTime();
    if (at > Date.now()) void say(state, at);
  };
  return html`<div class="set until">
    <span class="set-i" aria-hidden="true"><${Icon} name="calendar" /></span>
    <label class="grow" for="av-until">${t('until.label')}</label>
    <select class="input sel-s" id="av-until" data-testid="availability-until" onChange=${(/** @type {any} */ e) => choose(e.target.value)}>
      <option value="" selected=${!own && until === null}>${t('until.none')}</option>
      ${choices.map(({ key, at }) => html`<option value=${key} key=${key} selected=${!own && known?.key === key}>${t(`until.${key}`, { when: upcoming(at, now) })}</option>`)}
      ${until !== null && !known && html`<option value="set" selected=${!own}>${upcoming(until, now)}</option>`}
      <option value="own" selected=${own}>${t('until.own')}</option>
    </select>
    ${own &&
    html`<label class="vh" for="av-own">${t('until.when')}</label>
      <input class="input sel-s" id="av-own" type="datetime-local" min=${asLocal(now)} value=${until === null ? '' : asLocal(until)} onChange=${(/** @type {any} */ e) => set(e.target.value)} />`}
  </div>`;
}

export function StaffAvailability() {
  const user = me.value;
  if (!user) return null;
  const state = availabilityOf(user) ?? 'available';
  const until = untilOf(user);
  return html`<section aria-labelledby="set-av">
    <h2 id="set-av">${t('settings.availability')}</h2>
    <div class="card list-card">
      <${Choice} icon="clock" label=${t('settings.iAm')} name="availability" value=${state} options=${STATES} prefix="availability.me."
        onChoose=${(/** @type {any} */ next) => void say(next, next === 'available' ? null : until)} />
      ${state !== 'available' && html`<${Until} key=${state} state=${state} until=${until} />`}
    </div>
  </section>`;
}
