// The state of the connection, said once it matters: not for a blink, and a moment longer when it is back.

import { html, useEffect, useState } from '../../vendor/preact.js';
import { t } from '../core/i18n.js';
import { link, restarting, tryNow } from '../core/socket.js';
import { Icon } from './icon.js';

const BLINK = 1200;
/** The first connection of a page may take longer before it is worth a word. */
const FIRST = 4000;
const BACK = 2000;

let wasOn = false;

export function Banner() {
  const isOn = link.value !== 'away';
  const [shown, show] = useState(/** @type {'none'|'away'|'back'} */ ('none'));
  useEffect(() => {
    if (!isOn) {
      const timer = setTimeout(() => show('away'), wasOn ? BLINK : FIRST);
      return () => clearTimeout(timer);
    }
    wasOn ||= link.value === 'on';
    show((before) => (before === 'away' ? 'back' : before));
    const timer = setTimeout(() => show('none'), BACK);
    return () => clearTimeout(timer);
  }, [isOn]);
  if (shown === 'none') return null;
  if (shown === 'back') return html`<div class="banner back" role="status" data-testid="banner"><${Icon} name="check" /><b>${t('banner.back')}</b></div>`;
  return html`<div class="banner" role="status" data-testid="banner">
    <${Icon} name="refresh-cw" />
    <span><b>${t(restarting.value ? 'banner.restarting' : 'banner.away')}</b> ${t('banner.kept')}</span>
    <button class="btn sm" type="button" onClick=${tryNow}>${t('banner.now')}</button>
  </div>`;
}
