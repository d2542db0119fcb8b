// Which microphone, camera and loudspeaker; and how the line is, for whoever wants to know.

import { html, useEffect } from '../../vendor/preact.js';
import { signalStrength } from '../core/call.js';
import { t } from '../core/i18n.js';
import { choose, chosen, devices, look } from '../core/media.js';
import { Dialog } from './dialog.js';
import { Icon } from './icon.js';

const KINDS = /** @type {const} */ (['audioinput', 'videoinput', 'audiooutput']);
/** Not every browser lets one choose where it sounds. */
const canChoose = (/** @type {MediaDeviceKind} */ kind) => kind !== 'audiooutput' || 'setSinkId' in HTMLMediaElement.prototype;

/** @param {{ onClose: () => void }} props */
export function CallDevices({ onClose }) {
  useEffect(() => void look(), []);
  const { quality, route } = signalStrength.value;
  return html`<${Dialog} title=${t('call.devices')} onClose=${onClose}><div class="body">
    ${KINDS.filter(canChoose).map((kind) => {
      const list = devices.value.filter((one) => one.kind === kind && one.deviceId && one.deviceId !== 'default');
      return html`<p class="field" key=${kind}><label for=${`dev-${kind}`}>${t(`call.device.${kind}`)}</label>
        <select class="input" id=${`dev-${kind}`} onChange=${(/** @type {any} */ e) => void choose(kind, e.target.value)}>
          <option value="" selected=${!chosen.value[kind]}>${t('call.device.default')}</option>
          ${list.map(({ deviceId, label }, i) => html`<option key=${deviceId} value=${deviceId} selected=${chosen.value[kind] === deviceId}>${label || `${t(`call.device.${kind}`)} ${i + 1}`}</option>`)}
        </select></p>`;
    })}
    <p class="small muted row"><${Icon} name="wifi" size="s" /><span>${t(`call.quality.${quality}`)}${route && ` · ${t(`call.route.${route}`)}`}</span></p>
  </div><//>`;
}
