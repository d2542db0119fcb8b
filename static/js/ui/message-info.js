// Who has received and read a message, and when; of an urgent one also who has said so.

import { html, useEffect, useState } from '../../vendor/preact.js';
import { longWhen } from '../core/dates.js';
import { explain, t } from '../core/i18n.js';
import { receiptsOf } from '../core/receipts.js';
import { conversation } from '../core/store.js';
import { langOf } from '../core/text.js';
import { Avatar } from './avatar.js';
import { preview } from './bubble.js';
import { Dialog } from './dialog.js';
import { Problem } from './gate.js';
import { Icon } from './icon.js';
import { roleOf } from './person.js';
import { Skeleton } from './states.js';

/** @typedef {import('../core/types.js').Message} Message */
/** @typedef {import('../core/types.js').Receipt} Receipt */
/** @typedef {import('./rows.js').Context} Context */

const words = () => ({ today: t('today'), yesterday: t('yesterday') });

/** In which group each recipient stands: what they did last counts. Pure. @param {Message} m @param {Receipt[]} receipts */
export function grouped(m, receipts) {
  const acked = new Map((m.acks ?? []).map((ack) => [ack.userId, ack.at]));
  /** @type {Record<'acked'|'read'|'delivered'|'sent', { userId: string, at: string|null }[]>} */
  const groups = { acked: [], read: [], delivered: [], sent: [] };
  for (const { userId, status, readAt, deliveredAt } of receipts) {
    const ack = acked.get(userId);
    if (ack) groups.acked.push({ userId, at: ack });
    else if (status === 'read') groups.read.push({ userId, at: readAt });
    else if (status === 'delivered') groups.delivered.push({ userId, at: deliveredAt });
    else groups.sent.push({ userId, at: null });
  }
  for (const list of Object.values(groups)) list.sort((a, b) => ((a.at ?? '') < (b.at ?? '') ? -1 : 1));
  return groups;
}

const TITLE = { acked: 'info.acked', read: 'info.read', delivered: 'info.delivered', sent: 'info.waiting' };
const ICON = /** @type {const} */ ({ acked: 'check', read: 'check-check', delivered: 'check-check', sent: 'clock' });

/** @param {{ m: Message, context: Context, onClose: () => void }} props */
export function MessageInfo({ m, context, onClose }) {
  const [receipts, setReceipts] = useState(/** @type {Receipt[]|null} */ (null));
  const [problem, setProblem] = useState('');
  // Again whenever somebody moved on while one looks.
  useEffect(() => {
    receiptsOf(m).then(setReceipts, (error) => setProblem(explain(error)));
  }, [m.id, m.status, m.acks?.length]);
  const people = conversation(m.conversationId)?.participants ?? [];
  const groups = receipts && grouped(m, receipts);
  const text = preview(m);
  return html`<${Dialog} title=${t('info.title')} onClose=${onClose}>
    <div class="body info" aria-busy=${!groups && !problem} data-testid="message-info">
      <blockquote class="fwd-what" dir="auto" lang=${langOf(text)}>${text}</blockquote>
      <p class="small muted">${t('info.sent', { when: longWhen(m.at, words()) })}</p>
      <${Problem} text=${problem} />
      ${!groups && !problem && html`<${Skeleton} label=${t('info.loading')} rows=${2} />`}
      ${groups &&
      /** @type {const} */ (['acked', 'read', 'delivered', 'sent'])
        .filter((kind) => groups[kind].length)
        .map((kind) => {
          // Of an urgent message, reading alone is not the end of it.
          const title = m.requiresAck && kind === 'read' ? 'info.readOnly' : TITLE[kind];
          return html`<section key=${kind} aria-labelledby=${`info-${kind}`}>
            <h3 id=${`info-${kind}`} class=${`is-${kind}`}><${Icon} name=${ICON[kind]} size="s" />${t(title)}${groups[kind].length > 1 && html` <span class="muted">${groups[kind].length}</span>`}</h3>
            <ul>
              ${groups[kind].map(({ userId, at }) => {
                const person = people.find(({ id }) => id === userId);
                const name = person?.name ?? context.nameOf(userId);
                return html`<li class="row" key=${userId} data-testid=${`info-${kind}`} data-id=${userId}>
                  <${Avatar} name=${name} role=${person?.role} size="s" />
                  <span class="min0 grow"><span lang=${langOf(name)}>${name}</span>${person && html`<span class="sub">${roleOf(person)}</span>`}</span>
                  ${at && html`<time class="small muted" datetime=${at}>${longWhen(Date.parse(at), words())}</time>`}
                </li>`;
              })}
            </ul>
          </section>`;
        })}
      ${groups && !receipts?.length && html`<p class="muted">${t('info.nobody')}</p>`}
    </div>
  <//>`;
}
