import { html } from '../../vendor/preact.js';
import { clinic } from '../core/clinic.js';
import { t } from '../core/i18n.js';
import { endedBecause, enter } from '../core/session.js';
import { Icon } from '../ui/icon.js';
import { Field, PasswordField } from '../ui/field.js';
import { useForm } from '../ui/form.js';
import { Gate, Problem, Submit } from '../ui/gate.js';

/** Refusals that concern the password stand under the password. */
const AT_PASSWORD = new Set(['INVALID_CREDENTIALS']);

export function Login() {
  const form = useForm(async ({ email, password, shared }, element) => {
    try {
      await enter('login', { email: email.trim(), password }, shared === 'on');
    } catch (error) {
      if (!AT_PASSWORD.has(/** @type {{ code?: string }} */ (error).code ?? '')) throw error;
      form.setErrors({ password: t('error.INVALID_CREDENTIALS') });
      /** @type {HTMLInputElement|null} */ (element.querySelector('input[name=password]'))?.focus();
    }
  });
  const ended = endedBecause.value;
  return html`<${Gate}>
    <form class="stack gap5" novalidate ...${form.events} data-testid="login-form" aria-labelledby="gate-h">
      <div><h1 class="title xl" id="gate-h">${t('login.title')}</h1><p class="muted">${clinic.value.name}</p></div>
      ${ended && html`<p class="notice" role="status"><${Icon} name="info" size="s" /><span>${t(ended === 'ACCOUNT_DISABLED' ? 'error.ACCOUNT_DISABLED' : 'login.ended')}</span></p>`}
      <${Problem} text=${form.problem} />
      <${Field} name="email" label=${t('field.email')} type="email" autocomplete="username" inputmode="email" required=${true} error=${form.errors.email} />
      <${PasswordField} name="password" label=${t('field.password')} error=${form.errors.password} />
      <label class="check"><input type="checkbox" name="shared" />${t('login.shared')}</label>
      <${Submit} busy=${form.busy}>${t('login.submit')}<//>
      <p class="row between small wrap"><a class="hit" href="/forgot-password">${t('login.forgot')}</a><a class="hit" href="/register">${t('login.new')}</a></p>
    </form>
  <//>`;
}
