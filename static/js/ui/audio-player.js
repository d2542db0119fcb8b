// A sound in a bubble: play and pause, its loudness as a slider, how far one is, how fast it goes.

import { html, useEffect, useMemo, useRef } from '../../vendor/preact.js';
import { t } from '../core/i18n.js';
import { adopt, broken, current, faster, isPlaying, pause, play, position, rate, seek } from '../core/player.js';
import { barsPath, fewer, rateText, seekBy, timeText } from '../core/sound.js';
import { wantWave, waveOf } from '../core/waves.js';
import { Icon } from './icon.js';

/** @typedef {import('../core/types.js').FileRef} FileRef */

/** Loudness; a plain line where it is not known. @param {{ heights: number[] }} props */
export function Bars({ heights }) {
  const path = useMemo(() => barsPath(heights), [heights]);
  const wide = heights.length * 5 - 2;
  return heights.length
    ? html`<svg viewBox=${`0 0 ${wide} 32`} preserveAspectRatio="none" aria-hidden="true"><path d=${path} /></svg>`
    : html`<svg viewBox="0 0 100 32" preserveAspectRatio="none" aria-hidden="true"><path d="M1 16h98" /></svg>`;
}

/**
 * @param {{ file: FileRef, src: string, tab?: number, name?: string, most?: number, onError?: () => void }} props
 * `src` is an address that works, empty while there is none; `onError` asks for another one; `name` says what it is, `most` how many bars there is room for
 */
export function AudioPlayer({ file, src, tab = 0, name = t('voice.message'), most = 32, onError }) {
  const track = useRef(/** @type {HTMLElement|null} */ (null));
  const key = file.id;
  const isCurrent = current.value === key;
  const plays = isCurrent && isPlaying.value;
  const at = isCurrent ? position.value : 0;
  const wave = waveOf(file, src);
  const heights = useMemo(() => fewer(wave, most), [wave, most]);
  const lasts = file.duration ?? 0;
  const failure = broken.value.get(key);
  useEffect(() => {
    adopt(key, src);
    wantWave(file, src);
  }, [key, src]);
  // A fresh address is tried when one presses again; the same one would fail again.
  useEffect(() => {
    if (failure !== undefined) onError?.();
  }, [failure]);

  const toggle = () => (plays ? pause() : src && play(key, src));
  const share = lasts ? Math.min(1, at / lasts) : 0;
  /** @param {number} to */
  const move = (to) => src && seek(key, src, to);
  /** @param {PointerEvent} event */
  const point = (event) => {
    const box = track.current?.getBoundingClientRect();
    if (!box?.width || !lasts) return;
    move(Math.max(0, Math.min(1, (event.clientX - box.left) / box.width)) * lasts);
  };
  /** @param {KeyboardEvent} event */
  const onKeyDown = (event) => {
    const to = lasts ? seekBy(event.key, at, lasts) : undefined;
    if (event.key === ' ') toggle();
    else if (to !== undefined) move(to);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  // What a finger does here is not a long press on the message.
  const own = (/** @type {Event} */ event) => event.stopPropagation();

  return html`<span class="voice" role="group" aria-label=${lasts ? t('voice.of', { name, time: timeText(lasts) }) : name} data-testid="audio-player" data-playing=${plays} data-rate=${rate.value} onPointerDown=${own}>
    <button class="btn icon primary play" type="button" tabindex=${tab} disabled=${!src} aria-label=${t(plays ? 'voice.pause' : 'voice.play')} data-testid="play" onClick=${toggle}><${Icon} name=${plays ? 'pause' : 'play'} /></button>
    <span class="voice-mid">
      <span class=${heights.length ? 'wave' : 'wave line'} ref=${track} role="slider" tabindex=${tab} aria-label=${t('voice.position')} aria-valuemin="0" aria-valuemax=${Math.max(1, Math.round(lasts))} aria-valuenow=${Math.round(at)}
        aria-valuetext=${t('voice.at', { at: timeText(at), of: timeText(lasts) })} data-testid="seek" onKeyDown=${onKeyDown}
        onPointerDown=${(/** @type {any} */ event) => (event.currentTarget.setPointerCapture(event.pointerId), point(event))}
        onPointerMove=${(/** @type {any} */ event) => event.currentTarget.hasPointerCapture(event.pointerId) && point(event)}>
        <${Bars} heights=${heights} /><span class="on" style=${{ clipPath: `inset(0 ${100 - share * 100}% 0 0)` }}><${Bars} heights=${heights} /></span>
      </span>
      <small class="num">${failure === undefined || failure !== src ? (at > 0 ? `${timeText(at)} / ${timeText(lasts)}` : timeText(lasts)) : html`<span role="alert">${t('voice.cannot')} <a href=${src} download=${file.originalName} tabindex=${tab}>${t('voice.save')}</a></span>`}</small>
    </span>
    <button class="rate" type="button" tabindex=${tab} aria-label=${t('voice.rate', { rate: rateText(rate.value) })} data-testid="rate" onClick=${faster}>${rateText(rate.value)}</button>
  </span>`;
}
