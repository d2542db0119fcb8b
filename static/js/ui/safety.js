// Safety is furniture: what to expect, and the clinic's line, always in the same place.

import { html } from '../../vendor/preact.js';
import { availabilityOf, untilOf } from '../core/availability.js';
import { clinic, dialable } from '../core/clinic.js';
import { upcoming } from '../core/dates.js';
import { t } from '../core/i18n.js';
import { partner } from '../core/store.js';
import { Icon } from './icon.js';

/** @param {import('../core/types.js').Conversation} c */
function expectation(c) {
  const minutes = Number(c.metadata?.answerMinutes ?? 0);
  if (minutes > 0) return t('safety.answersIn', { n: minutes });
  const person = partner(c);
  const until = person && untilOf(person);
  if (until) return t('safety.until', { when: upcoming(until) });
  const availability = person && availabilityOf(person);
  if (availability === 'busy' || availability === 'unavailable') return t(`safety.${availability}`);
  return t('safety.notUrgent');
}

/** @param {{ c: import('../core/types.js').Conversation }} props */
export function Safety({ c }) {
  const phone = clinic.value.emergencyPhone;
  return html`<div class="safety">
    <span><${Icon} name="clock" size="s" />${expectation(c)}</span>
    ${phone &&
    html`<a href=${dialable(phone)}><${Icon} name="phone-call" size="s" />${t('emergency')}<span class="vh">: ${t('emergency.call')}</span> <span class="num">${phone}</span></a>`}
  </div>`;
}

/** "Bleeding, strong pain …? Do not write, call …" Nothing without a number to call. */
export function Sos() {
  const phone = clinic.value.emergencyPhone;
  if (!phone) return null;
  return html`<p class="sos"><${Icon} name="phone-call" size="s" /><span>${t('emergency.signs')} <a href=${dialable(phone)}>${t('emergency.callNumber', { phone })}</a></span></p>`;
}
