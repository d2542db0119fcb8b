// The call while one does something else: a bar that leads back to it.

import { html } from '../../vendor/preact.js';
import { endText } from '../core/call-text.js';
import { accept, clear, decline, hangUp, isLost, shrink } from '../core/call.js';
import { call, canCall } from '../core/calls.js';
import { t } from '../core/i18n.js';
import { isMuted, mute } from '../core/media.js';
import { langOf } from '../core/text.js';
import { Clock } from './call-view.js';
import { Icon } from './icon.js';

/** @param {{ icon: string, label: string, kind?: string, pressed?: boolean, id: string, onPress: () => void }} props */
const Small = ({ icon, label, kind = '', pressed, id, onPress }) =>
  html`<button class=${`call-bar-btn ${kind}`} type="button" aria-label=${label} title=${label} aria-pressed=${pressed} data-testid=${id} onClick=${onPress}><${Icon} name=${icon} /></button>`;

export function Bar() {
  const now = call.value;
  if (!now) return null;
  if (now.phase === 'ended') {
    return html`<section class="call-bar" aria-label=${t('call.bar')} data-testid="call-bar">
      <p class="call-bar-back"><${Icon} name="phone-off" /><span>${endText(now)}</span></p>
      <${Small} icon="x" label=${t('close')} id="bar-close" onPress=${clear} />
    </section>`;
  }
  const rings = now.phase === 'incoming';
  const { name } = now.other;
  return html`<section class="call-bar" aria-label=${t('call.bar')} data-testid="call-bar">
    <button class="call-bar-back" type="button" data-testid="call-grow" onClick=${() => shrink(false)}>
      <${Icon} name=${now.type === 'video' ? 'video' : 'phone'} />
      <span class="min0"><b lang=${langOf(name)}>${name}</b><span class="sub">${now.since ? (isLost.value ? t('call.lost') : html`<${Clock} />`) : t(rings ? 'call.incoming' : 'call.calling')}</span></span>
      <span class="vh">${t('call.open')}</span>
    </button>
    ${rings && canCall() && html`<${Small} icon=${now.type === 'video' ? 'video' : 'phone'} label=${t('call.answer')} kind="accept" id="bar-accept" onPress=${() => void accept(now.type === 'video')} />`}
    ${!rings && html`<${Small} icon=${isMuted.value ? 'mic-off' : 'mic'} label=${t('call.mute')} kind=${isMuted.value ? 'on' : ''} pressed=${isMuted.value} id="bar-mute" onPress=${() => mute(!isMuted.value)} />`}
    <${Small} icon="phone-off" label=${t(rings ? 'call.decline' : 'call.hangUp')} kind="decline" id="bar-end" onPress=${rings ? decline : hangUp} />
  </section>`;
}
