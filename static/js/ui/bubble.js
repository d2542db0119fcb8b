// One message as a bubble. Everything a message says becomes text nodes, never markup.

import { html } from '../../vendor/preact.js';
import { clock } from '../core/dates.js';
import { sumOf } from '../core/files.js';
import { t } from '../core/i18n.js';
import { nameOfPlace } from '../core/place.js';
import { byEmoji, reactionsOf } from '../core/reactions.js';
import { me } from '../core/session.js';
import { systemText } from '../core/system.js';
import { langOf } from '../core/text.js';
import { timeline } from '../core/timeline.js';
import { Attachments } from './attachment.js';
import { Glimpse, KindIcon } from './glimpse.js';
import { Icon } from './icon.js';
import { PlaceCard } from './place.js';
import { Ticks } from './ticks.js';
import { Acknowledgement, UrgentFlag } from './urgent.js';

/** @typedef {import('../core/types.js').Message} Message */
/** @typedef {import('./rows.js').Context} Context */

/** A message whose bubble carries no text of its own is named in words, and several files by their number. @param {{ messageType: string, content: string, isDeleted?: boolean, attachments?: import('../core/types.js').FileRef[], fileCount?: number, fileType?: import('../core/types.js').FileKind|null, systemData?: Message['systemData'] }} m */
export function preview(m) {
  if (m.isDeleted || (m.messageType === 'text' && !m.content)) return t('message.deleted');
  if (m.systemData) return systemText(m, me.value?.id ?? '');
  const words = m.messageType === 'location' ? nameOfPlace(m.content) : m.content;
  const { fileCount, fileType } = m.attachments ? sumOf(m.attachments) : m;
  if (fileCount && fileCount > 1) {
    const several = t(`message.several.${fileType ?? 'file'}`, { n: fileCount });
    return words ? `${several}: ${words}` : several;
  }
  return words || t(`message.type.${['image', 'file', 'audio', 'video', 'location'].includes(m.messageType) ? m.messageType : 'file'}`);
}

/** What a message answers; pressing it goes there. @param {{ m: Message, tab: number, context: Context }} props */
function Quoted({ m, tab, context }) {
  const quote = m.replyTo;
  if (!quote) return null;
  const text = quote.senderId ? preview(quote) : t('reply.earlier');
  const original = timeline(m.conversationId).find(quote.id);
  return html`<button class=${original?.attachments?.length ? 'quote of-files' : 'quote'} type="button" tabindex=${tab} data-testid="quote" onClick=${() => context.jump(quote.id, quote.seq)}>
    ${original && html`<${Glimpse} m=${original} />`}<span class="vh">${t('reply.to')} </span>${quote.senderId && html`<b>${context.nameOf(quote.senderId, quote.senderName)}</b>`}
    <span dir="auto" lang=${langOf(text)}><${KindIcon} m=${quote} />${text}</span><span class="vh">. ${t('reply.jump')}</span>
  </button>`;
}

/** Whose words these are, when somebody passed them on. @param {{ m: Message, context: Context }} props */
function Forwarded({ m, context }) {
  const from = m.forwardedFrom;
  if (!from) return null;
  const name = from.senderId === me.value?.id ? t('forward.ofYou') : from.senderName || context.nameOf(from.senderId);
  return html`<p class="fwd"><${Icon} name="forward" size="s" />${from.senderId === m.senderId ? t('forward.again') : t('forward.of', { name })}</p>`;
}

/** The same emoji of several people stands once, with their number. Pressing it adds or takes back one's own. @param {{ m: Message, tab: number, context: Context }} props */
function Reactions({ m, tab, context }) {
  const reactions = reactionsOf(m);
  if (!reactions.length) return null;
  const mine = me.value?.id ?? '';
  return html`<span class="reacts" role="group" aria-label=${t('reacts.label')}>
    ${[...byEmoji(reactions)].map(([emoji, ids]) => {
      const names = ids.map((id) => context.nameOf(id)).join(', ');
      return html`<button class="react" type="button" tabindex=${tab} key=${emoji} aria-pressed=${ids.includes(mine)} aria-label=${`${emoji} ${ids.length}: ${names}`}
        title=${names} data-testid="reaction" onClick=${() => context.react(m, emoji)}>${emoji} ${ids.length}</button>`;
    })}
  </span>`;
}

/** @param {{ m: Message, mine: boolean, tab: number, context: Context }} props */
const Meta = ({ m, mine, tab, context }) => html`<span class="meta">
  ${m.status === 'waiting' && t('ticks.waitingShort')}
  ${m.isEdited &&
  !m.isDeleted &&
  html`<button type="button" tabindex=${tab} aria-label=${t('message.editedShow')} data-testid="edited" onClick=${() => context.open('history', m)}>${t('message.edited')}</button>`}
  <time datetime=${m.createdAt}>${clock(m.at)}</time>
  ${mine && !m.isDeleted && html`<${Ticks} status=${m.status} />`}
</span>`;

/** @param {{ m: Message, mine: boolean, showName: boolean, isCurrent: boolean, context: Context }} props */
export function Bubble({ m, mine, showName, isCurrent, context }) {
  // Of all the buttons in a thread, Tab meets only those of the message it stands at.
  const tab = isCurrent ? 0 : -1;
  const speaker = mine ? t('you') : context.nameOf(m.senderId);
  if (m.isDeleted) {
    return html`<div class="bubble"><${Icon} name="ban" size="s" /><span class="grow">${mine ? t('message.youDeleted') : t('message.deleted')}</span><${Meta} m=${m} mine=${mine} tab=${tab} context=${context} /></div>`;
  }
  const isMedia = m.attachments?.some((file) => file.fileType === 'image' || file.fileType === 'video');
  return html`<div class=${isMedia ? 'bubble media' : 'bubble'}>
    ${showName ? html`<b class="who-line"><span lang=${langOf(speaker)}>${speaker}</span> <span class="who-role">${context.roleOf(m.senderId)}</span></b>` : html`<span class="vh">${speaker}: </span>`}
    <${UrgentFlag} m=${m} name=${mine || showName ? '' : speaker} /><${Forwarded} m=${m} context=${context} />
    <${Quoted} m=${m} tab=${tab} context=${context} /><${Attachments} m=${m} mine=${mine} tab=${tab} context=${context} />
    ${m.messageType === 'location' ? html`<${PlaceCard} m=${m} tab=${tab} />` : m.content && html`<span class="text" dir="auto" lang=${langOf(m.content) ?? ''}>${m.content}</span>`}
    <${Acknowledgement} m=${m} mine=${mine} tab=${tab} context=${context} /><${Meta} m=${m} mine=${mine} tab=${tab} context=${context} /><${Reactions} m=${m} tab=${tab} context=${context} />
  </div>`;
}
