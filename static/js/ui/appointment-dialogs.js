// Making an appointment, and everything about one: what it is, and what its reader may do with it.

import { html, useEffect, useMemo, useRef, useState } from '../../vendor/preact.js';
import { canMeet, otherOf } from '../core/appointment-rules.js';
import { appointment, book, callOff, loadAppointment, mayDo, move, newAttempt, showAppointment, step } from '../core/appointments.js';
import { calendarFile } from '../core/calendar-file.js';
import { finder } from '../core/directory.js';
import { explain, t } from '../core/i18n.js';
import { me } from '../core/session.js';
import { langOf } from '../core/text.js';
import { Pick, WhenFields, orClash, startOf } from './appointment-form.js';
import { KINDS, Leaf, MEETINGS, Standing, placeOf, titleOf, whenOf, Where } from './appointment-look.js';
import { Dialog } from './dialog.js';
import { Field } from './field.js';
import { useForm } from './form.js';
import { Problem } from './gate.js';
import { Icon } from './icon.js';
import { PeopleList } from './people-list.js';
import { PersonRow } from './person.js';
import { Skeleton } from './states.js';
import { toast } from './toast.js';

/** @typedef {import('../core/types.js').Appointment} Appointment */
/** @typedef {import('../core/types.js').Person} Person */
/** @typedef {import('../core/appointment-rules.js').Act} Act */
/** @typedef {Pick<Person, 'id'|'name'|'role'|'location'>} Other */

const HALF_HOUR = 1_800_000;

/** The next full hour of tomorrow: a beginning to change. */
const tomorrow = () => new Date(Date.now() + 86_400_000).setMinutes(0, 0, 0) + 2 * HALF_HOUR;

/** @param {{ person?: Other, onClose: () => void }} props */
export function BookAppointment({ person, onClose }) {
  const [other, choose] = useState(/** @type {Other|undefined} */ (person));
  return html`<${Dialog} title=${t(other ? (me.value?.role === 'mom' ? 'appointment.ask' : 'appointment.offer') : 'appointment.withWhom')} onClose=${onClose}>
    ${other ? html`<${BookForm} other=${other} onBack=${person ? undefined : () => choose(undefined)} onClose=${onClose} />` : html`<${Whom} onChoose=${choose} />`}
  <//>`;
}

/** @param {{ onChoose: (person: Person) => void }} props */
function Whom({ onChoose }) {
  const role = me.value?.role;
  const people = useMemo(() => {
    const found = finder({ plain: true });
    // A professional meets mothers; for a mother everybody whom she may write to is one of the others.
    if (role !== 'mom') found.wish.value = { ...found.wish.value, role: 'mom' };
    return found;
  }, []);
  return html`<${PeopleList} finder=${people} id="visit-q" row=${(/** @type {Person} */ one) => canMeet(role, one.role) && html`<${PersonRow} key=${one.id} person=${one} onChoose=${() => onChoose(one)} />`} />`;
}

