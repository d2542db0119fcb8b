// For a notice at the front desk: where new devices learn to trust this clinic, and by what one knows that it is this clinic.

import { html } from '../../vendor/preact.js';
import { clinic } from '../core/clinic.js';
import { t } from '../core/i18n.js';

export function NewDevices() {
  const { authority } = clinic.value;
  if (!authority) return null;
  return html`<section class="card" aria-labelledby="dev-h" data-testid="new-devices">
    <h2 id="dev-h">${t('admin.devices')}</h2>
    <p class="small muted">${t('admin.devicesAbout')}</p>
    <p class="mt"><b dir="ltr">${`http://${location.host}/connect`}</b></p>
    <details class="fingerprint"><summary>${t('connect.fingerprint')}</summary><code>${authority.fingerprint}</code></details>
  </section>`;
}
