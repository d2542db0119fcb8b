// The fields that say when: a day, a time, how long. The browser's own inputs, in the reader's own zone.

import { html, useId, useState } from '../../vendor/preact.js';
import { FARTHEST, momentOf } from '../core/appointment-rules.js';
import { ApiError } from '../core/http.js';
import { t } from '../core/i18n.js';
import { toLocal } from '../core/later.js';
import { Icon } from './icon.js';

export const LENGTHS = [15, 20, 30, 45, 60, 90, 120];

/** @param {{ name: string, label: string, value: string, error?: string, type?: string, min?: string, max?: string, step?: string, children?: unknown }} props children: what is chosen among */
export function Pick({ name, label, value, error, type, min, max, step, children }) {
  const id = useId();
  const common = { id, name, class: 'input', 'aria-invalid': error ? 'true' : undefined, 'aria-describedby': error ? `${id}-e` : undefined, 'data-testid': `appointment-${name}` };
  return html`<div class="field">
    <label for=${id}>${label}</label>
    ${children ? html`<select ...${common}>${children}</select>` : html`<input ...${common} type=${type} min=${min} max=${max} step=${step} defaultValue=${value} required />`}
    ${error && html`<p class="error" id="${id}-e"><${Icon} name="circle-alert" size="s" />${error}</p>`}
  </div>`;
}

/** @param {{ start: number, duration: number, errors: Record<string, string>, children?: unknown }} props */
export function WhenFields({ start, duration, errors, children }) {
  const [today] = useState(() => Date.now());
  const [day, time] = toLocal(start).split('T');
  const lengths = [...new Set([...LENGTHS, duration])].sort((a, b) => a - b);
  return html`<div class="appt-when">
    <${Pick} name="startTime" label=${t('appointment.day')} type="date" value=${day} min=${toLocal(today).slice(0, 10)} max=${toLocal(today + FARTHEST).slice(0, 10)} error=${errors.startTime} />
    <${Pick} name="time" label=${t('appointment.time')} type="time" value=${time} error=${errors.time || errors.endTime} />
    <${Pick} name="duration" label=${t('appointment.length')} value=${String(duration)} error=${errors.duration}>
      ${lengths.map((one) => html`<option value=${one} key=${one} selected=${one === duration}>${t('appointment.minutes', { n: one })}</option>`)}
    <//>
    ${children}
  </div>`;
}

/** The moment that a form names, or what is wrong with it. @param {Record<string, string>} values */
export function startOf(values) {
  const start = momentOf(values.startTime, values.time);
  const now = Date.now();
  const wrong = Number.isNaN(start) ? 'appointment.noTime' : start <= now ? 'appointment.past' : start > now + FARTHEST ? 'appointment.far' : '';
  if (wrong) throw problem(start > now ? 'startTime' : 'time', t(wrong));
  return start;
}

/** A refusal that stands at a field. @param {string} field @param {string} message */
const problem = (field, message) => new ApiError(400, { code: 'VALIDATION_ERROR', details: { errors: [{ field, message }] } }, null);

/** Waits for the server; that somebody has no time then stands at the time. @template T @param {Promise<T>} asked */
export async function orClash(asked) {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof ApiError && error.clash) throw problem('time', t(`appointment.clash.${error.clash}`));
    throw error;
  }
}
