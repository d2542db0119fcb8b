// Voice messages in the message box: the microphone where nothing is written, the bar while one speaks, and what was recorded, to be
// heard before it goes.

import { html, useEffect, useRef } from '../../vendor/preact.js';
import { announce } from '../core/announce.js';
import { t } from '../core/i18n.js';
import { SHOWN, cancel, discard, elapsed, forgive, isOpen, mostSeconds, recent, record, recordingIn, stop, takeOf, troubleOf } from '../core/recorder.js';
import { BARS, bars, timeText } from '../core/sound.js';
import { AudioPlayer, Bars } from './audio-player.js';
import { Icon } from './icon.js';
import { toast } from './toast.js';

/** How long what was thrown away can be fetched back, in milliseconds. */
const REGRET = 8000;
/** From here on the bar says how much time is left, in seconds. */
const NEARLY = 60;

/** Whether the message box is the recorder's. @param {string} id of the conversation */
export const isVoice = (id) => recordingIn.value === id || takeOf(id) !== undefined;

/** @param {{ id: string, isEarly: () => boolean }} props `isEarly`: a press now was still meant for something else */
export const MicButton = ({ id, isEarly }) => html`<button class="btn icon primary" type="button" aria-label=${t('voice.record')} title=${t('voice.record')} data-testid="record" disabled=${recordingIn.value !== ''} onClick=${() => isEarly() || void record(id)}>
  <${Icon} name="mic" />
</button>`;

/** Why there is no recording, and what to do about it. @param {{ id: string, onWrite: () => void }} props `onWrite` gives the focus to the message box */
export function VoiceTrouble({ id, onWrite }) {
  const why = troubleOf(id);
  if (!why) return null;
  const leave = () => (forgive(id), onWrite());
  if (why === 'short') {
    return html`<div class="task voice-hint" role="status" data-testid="voice-short"><${Icon} name="mic" /><p>${t('voice.short')}</p>
      <button class="btn icon" type="button" aria-label=${t('tray.ok')} onClick=${leave}><${Icon} name="x" /></button></div>`;
  }
  return html`<div class="voice-no" role="alert" data-testid="voice-trouble" data-why=${why}>
    <span class="set-i" aria-hidden="true"><${Icon} name="mic-off" /></span>
    <div><b>${t(`voice.no.${why}`)}</b><p class="small muted">${t(`voice.no.${why}About`)}</p>
      <p class="voice-acts">
        ${why !== 'insecure' && html`<button class="btn quiet sm" type="button" onClick=${() => void record(id)}>${t('tryAgain')}</button>`}
        <button class="btn sm" type="button" onClick=${leave}>${t('voice.write')}</button>
      </p></div>
  </div>`;
}

/** @param {{ id: string, onSend: () => void }} props `onSend` sends what waits */
export function VoiceBar({ id, onSend }) {
  const take = takeOf(id);
  const isOn = recordingIn.value === id && isOpen.value;
  const first = useRef(/** @type {HTMLElement|null} */ (null));
  const phase = take ? 'heard' : isOn ? 'open' : 'asked';
  useEffect(() => {
    /** @type {HTMLElement|null|undefined} */ (first.current?.querySelector(phase === 'heard' ? '[data-testid=voice-send]' : '[data-testid=voice-stop], [data-testid=voice-cancel]'))?.focus({ preventScroll: true });
    if (phase === 'open') announce(t('voice.recording'));
    if (phase === 'heard') announce(t('voice.ready', { time: timeText(take?.duration ?? 0) }));
  }, [phase]);
  // Whoever goes elsewhere is not recorded on; what was said waits here.
  useEffect(() => () => void (recordingIn.value === id && stop()), [id]);

  const throwAway = async () => {
    const back = take ? discard(id) : await cancel();
    if (back) toast(t('voice.thrown'), { label: t('voice.undo'), run: back }, REGRET);
  };
  const send = async () => {
    if (take || (await stop())) onSend();
  };
  /** @param {KeyboardEvent} event */
  const onKeyDown = (event) => {
    if (event.key !== 'Escape') return;
    event.preventDefault();
    event.stopPropagation();
    void throwAway();
  };

  const left = mostSeconds() - elapsed.value;
  return html`<div class=${take ? 'recbar heard' : 'recbar'} id="write" tabindex="-1" ref=${first} role="group" aria-label=${t(take ? 'voice.message' : 'voice.recording')} data-testid="voice-bar" data-phase=${phase} onKeyDown=${onKeyDown}>
    <button class="btn icon danger" type="button" aria-label=${t('voice.throw')} title=${t('voice.throw')} data-testid="voice-cancel" onClick=${() => void throwAway()}><${Icon} name="trash-2" /></button>
    ${phase === 'asked' && html`<span class="grow small muted" role="status">${t('voice.asking')}</span>`}
    ${phase === 'open' &&
    html`<span class="recdot" aria-hidden="true"></span>
      <span class="num" role="timer" aria-live="off" data-testid="voice-time">${timeText(elapsed.value)}</span>
      <span class="wave spoken" aria-hidden="true"><${Bars} heights=${liveBars(recent.value)} /></span>
      ${left < NEARLY && html`<small class="num voice-left" role="status">${t('voice.left', { n: Math.max(0, Math.ceil(left / 10) * 10) })}</small>`}
      <button class="btn icon" type="button" aria-label=${t('voice.stop')} title=${t('voice.stop')} data-testid="voice-stop" onClick=${() => void stop()}><${Icon} name="square" /></button>`}
    ${take && html`<${AudioPlayer} file=${shown(take)} src=${take.url} most=${BARS} />`}
    ${phase !== 'asked' && html`<button class="btn icon primary" type="button" aria-label=${t('voice.send')} title=${t('voice.send')} data-testid="voice-send" onClick=${() => void send()}><${Icon} name="send-horizontal" /></button>`}
    ${take?.cut && html`<p class="recbar-note small" role="status">${t(take.cut === 'full' ? 'voice.cutFull' : 'voice.cutLost')}</p>`}
    ${take && take.waveform.every((bar) => !bar) && html`<p class="recbar-note small" role="status">${t('voice.silent')}</p>`}
  </div>`;
}

/** Live bars do not grow when it becomes still: what counts as loud stays the same. @param {number[]} levels */
const liveBars = (levels) => {
  const still = Array.from({ length: Math.max(0, SHOWN - levels.length) }, () => 0);
  return [...still, ...bars([...levels, 0.12])].slice(0, still.length + levels.length);
};

/** As the player wants it. @param {import('../core/recorder.js').Take} take */
const shown = ({ id, file, url, duration, waveform }) =>
  /** @type {import('../core/types.js').FileRef} */ ({ id, originalName: file.name, mimetype: file.type, size: file.size, url, fileType: 'audio', duration, waveform });
