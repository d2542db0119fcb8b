// The way to the encrypted page, for a device that does not know this clinic's authority yet. It is read unencrypted, so it shows
// nothing that is a secret, and leads on by itself as soon as the device trusts the clinic.

import { html, useEffect, useState } from '../../vendor/preact.js';
import { clinic } from '../core/clinic.js';
import { t } from '../core/i18n.js';
import { Gate } from '../ui/gate.js';
import { Icon } from '../ui/icon.js';

/** @typedef {'android'|'ios'|'other'} Device */

/** How many things there are to do on each with the certificate. */
const STEPS = /** @type {Record<Device, number>} */ ({ android: 1, ios: 2, other: 1 });

/** @returns {Device} */
function thisDevice() {
  if (/Android/u.test(navigator.userAgent)) return 'android';
  // iPads say that they are Macs, which have no touch screens.
  return /iPhone|iPad|iPod/u.test(navigator.userAgent) || (/Mac/u.test(navigator.userAgent) && navigator.maxTouchPoints > 1) ? 'ios' : 'other';
}

const secureHome = () => `https://${location.host}/`;

/** Whether this device takes an encrypted answer of this server. The answer itself may not be read, and need not be. */
const isTrusted = () => fetch(`${secureHome()}health`, { mode: 'no-cors', cache: 'no-store' }).then(() => true, () => false);

/** @param {{ device: Device, onChange: (device: Device) => void }} props */
const Devices = ({ device, onChange }) => html`<fieldset class="lang">
  <legend class="vh">${t('connect.device')}</legend>
  ${/** @type {Device[]} */ (['android', 'ios', 'other']).map(
    (one) => html`<label key=${one}><input type="radio" name="device" checked=${device === one} onChange=${() => onChange(one)} /><span>${t(`connect.${one}`)}</span></label>`,
  )}
</fieldset>`;

/** @param {{ authority: { url: string, fingerprint: string } }} props */
function Steps({ authority }) {
  const [device, setDevice] = useState(thisDevice);
  const [state, setState] = useState(/** @type {'looking'|'asked'|'no'} */ ('looking'));
  /** @param {'asked'|'no'} otherwise */
  const look = async (otherwise) => {
    setState('looking');
    if (await isTrusted()) location.replace(secureHome());
    else setState(otherwise);
  };
  useEffect(() => void look('asked'), []);
  return html`<div><h1 class="title xl" id="gate-h">${t('connect.title')}</h1><p class="muted">${t('connect.about')}</p></div>
    <${Devices} device=${device} onChange=${setDevice} />
    <ol class="do-list">
      <li><a class="btn primary block" href=${authority.url} download="mommycare.crt" data-testid="connect-get"><${Icon} name="download" />${t('connect.get')}</a></li>
      ${Array.from({ length: STEPS[device] }, (_, i) => html`<li key=${device + i}><p>${t(`connect.step.${device}.${i + 1}`)}</p></li>`)}
      <li><p>${t('connect.step.back')}</p>
        ${state === 'no' && html`<p class="notice warn" role="alert"><${Icon} name="info" size="s" /><span>${t('connect.notYet')}</span></p>`}
        <button class="btn line block" type="button" aria-busy=${state === 'looking'} data-testid="connect-check" onClick=${() => void look('no')}>${t('connect.check')}</button></li>
    </ol>
    <p class="privacy"><${Icon} name="shield-check" size="s" />${t('connect.only')}</p>
    <details class="fingerprint"><summary>${t('connect.fingerprint')}</summary><p class="muted small">${t('connect.compare')}</p><code>${authority.fingerprint}</code></details>`;
}

export function Connect() {
  const { authority } = clinic.value;
  const isSecure = location.protocol === 'https:';
  return html`<${Gate} sos=${false}><div class="stack gap5" data-testid="connect">
    ${authority && !isSecure
      ? html`<${Steps} authority=${authority} />`
      : html`<div><h1 class="title xl" id="gate-h">${t(isSecure ? 'connect.trusted' : 'connect.off')}</h1><p class="muted">${t(isSecure ? 'connect.trustedAbout' : 'connect.offAbout')}</p></div>
          <a class="btn primary block tall" href="/">${t('connect.go')} <${Icon} name="arrow-right" size="s" /></a>`}
  </div><//>`;
}
