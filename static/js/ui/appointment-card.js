// An appointment in the thread, and the next one in the pane beside it. Both show how it stands now.

import { html, useEffect, useState } from '../../vendor/preact.js';
import { isAhead, otherOf, waitsForMe } from '../core/appointment-rules.js';
import { appointment, bookWith, loadAppointment, noteAppointment, showAppointment, step } from '../core/appointments.js';
import { minute } from '../core/availability.js';
import { clock } from '../core/dates.js';
import { t } from '../core/i18n.js';
import { me } from '../core/session.js';
import { appointmentKicker } from '../core/system.js';
import { langOf } from '../core/text.js';
import { Leaf, Standing, Where, titleOf, whenOf } from './appointment-look.js';
import { Icon } from './icon.js';
import { toastError } from './toast.js';

/** @typedef {import('../core/types.js').Appointment} Appointment */
/** @typedef {import('../core/types.js').AppointmentData} AppointmentData */
/** @typedef {import('../core/types.js').Message} Message */

/** The newest view of an appointment that a message brings along. @param {AppointmentData} data @returns {Appointment} */
function presentOf(data) {
  const held = appointment(data.appointmentId);
  return held && held.updatedAt >= data.appointment.updatedAt ? held : data.appointment;
}

/** The two answers to a question. @param {{ a: Appointment }} props */
function Answers({ a }) {
  const [busy, setBusy] = useState(false);
  const confirm = () => {
    if (busy) return;
    setBusy(true);
    step(a, 'confirm').catch((error) => {
      toastError(error);
      void loadAppointment(a.id).catch(() => {});
    }).finally(() => setBusy(false));
  };
  return html`<div class="acts">
    <button class="btn" type="button" data-testid="appointment-open" onClick=${() => showAppointment(a.id)}>${t('appointment.otherwise')}</button>
    <button class="btn primary" type="button" aria-busy=${busy} data-testid="appointment-confirm" onClick=${confirm}>${t('appointment.act.confirm')}</button>
  </div>`;
}

/**
 * The newest change is a card; what was said before it, and what only brings it to mind, is a line.
 * @param {{ m: Message, data: AppointmentData, text: string }} props
 */
export function AppointmentNote({ m, data, text }) {
  const a = presentOf(data);
  // What a page of messages brings is as new as that page.
  useEffect(() => noteAppointment(data.appointment), [data.appointment.updatedAt]);
  const open = () => showAppointment(a.id);
  const title = titleOf(a);
  const isNewest = m.createdAt >= a.updatedAt && data.action !== 'reminder';
  if (!isNewest) {
    return html`<button class="call-note" type="button" data-testid="appointment-note" data-action=${data.action} onClick=${open}>
      <${Icon} name=${data.action === 'reminder' ? 'bell' : data.action === 'cancelled' ? 'calendar-x' : 'calendar'} size="s" /><span dir="auto">${text}</span><time datetime=${m.createdAt}>${clock(m.at)}</time>
    </button>`;
  }
  return html`<div class="card-sys" data-testid="appointment-card" data-id=${a.id} data-status=${a.status}>
    <div class="card-sys-top">
      <${Leaf} at=${Date.parse(a.startTime)} />
      <div class="min0 grow">
        <span class="kicker" dir="auto">${appointmentKicker(data) ?? text}</span>
        <h2 lang=${langOf(title)}>${title}</h2>
        <p><time datetime=${a.startTime}>${whenOf(a)}</time></p>
        <p><${Where} a=${a} /></p>
        <${Standing} a=${a} />
      </div>
    </div>
    ${waitsForMe(a, me.value?.id ?? '', Math.max(minute.value, Date.now()))
      ? html`<${Answers} a=${a} />`
      : html`<div class="acts"><button class="btn" type="button" data-testid="appointment-open" onClick=${open}>${t('appointment.details')}</button></div>`}
  </div>`;
}

/**
 * The next appointment with somebody, or a way to make one.
 * @param {{ id: string|null|undefined, person: import('../core/types.js').Person, level?: 2|3 }} props level of its heading
 */
export function NextVisit({ id, person, level = 3 }) {
  const a = appointment(id);
  useEffect(() => {
    if (id && !a) void loadAppointment(id).catch(() => {});
  }, [id]);
  const heading = `h${level}`;
  return html`<section class=${level === 2 ? 'card' : 'sec'} aria-labelledby="next-visit" data-testid="next-visit">
    <div class="sec-h"><${heading} id="next-visit">${t('appointment.next')}<//><a href="/appointments">${t('appointment.all')}</a></div>
    ${a && isAhead(a, Math.max(minute.value, Date.now())) && otherOf(a, me.value?.id ?? '').id === person.id
      ? html`<button class="appt" type="button" data-testid="next-appointment" data-id=${a.id} onClick=${() => showAppointment(a.id)}>
          <${Leaf} at=${Date.parse(a.startTime)} />
          <span class="min0"><b lang=${langOf(titleOf(a))}>${titleOf(a)}</b><small>${whenOf(a)}</small><${Standing} a=${a} /></span>
        </button>`
      : html`<button class="btn quiet block" type="button" data-testid="book" onClick=${() => bookWith(person)}><${Icon} name="calendar" />${t('appointment.book')}</button>`}
  </section>`;
}
