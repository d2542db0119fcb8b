// Somebody rings: who it is, and four answers.

import { html } from '../../vendor/preact.js';
import { accept, chatOf, decline } from '../core/call.js';
import { canCall } from '../core/calls.js';
import { has, t } from '../core/i18n.js';
import { go } from '../core/router.js';
import { RoundButton, Who } from './call-view.js';
import { Icon } from './icon.js';

/** @param {{ now: import('../core/types.js').CallState, heading: string }} props */
export function CallIncoming({ now, heading }) {
  const isVideo = now.type === 'video';
  const can = canCall();
  const reply = () => {
    const chat = chatOf(now);
    decline();
    if (chat) go(`/chats/${chat}`);
  };
  const { name, role } = now.other;
  const who = role && has(`role.${role}`) ? `${name}, ${t(`role.${role}`)}` : name;
  return html`<div class="call-ring">
    <div class="call-who">
      <p class="call-kind muted"><${Icon} name=${isVideo ? 'video' : 'phone'} size="s" />${t(role === 'mom' ? `call.${now.type}Call` : `call.from.${now.type}`)}</p>
      <${Who} now=${now} heading=${heading} rings=${true} />
    </div>
    <p class="vh" role="alert">${t(`call.alert.${now.type}`, { name: who })}</p>
    ${(isVideo || !can) && html`<p class="call-hint"><${Icon} name=${can ? 'camera' : 'lock'} size="s" />${t(can ? 'call.cameraOff' : 'call.insecure')}</p>`}
    <div class="call-answers">
      <${RoundButton} icon="phone-off" label=${t('call.decline')} kind="decline" id="call-decline" onPress=${decline} />
      <${RoundButton} icon="message-circle" label=${t('call.reply')} id="call-reply" onPress=${reply} />
      ${can && html`
        <${RoundButton} icon=${isVideo ? 'phone' : 'video'} label=${t(isVideo ? 'call.voiceOnly' : 'call.withVideo')} id=${isVideo ? 'call-accept-voice' : 'call-accept-video'} onPress=${() => void accept(!isVideo)} />
        <${RoundButton} icon=${isVideo ? 'video' : 'phone'} label=${t('call.answer')} kind="accept" id="call-accept" onPress=${() => void accept(isVideo)} />`}
    </div>
  </div>`;
}
