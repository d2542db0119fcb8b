// What one can do in a call: the most needed with a word under it, the rest in a menu.

import { html, useRef, useState } from '../../vendor/preact.js';
import { chatOf, goVoiceOnly, hangUp, shrink, voiceOnly, withPictures } from '../core/call.js';
import { t } from '../core/i18n.js';
import { camera, canShare, closeCamera, devices, isMuted, mute, open, screenShare, share, stopSharing, switchCamera } from '../core/media.js';
import { go } from '../core/router.js';
import { conversation } from '../core/store.js';
import { CallDevices } from './call-devices.js';
import { RoundButton } from './call-view.js';
import { Menu, MenuItem } from './menu.js';

/** @typedef {import('../core/types.js').CallState} CallState */

const isWide = matchMedia('(min-width: 760px)');

/** @param {{ now: CallState, video: { current: any }|null }} props video: the other's picture where it is shown */
export function CallControls({ now, video }) {
  const [menu, setMenu] = useState(/** @type {Element|null} */ (null));
  const [choosing, choose] = useState(false);
  const opener = useRef(/** @type {HTMLElement|null} */ (null));
  const chat = chatOf(now);
  const toChat = () => {
    shrink(true);
    go(`/chats/${chat}`);
  };
  const toggleCamera = () => {
    if (camera.value) closeCamera();
    else if (voiceOnly.value) void withPictures(true);
    else void open({ video: true });
  };
  const toggleShare = () => (screenShare.value ? stopSharing() : void share());
  const float = () => void video?.current?.requestPictureInPicture?.().then(() => shrink(true)).catch(() => {});
  const cameras = devices.value.filter(({ kind }) => kind === 'videoinput').length;
  /** @param {() => unknown} act */
  const pick = (act) => () => {
    setMenu(null);
    act();
  };
  const mayShare = canShare() && now.since;
  const sharing = screenShare.value !== null;
  return html`<div class="call-acts" role="group" aria-label=${t('call.controls')}>
    <${RoundButton} icon=${isMuted.value ? 'mic-off' : 'mic'} label=${t('call.mute')} pressed=${isMuted.value} id="call-mute" onPress=${() => mute(!isMuted.value)} />
    <${RoundButton} icon=${camera.value ? 'video' : 'video-off'} label=${t('call.camera')} pressed=${camera.value !== null} id="call-camera" onPress=${toggleCamera} />
    ${mayShare && isWide.matches && html`<${RoundButton} icon=${sharing ? 'monitor-x' : 'monitor-up'} label=${t('call.screen')} pressed=${sharing} id="call-share" onPress=${toggleShare} />`}
    <${RoundButton} icon="ellipsis" label=${t('call.more')} id="call-more" menu=${true} onPress=${(/** @type {any} */ event) => setMenu((opener.current = event.currentTarget))} />
    ${chat && html`<${RoundButton} icon="message-circle" label=${t('call.chat')} count=${conversation(chat)?.unreadCount ?? 0} id="call-chat" onPress=${toChat} />`}
    <${RoundButton} icon="phone-off" label=${t('call.end')} kind="decline" id="call-end-button" onPress=${hangUp} />
    ${menu &&
    html`<${Menu} label=${t('call.more')} anchor=${menu} back=${() => opener.current} onClose=${() => setMenu(null)}>
      ${camera.value && cameras > 1 && html`<${MenuItem} icon="switch-camera" text=${t('call.switchCamera')} testid="call-switch" onPick=${pick(() => void switchCamera())} />`}
      ${mayShare && !isWide.matches && html`<${MenuItem} icon="monitor-up" text=${t(sharing ? 'call.stopSharing' : 'call.share')} onPick=${pick(toggleShare)} />`}
      ${video && document.pictureInPictureEnabled && html`<${MenuItem} icon="picture-in-picture-2" text=${t('call.float')} testid="call-float" onPick=${pick(float)} />`}
      ${now.since && !voiceOnly.value && html`<${MenuItem} icon="audio-lines" text=${t('call.voiceOnly')} about=${t('call.voiceOnlyAbout')} onPick=${pick(() => goVoiceOnly(true))} />`}
      <${MenuItem} icon="headphones" text=${t('call.devices')} testid="call-devices" onPick=${pick(() => choose(true))} />
    <//>`}
    ${choosing && html`<${CallDevices} onClose=${() => choose(false)} />`}
  </div>`;
}
