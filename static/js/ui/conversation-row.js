// One conversation in the list: who, what was last, when, and what waits.

import { html, useRef, useState } from '../../vendor/preact.js';
import { shortWhen } from '../core/dates.js';
import { draftOf } from '../core/drafts.js';
import { t } from '../core/i18n.js';
import { pendingOf } from '../core/outbox.js';
import { me } from '../core/session.js';
import { sending } from '../core/sending.js';
import { titleOf, typing } from '../core/store.js';
import { langOf, shortName } from '../core/text.js';
import { waitsIn } from '../core/urgent.js';
import { preview } from './bubble.js';
import { ConversationAvatar } from './conversation-avatar.js';
import { KindIcon } from './glimpse.js';
import { Icon } from './icon.js';
import { RowMenu, archive, useTouch } from './row-actions.js';
import { Ticks } from './ticks.js';

/** @typedef {import('../core/types.js').Conversation} Conversation */

/** @param {string} text */
const said = (text) => html`<span lang=${langOf(text)} dir="auto">${text}</span>`;

/** What waits to be acknowledged is said before anything else. @param {{ c: Conversation, isOpen: boolean }} props */
function Last({ c, isOpen }) {
  return html`${waitsIn(c.id) && html`<b class="tag danger" data-testid="row-urgent"><${Icon} name="triangle-alert" size="s" />${t('urgent.short')}</b>`}<${Said} c=${c} isOpen=${isOpen} />`;
}

/** What the second line says, the most pressing thing first. @param {{ c: Conversation, isOpen: boolean }} props */
function Said({ c, isOpen }) {
  if (typing.value.get(c.id)?.length) return html`<span class="typing-text">${t('typing.short')}</span>`;
  if (sending.value.get(c.id)?.size) return html`<span class="typing-text">${t('sending.short')}</span>`;
  const draft = isOpen ? '' : draftOf(c.id);
  if (draft) return html`<span class="draft">${t('draft')}</span> ${said(draft)}`;
  const unsent = pendingOf(c.id).at(-1);
  if (unsent) return html`<${Ticks} status=${unsent.status} size="s" /><${KindIcon} m=${unsent} /> ${said(preview(unsent))}`;
  const last = c.lastMessage;
  // The list as it was last seen does not know it; the server is about to say.
  if (last === undefined) return html`<span class="unsaid" aria-hidden="true"></span>`;
  if (!last) return html`<span class="dotless">${t('row.empty')}</span>`;
  const mine = last.senderId === me.value?.id;
  const sender = c.type === 'group' && !mine && !last.isSystemMessage ? c.participants.find((person) => person.id === last.senderId) : undefined;
  return html`
    ${mine && !last.isDeleted && !last.isSystemMessage && html`<${Ticks} status=${last.status ?? 'sent'} size="s" />`}
    <${KindIcon} m=${last} />${said((sender ? `${shortName(sender)}: ` : '') + preview(last))}
  `;
}

/** @param {{ c: Conversation, isOpen: boolean }} props */
export function ConversationRow({ c, isOpen }) {
  const [menu, setMenu] = useState(false);
  const row = useRef(/** @type {HTMLElement|null} */ (null));
  const touch = useTouch({ onFar: () => archive(c), onRest: () => setMenu(true) });
  const name = titleOf(c);
  const when = Date.parse(c.lastMessage?.timestamp ?? c.lastActivity ?? c.createdAt);
  const link = () => /** @type {HTMLElement|null|undefined} */ (row.current?.querySelector('.conv'));
  /** @param {KeyboardEvent} event */
  const onKeyDown = (event) => {
    if (event.key !== 'ContextMenu' && !(event.key === 'F10' && event.shiftKey)) return;
    event.preventDefault();
    setMenu(true);
  };
  return html`<li class="conv-row" ref=${row} ...${touch} onKeyDown=${onKeyDown}>
    <span class="swiped" aria-hidden="true"><${Icon} name=${c.isArchived ? 'archive-restore' : 'archive'} />${t(c.isArchived ? 'unarchive' : 'archive')}</span>
    <a class=${c.unreadCount ? 'conv new' : 'conv'} href=${`/chats/${c.id}`} aria-current=${isOpen ? 'true' : undefined} aria-keyshortcuts="Shift+F10" data-stop data-testid="conversation-row" data-id=${c.id}>
      <${ConversationAvatar} c=${c} />
      <b lang=${langOf(name)}>${name}</b>
      <time datetime=${new Date(when).toISOString()}>${shortWhen(when)}</time>
      <span class="last"><${Last} c=${c} isOpen=${isOpen} /></span>
      <span class="end">
        ${c.isMuted && html`<${Icon} name="bell-off" size="s" /><span class="vh">${t('muted')}</span>`}
        ${c.isPinned && html`<${Icon} name="pin" size="s" /><span class="vh">${t('pinned')}</span>`}
        ${c.unreadCount > 0 && html`<span class=${waitsIn(c.id) ? 'count danger' : c.isMuted ? 'count muted' : 'count'}>${c.unreadCount > 99 ? '99+' : c.unreadCount}<span class="vh"> ${t('unread')}</span></span>`}
      </span>
    </a>
    <button class="btn icon row-more" type="button" aria-haspopup="menu" aria-label=${t('row.actions', { name })} data-testid="row-menu" onClick=${() => setMenu(true)}><${Icon} name="ellipsis-vertical" /></button>
    ${menu && html`<${RowMenu} c=${c} anchor=${row.current?.querySelector('.row-more') ?? null} back=${link} onClose=${() => setMenu(false)} />`}
  </li>`;
}
