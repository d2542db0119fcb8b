// A call on the screen: above everything, or as a bar at the top of what one does meanwhile.

import { html, useEffect, useId, useLayoutEffect, useRef } from '../../vendor/preact.js';
import { clear, shrink, signalStrength, theirSound } from '../core/call.js';
import { call } from '../core/calls.js';
import { chosen } from '../core/media.js';
import { CallEnded } from './call-ended.js';
import { CallIncoming } from './call-incoming.js';
import { CallScreen } from './call-screen.js';
import { blockedVoice } from './call-view.js';
import { useLayer } from './layers.js';
import { News } from './toast.js';
import { UrgentAlert } from './urgent-alert.js';

export { Bar } from './call-bar.js';

/** The other side's voice. It stays while the screen is small. */
function Voice() {
  const element = useRef(/** @type {any} */ (null));
  const sound = theirSound.value;
  const speaker = chosen.value.audiooutput ?? '';
  useEffect(() => {
    element.current.srcObject = sound;
    // Refused on a page that nobody has touched since it was loaded: one press and it sounds.
    if (sound) element.current.play().catch((/** @type {any} */ error) => error?.name === 'NotAllowedError' && (blockedVoice.value = element.current));
    return () => (blockedVoice.value = null);
  }, [sound]);
  useEffect(() => {
    element.current.setSinkId?.(speaker).catch(() => {});
  }, [speaker]);
  return html`<audio ref=${element} autoplay data-testid="call-voice"></audio>`;
}

export function CallLayer() {
  const element = useRef(/** @type {HTMLDialogElement|null} */ (null));
  const heading = useId();
  const now = call.value;
  const isSmall = Boolean(now?.isSmall);
  const phase = now?.phase;
  const makeWay = () => (phase === 'ended' ? clear() : shrink(true));
  const layer = useLayer(makeWay, { isOpen: now !== null && !isSmall, covers: true });
  useLayoutEffect(() => {
    const dialog = element.current;
    if (!dialog || isSmall === !dialog.open) return;
    if (isSmall) dialog.close();
    else dialog.showModal();
  }, [isSmall]);
  // Nobody shall answer or hang up by a key that was meant for something else: the focus begins at the name.
  useLayoutEffect(() => {
    if (!isSmall) document.getElementById(heading)?.focus({ preventScroll: true });
  }, [isSmall, phase === 'incoming', phase === 'ended']);
  useEffect(() => () => element.current?.close(), []);
  if (!now) return null;
  /** Esc makes it small; it never ends a call. @param {Event} event */
  const onCancel = (event) => {
    event.preventDefault();
    makeWay();
  };
  const Part = phase === 'incoming' ? CallIncoming : phase === 'ended' ? CallEnded : CallScreen;
  const { quality, route } = signalStrength.value;
  return html`<dialog
    class=${`call-stage ${phase === 'incoming' || phase === 'ended' ? 'call-stage-ring' : ''}`} ref=${element} aria-labelledby=${heading} data-testid="call" data-phase=${phase} data-type=${now.type}
    data-quality=${quality} data-route=${route} onCancel=${onCancel} onClose=${(/** @type {Event} */ event) => event.target === element.current && !element.current?.open && call.peek() && shrink(true)}
  >
    <${Voice} /><${UrgentAlert} all=${true} /><${Part} now=${now} heading=${heading} /><${News} layer=${layer} />
  </dialog>`;
}
