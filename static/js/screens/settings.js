// Oneself and this device.

import { html, useState } from '../../vendor/preact.js';
import { SIZES, textSize, theme } from '../core/appearance.js';
import { LANGS, lang, setLang, t } from '../core/i18n.js';
import { signOut } from '../core/live.js';
import { waiting } from '../core/outbox.js';
import { me } from '../core/session.js';
import { langOf } from '../core/text.js';
import { Avatar } from '../ui/avatar.js';
import { Confirm } from '../ui/dialog.js';
import { Documents } from '../ui/documents.js';
import { Icon } from '../ui/icon.js';
import { roleOf } from '../ui/person.js';
import { toastError } from '../ui/toast.js';
import { StaffAvailability } from './settings-availability.js';
import { Choice } from './settings-choice.js';
import { PasswordDialog, ProfileDialog } from './settings-dialogs.js';
import { Notify } from './settings-notify.js';
import { Sessions } from './settings-sessions.js';

/** @typedef {import('../core/i18n.js').Lang} Lang */

const OWN_NAME_OF = /** @type {Record<string, string>} */ ({ si: 'Sinhala', ta: 'Tamil' });

const Languages = () => html`<section aria-labelledby="set-lang">
  <h2 id="set-lang">${t('settings.language')}</h2>
  <fieldset class="card pick">
    <legend class="vh">${t('settings.language')}</legend>
    ${Object.entries(LANGS).map(
      ([code, name]) => html`<label lang=${code} key=${code}>
        <input type="radio" name="lang" checked=${lang.value === code} onChange=${() => void setLang(/** @type {Lang} */ (code)).catch(toastError)} />
        <span class="grow">${name}</span>${OWN_NAME_OF[code] && html`<small class="muted" lang="en">${OWN_NAME_OF[code]}</small>`}
      </label>`,
    )}
  </fieldset>
</section>`;

const Reading = () => html`<section aria-labelledby="set-read">
  <h2 id="set-read">${t('settings.reading')}</h2>
  <div class="card list-card">
    <div class="set col">
      <div class="row grow"><span class="set-i" aria-hidden="true"><${Icon} name="a-large-small" /></span><label class="grow" for="text-size">${t('settings.textSize')}</label>
        <output class="small muted" for="text-size">${t(`settings.size${textSize.value}`)}</output></div>
      <input class="range" id="text-size" type="range" min="0" max=${SIZES.length - 1} value=${textSize.value} aria-valuetext=${t(`settings.size${textSize.value}`)}
        onChange=${(/** @type {any} */ e) => (textSize.value = Number(e.target.value))} />
    </div>
    <${Choice} icon="sun-moon" label=${t('settings.theme')} name="theme" value=${theme.value} options=${['auto', 'light', 'dark']} prefix="settings.theme."
      onChoose=${(/** @type {any} */ value) => (theme.value = value)} />
  </div>
</section>`;

function SignOut() {
  const [asking, ask] = useState(false);
  const leave = () => void signOut();
  return html`<button class="btn danger block" type="button" onClick=${() => (waiting.value ? ask(true) : leave())}><${Icon} name="log-out" />${t('signOut')}</button>
    ${asking && html`<${Confirm} title=${t('signOut.unsent', { n: waiting.value })} text=${t('signOut.unsentAbout')} yes=${t('signOut.anyway')} danger=${true} onYes=${leave} onClose=${() => ask(false)} />`}`;
}

export function Settings() {
  const [dialog, open] = useState(/** @type {'profile'|'password'|null} */ (null));
  const user = me.value;
  if (!user) return null;
  const isStaff = user.role !== 'mom' && user.role !== 'admin';
  const close = () => open(null);
  return html`<main class="page scroll" tabindex="0" aria-labelledby="set-h"><div class="sets">
    <header class="row me-head">
      <${Avatar} name=${user.name} role=${user.role} size="l" />
      <div class="grow"><h1 class="title" id="set-h" lang=${langOf(user.name)}>${user.name}</h1><p class="muted small">${roleOf(user)}</p></div>
      <button class="btn line sm" type="button" onClick=${() => open('profile')}>${t('settings.edit')}</button>
    </header>
    ${isStaff && html`<${StaffAvailability} />`}
    <${Languages} />
    <${Reading} />
    <section aria-labelledby="set-acc">
      <h2 id="set-acc">${t('settings.account')}</h2>
      <div class="card list-card">
        <a class="set" href="/statistics"><span class="set-i" aria-hidden="true"><${Icon} name="chart-column" /></span><b class="grow">${t(user.role === 'admin' ? 'figures.clinic' : 'figures.own')}</b><${Icon} name="chevron-right" size="s" /></a>
        <button class="set as-button" type="button" onClick=${() => open('password')}><span class="set-i" aria-hidden="true"><${Icon} name="key-round" /></span><b class="grow">${t('settings.password')}</b><${Icon} name="chevron-right" size="s" /></button>
        <${Notify} />
      </div>
    </section>
    <section aria-labelledby="set-priv">
      <h2 id="set-priv">${t('settings.privacy')}</h2>
      <div class="card list-card"><a class="set" href="/access"><span class="set-i" aria-hidden="true"><${Icon} name="eye" /></span><b class="grow">${t('access.title')}</b><${Icon} name="chevron-right" size="s" /></a></div>
    </section>
    ${isStaff && html`<${Documents} />`}
    <${Sessions} />
    <${SignOut} />
    ${dialog === 'profile' && html`<${ProfileDialog} onClose=${close} />`}
    ${dialog === 'password' && html`<${PasswordDialog} onClose=${close} />`}
  </div></main>`;
}
