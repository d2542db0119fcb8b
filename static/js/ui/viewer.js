// Pictures full screen: one after the other through the whole conversation, enlarged with wheel, fingers, keys or buttons.

import { html, useEffect, useLayoutEffect, useRef, useState } from '../../vendor/preact.js';
import { hasRunOut, here } from '../core/addresses.js';
import { announce } from '../core/announce.js';
import { longWhen } from '../core/dates.js';
import { t } from '../core/i18n.js';
import { goToMessage } from '../core/jump.js';
import { me } from '../core/session.js';
import { sharedFiles } from '../core/shared-files.js';
import { langOf } from '../core/text.js';
import { timeline } from '../core/timeline.js';
import { picturesOf, stopViewing, view, viewed } from '../core/viewed.js';
import { CLOSE, WHOLE, around, fitted, held } from '../core/zoom.js';
import { Icon } from './icon.js';
import { useLayer } from './layers.js';
import { News } from './toast.js';
import { UrgentAlert } from './urgent-alert.js';

/** @typedef {import('../core/shared-files.js').SharedFile} SharedFile */
/** @typedef {import('../core/zoom.js').Zoom} Zoom */

/** So far a finger moves before it turns the page, or puts the picture away. */
const SWIPE = 56;
/** Two touches within this time and place are a double tap. */
const DOUBLE = 300;
const NEAR = 24;
const STEP = 1.5;

const words = () => ({ today: t('today'), yesterday: t('yesterday') });

