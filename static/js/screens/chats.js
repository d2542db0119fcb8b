// The list of conversations, and the open one beside it where there is room.

import { html, useEffect, useRef, useState } from '../../vendor/preact.js';
import { t } from '../core/i18n.js';
import { route } from '../core/router.js';
import { Banner } from '../ui/banner.js';
import { ConversationList } from '../ui/conversation-list.js';
import { Icon } from '../ui/icon.js';
import { NewConversation } from '../ui/new-conversation.js';
import { Empty } from '../ui/states.js';
import { Conversation } from './conversation.js';

export function Chats() {
  const { id } = route.value;
  const [choosing, choose] = useState(false);
  // Coming back from a conversation, the focus is where one left.
  const before = useRef(id);
  useEffect(() => {
    if (!id && before.current) /** @type {HTMLElement|null} */ (document.querySelector(`.conv[data-id="${CSS.escape(before.current)}"]`))?.focus();
    before.current = id;
  }, [id]);
  const Heading = id ? 'h2' : 'h1';
  return html`
    <section class="list" role=${id ? undefined : 'main'} aria-labelledby="list-h">
      <div class="head">
        <${Heading} class="title" id="list-h">${t('nav.chats')}<//>
        <button class="btn icon" type="button" aria-label=${t('new.title')} data-testid="new-conversation" onClick=${() => choose(true)}><${Icon} name="square-pen" /></button>
      </div>
      ${!id && html`<${Banner} />`}
      <${ConversationList} openId=${id} />
    </section>
    ${id
      ? html`<${Conversation} id=${id} key=${id} />`
      : html`<section class="chat" aria-label=${t('chat')}><${Empty} title=${t('chat.choose')} text=${t('chat.chooseAbout')} /></section>`}
    ${choosing && html`<${NewConversation} onClose=${() => choose(false)} />`}
  `;
}
