// A device that does not work: what it is, how one gets it back, and a second try.

import { html, useEffect } from '../../vendor/preact.js';
import { prepare } from '../core/call.js';
import { t } from '../core/i18n.js';
import { open, problem, whenAllowed } from '../core/media.js';
import { Icon } from './icon.js';

/** @param {import('../core/media.js').Problem} problem */
function said({ device, why }) {
  if (why === 'insecure') return t('call.insecure');
  return device === 'microphone' || device === 'camera' ? t(`call.help.${device}.${why}`) : t('call.help.screen');
}

/** @param {{ now: import('../core/types.js').CallState }} props */
export function CallHelp({ now }) {
  const found = problem.value;
  const retry = () => {
    problem.value = null;
    if (now.phase === 'preparing') void prepare();
    else if (found?.device === 'microphone') void open({ audio: true });
    else if (found?.device === 'camera') void open({ video: true });
  };
  // Whoever allows it in the browser's settings need not press anything here.
  useEffect(() => (found?.why === 'denied' ? whenAllowed(found.device, retry) : undefined), [found, now.phase]);
  if (!found) return null;
  return html`<div class="call-card" role="alert" data-testid="call-help" data-why=${found.why}>
    <p><${Icon} name=${found.device === 'microphone' ? 'mic-off' : found.device === 'camera' ? 'video-off' : 'monitor-x'} /><span>${said(found)}</span></p>
    <div class="row wrap">
      ${found.why !== 'insecure' && found.device !== 'screen' && html`<button class="btn primary" type="button" data-testid="call-retry" onClick=${retry}>${t('tryAgain')}</button>`}
      ${now.phase !== 'preparing' && html`<button class="btn" type="button" onClick=${() => (problem.value = null)}>${t(found.device === 'camera' ? 'call.withoutCamera' : 'close')}</button>`}
    </div>
  </div>`;
}
