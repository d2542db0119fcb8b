// A forgotten password: the wish, and the link that the clinic hands over.

import { html, useState } from '../../vendor/preact.js';
import { t } from '../core/i18n.js';
import { send } from '../core/http.js';
import { go } from '../core/router.js';
import { Field, PasswordField } from '../ui/field.js';
import { useForm } from '../ui/form.js';
import { Gate, Problem, Submit } from '../ui/gate.js';
import { Icon } from '../ui/icon.js';
import { toast } from '../ui/toast.js';

const BackToLogin = () => html`<p class="small"><a class="hit" href="/login">${t('forgot.back')}</a></p>`;

/** The answer is the same whether there is such an account or not. */
export function Forgot() {
  const [asked, setAsked] = useState(false);
  const form = useForm(async ({ email }) => {
    await send('POST', '/api/auth/forgot-password', { body: { email: email.trim() } });
    setAsked(true);
  });
  return html`<${Gate}>
    <form class="stack gap5" novalidate ...${form.events} data-testid="forgot-form" aria-labelledby="gate-h">
      <div><h1 class="title xl" id="gate-h">${t('forgot.title')}</h1><p class="muted">${t('forgot.about')}</p></div>
      ${asked
        ? html`<p class="notice" role="status"><${Icon} name="info" size="s" /><span>${t('forgot.asked')}</span></p>`
        : html`<${Problem} text=${form.problem} />
            <${Field} name="email" label=${t('field.email')} type="email" autocomplete="username" inputmode="email" required=${true} error=${form.errors.email} />
            <${Submit} busy=${form.busy}>${t('forgot.submit')}<//>`}
      <${BackToLogin} />
    </form>
  <//>`;
}

export function Reset() {
  const token = new URLSearchParams(location.search).get('token') ?? '';
  const form = useForm(async ({ password }) => {
    await send('POST', '/api/auth/reset-password', { body: { token, password } });
    toast(t('reset.done'));
    go('/login', { replace: true });
  });
  return html`<${Gate}>
    <form class="stack gap5" novalidate ...${form.events} data-testid="reset-form" aria-labelledby="gate-h">
      <div><h1 class="title xl" id="gate-h">${t('reset.title')}</h1><p class="muted">${t('password.endsOthers')}</p></div>
      <${Problem} text=${form.errors.token ? t('reset.oldLink') : form.problem} />
      <${PasswordField} name="password" label=${t('field.newPassword')} isNew=${true} error=${form.errors.password} />
      <${Submit} busy=${form.busy}>${t('save')}<//>
      <${BackToLogin} />
    </form>
  <//>`;
}
