// The kinds of rows a thread is made of. Each is measured, so each spaces itself.

import { html } from '../../vendor/preact.js';
import { dayTitle } from '../core/dates.js';
import { explain, t } from '../core/i18n.js';
import { refusal, retry, strike } from '../core/outbox.js';
import { langOf } from '../core/text.js';
import { Bubble } from './bubble.js';
import { Icon } from './icon.js';

/** @typedef {import('../core/rows.js').Row} Row */
/** @typedef {{ nameOf: (id: string) => string, isGroup: boolean, unreadCount: (seq: number) => number, fresh: (row: Row) => string }} Context */

const words = () => ({ today: t('today'), yesterday: t('yesterday') });

/** @param {{ id: string }} props */
function Retry({ id }) {
  const reason = refusal(id);
  return html`<span role="alert">${t('send.failed')} ${reason && explain({ code: reason, message: t('send.refused') })}</span>
    <button class="btn sm" type="button" onClick=${() => retry(id)}>${t('tryAgain')}</button>
    ${reason && html`<button class="btn sm" type="button" onClick=${() => strike(id)}>${t('send.discard')}</button>`}`;
}

/** @param {{ row: Row, index: number, measure: (element: Element|null) => void, context: Context }} props */
export function ThreadRow({ row, index, measure, context }) {
  const at = { 'data-index': index, ref: measure };
  switch (row.kind) {
    case 'start':
      return html`<li ...${at} class="note-top"><${Icon} name="lock" />${t('thread.start')}</li>`;
    case 'day':
      return html`<li ...${at} class="sep"><span><time datetime=${new Date(row.at).toISOString()}>${dayTitle(row.at, words())}</time></span></li>`;
    case 'unread':
      return html`<li ...${at} class="unread" data-testid="unread-divider">${t('thread.new', { n: context.unreadCount(row.seq) })}</li>`;
    case 'note':
      return html`<li ...${at} class="note-sys" lang=${langOf(row.message.content)}>${row.message.content}</li>`;
    case 'retry':
      return html`<li ...${at} class="retry"><${Retry} id=${row.message.clientMessageId} /></li>`;
    default: {
      const { message: m, mine, first, pending } = row;
      const classes = [
        'msg', mine && 'mine', first && 'first', m.isDeleted && 'tomb', m.priority === 'urgent' && 'urgent', m.status === 'failed' && 'failed',
        Boolean(m.reactions?.length) && 'has-react', context.fresh(row),
      ].filter(Boolean);
      return html`<li
        ...${at} class=${classes.join(' ')} data-testid="message" data-id=${m.id} data-seq=${pending ? undefined : m.seq} data-status=${m.status} data-mine=${mine}
      >
        <${Bubble} m=${m} mine=${mine} showName=${context.isGroup && !mine && first} nameOf=${context.nameOf} />
      </li>`;
    }
  }
}
