// The kinds of rows a thread is made of. Each is measured, so each spaces itself.

import { html } from '../../vendor/preact.js';
import { clock, dayTitle } from '../core/dates.js';
import { explain, t } from '../core/i18n.js';
import { fileCount, refusal, strike } from '../core/outbox.js';
import { reactionsOf } from '../core/reactions.js';
import { me } from '../core/session.js';
import { isAppointment, isCall, systemText } from '../core/system.js';
import { langOf } from '../core/text.js';
import { cancelFile, tryAgain } from '../core/uploads.js';
import { waitsFor } from '../core/urgent.js';
import { AppointmentNote } from './appointment-card.js';
import { explainFile, isWorthTrying } from './attachment.js';
import { Bubble } from './bubble.js';
import { CallNote } from './call-note.js';
import { Icon } from './icon.js';

/** @typedef {import('../core/rows.js').Row} Row */
/** @typedef {import('../core/types.js').Message} Message */
/** @typedef {'menu'|'history'|'who'|'delete'|'forward'|'info'} Layer */
/**
 * @typedef {object} Context
 * @property {(id: string, elsewise?: string) => string} nameOf `elsewise` for whoever is not here any more
 * @property {(id: string) => string} roleOf
 * @property {boolean} isGroup
 * @property {number} others how many people are on the other side
 * @property {(seq: number) => number} unreadCount
 * @property {(row: Row) => string} fresh
 * @property {(messageId: string, seq?: number) => void} jump
 * @property {(m: Message, emoji: string) => void} react
 * @property {(m: Message) => Promise<void>} acknowledge
 * @property {(layer: Layer, m: Message, anchor?: Element) => void} open
 * @property {(event: KeyboardEvent, index: number) => void} onKeyDown
 * @property {(index: number) => void} onFocus
 */

/** How long a finger rests on a bubble before it means the menu. */
const LONG_PRESS = 500;
const SHAKE = 10;

/** Nobody is waited for any more: I have acknowledged it, or all to whom I wrote have. @param {Message} m @param {boolean} mine @param {Context} context */
const isSettled = (m, mine, context) =>
  Boolean(m.requiresAck) && !m.isDeleted && (mine ? (m.acks?.length ?? 0) >= context.others : !waitsFor(m, me.value?.id ?? ''));

const words = () => ({ today: t('today'), yesterday: t('yesterday') });

/** Troubles that pass, but not by waiting a second: people are told which. */
const TOLD = ['STORAGE_FULL', 'UNAVAILABLE'];

/** @param {{ id: string }} props */
function Retry({ id }) {
  const { refused, trouble = '', files } = refusal(id);
  const reason = refused ?? (TOLD.includes(trouble) ? trouble : '');
  // What will never go is not "not sent yet".
  return html`<span role="alert" class=${files.length ? 'wide' : undefined}>${isWorthTrying(files) && t('send.failed')} ${files.length ? files.map(({ name, refused: why }) => html`<span key=${name}>${explainFile(name, why)} </span>`) : reason && explain({ code: reason, message: t('send.refused') })}</span>
    ${isWorthTrying(files) && html`<button class="btn sm" type="button" data-testid="retry" onClick=${() => tryAgain(id)}>${t('tryAgain')}</button>`}
    ${files.map(({ key, name }) => files.length < fileCount(id) && html`<button class="btn sm" type="button" key=${key} onClick=${() => cancelFile(id, key)}>${t('upload.without', { name })}</button>`)}
    ${refused && html`<button class="btn sm" type="button" data-testid="discard" onClick=${() => strike(id)}>${t('send.discard')}</button>`}`;
}

/** There is one finger that rests, whichever row is drawn again meanwhile. */
const press = { timer: /** @type {ReturnType<typeof setTimeout>|undefined} */ (undefined), x: 0, y: 0, isOver: false };
const letGo = () => clearTimeout(press.timer);
addEventListener('scroll', letGo, { capture: true, passive: true });
addEventListener('pointerdown', () => (press.isOver = false), { capture: true });
// Lifting the finger must not press what has opened under it.
addEventListener(
  'click',
  (event) => {
    if (!press.isOver) return;
    press.isOver = false;
    event.preventDefault();
    event.stopPropagation();
  },
  { capture: true },
);

