// Messages that a search found. What was looked for is marked, as text and nothing else.

import { html, useEffect, useRef } from '../../vendor/preact.js';
import { shortWhen } from '../core/dates.js';
import { pieces } from '../core/highlight.js';
import { t } from '../core/i18n.js';
import { goToMessage } from '../core/jump.js';
import { me } from '../core/session.js';
import { conversation, titleOf } from '../core/store.js';
import { langOf } from '../core/text.js';
import { preview } from './bubble.js';
import { ConversationAvatar } from './conversation-avatar.js';
import { Glimpse, KindIcon, namesOf } from './glimpse.js';
import { Icon } from './icon.js';
import { Failed, Skeleton } from './states.js';

/** @typedef {import('../core/find.js').Hit} Hit */
/** @typedef {import('../core/find.js').MessageFinder} MessageFinder */

/** @param {{ hit: Hit }} props */
export const Snippet = ({ hit }) => {
  const text = hit.snippet || preview(hit.message);
  return html`<span class="snippet" dir="auto" lang=${langOf(text)}>${pieces(text, hit.snippet ? hit.highlights : []).map((piece, i) => (piece.hit ? html`<mark key=${i}>${piece.text}</mark>` : piece.text))}</span>`;
};

/** @param {{ hit: Hit, isHere: boolean, onOpen: () => void }} props */
function HitRow({ hit, isHere, onOpen }) {
  const { message: m } = hit;
  const c = conversation(m.conversationId);
  const sender = m.senderId === me.value?.id ? t('you') : (m.senderName ?? t('someone'));
  const where = c ? titleOf(c) : hit.conversation.name;
  const title = isHere ? sender : where;
  // Where a name was found, what was said with it; else the names.
  const beside = hit.fileId ? m.content || namesOf({ attachments: m.attachments?.filter(({ id }) => id !== hit.fileId) }) : namesOf(m);
  const open = (/** @type {MouseEvent} */ event) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    goToMessage(m.conversationId, m.id, m.seq);
    onOpen();
  };
  return html`<li><a class="hit-row" href=${`/chats/${m.conversationId}`} data-testid="hit" data-id=${m.id} data-stop onClick=${open}>
    ${!isHere && c && html`<${ConversationAvatar} c=${c} size="s" />`}
    <span class="min0 grow">
      <span class="hit-head"><b lang=${langOf(title)}>${title}</b><time datetime=${m.createdAt}>${shortWhen(Date.parse(m.createdAt))}</time></span>
      ${!isHere && (c?.type === 'group' || m.senderId === me.value?.id) && html`<span class="hit-who">${sender}: </span>`}<${KindIcon} m=${m} /><${Snippet} hit=${hit} />
      ${beside && html`<span class="hit-files" dir="auto">${beside}</span>`}
    </span>
    <${Glimpse} m=${m} />
  </a></li>`;
}

/** @param {{ finder: MessageFinder, isHere?: boolean, onOpen?: () => void }} props isHere: all of them lie in the conversation that is open */
export function Hits({ finder, isHere = false, onOpen = () => {} }) {
  const { hits, state, hasMore, indexing, wish } = finder;
  const end = useRef(/** @type {HTMLElement|null} */ (null));
  useEffect(() => {
    if (!end.current) return;
    const watch = new IntersectionObserver((seen) => seen.some((one) => one.isIntersecting) && void finder.more(), { rootMargin: '300px' });
    watch.observe(end.current);
    return () => watch.disconnect();
  }, [hasMore.value, hits.value.length]);
  if (state.value === 'idle') return null;
  if (state.value === 'loading') return html`<${Skeleton} label=${t('find.loading')} rows=${3} />`;
  if (state.value === 'failed') return html`<${Failed} onRetry=${finder.again} />`;
  return html`
    ${indexing.value && html`<p class="notice find-note" role="status"><${Icon} name="hourglass" size="s" /><span>${t('find.indexing')}</span></p>`}
    ${hits.value.length
      ? html`<ul class="hits" data-testid="hits">${hits.value.map((hit) => html`<${HitRow} key=${hit.message.id} hit=${hit} isHere=${isHere} onOpen=${onOpen} />`)}</ul>`
      : html`<p class="muted find-none" role="status" data-testid="no-hits">${t('find.none', { wanted: wish.value.wanted.trim() })}</p>`}
    ${hasMore.value && html`<div ref=${end}><${Skeleton} label=${t('find.loading')} rows=${1} /></div>`}`;
}
