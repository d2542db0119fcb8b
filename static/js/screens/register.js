import { html, useState } from '../../vendor/preact.js';
import { clinic } from '../core/clinic.js';
import { t } from '../core/i18n.js';
import { enter } from '../core/session.js';
import { Field, PasswordField } from '../ui/field.js';
import { useForm } from '../ui/form.js';
import { Gate, Problem, Submit } from '../ui/gate.js';
import { Icon } from '../ui/icon.js';

const ROLES = /** @type {const} */ (['mom', 'midwife', 'doctor', 'service_provider']);

export function Register() {
  const [role, setRole] = useState('mom');
  const isStaff = role !== 'mom';
  const form = useForm(async (values) => {
    const known = Object.fromEntries(Object.entries(values).filter(([key, value]) => key === 'password' || value.trim()));
    await enter('register', known);
  });
  /** @param {string} name @param {Record<string, unknown>} [more] */
  const field = (name, more) => html`<${Field} name=${name} label=${t(`field.${name}`)} error=${form.errors[name]} ...${more} />`;
  return html`<${Gate}>
    <form class="stack gap5" novalidate ...${form.events} data-testid="register-form" aria-labelledby="gate-h">
      <div><h1 class="title xl" id="gate-h">${t('register.title')}</h1><p class="muted">${clinic.value.name}</p></div>
      <${Problem} text=${form.problem} />
      <fieldset class="roles">
        <legend class="legend">${t('register.who')}</legend>
        ${ROLES.map(
          (one) => html`<label key=${one}>
            <input type="radio" name="role" value=${one} checked=${role === one} onChange=${() => setRole(one)} />
            <span><b>${t(`register.${one}`)}</b></span>
          </label>`,
        )}
      </fieldset>
      ${isStaff && clinic.value.approveProfessionals === 'manual' &&
      html`<p class="notice"><${Icon} name="info" size="s" /><span>${t('register.approval')}</span></p>`}
      <div class="two">${field('firstName', { autocomplete: 'given-name', required: true })}${field('lastName', { autocomplete: 'family-name', required: true })}</div>
      ${field('email', { type: 'email', autocomplete: 'username', inputmode: 'email', required: true })}
      ${isStaff && html`<div class="two">${field('specialty', { hint: t('optional') })}${field('licenseNumber', { hint: t('optional') })}</div>`}
      <${PasswordField} name="password" label=${t('field.password')} isNew=${true} error=${form.errors.password} />
      <${Submit} busy=${form.busy}>${t('register.submit')}<//>
      <p class="small"><a class="hit" href="/login">${t('register.have')}</a></p>
    </form>
  <//>`;
}