/** The button beside the bubble does the same. @param {() => void} then */
const longPress = (then) => ({
  onPointerDown: (/** @type {PointerEvent} */ event) => {
    letGo();
    const target = /** @type {Element} */ (event.target);
    if (event.pointerType !== 'touch' || !target.closest('.bubble') || target.closest('a')) return;
    press.x = event.clientX;
    press.y = event.clientY;
    press.timer = setTimeout(() => {
      press.isOver = true;
      then();
    }, LONG_PRESS);
  },
  onPointerMove: (/** @type {PointerEvent} */ event) => {
    if (Math.hypot(event.clientX - press.x, event.clientY - press.y) > SHAKE) letGo();
  },
  onPointerUp: letGo,
  onPointerCancel: letGo,
  // What a phone offers by itself would lie over the menu.
  onContextMenu: (/** @type {PointerEvent} */ event) => {
    if (event.pointerType === 'touch' && !(/** @type {Element} */ (event.target).closest('a'))) event.preventDefault();
  },
});

/** @param {{ row: Extract<Row, { kind: 'message' }>, isCurrent: boolean, context: Context }} props */
function More({ row, isCurrent, context }) {
  const m = row.message;
  const name = row.mine ? t('you') : context.nameOf(m.senderId);
  return html`<button
    class="more" type="button" tabindex=${isCurrent ? 0 : -1} aria-haspopup="menu" aria-label=${t('menu.of', { name, time: clock(m.at) })} data-testid="message-menu"
    onClick=${(/** @type {any} */ event) => context.open('menu', m, event.currentTarget)}
  ><${Icon} name="ellipsis-vertical" size="s" /></button>`;
}

/** What happened, quietly. Only the sentence of a server that is newer than this app is not in the reader's language. @param {{ at: object, m: Message }} props */
function Note({ at, m }) {
  const text = systemText(m, me.value?.id ?? '');
  if (isCall(m.systemData)) return html`<li ...${at} class="note-sys" data-testid="system-message" data-id=${m.id}><${CallNote} m=${m} data=${m.systemData} text=${text} /></li>`;
  if (isAppointment(m.systemData)) return html`<li ...${at} class="note-sys" data-testid="system-message" data-id=${m.id}><${AppointmentNote} m=${m} data=${m.systemData} text=${text} /></li>`;
  return html`<li ...${at} class="note-sys" data-testid="system-message" data-id=${m.id}><span dir="auto" lang=${text === m.content && !langOf(text) ? 'en' : langOf(text)}>${text}</span><time datetime=${m.createdAt}>${clock(m.at)}</time></li>`;
}

/** @param {{ row: Row, index: number, measure: (element: Element|null) => void, isCurrent: boolean, isGlowing: boolean, context: Context }} props */
export function ThreadRow({ row, index, measure, isCurrent, isGlowing, context }) {
  const at = { 'data-index': index, ref: measure };
  switch (row.kind) {
    case 'start':
      return html`<li ...${at} class="note-top"><${Icon} name="lock" />${t('thread.start')}</li>`;
    case 'day':
      return html`<li ...${at} class="sep"><span><time datetime=${new Date(row.at).toISOString()}>${dayTitle(row.at, words())}</time></span></li>`;
    case 'unread':
      return html`<li ...${at} class="unread" data-testid="unread-divider">${t('thread.new', { n: context.unreadCount(row.seq) })}</li>`;
    case 'note':
      return html`<${Note} at=${at} m=${row.message} />`;
    case 'retry':
      return html`<li ...${at} class="retry"><${Retry} id=${row.message.clientMessageId} /></li>`;
    default: {
      const { message: m, mine, first, pending } = row;
      const classes = [
        'msg', mine && 'mine', first && 'first', m.isDeleted && 'tomb', m.priority === 'urgent' && !m.isDeleted && 'urgent', isSettled(m, mine, context) && 'calm', m.status === 'failed' && 'failed',
        reactionsOf(m).length > 0 && 'has-react', isGlowing && 'glow', context.fresh(row),
      ].filter(Boolean);
      const hasMenu = !pending && !m.isDeleted;
      const events = hasMenu && longPress(() => context.open('menu', m));
      return html`<li
        ...${at} ...${events} class=${classes.join(' ')} tabindex=${isCurrent ? 0 : -1} data-testid="message" data-id=${m.id}
        data-seq=${pending ? undefined : m.seq} data-status=${m.status} data-mine=${mine}
        onKeyDown=${(/** @type {KeyboardEvent} */ event) => context.onKeyDown(event, index)} onFocusIn=${() => context.onFocus(index)}
      >
        <${Bubble} m=${m} mine=${mine} showName=${context.isGroup && !mine && first} isCurrent=${isCurrent} context=${context} />
        ${hasMenu && html`<${More} row=${row} isCurrent=${isCurrent} context=${context} />`}
      </li>`;
    }
  }
}
