// Two people talk: the other's picture or face, one's own in the corner, how the line is, and the controls.

import { html, useEffect, useMemo, useRef, useState } from '../../vendor/preact.js';
import { advised, goVoiceOnly, isLost, restsForThem, shrink, signalStrength, theirPicture, theirs, voiceOnly, withPictures } from '../core/call.js';
import { t } from '../core/i18n.js';
import { camera, devices, facing, picture, problem, screenShare, switchCamera } from '../core/media.js';
import { langOf, shortName } from '../core/text.js';
import { CallControls } from './call-controls.js';
import { CallHelp } from './call-help.js';
import { Clock, Picture, Who, about, blockedVoice } from './call-view.js';
import { Icon } from './icon.js';

/** @typedef {import('../core/types.js').CallState} CallState */

/** @param {{ icon: string, kind?: string, id?: string, children: unknown }} props */
const Tag = ({ icon, kind = '', id, children }) => html`<span class=${`call-tag ${kind}`} data-testid=${id}><${Icon} name=${icon} size="s" />${children}</span>`;

/** What one should know about the line and about the other side. @param {{ now: CallState }} props */
function Tags({ now }) {
  const name = shortName(now.other);
  const { quality, isLimited } = signalStrength.value;
  return html`<div class="call-tags" role="status">
    ${now.away ? html`<${Tag} icon="refresh-cw" kind="warn" id="call-away">${t('call.away', { name })}<//>` : isLost.value && html`<${Tag} icon="refresh-cw" kind="warn" id="call-lost">${t('call.lost')}<//>`}
    ${!isLost.value && now.phase === 'active' && quality !== 'good' && html`<${Tag} icon="wifi" kind="warn">${t(isLimited && !voiceOnly.value ? 'call.weakSmaller' : quality === 'poor' ? 'call.weak' : 'call.unsteady')}<//>`}
    ${now.since && !theirs.value.audio && html`<${Tag} icon="mic-off" id="call-their-mute">${t('call.theirMute', { name })}<//>`}
    ${now.since && now.type === 'video' && !theirs.value.video && !theirs.value.screen && html`<${Tag} icon="video-off" id="call-their-camera">${t('call.theirCamera', { name })}<//>`}
    ${theirs.value.screen && html`<${Tag} icon="monitor-up">${t('call.theirScreen', { name })}<//>`}
    ${screenShare.value && html`<${Tag} icon="monitor-up" id="call-sharing">${t('call.sharing')}<//>`}
    ${restsForThem.value && html`<${Tag} icon="video-off" id="call-rests">${t('call.rests', { name })}<//>`}
  </div>`;
}

/** One's own picture; a phone's other camera is one press away. */
function Own() {
  const track = picture.value;
  const stream = useMemo(() => track && new MediaStream([track]), [track]);
  if (!stream) return null;
  const isMirror = !screenShare.value && facing.value === 'user';
  const hasOther = camera.value && !screenShare.value && devices.value.filter(({ kind }) => kind === 'videoinput').length > 1;
  return html`<div class="call-self">
    <${Picture} stream=${stream} label=${t('call.own')} kind=${isMirror ? 'mirror' : screenShare.value ? 'whole' : ''} id="call-own" />
    ${hasOther && html`<button class="call-flip" type="button" aria-label=${t('call.switchCamera')} data-testid="call-flip" onClick=${() => void switchCamera()}><${Icon} name="switch-camera" /></button>`}
  </div>`;
}

/** @param {CallState} now */
const state = ({ phase, since }) => (phase === 'preparing' ? (problem.value ? '' : t('call.preparing')) : phase === 'ringing' ? t('call.calling') : phase === 'connecting' ? t('call.connecting') : since ? html`<${Clock} />` : '');

function hear() {
  void blockedVoice.value?.play().catch(() => {});
  blockedVoice.value = null;
}

/** @param {{ now: CallState, heading: string }} props */
export function CallScreen({ now, heading }) {
  const video = useRef(/** @type {any} */ (null));
  const stream = theirPicture.value;
  const [isSeen, setSeen] = useState(false);
  useEffect(() => setSeen(false), [stream]);
  const hasPicture = Boolean(stream) && !voiceOnly.value && (theirs.value.video || theirs.value.screen);
  const isShown = hasPicture && isSeen;
  // The name has moved, and the focus was on it.
  useEffect(() => {
    if (document.activeElement === document.body) document.getElementById(heading)?.focus({ preventScroll: true });
  }, [isShown]);
  const seen = () => {
    if (!video.current?.videoWidth) return;
    if (!isSeen) performance.mark('call.picture');
    setSeen(true);
  };
  const { name } = now.other;
  return html`<div class=${isShown ? 'call-live' : 'call-live faceless'} data-shown=${isShown}>
    ${stream && html`<${Picture} stream=${stream} label=${t('call.pictureOf', { name })} kind=${`call-remote ${isShown ? '' : 'away'} ${theirs.value.screen ? 'whole' : ''}`} id="call-picture" element=${video} onShown=${seen} />`}
    <header class="call-top">
      <div class="min0">
        ${isShown && html`<h2 id=${heading} tabindex="-1" lang=${langOf(name)}>${name}</h2><p>${now.other.role && `${t(`role.${now.other.role}`)} · `}${state(now)}</p>`}
        <${Tags} now=${now} />
      </div>
      <button class="call-btn small" type="button" aria-label=${t('call.shrink')} title=${t('call.shrink')} data-testid="call-shrink" onClick=${() => shrink(true)}><${Icon} name="minimize-2" /></button>
    </header>
    ${!isShown && html`<div class="call-who"><${Who} now=${now} heading=${heading} rings=${now.phase === 'ringing'} text=${about(now)} /><p class="call-state" data-testid="call-state">${state(now)}</p></div>`}
    <${Own} />
    <div class="call-low">
      <${CallHelp} now=${now} />
      ${blockedVoice.value && html`<div class="call-card"><p>${t('call.silent')}</p><button class="btn primary" type="button" data-testid="call-unblock" onClick=${hear}>${t('call.hear')}</button></div>`}
      ${advised.value &&
      html`<div class="call-card" role="alertdialog" aria-label=${t('call.adviceTitle')}><p><b>${t('call.adviceTitle')}</b> ${t('call.advice')}</p>
        <div class="row wrap"><button class="btn primary" type="button" data-testid="call-voice-only" onClick=${() => goVoiceOnly(true)}>${t('call.voiceOnly')}</button><button class="btn" type="button" data-testid="call-keep-pictures" onClick=${() => goVoiceOnly(false)}>${t('call.keepPictures')}</button></div></div>`}
      ${voiceOnly.value && html`<div class="call-card slim" data-testid="call-resting" data-why=${voiceOnly.value}><p>${t(voiceOnly.value === 'weak' ? 'call.voiceOnlyWeak' : 'call.voiceOnlyNow')}</p><button class="btn" type="button" data-testid="call-pictures" onClick=${() => void withPictures()}>${t('call.picturesAgain')}</button></div>`}
      <${CallControls} now=${now} video=${isShown ? video : null} />
    </div>
  </div>`;
}
