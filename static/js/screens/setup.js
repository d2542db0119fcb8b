import { html, useEffect } from '../../vendor/preact.js';
import { needsSetup } from '../core/clinic.js';
import { t } from '../core/i18n.js';
import { go } from '../core/router.js';
import { enter } from '../core/session.js';
import { Field, PasswordField } from '../ui/field.js';
import { useForm } from '../ui/form.js';
import { Gate, Problem, Submit } from '../ui/gate.js';
import { Icon } from '../ui/icon.js';

/** Where one stands: the server runs, the first account comes now, then the team. */
const Steps = () => html`<ol class="steps">
  <li class="done"><${Icon} name="check" size="s" /><div><b>${t('setup.step1')}</b><span>${t('setup.step1about')}</span></div></li>
  <li aria-current="step"><span class="n">2</span><div><b>${t('setup.step2')}</b><span>${t('setup.step2about')}</span></div></li>
  <li><span class="n">3</span><div><b>${t('setup.step3')}</b><span>${t('setup.step3about')}</span></div></li>
</ol>`;

export function Setup() {
  const token = new URLSearchParams(location.search).get('token');
  const done = !needsSetup.value;
  useEffect(() => {
    if (done) go('/login', { replace: true });
  }, [done]);
  return html`<${Gate} aside=${html`<${Steps} />`} sos=${false}>${token ? html`<${FirstAccount} token=${token} />` : html`<${FindTheLink} />`}<//>`;
}

/** @param {{ token: string }} props */
function FirstAccount({ token }) {
  const form = useForm(async (values) => {
    await enter('setup', { ...values, token });
    needsSetup.value = false;
    // The link works once; it has no business in the history.
    go('/admin', { replace: true });
  });
  /** @param {string} name @param {Record<string, unknown>} [more] */
  const field = (name, more) => html`<${Field} name=${name} label=${t(`field.${name}`)} error=${form.errors[name]} ...${more} />`;
  return html`<form class="stack gap5" novalidate ...${form.events} data-testid="setup-form" aria-labelledby="gate-h">
    <div><p class="kicker">${t('setup.kicker')}</p><h1 class="title xl" id="gate-h">${t('setup.title')}</h1><p class="muted">${t('setup.about')}</p></div>
    <${Problem} text=${form.errors.token ?? form.problem} />
    <div class="two">${field('firstName', { autocomplete: 'given-name', required: true })}${field('lastName', { autocomplete: 'family-name', required: true })}</div>
    ${field('email', { type: 'email', autocomplete: 'username', inputmode: 'email', required: true })}
    <${PasswordField} name="password" label=${t('field.password')} isNew=${true} error=${form.errors.password} />
    <${Submit} busy=${form.busy}>${t('setup.submit')} <${Icon} name="arrow-right" size="s" /><//>
    <p class="privacy"><${Icon} name="shield-check" size="s" />${t('setup.once')}</p>
  </form>`;
}

const FindTheLink = () => html`<div class="stack gap5">
  <div><h1 class="title xl" id="gate-h">${t('setup.noLink')}</h1><p class="muted">${t('setup.noLinkAbout')}</p></div>
  <p class="privacy"><${Icon} name="shield-check" size="s" />${t('setup.once')}</p>
</div>`;
