// The frame of everything before the app: sign-in, registration, setup, waiting.

import { html } from '../../vendor/preact.js';
import { LANGS, lang, setLang, t } from '../core/i18n.js';
import { Lotus, Mark } from './art.js';
import { Icon } from './icon.js';
import { Sos } from './safety.js';

/** @typedef {import('../core/i18n.js').Lang} Lang */

export const LanguageChoice = () => html`<fieldset class="lang">
  <legend class="vh">${t('settings.language')}</legend>
  ${Object.entries(LANGS).map(
    ([code, name]) => html`<label lang=${code} key=${code}>
      <input type="radio" name="lang" checked=${lang.value === code} onChange=${() => void setLang(/** @type {Lang} */ (code))} /><span>${name}</span>
    </label>`,
  )}
</fieldset>`;

const Welcome = () => html`<div class="gate-say">
  <${Lotus} />
  <p class="big">${t('gate.headline')}</p>
  <ul class="gate-points">
    <li><${Icon} name="lock" />${t('gate.private')}</li>
    <li><${Icon} name="languages" />${t('gate.languages')}</li>
    <li><${Icon} name="wifi-off" />${t('gate.signal')}</li>
  </ul>
</div>`;

/** @param {{ children: unknown, aside?: unknown, sos?: boolean, center?: boolean }} props */
export const Gate = ({ children, aside, sos = true, center = false }) => html`<div class="gate">
  <main class="gate-main">
    <section class="gate-art" aria-label=${t('gate.about')}>
      <div class="gate-logo"><${Mark} /><span>MommyCare</span></div>
      ${aside ?? html`<${Welcome} />`}
    </section>
    <section class=${center ? 'gate-form center' : 'gate-form'} aria-labelledby="gate-h">
      <${LanguageChoice} />
      <div class="gate-logo only-phone"><${Mark} /></div>
      ${children}
      ${sos && html`<${Sos} />`}
    </section>
  </main>
</div>`;

/** The clear line above a form when something failed that belongs to no field. @param {{ text: string }} props */
export const Problem = ({ text }) => 
  text ? html`<p class="notice danger" role="alert"><${Icon} name="circle-alert" size="s" /><span>${text}</span></p>` : null;

/** @param {{ busy: boolean, children: unknown }} props */
export const Submit = ({ busy, children }) => html`<button class="btn primary block tall" type="submit" aria-busy=${busy}>${children}</button>`;