/** @param {{ other: Other, onBack?: () => void, onClose: () => void }} props */
function BookForm({ other, onBack, onClose }) {
  const attempt = useRef(newAttempt());
  const [meeting, setMeeting] = useState(/** @type {string} */ ('in-person'));
  const [begin] = useState(tomorrow);
  const isMother = me.value?.role === 'mom';
  const clinic = (isMother ? other.location : me.value?.location) ?? '';
  const { events, busy, errors, problem } = useForm(async (values) => {
    const start = startOf(values);
    const wish = {
      startTime: new Date(start).toISOString(),
      duration: Number(values.duration),
      type: values.type,
      description: values.description,
      location: { type: meeting, ...(meeting === 'in-person' && { address: values['location.address'], room: values['location.room'] ?? '' }) },
    };
    const made = await orClash(book(other.id, wish, attempt.current));
    onClose();
    toast(t(isMother ? 'appointment.asked' : 'appointment.offered', { name: other.name }), { label: t('appointment.open'), run: () => showAppointment(made.id) }, 8000);
  });
  return html`<form class="body" novalidate ...${events} data-testid="appointment-form">
    <${Problem} text=${problem} />
    <p class="row wrap"><span class="muted">${t('appointment.with')}</span> <b lang=${langOf(other.name)}>${other.name}</b>${onBack && html`<button class="btn sm" type="button" onClick=${onBack}>${t('appointment.other')}</button>`}</p>
    <${WhenFields} start=${begin} duration=${30} errors=${errors}>
      <${Pick} name="type" label=${t('appointment.kind')} value="consultation" error=${errors.type}>
        ${KINDS.map((one) => html`<option value=${one} key=${one}>${t(`appointment.type.${one}`)}</option>`)}
      <//>
    <//>
    <fieldset class="field appt-meet"><legend class="legend">${t('appointment.where')}</legend>
      <div class="seg radio">${MEETINGS.map((one) => html`<label key=${one}><input type="radio" name="meeting" value=${one} checked=${meeting === one} onChange=${() => setMeeting(one)} /><span>${t(`appointment.at.${one}`)}</span></label>`)}</div>
    </fieldset>
    ${meeting === 'in-person' &&
    html`<${Field} name="location.address" label=${t('appointment.address')} value=${clinic} maxlength=${300} error=${errors['location.address']} />
      ${!isMother && html`<${Field} name="location.room" label=${t('appointment.room')} maxlength=${100} error=${errors['location.room']} />`}`}
    <${Field} name="description" label=${t('appointment.note')} hint=${t(isMother ? 'appointment.noteHint' : 'appointment.noteHintStaff')} multiline=${true} maxlength=${2000} error=${errors.description} />
    <div class="acts">
      <button class="btn" type="button" onClick=${onClose}>${t('cancel')}</button>
      <button class="btn primary" type="submit" aria-busy=${busy} data-testid="appointment-save">${t(isMother ? 'appointment.sendRequest' : 'appointment.sendOffer')}</button>
    </div>
  </form>`;
}

