// Parts that several states of a call are drawn from.

import { html, signal, useEffect, useId, useRef } from '../../vendor/preact.js';
import { lasted } from '../core/call-text.js';
import { elapsed } from '../core/call.js';
import { clinic } from '../core/clinic.js';
import { has, t } from '../core/i18n.js';
import { langOf } from '../core/text.js';
import { Avatar } from './avatar.js';
import { Icon } from './icon.js';

/** @typedef {import('../core/types.js').CallState} CallState */

/** What the browser lets sound only after a press. */
export const blockedVoice = signal(/** @type {HTMLMediaElement|null} */ (null));

/** A round button with its word under it. @param {{ icon: string, label: string, kind?: string, pressed?: boolean, count?: number, id: string, onPress: (event: any) => void, menu?: boolean }} props */
export function RoundButton({ icon, label, kind = 'plain', pressed, count = 0, id, onPress, menu = false }) {
  const name = useId();
  return html`<div>
    <button class=${`call-btn ${pressed ? 'on' : kind}`} type="button" aria-pressed=${pressed} aria-haspopup=${menu ? 'menu' : undefined} aria-labelledby=${name} data-testid=${id} onClick=${onPress}>
      <${Icon} name=${icon} size="l" />${count > 0 && html`<span class="count" aria-hidden="true">${count > 99 ? '99+' : count}</span>`}
    </button>
    <span id=${name}>${label}${count > 0 && html`<span class="vh">, ${count} ${t('unread')}</span>`}</span>
  </div>`;
}

/** "Midwife · Lotus Pond Clinic" @param {CallState} now */
export const about = ({ other }) => [other.role && has(`role.${other.role}`) && t(`role.${other.role}`), clinic.value.name].filter(Boolean).join(' · ');

/** Who it is, large. @param {{ now: CallState, heading: string, rings: boolean, text?: unknown }} props */
export const Who = ({ now, heading, rings, text }) => html`<div class=${rings ? 'call-pulse' : 'call-pulse still'}><${Avatar} name=${now.other.name} role=${now.other.role} size="xl" /></div>
  <h2 class="title xl" id=${heading} tabindex="-1" lang=${langOf(now.other.name)}>${now.other.name}</h2>
  <p class="muted">${text ?? about(now)}</p>`;

/** "4:12" */
export const Clock = () => html`<time class="num" datetime=${`PT${elapsed.value}S`} data-testid="call-time">${lasted(elapsed.value)}</time>`;

/**
 * A picture that moves.
 * @param {{ stream: MediaStream, label: string, kind: string, id: string, element?: { current: any }, onShown?: () => void }} props `onShown` with its first frame
 */
export function Picture({ stream, label, kind, id, element, onShown }) {
  const own = useRef(/** @type {any} */ (null));
  const video = element ?? own;
  useEffect(() => {
    video.current.srcObject = stream;
    // Without a sound of its own it may always play.
    video.current.play().catch(() => {});
    return () => {
      if (video.current) video.current.srcObject = null;
    };
  }, [stream]);
  return html`<video class=${kind} ref=${video} autoplay playsinline muted disablePictureInPicture=${!element} aria-label=${label} data-testid=${id} onLoadedData=${onShown} onResize=${onShown}></video>`;
}
