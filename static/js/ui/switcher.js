// Ctrl+K: from anywhere to a conversation or a message, without the mouse.

import { html, useEffect, useMemo, useState } from '../../vendor/preact.js';
import { shortWhen } from '../core/dates.js';
import { isMeant } from '../core/filters.js';
import { messageFinder } from '../core/find.js';
import { t } from '../core/i18n.js';
import { goToMessage } from '../core/jump.js';
import { go } from '../core/router.js';
import { me } from '../core/session.js';
import { conversation, ordered, partner, titleOf } from '../core/store.js';
import { langOf } from '../core/text.js';
import { ConversationAvatar } from './conversation-avatar.js';
import { Dialog } from './dialog.js';
import { Snippet } from './hits.js';
import { Icon } from './icon.js';
import { roleOf } from './person.js';

/** @typedef {import('../core/find.js').Hit} Hit */
/** @typedef {import('../core/types.js').Conversation} Conversation */

const MOST_CHATS = 8;
const MOST_HITS = 8;

export function Switcher() {
  const [open, setOpen] = useState(false);
  useEffect(() => {
    /** @param {KeyboardEvent} event */
    const onKey = (event) => {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
      event.preventDefault();
      setOpen((before) => !before);
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
  return open ? html`<${Finder} onClose=${() => setOpen(false)} />` : null;
}

/** @param {{ c: Conversation }} props */
function Chat({ c }) {
  const person = partner(c);
  return html`<${ConversationAvatar} c=${c} />
    <span class="min0"><b lang=${langOf(titleOf(c))}>${titleOf(c)}</b><span class="sub">${person ? roleOf(person) : t('details.people', { n: c.participants.length })}</span></span>
    ${c.unreadCount > 0 && html`<span class="count">${c.unreadCount}<span class="vh"> ${t('unread')}</span></span>`}`;
}

/** @param {{ hit: Hit }} props */
function Message({ hit }) {
  const c = conversation(hit.message.conversationId);
  const name = c ? titleOf(c) : hit.conversation.name;
  return html`<span class="av clinic s" aria-hidden="true"><${Icon} name="message-circle" size="s" /></span>
    <span class="min0"><b lang=${langOf(name)}>${name}</b><span class="sub"><${Snippet} hit=${hit} /></span></span>
    <time class="small muted" datetime=${hit.message.createdAt}>${shortWhen(Date.parse(hit.message.createdAt))}</time>`;
}

/** @param {{ onClose: () => void }} props */
function Finder({ onClose }) {
  const [wanted, setWanted] = useState('');
  const [chosen, choose] = useState(0);
  const messages = useMemo(() => messageFinder(), []);
  useEffect(() => messages.stop, []);
  const chats = ordered.value.filter((c) => isMeant(c, wanted, me.value?.id ?? '')).slice(0, MOST_CHATS);
  const hits = wanted.trim() ? messages.hits.value.slice(0, MOST_HITS) : [];
  const options = [
    ...chats.map((c) => ({ key: c.id, open: () => go(`/chats/${c.id}`), view: html`<${Chat} c=${c} />` })),
    ...hits.map((hit) => ({
      key: hit.message.id,
      open: () => goToMessage(hit.message.conversationId, hit.message.id, hit.message.seq),
      view: html`<${Message} hit=${hit} />`,
    })),
  ];

  /** @param {typeof options[number]|undefined} option */
  const openIt = (option) => {
    if (!option) return;
    onClose();
    option.open();
  };
  /** @param {KeyboardEvent} event */
  const onKeyDown = (event) => {
    if (event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      const next = (chosen + step + options.length) % Math.max(1, options.length);
      choose(next);
      document.getElementById(`switch-${next}`)?.scrollIntoView({ block: 'nearest' });
    } else if (event.key === 'Enter') openIt(options[chosen]);
    else return;
    event.preventDefault();
  };
  /** @param {string} text */
  const want = (text) => {
    setWanted(text);
    choose(0);
    messages.want({ wanted: text });
  };
  const state = messages.state.value;
  const isEmpty = !options.length && (state === 'ready' || state === 'failed' || state === 'idle');

  return html`<${Dialog} title=${t('switcher.title')} onClose=${onClose}>
    <div class="tools">
      <div class="with-icon"><${Icon} name="search" /><label class="vh" for="switch-q">${t('switcher.title')}</label>
        <input
          class="input search" id="switch-q" type="text" autocomplete="off" autofocus placeholder=${t('switcher.hint')} role="combobox" data-testid="switcher"
          aria-expanded="true" aria-controls="switch-list" aria-activedescendant=${options[chosen] && `switch-${chosen}`} onKeyDown=${onKeyDown}
          onInput=${(/** @type {any} */ e) => want(e.target.value)}
        /></div>
    </div>
    <div class="pick-list scroll" id="switch-list" role="listbox" aria-label=${t('switcher.title')} tabindex="-1">
      ${options.map(
        (option, i) => html`<div class="person" role="option" id=${`switch-${i}`} key=${option.key} aria-selected=${i === chosen} data-testid=${i < chats.length ? 'switch-chat' : 'switch-hit'} onClick=${() => openIt(option)}>${option.view}</div>`,
      )}
      ${isEmpty && html`<p class="muted find-none" role="presentation">${t('search.none', { wanted })}</p>`}
      ${state === 'loading' && html`<p class="muted find-none" role="presentation">${t('find.loading')}</p>`}
    </div>
  <//>`;
}
