// The list of conversations, and the open one beside it where there is room.

import { html, useEffect, useRef, useState } from '../../vendor/preact.js';
import { clinic, dialable } from '../core/clinic.js';
import { t } from '../core/i18n.js';
import { recover } from '../core/live.js';
import { route } from '../core/router.js';
import { me } from '../core/session.js';
import { listState, ordered, titleOf, unreadTotal } from '../core/store.js';
import { folded } from '../core/text.js';
import { Banner } from '../ui/banner.js';
import { ConversationRow } from '../ui/conversation-row.js';
import { Icon } from '../ui/icon.js';
import { NewConversation } from '../ui/new-conversation.js';
import { Empty, Failed, Skeleton } from '../ui/states.js';
import { Conversation } from './conversation.js';

/** @typedef {'all'|'unread'|'pinned'} Filter */

const FILTERS = /** @type {const} */ (['all', 'unread', 'pinned']);

/** @param {{ filter: Filter, onFilter: (filter: Filter) => void, onSearch: (wanted: string) => void }} props */
const Tools = ({ filter, onFilter, onSearch }) => html`<search class="list-tools">
  <div class="with-icon"><${Icon} name="search" /><label class="vh" for="q">${t('chats.search')}</label>
    <input class="input search" id="q" type="search" placeholder=${t('search')} onInput=${(/** @type {any} */ e) => onSearch(e.target.value)} /></div>
  <div class="chips scrollx" role="group" aria-label=${t('chats.show')}>
    ${FILTERS.map(
      (one) => html`<button class="chip" type="button" key=${one} aria-pressed=${filter === one} onClick=${() => onFilter(one)}>
        ${t(`filter.${one}`)} ${one === 'unread' && unreadTotal.value > 0 && html`<span class="count">${unreadTotal.value}</span>`}
      </button>`,
    )}
  </div>
</search>`;

/** Before the first conversation: the next step, and what not to write about. */
const NoChats = () => html`
  <${Empty} title=${t('chats.none')} text=${t(me.value?.role === 'mom' ? 'chats.noneAbout' : 'chats.noneStaff')}>
    <a class="btn primary" href="/people"><${Icon} name=${me.value?.role === 'mom' ? 'stethoscope' : 'users'} />${t(me.value?.role === 'mom' ? 'chats.seeTeam' : 'chats.seePeople')}</a>
  <//>
  ${clinic.value.emergencyPhone &&
  html`<p class="foot-call">${t('emergency.doNotWrite')} <a href=${dialable(clinic.value.emergencyPhone)}>${t('emergency.callNumber', { phone: clinic.value.emergencyPhone })}</a></p>`}
`;

/** @param {{ openId?: string }} props */
function List({ openId }) {
  const [filter, setFilter] = useState(/** @type {Filter} */ ('all'));
  const [wanted, setWanted] = useState('');
  const all = ordered.value;
  const shown = all.filter(
    (c) =>
      // The open one stays in the unread list while it is being read.
      (filter === 'all' || (filter === 'unread' ? c.unreadCount > 0 || c.id === openId : c.isPinned)) && folded(titleOf(c)).includes(folded(wanted.trim())),
  );
  if (listState.value === 'loading') return html`<div class="convs"><${Skeleton} label=${t('chats.loading')} /></div>`;
  if (listState.value === 'failed' && !all.length) return html`<${Failed} onRetry=${() => void recover()} />`;
  if (!all.length) return html`<${NoChats} />`;
  return html`
    <${Tools} filter=${filter} onFilter=${setFilter} onSearch=${setWanted} />
    ${shown.length
      ? html`<ul class="convs scroll" tabindex="0" aria-label=${t('chats.list')} data-testid="conversation-list">
          ${shown.map((c) => html`<${ConversationRow} key=${c.id} c=${c} isOpen=${c.id === openId} />`)}
        </ul>`
      : html`<${Empty} slim=${true} text=${wanted ? t('search.none', { wanted }) : t(`filter.${filter}None`)} />`}
  `;
}

export function Chats() {
  const { id } = route.value;
  const [choosing, choose] = useState(false);
  // Coming back from a conversation, the focus is where one left.
  const before = useRef(id);
  useEffect(() => {
    if (!id && before.current) /** @type {HTMLElement|null} */ (document.querySelector(`.conv[data-id="${CSS.escape(before.current)}"]`))?.focus();
    before.current = id;
  }, [id]);
  const Landmark = id ? 'section' : 'main';
  const Heading = id ? 'h2' : 'h1';
  return html`
    <${Landmark} class="list" aria-labelledby="list-h">
      <div class="head">
        <${Heading} class="title" id="list-h">${t('nav.chats')}<//>
        <button class="btn icon" type="button" aria-label=${t('new.title')} data-testid="new-conversation" onClick=${() => choose(true)}><${Icon} name="square-pen" /></button>
      </div>
      ${!id && html`<${Banner} />`}
      <${List} openId=${id} />
    <//>
    ${id
      ? html`<${Conversation} id=${id} key=${id} />`
      : html`<section class="chat" aria-label=${t('chat')}><${Empty} title=${t('chat.choose')} text=${t('chat.chooseAbout')} /></section>`}
    ${choosing && html`<${NewConversation} onClose=${() => choose(false)} />`}
  `;
}
