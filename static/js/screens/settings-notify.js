// Whether this device may speak up while the app is in the background.

import { html } from '../../vendor/preact.js';
import { t } from '../core/i18n.js';
import { askPermission, permission } from '../core/notify.js';
import { Icon } from '../ui/icon.js';
import { toastError } from '../ui/toast.js';

/** A row of the settings; nothing where the browser knows no notifications. */
export function Notify() {
  const now = permission.value;
  if (now === 'none') return null;
  return html`<div class="set">
    <span class="set-i" aria-hidden="true"><${Icon} name="bell" /></span>
    <div class="grow"><b>${t('settings.notify')}</b><p class="small muted">${t(now === 'denied' ? 'settings.notifyOff' : 'settings.notifyAbout')}</p></div>
    ${now === 'default' && html`<button class="btn quiet sm" type="button" onClick=${() => askPermission().catch(toastError)}>${t('settings.notifyAllow')}</button>`}
    ${now === 'granted' && html`<span class="tag ok">${t('settings.notifyOn')}</span>`}
  </div>`;
}
