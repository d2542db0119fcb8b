// One message as a bubble. Everything a message says becomes text nodes, never markup.

import { html } from '../../vendor/preact.js';
import { clock } from '../core/dates.js';
import { t } from '../core/i18n.js';
import { langOf } from '../core/text.js';
import { Icon } from './icon.js';
import { Ticks } from './ticks.js';

/** @typedef {import('../core/types.js').Message} Message */

/** A message whose bubble carries no text of its own is named in words. @param {{ messageType: string, content: string, isDeleted?: boolean }} m */
export function preview(m) {
  if (m.isDeleted) return t('message.deleted');
  return m.content || t(`message.type.${['image', 'file', 'audio', 'video', 'location'].includes(m.messageType) ? m.messageType : 'file'}`);
}

/** @param {{ m: Message, mine: boolean, nameOf: (id: string) => string }} props */
function Quoted({ m, mine, nameOf }) {
  const quote = m.replyTo;
  if (!quote) return null;
  const who = mine && quote.senderId === m.senderId ? t('you') : nameOf(quote.senderId);
  return html`<span class="quote"><b>${who}</b><span>${preview(quote)}</span></span>`;
}

/** @param {{ m: Message }} props */
const Files = ({ m }) => html`${(m.attachments ?? []).map(
  (file) => html`<a class="file" href=${file.url} target="_blank" rel="noopener noreferrer" key=${file.id}>
    <span class="ficon img" aria-hidden="true"><${Icon} name=${file.fileType === 'image' ? 'image' : 'file'} /></span>
    <b>${file.originalName ?? file.filename}</b>
  </a>`,
)}`;

/** @param {{ m: Message, nameOf: (id: string) => string }} props */
const Acks = ({ m, nameOf }) =>
  m.acks?.length ? html`<p class="acks">${m.acks.map((ack) => t('urgent.ack', { name: nameOf(ack.userId), time: clock(Date.parse(ack.at)) })).join(', ')}</p>` : null;

/** The same emoji of several people stands once, with their number. @param {{ m: Message, nameOf: (id: string) => string }} props */
function Reactions({ m, nameOf }) {
  if (!m.reactions?.length) return null;
  /** @type {Map<string, string[]>} */
  const byEmoji = new Map();
  for (const { emoji, userId } of m.reactions) byEmoji.set(emoji, [...(byEmoji.get(emoji) ?? []), nameOf(userId)]);
  return html`<span class="reacts">
    ${[...byEmoji].map(
      ([emoji, names]) => html`<span class="react" key=${emoji}>
        ${emoji} ${names.length}<span class="vh">: ${names.join(', ')}</span>
      </span>`,
    )}
  </span>`;
}

/** @param {{ m: Message, mine: boolean }} props */
const Meta = ({ m, mine }) => html`<span class="meta">
  ${m.status === 'waiting' && t('ticks.waitingShort')}
  ${m.isEdited && !m.isDeleted && html`<span>${t('message.edited')}</span>`}
  <time datetime=${m.createdAt}>${clock(m.at)}</time>
  ${mine && !m.isDeleted && html`<${Ticks} status=${m.status} />`}
</span>`;

/** @param {{ m: Message, mine: boolean, showName: boolean, nameOf: (id: string) => string }} props */
export function Bubble({ m, mine, showName, nameOf }) {
  const speaker = mine ? t('you') : nameOf(m.senderId);
  if (m.isDeleted) {
    return html`<div class="bubble"><${Icon} name="ban" size="s" /><span class="grow">${mine ? t('message.youDeleted') : t('message.deleted')}</span><${Meta} m=${m} mine=${mine} /></div>`;
  }
  return html`<div class="bubble">
    ${showName ? html`<b class="who-line">${speaker}</b>` : html`<span class="vh">${speaker}: </span>`}
    ${m.priority === 'urgent' && html`<p class="flag"><${Icon} name="triangle-alert" size="s" />${t('urgent.from', { name: speaker })}</p>`}
    <${Quoted} m=${m} mine=${mine} nameOf=${nameOf} /><${Files} m=${m} />
    <span class="text" dir="auto" lang=${langOf(m.content) ?? ''}>${m.content}</span>
    <${Acks} m=${m} nameOf=${nameOf} /><${Meta} m=${m} mine=${mine} /><${Reactions} m=${m} nameOf=${nameOf} />
  </div>`;
}