/** The picture and all ways to look at it closely. @param {{ file: SharedFile, onTurn: (by: number) => void, onClose: () => void, onFail: () => void, control: { current: ((how: 'in'|'out'|'whole') => void)|null }, onZoom: (isLarge: boolean) => void }} props */
function Stage({ file, onTurn, onClose, onFail, control, onZoom }) {
  const frame = useRef(/** @type {HTMLElement|null} */ (null));
  const layer = useRef(/** @type {HTMLElement|null} */ (null));
  const zoom = useRef(WHOLE);
  const size = useRef({ width: file.width ?? 0, height: file.height ?? 0 });
  const [ready, setReady] = useState(false);

  const room = () => ({ width: frame.current?.clientWidth ?? 0, height: frame.current?.clientHeight ?? 0 });
  /** @param {Zoom} next @param {boolean} [smooth] @param {{ x: number, y: number }} [pull] how far it is pulled aside, unzoomed */
  function put(next, smooth = false, pull = { x: 0, y: 0 }) {
    const drawn = fitted(size.current, room());
    zoom.current = held(next, drawn, room());
    const { scale, x, y } = zoom.current;
    if (!layer.current) return;
    layer.current.style.setProperty('--w', `${drawn.width}px`);
    layer.current.style.setProperty('--h', `${drawn.height}px`);
    layer.current.classList.toggle('smooth', smooth);
    layer.current.style.transform = `translate(${x + pull.x}px, ${y + pull.y}px) scale(${scale})`;
    frame.current?.classList.toggle('large', scale > 1);
    onZoom(scale > 1);
  }
  control.current = (how) => put(how === 'whole' ? WHOLE : around(zoom.current, how === 'in' ? STEP : 1 / STEP, 0, 0), true);

  useLayoutEffect(() => {
    size.current = { width: file.width ?? 0, height: file.height ?? 0 };
    setReady(false);
    put(WHOLE);
  }, [file.id]);
  useEffect(() => {
    const observer = new ResizeObserver(() => put(zoom.current));
    if (frame.current) observer.observe(frame.current);
    return () => observer.disconnect();
  }, []);

  /** From the middle of the frame. @param {{ clientX: number, clientY: number }} event */
  function from({ clientX, clientY }) {
    const box = /** @type {HTMLElement} */ (frame.current).getBoundingClientRect();
    return { x: clientX - box.left - box.width / 2, y: clientY - box.top - box.height / 2 };
  }
  // A listener that may keep the page from scrolling or zooming itself.
  useEffect(() => {
    const wheel = (/** @type {WheelEvent} */ event) => {
      event.preventDefault();
      const { x, y } = from(event);
      const lines = event.deltaMode === 1 ? 16 : 1;
      put(around(zoom.current, Math.exp(-event.deltaY * lines * (event.ctrlKey ? 0.01 : 0.002)), x, y));
    };
    frame.current?.addEventListener('wheel', wheel, { passive: false });
    return () => frame.current?.removeEventListener('wheel', wheel);
  }, []);

  /** @type {{ current: Map<number, { x: number, y: number }> }} */
  const fingers = useRef(new Map());
  const gesture = useRef({ zoom: WHOLE, x: 0, y: 0, apart: 0, moved: false, pinched: false });
  const tap = useRef({ at: 0, x: 0, y: 0 });
  /** Where the fingers are together, and how far apart. */
  function grip() {
    const all = [...fingers.current.values()];
    const x = all.reduce((sum, one) => sum + one.x, 0) / all.length;
    const y = all.reduce((sum, one) => sum + one.y, 0) / all.length;
    return { x, y, apart: all.length > 1 ? Math.hypot(all[0].x - all[1].x, all[0].y - all[1].y) : 0 };
  }
  const begin = () => Object.assign(gesture.current, { zoom: zoom.current, ...grip() });

  /** @param {PointerEvent} event */
  function onPointerDown(event) {
    if (event.button > 0) return;
    frame.current?.setPointerCapture(event.pointerId);
    if (!fingers.current.size) Object.assign(gesture.current, { moved: false, pinched: false });
    fingers.current.set(event.pointerId, from(event));
    if (fingers.current.size > 1) gesture.current.pinched = true;
    begin();
  }
  /** @param {PointerEvent} event */
  function onPointerMove(event) {
    if (!fingers.current.has(event.pointerId)) return;
    fingers.current.set(event.pointerId, from(event));
    const { zoom: before, x, y, apart } = gesture.current;
    const now = grip();
    const by = { x: now.x - x, y: now.y - y };
    if (Math.hypot(by.x, by.y) > 6) gesture.current.moved = true;
    if (apart) {
      const wide = around(before, now.apart / apart, x, y);
      put({ ...wide, x: wide.x + by.x, y: wide.y + by.y });
    } else if (before.scale > 1) put({ ...before, x: before.x + by.x, y: before.y + by.y });
    else if (event.pointerType !== 'mouse') put(before, false, Math.abs(by.x) > Math.abs(by.y) ? { x: by.x, y: 0 } : { x: 0, y: Math.max(0, by.y) });
  }
  /** @param {PointerEvent} event */
  function onPointerUp(event) {
    if (!fingers.current.delete(event.pointerId)) return;
    if (fingers.current.size) return begin();
    const { zoom: before, x, y, moved, pinched } = gesture.current;
    const now = from(event);
    const by = { x: now.x - x, y: now.y - y };
    if (event.type !== 'pointercancel' && !pinched && before.scale === 1 && event.pointerType !== 'mouse') {
      if (Math.abs(by.x) > SWIPE && Math.abs(by.x) > Math.abs(by.y)) return onTurn(by.x < 0 ? 1 : -1);
      if (by.y > 2 * SWIPE) return onClose();
    }
    put(zoom.current, true);
    if (moved || pinched) return;
    const last = tap.current;
    tap.current = { at: event.timeStamp, ...now };
    if (event.timeStamp - last.at > DOUBLE || Math.hypot(now.x - last.x, now.y - last.y) > NEAR) return;
    tap.current.at = 0;
    put(zoom.current.scale > 1 ? WHOLE : around(WHOLE, CLOSE, now.x, now.y), true);
  }

  const { src, small } = { src: here(file.url), small: file.thumbnailUrl ? here(file.thumbnailUrl) : '' };
  return html`<div class="stage" ref=${frame} onPointerDown=${onPointerDown} onPointerMove=${onPointerMove} onPointerUp=${onPointerUp} onPointerCancel=${onPointerUp} data-testid="stage">
    <div class="stage-in" ref=${layer} key=${file.id}>
      ${small && !ready && html`<img class="small" src=${small} alt="" draggable=${false} />`}
      <img
        class=${ready || !small ? undefined : 'coming'} src=${src} alt=${file.content || t('viewer.picture', { name: file.originalName })} draggable=${false} decoding="async" data-testid="viewed"
        onLoad=${(/** @type {any} */ { target }) => {
          size.current = { width: target.naturalWidth || size.current.width, height: target.naturalHeight || size.current.height };
          setReady(true);
          put(zoom.current);
        }}
        onError=${onFail}
      />
    </div>
  </div>`;
}

