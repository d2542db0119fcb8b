// Ctrl+K: from anywhere to a conversation, without the mouse.

import { html, useEffect, useState } from '../../vendor/preact.js';
import { t } from '../core/i18n.js';
import { go } from '../core/router.js';
import { ordered, partner, titleOf } from '../core/store.js';
import { folded, langOf } from '../core/text.js';
import { Avatar } from './avatar.js';
import { Dialog } from './dialog.js';
import { Icon } from './icon.js';
import { roleOf } from './person.js';

const MOST = 12;

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

/** @param {{ onClose: () => void }} props */
function Finder({ onClose }) {
  const [wanted, setWanted] = useState('');
  const [chosen, choose] = useState(0);
  const found = ordered.value.filter((c) => folded(titleOf(c)).includes(folded(wanted.trim()))).slice(0, MOST);

  /** @param {string|undefined} id */
  const openIt = (id) => {
    if (!id) return;
    onClose();
    go(`/chats/${id}`);
  };
  /** @param {KeyboardEvent} event */
  const onKeyDown = (event) => {
    if (event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) choose((chosen + step + found.length) % Math.max(1, found.length));
    else if (event.key === 'Enter') openIt(found[chosen]?.id);
    else return;
    event.preventDefault();
  };

  return html`<${Dialog} title=${t('switcher.title')} onClose=${onClose}>
    <div class="tools">
      <div class="with-icon"><${Icon} name="search" /><label class="vh" for="switch-q">${t('switcher.title')}</label>
        <input
          class="input search" id="switch-q" type="text" autocomplete="off" autofocus placeholder=${t('switcher.hint')} role="combobox"
          aria-expanded="true" aria-controls="switch-list" aria-activedescendant=${found[chosen] && `switch-${chosen}`} onKeyDown=${onKeyDown}
          onInput=${(/** @type {any} */ e) => (setWanted(e.target.value), choose(0))}
        /></div>
    </div>
    <div class="pick-list scroll" id="switch-list" role="listbox" aria-label=${t('nav.chats')} tabindex="-1">
      ${found.map((c, i) => {
        const person = partner(c);
        return html`<div class="person" role="option" id=${`switch-${i}`} key=${c.id} aria-selected=${i === chosen} onClick=${() => openIt(c.id)}>
          <${Avatar} name=${titleOf(c)} role=${person?.role} isOnline=${person?.isOnline} />
          <span class="min0"><b lang=${langOf(titleOf(c))}>${titleOf(c)}</b>${person && html`<span class="sub">${roleOf(person)}</span>`}</span>
          ${c.unreadCount > 0 && html`<span class="count">${c.unreadCount}<span class="vh"> ${t('unread')}</span></span>`}
        </div>`;
      })}
      ${!found.length && html`<p class="muted" role="presentation">${t('search.none', { wanted })}</p>`}
    </div>
  <//>`;
}
