// Searching within the open conversation, beside the thread where there is room.

import { html, useEffect, useMemo, useState } from '../../vendor/preact.js';
import { messageFinder } from '../core/find.js';
import { t } from '../core/i18n.js';
import { FilterButton, FindFilters } from './find-filters.js';
import { takeFocus } from './focus.js';
import { Hits } from './hits.js';
import { Icon } from './icon.js';
import { walk } from './walk.js';

/** @param {{ c: import('../core/types.js').Conversation, onOpen: () => void, onClose: () => void, hasClose: boolean }} props */
export function ConversationFind({ c, onOpen, onClose, hasClose }) {
  const finder = useMemo(() => messageFinder({ conversationId: c.id }), [c.id]);
  const [more, showMore] = useState(false);
  useEffect(() => finder.stop, [finder]);
  const state = finder.state.value;
  /** @param {KeyboardEvent} event */
  const onKeyDown = (event) => {
    if (event.key === 'Escape' && hasClose) onClose();
    else walk(event);
  };
  return html`<div class="find" onKeyDown=${onKeyDown} data-testid="conversation-find">
    <search class="find-tools">
      ${hasClose && html`<div class="row between"><h2>${t('find.here')}</h2><button class="btn icon" type="button" aria-label=${t('close')} onClick=${onClose}><${Icon} name="x" /></button></div>`}
      <div class="with-icon"><${Icon} name="search" /><label class="vh" for="find-q">${t('find.here')}</label>
        <input class="input search" id="find-q" type="search" ref=${takeFocus} autofocus data-stop placeholder=${t('find.hereHint')} onInput=${(/** @type {any} */ e) => finder.want({ wanted: e.target.value })} /></div>
      <div class="chips"><${FilterButton} finder=${finder} isOpen=${more} isHere=${true} onFlip=${() => showMore(!more)} /></div>
      ${more && html`<${FindFilters} finder=${finder} isHere=${true} />`}
    </search>
    ${state === 'idle' && html`<p class="muted find-none">${t('find.about')}</p>`}
    <${Hits} finder=${finder} isHere=${true} onOpen=${onOpen} />
  </div>`;
}
