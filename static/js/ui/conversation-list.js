// The conversations: which are shown, and the way to those put away.

import { html, useRef } from '../../vendor/preact.js';
import { clinic, dialable } from '../core/clinic.js';
import { FILTERS, isShown } from '../core/filters.js';
import { t } from '../core/i18n.js';
import { filter, found, narrowing, search, wanted } from '../core/list-view.js';
import { recover } from '../core/live.js';
import { me } from '../core/session.js';
import { listState, ordered, unreadTotal } from '../core/store.js';
import { ConversationRow } from './conversation-row.js';
import { FilterButton, FindFilters } from './find-filters.js';
import { Icon } from './icon.js';
import { ListSearch } from './list-search.js';
import { Empty, Failed, Skeleton } from './states.js';
import { walk } from './walk.js';

/** @typedef {import('../core/types.js').Conversation} Conversation */

const Chips = () => html`<div class="chips scrollx" role="group" aria-label=${t('chats.show')}>
  ${FILTERS.map(
    (one) => html`<button class="chip" type="button" key=${one} aria-pressed=${filter.value === one} data-testid=${`filter-${one}`} onClick=${() => (filter.value = one)}>
      ${t(`filter.${one}`)} ${one === 'unread' && unreadTotal.value > 0 && html`<span class="count">${unreadTotal.value}</span>`}
    </button>`,
  )}
</div>`;

/** Before the first conversation: the next step, and what not to write about. */
const NoChats = () => html`
  <${Empty} title=${t('chats.none')} text=${t(me.value?.role === 'mom' ? 'chats.noneAbout' : 'chats.noneStaff')}>
    <a class="btn primary" href="/people"><${Icon} name=${me.value?.role === 'mom' ? 'stethoscope' : 'users'} />${t(me.value?.role === 'mom' ? 'chats.seeTeam' : 'chats.seePeople')}</a>
  <//>
  ${clinic.value.emergencyPhone &&
  html`<p class="foot-call">${t('emergency.doNotWrite')} <a href=${dialable(clinic.value.emergencyPhone)}>${t('emergency.callNumber', { phone: clinic.value.emergencyPhone })}</a></p>`}
`;

/** @param {{ list: Conversation[], openId?: string, label: string }} props */
const Rows = ({ list, openId, label }) => html`<ul class="convs scroll" tabindex="0" aria-label=${label} data-testid="conversation-list">
  ${list.map((c) => html`<${ConversationRow} key=${c.id} c=${c} isOpen=${c.id === openId} />`)}
</ul>`;

/** @param {{ openId?: string }} props */
export function ConversationList({ openId }) {
  const box = useRef(/** @type {HTMLInputElement|null} */ (null));
  const all = ordered.value;
  if (listState.value === 'loading') return html`<div class="convs"><${Skeleton} label=${t('chats.loading')} /></div>`;
  if (listState.value === 'failed' && !all.length) return html`<${Failed} onRetry=${() => void recover()} />`;
  if (!all.length) return html`<${NoChats} />`;

  const put = all.filter((c) => c.isArchived);
  const kind = filter.value;
  const isArchive = kind === 'archived';
  const searching = wanted.value.trim() !== '';
  const shown = all.filter((c) => isShown(c, kind, openId));
  /** @param {KeyboardEvent} event */
  const onKeyDown = (event) => {
    if (event.key !== 'Escape' || !searching) return walk(event);
    event.preventDefault();
    search('');
    box.current?.focus();
  };
  return html`<div class="list-body" onKeyDown=${onKeyDown}>
    <search class="list-tools">
      <div class="with-icon"><${Icon} name="search" /><label class="vh" for="q">${t('chats.search')}</label>
        <input class="input search" id="q" ref=${box} type="search" value=${wanted.value} data-stop data-testid="list-search" placeholder=${t('search')} onInput=${(/** @type {any} */ e) => search(e.target.value)} /></div>
      ${searching && html`<div class="chips"><${FilterButton} finder=${found} isOpen=${narrowing.value} onFlip=${() => (narrowing.value = !narrowing.value)} /></div>`}
      ${searching && narrowing.value && html`<${FindFilters} finder=${found} />`}
      ${!searching && isArchive && html`<div class="row archive-head"><button class="btn icon" type="button" aria-label=${t('archive.back')} data-testid="archive-back" onClick=${() => (filter.value = 'all')}><${Icon} name="arrow-left" /></button><${openId ? 'h3' : 'h2'} class="grow">${t('archive.title')}<//></div>`}
      ${!searching && !isArchive && html`<${Chips} />`}
    </search>
    ${kind === 'all' && !searching && put.length > 0 &&
    html`<button class="to-archive" type="button" data-testid="to-archive" onClick=${() => (filter.value = 'archived')}>
      <span class="set-i" aria-hidden="true"><${Icon} name="archive" /></span><span class="grow">${t('archive.title')}</span><span class="small muted num">${put.length}</span>
    </button>`}
    ${searching
      ? html`<${ListSearch} wanted=${wanted.value.trim()} openId=${openId} />`
      : shown.length
        ? html`<${Rows} list=${shown} openId=${openId} label=${t(isArchive ? 'archive.title' : 'chats.list')} />`
        : html`<${Empty} slim=${true} text=${t(`filter.${kind}None`)} />`}
  </div>`;
}