/** Gives the file to the browser, which gives it to the calendar. @param {Appointment} a */
function toCalendar(a) {
  const title = t('appointment.inCalendar', { name: otherOf(a, me.value?.id ?? '').name });
  const url = URL.createObjectURL(new Blob([calendarFile(a, { title, place: placeOf(a) })], { type: 'text/calendar' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `appointment-${a.startTime.slice(0, 10)}.ics`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** @param {{ a: Appointment, onDone: () => void }} props */
function MoveForm({ a, onDone }) {
  const { events, busy, errors, problem } = useForm(async (values) => {
    await orClash(move(a, startOf(values), Number(values.duration)));
    onDone();
  });
  const start = Date.parse(a.startTime);
  return html`<form class="stack" novalidate ...${events} data-testid="appointment-move-form">
    <${Problem} text=${problem} />
    <${WhenFields} start=${start > Date.now() ? start : tomorrow()} duration=${a.duration} errors=${errors} />
    <p class="small muted">${t('appointment.moveAbout', { name: otherOf(a, me.value?.id ?? '').name })}</p>
    <div class="acts"><button class="btn" type="button" onClick=${onDone}>${t('appointment.back')}</button>
      <button class="btn primary" type="submit" aria-busy=${busy} data-testid="appointment-move-save">${t('appointment.act.move')}</button></div>
  </form>`;
}

/** @param {{ a: Appointment, onDone: () => void }} props */
function CancelForm({ a, onDone }) {
  const { events, busy, errors, problem } = useForm(async (values) => {
    await callOff(a, values.cancellationReason.trim());
    onDone();
  });
  return html`<form class="stack" novalidate ...${events} data-testid="appointment-cancel-form">
    <${Problem} text=${problem} />
    <${Field} name="cancellationReason" label=${t('appointment.reason')} hint=${t('appointment.reasonHint', { name: otherOf(a, me.value?.id ?? '').name })} multiline=${true} maxlength=${500} autofocus=${true} error=${errors.cancellationReason} />
    <div class="acts"><button class="btn" type="button" onClick=${onDone}>${t('appointment.back')}</button>
      <button class="btn danger-fill" type="submit" aria-busy=${busy} data-testid="appointment-cancel-yes">${t('appointment.act.cancel')}</button></div>
  </form>`;
}

const ICONS = /** @type {Record<Act, string>} */ ({ confirm: 'check', complete: 'check-check', start: 'play', noShow: 'calendar-x', move: 'calendar-clock', cancel: 'x' });

/** @param {{ a: Appointment, onMode: (mode: 'move'|'cancel') => void }} props */
function Acts({ a, onMode }) {
  const [busy, setBusy] = useState('');
  const [problem, setProblem] = useState('');
  /** @param {Act} act */
  const take = (act) => async () => {
    if (busy) return;
    if (act === 'move' || act === 'cancel') return onMode(act);
    setBusy(act);
    setProblem('');
    try {
      await step(a, act);
    } catch (error) {
      setProblem(explain(error));
      // Perhaps it is not as it was any more.
      void loadAppointment(a.id).catch(() => {});
    } finally {
      setBusy('');
    }
  };
  const acts = mayDo(a);
  const first = acts[0];
  return html`<${Problem} text=${problem} />
    ${acts.length > 0 && html`<div class="appt-acts">${acts.map((act) => html`<button
      class=${act === first && act !== 'move' && act !== 'cancel' ? 'btn primary' : act === 'cancel' ? 'btn danger' : 'btn line'} type="button" key=${act} aria-busy=${busy === act} data-testid=${`appointment-${act}`} onClick=${take(act)}
    ><${Icon} name=${ICONS[act]} size="s" />${t(`appointment.act.${act}`)}</button>`)}</div>`}`;
}

/** @param {{ a: Appointment, onClose: () => void }} props */
function Facts({ a, onClose }) {
  const other = otherOf(a, me.value?.id ?? '');
  const title = titleOf(a);
  return html`<div class="appt-top"><${Leaf} at=${Date.parse(a.startTime)} />
      <div class="min0 grow"><h3 lang=${langOf(title)}>${title}</h3><p><time datetime=${a.startTime}>${whenOf(a)}</time></p><${Standing} a=${a} /></div></div>
    <dl class="facts">
      <div><${Icon} name="users" size="s" /><dt>${t('appointment.with')}</dt><dd><a href=${`/chats/${a.conversationId}`} lang=${langOf(other.name)} onClick=${onClose}>${other.name}</a></dd></div>
      ${placeOf(a) && html`<div><${Icon} name="map-pin" size="s" /><dt>${t('appointment.where')}</dt><dd><${Where} a=${a} /></dd></div>`}
      ${a.description && html`<div><${Icon} name="file-text" size="s" /><dt>${t('appointment.note')}</dt><dd class="text" lang=${langOf(a.description)} dir="auto">${a.description}</dd></div>`}
      ${a.cancellationReason && html`<div><${Icon} name="info" size="s" /><dt>${t('appointment.reason')}</dt><dd class="text" lang=${langOf(a.cancellationReason)} dir="auto">${a.cancellationReason}</dd></div>`}
    </dl>`;
}

/** @param {{ id: string, onClose: () => void }} props */
export function ShowAppointment({ id, onClose }) {
  const a = appointment(id);
  const [mode, setMode] = useState(/** @type {'show'|'move'|'cancel'} */ ('show'));
  const [error, setError] = useState(/** @type {unknown} */ (null));
  useEffect(() => {
    // What was known may be old.
    loadAppointment(id).catch((why) => setError(why));
  }, [id]);
  const done = () => setMode('show');
  const may = a ? mayDo(a) : [];
  return html`<${Dialog} title=${t('appointment.one')} onClose=${onClose}>
    <div class="body" data-testid="appointment-dialog" data-status=${a?.status}>
      ${!a && (error ? html`<${Problem} text=${explain(error)} />` : html`<${Skeleton} label=${t('appointments.loading')} rows=${2} />`)}
      ${a &&
      html`<${Facts} a=${a} onClose=${onClose} />
        ${mode === 'move' && may.includes('move') && html`<${MoveForm} a=${a} onDone=${done} />`}
        ${mode === 'cancel' && may.includes('cancel') && html`<${CancelForm} a=${a} onDone=${done} />`}
        ${(mode === 'show' || !may.includes(mode)) &&
        html`<${Acts} a=${a} onMode=${setMode} />
          ${(a.status === 'scheduled' || a.status === 'confirmed') && Date.parse(a.endTime) > Date.now() &&
          html`<button class="btn quiet block" type="button" data-testid="appointment-calendar" onClick=${() => toCalendar(a)}><${Icon} name="calendar" />${t('appointment.toCalendar')}</button>`}`}`}
    </div>
  <//>`;
}
