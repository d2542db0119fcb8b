// Passing a message on: to conversations one has, and to people one may write to. The server copies the words itself.

import { html, useEffect, useMemo, useState } from '../../vendor/preact.js';
import { finder, withPresence } from '../core/directory.js';
import { forward } from '../core/forward.js';
import { t } from '../core/i18n.js';
import { ordered, others, partner, titleOf } from '../core/store.js';
import { folded, langOf } from '../core/text.js';
import { Avatar } from './avatar.js';
import { preview } from './bubble.js';
import { Dialog } from './dialog.js';
import { isTouch } from './focus.js';
import { Glimpse, KindIcon } from './glimpse.js';
import { Icon } from './icon.js';
import { roleOf } from './person.js';
import { toast, toastError } from './toast.js';

/** @typedef {import('../core/types.js').Message} Message */
/** @typedef {import('../core/types.js').Person} Person */
/** @typedef {import('../core/forward.js').Target} Target */

/** Enough for a care team; whoever wants to reach more makes a group. */
const MOST = 10;

/** @param {string} wanted @param {Person[]} found people of that name @returns {{ target: Target, name: string, about: string, person?: Person }[]} conversations first, then people without one */
function candidates(wanted, found) {
  const open = ordered.value.filter((c) => c.isActive !== false);
  const known = new Set(open.map((c) => partner(c)?.id));
  const chats = open
    .filter((c) => folded(titleOf(c)).includes(folded(wanted.trim())))
    .map((c) => {
      const person = partner(c);
      return { target: { conversationId: c.id }, name: titleOf(c), about: person ? roleOf(person) : t('details.people', { n: others(c).length + 1 }), person };
    });
  const people = found
    .filter((person) => !known.has(person.id))
    .map(withPresence)
    .map((person) => ({ target: { userId: person.id }, name: person.name, about: roleOf(person), person }));
  return [...chats, ...people];
}

/** @param {Target} target */
const keyOf = (target) => target.conversationId ?? target.userId ?? '';

/** @param {{ m: Message, onClose: () => void }} props */
export function ForwardDialog({ m, onClose }) {
  const [wanted, setWanted] = useState('');
  const [chosen, choose] = useState(/** @type {Map<string, { target: Target, name: string }>} */ (new Map()));
  const [busy, setBusy] = useState(false);
  const people = useMemo(() => finder({ plain: true }), []);
  useEffect(people.start, []);
  const shown = candidates(wanted, people.list.value);
  const isFull = chosen.size >= MOST;
  const text = preview(m);

  /** @param {{ target: Target, name: string }} one */
  const flip = ({ target, name }) => {
    const next = new Map(chosen);
    if (!next.delete(keyOf(target)) && !isFull) next.set(keyOf(target), { target, name });
    choose(next);
  };
  async function send() {
    if (busy || !chosen.size) return;
    setBusy(true);
    try {
      await forward(m, [...chosen.values()].map(({ target }) => target));
      const names = [...chosen.values()].map(({ name }) => name);
      onClose();
      toast(names.length === 1 ? t('forward.done', { name: names[0] }) : t('forward.doneMany', { n: names.length }));
    } catch (error) {
      setBusy(false);
      toastError(error);
    }
  }

  return html`<${Dialog} title=${t('forward.title')} onClose=${onClose}>
    <div class="tools">
      <blockquote class="fwd-what" dir="auto" lang=${langOf(text)}><${Glimpse} m=${m} /><span><${KindIcon} m=${m} />${text}</span></blockquote>
      <div class="with-icon"><${Icon} name="search" /><label class="vh" for="forward-q">${t('forward.search')}</label>
        <input class="input search" id="forward-q" type="search" autocomplete="off" autofocus=${!isTouch.matches} placeholder=${t('forward.search')} onInput=${(/** @type {any} */ e) => (setWanted(e.target.value), people.want({ wanted: e.target.value }))} /></div>
      ${chosen.size > 0 &&
      html`<ul class="chosen" aria-label=${t('forward.chosen')}>
        ${[...chosen.values()].map(({ target, name }) => html`<li key=${keyOf(target)}><button class="chip" type="button" aria-label=${t('forward.without', { name })} onClick=${() => flip({ target, name })}><span lang=${langOf(name)}>${name}</span><${Icon} name="x" size="s" /></button></li>`)}
      </ul>`}
    </div>
    <ul class="pick-list scroll" tabindex="-1" aria-label=${t('forward.whom')}>
      ${shown.map(({ target, name, about, person }) => {
        const isChosen = chosen.has(keyOf(target));
        return html`<li key=${keyOf(target)}><label class="person option" data-testid="forward-target">
          <${Avatar} name=${name} role=${person?.role} isOnline=${person?.isOnline} />
          <span class="min0"><b lang=${langOf(name)}>${name}</b><span class="sub">${about}</span></span>
          <input type="checkbox" class="tickbox" checked=${isChosen} disabled=${isFull && !isChosen} onChange=${() => flip({ target, name })} />
        </label></li>`;
      })}
      ${!shown.length && people.state.value !== 'loading' && html`<li class="muted none">${t('search.none', { wanted })}</li>`}
      ${people.hasMore.value && html`<li><button class="btn block" type="button" onClick=${people.more}>${t('forward.more')}</button></li>`}
    </ul>
    <div class="send-foot">
      ${isFull && html`<p class="small muted" role="status">${t('forward.most', { n: MOST })}</p>`}
      <button class="btn primary block" type="button" aria-busy=${busy} disabled=${!chosen.size} data-testid="forward-send" onClick=${send}>
        ${chosen.size ? t('forward.to', { n: chosen.size }) : t('forward.choose')}
      </button>
    </div>
  <//>`;
}