/** @param {{ conversationId: string, back: (messageId: string) => HTMLElement|null|undefined }} props `back`: what gets the focus afterwards */
export function Viewer({ conversationId, back }) {
  const element = useRef(/** @type {HTMLDialogElement|null} */ (null));
  const control = useRef(/** @type {((how: 'in'|'out'|'whole') => void)|null} */ (null));
  const list = sharedFiles(conversationId, 'image');
  const all = picturesOf(conversationId);
  const at = all.findIndex((file) => file.id === viewed.value?.fileId);
  const [isLarge, setLarge] = useState(false);
  const [failed, setFailed] = useState('');
  const last = useRef({ at: 0, messageId: '' });
  const file = all[at];
  const layer = useLayer(stopViewing, { covers: true });

  useLayoutEffect(() => {
    const opener = document.activeElement;
    const dialog = element.current;
    dialog?.showModal();
    return () => {
      dialog?.close();
      const to = (opener instanceof HTMLElement && opener.isConnected ? opener : null) ?? back(last.current.messageId);
      to?.focus({ preventScroll: true });
    };
  }, []);
  useEffect(() => void list.open().catch(() => {}), [list]);
  // The one that is looked at was deleted: its neighbour, if there is one.
  useEffect(() => {
    if (at >= 0) {
      last.current = { at, messageId: file.messageId };
      announce(t('viewer.place', { i: at + 1, n: all.length, name: senderOf(file) }));
    } else if (all.length) view(conversationId, all[Math.min(last.current.at, all.length - 1)].id);
    else stopViewing();
  }, [viewed.value?.fileId, at < 0]);
  // Older ones are looked for before one gets there; neighbours are fetched ahead.
  useEffect(() => {
    if (at >= 0 && at < 3 && list.hasMore.value && list.state.value === 'ready') void list.more().catch(() => {});
    for (const next of [all[at + 1], all[at - 1]]) if (next) new Image().src = here(next.url);
  }, [at, all.length]);

  /** @param {number} by */
  function turn(by) {
    const next = all[at + by];
    if (next) view(conversationId, next.id);
    else control.current?.('whole');
  }
  /** Its address has run out, or the network is gone. */
  function onFail() {
    if (!file) return;
    setFailed(file.url);
    if (timeline(conversationId).find(file.messageId)) void timeline(conversationId).freshen(file.seq).catch(() => {});
    else void list.again().catch(() => {});
  }
  useEffect(() => {
    if (file && hasRunOut(file.url, Date.now())) onFail();
  }, [file?.url]);

  /** @param {KeyboardEvent} event */
  function onKeyDown(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    switch (event.key) {
      case 'ArrowLeft':
        turn(-1);
        break;
      case 'ArrowRight':
        turn(1);
        break;
      case 'Home':
        turn(-at);
        break;
      case 'End':
        turn(all.length - 1 - at);
        break;
      case '+':
      case '=':
        control.current?.('in');
        break;
      case '-':
        control.current?.('out');
        break;
      case '0':
        control.current?.('whole');
        break;
      default:
        return;
    }
    event.preventDefault();
  }
  const show = () => goToMessage(conversationId, file.messageId, file.seq);

  return html`<dialog class="viewer" ref=${element} aria-label=${t('viewer.title')} onClose=${stopViewing} onKeyDown=${onKeyDown} data-testid="viewer">
    <${UrgentAlert} all=${true} />
    ${file &&
    html`<header>
        <button class="btn icon" type="button" aria-label=${t('close')} data-testid="viewer-close" onClick=${stopViewing}><${Icon} name="x" /></button>
        <p class="min0 grow"><b lang=${langOf(senderOf(file))}>${senderOf(file)}</b><small><time datetime=${file.timestamp}>${longWhen(Date.parse(file.timestamp), words())}</time>${all.length > 1 && html` · ${t('viewer.count', { i: at + 1, n: all.length })}${list.hasMore.value ? '+' : ''}`}</small></p>
        <button class="btn icon only-desk" type="button" aria-label=${t('viewer.out')} disabled=${!isLarge} onClick=${() => control.current?.('out')}><${Icon} name="minus" /></button>
        <button class="btn icon only-desk" type="button" aria-label=${t('viewer.in')} onClick=${() => control.current?.('in')}><${Icon} name="plus" /></button>
        <button class="btn icon" type="button" aria-label=${t('viewer.show')} data-testid="viewer-show" onClick=${show}><${Icon} name="message-circle" /></button>
        <a class="btn icon" href=${here(file.url)} download=${file.originalName} aria-label=${t('file.download', { name: file.originalName })} data-testid="viewer-download"><${Icon} name="download" /></a>
      </header>
      <${Stage} file=${file} control=${control} onTurn=${turn} onClose=${stopViewing} onFail=${onFail} onZoom=${setLarge} />
      ${failed === file.url && html`<p class="viewer-failed" role="alert"><${Icon} name="circle-alert" />${t('viewer.failed')}</p>`}
      ${at > 0 && html`<button class="btn icon turn before" type="button" aria-label=${t('viewer.before')} onClick=${() => turn(-1)}><${Icon} name="chevron-left" /></button>`}
      ${at < all.length - 1 && html`<button class="btn icon turn after" type="button" aria-label=${t('viewer.after')} onClick=${() => turn(1)}><${Icon} name="chevron-right" /></button>`}
      ${file.content && html`<p class="viewer-says" dir="auto" lang=${langOf(file.content)}>${file.content}</p>`}`}
    <${News} layer=${layer} />
  </dialog>`;
}

/** @param {SharedFile} file */
const senderOf = (file) => (file.senderId === me.value?.id ? t('you') : file.senderName || t('someone'));
