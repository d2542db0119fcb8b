// Appointments: what is to come, by day, and what was.

import { html, useEffect, useMemo, useState } from '../../vendor/preact.js';
import { otherOf } from '../core/appointment-rules.js';
import { appointment, appointmentList, bookWith, changes, showAppointment } from '../core/appointments.js';
import { aheadDay, clock, dayOf } from '../core/dates.js';
import { t } from '../core/i18n.js';
import { me } from '../core/session.js';
import { conversation, partner } from '../core/store.js';
import { langOf } from '../core/text.js';
import { Standing, Where, titleOf } from '../ui/appointment-look.js';
import { Avatar } from '../ui/avatar.js';
import { Banner } from '../ui/banner.js';
import { Icon } from '../ui/icon.js';
import { isBusy } from '../ui/person.js';
import { Empty, Failed, Skeleton } from '../ui/states.js';

/** @typedef {import('../core/types.js').Appointment} Appointment */

/** @param {{ a: Appointment }} props */
function Entry({ a }) {
  const { id, name } = otherOf(a, me.value?.id ?? '');
  const c = conversation(a.conversationId);
  const person = c && partner(c);
  const known = person?.id === id ? person : undefined;
  return html`<li class="visit-row" data-testid="appointment-row" data-id=${a.id} data-status=${a.status}>
    <button class="visit" type="button" onClick=${() => showAppointment(a.id)}>
      <span class="visit-time num"><time datetime=${a.startTime}>${clock(Date.parse(a.startTime))}</time><span class="sub">${clock(Date.parse(a.endTime))}</span></span>
      <${Avatar} name=${name} role=${known?.role} isOnline=${known?.isOnline} busy=${isBusy(known)} />
      <span class="min0"><b lang=${langOf(name)}>${name}</b><span class="sub" lang=${langOf(titleOf(a))}>${titleOf(a)}</span><span class="sub"><${Where} a=${a} /></span></span>
      <${Standing} a=${a} />
    </button>
  </li>`;
}

/** @param {{ list: Appointment[] }} props */
function Days({ list }) {
  /** @type {[number, Appointment[]][]} */
  const days = [];
  for (const one of list) {
    const day = dayOf(Date.parse(one.startTime));
    const last = days.at(-1);
    if (last && last[0] === day) last[1].push(one);
    else days.push([day, [one]]);
  }
  return html`${days.map(([day, some]) => html`<section key=${day} aria-labelledby=${`visits-${day}`}>
    <h2 class="call-day" id=${`visits-${day}`}>${aheadDay(day, { today: t('today'), tomorrow: t('tomorrow') })}</h2>
    <ul class="card visit-rows">${some.map((one) => html`<${Entry} key=${one.id} a=${one} />`)}</ul>
  </section>`)}`;
}

export function Appointments() {
  const found = useMemo(appointmentList, []);
  const [past, setPast] = useState(false);
  const [busy, setBusy] = useState(false);
  useEffect(() => void found.want(past), [past]);
  const count = changes.value;
  useEffect(() => {
    if (found.state.peek() === 'ready') void found.renew();
  }, [count]);
  const more = () => {
    setBusy(true);
    void found.more().finally(() => setBusy(false));
  };
  const list = /** @type {Appointment[]} */ (found.ids.value.map((id) => appointment(id)).filter(Boolean));
  const ready = found.state.value === 'ready';
  const canBook = me.value?.role !== 'admin';
  return html`<main class="page scroll" tabindex="0" aria-labelledby="visits-h"><div class="calls visits">
    <header class="desk-head flush">
      <h1 class="title grow" id="visits-h">${t('appointments.title')}</h1>
      <fieldset class="seg radio"><legend class="vh">${t('calls.show')}</legend>
        ${[false, true].map((one) => html`<label key=${String(one)}><input type="radio" name="when" checked=${past === one} data-testid=${one ? 'appointments-past' : 'appointments-upcoming'} onChange=${() => setPast(one)} /><span>${t(one ? 'appointments.past' : 'appointments.upcoming')}</span></label>`)}
      </fieldset>
      ${canBook && html`<button class="btn primary" type="button" data-testid="appointment-new" onClick=${() => bookWith()}><${Icon} name="plus" size="s" />${t('appointments.new')}</button>`}
    </header>
    <${Banner} />
    ${found.state.value === 'loading' && html`<${Skeleton} label=${t('appointments.loading')} />`}
    ${found.state.value === 'failed' && html`<${Failed} onRetry=${() => void found.want(past)} />`}
    ${ready && (list.length ? html`<${Days} list=${list} />` : html`<${Empty} title=${t(past ? 'appointments.nonePast' : 'appointments.none')} text=${past ? '' : t(me.value?.role === 'mom' ? 'appointments.noneAbout' : 'appointments.noneAboutStaff')} />`)}
    ${ready && found.hasMore.value && html`<button class="btn line more-people" type="button" aria-busy=${busy} data-testid="appointments-more" onClick=${more}>${t('appointments.more')}</button>`}
  </div></main>`;
}
