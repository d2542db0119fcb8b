// What a search in the list finds: conversations, people one could begin one with, and messages.

import { html, useEffect, useMemo } from '../../vendor/preact.js';
import { finder } from '../core/directory.js';
import { isMeant } from '../core/filters.js';
import { t } from '../core/i18n.js';
import { found } from '../core/list-view.js';
import { openWith } from '../core/live.js';
import { go } from '../core/router.js';
import { me } from '../core/session.js';
import { ordered, partner } from '../core/store.js';
import { ConversationRow } from './conversation-row.js';
import { Hits } from './hits.js';
import { PersonRow } from './person.js';
import { toastError } from './toast.js';

/** @typedef {import('../core/types.js').Person} Person */

/** So many of a kind stand before the next kind begins. */
const SHOWN = 6;

/** @param {{ wanted: string, openId?: string }} props */
export function ListSearch({ wanted, openId }) {
  const people = useMemo(() => finder({ plain: true }), []);
  useEffect(() => people.want({ wanted }), [wanted]);
  // Beside an open conversation the list's own heading is one deeper.
  const Heading = openId ? 'h3' : 'h2';
  const met = new Set(ordered.value.map((c) => partner(c)?.id));
  const chats = ordered.value.filter((c) => isMeant(c, wanted, me.value?.id ?? ''));
  const strangers = people.wish.value.wanted === wanted ? people.list.value.filter(({ id }) => !met.has(id)).slice(0, SHOWN) : [];
  const isEmpty = !chats.length && !strangers.length && people.state.value === 'ready' && found.state.value === 'ready' && !found.hits.value.length;

  /** @param {string} id */
  const write = async (id) => {
    try {
      go(`/chats/${await openWith(id)}`);
    } catch (error) {
      toastError(error);
    }
  };

  return html`<div class="convs scroll found" tabindex="-1" data-testid="search-results">
    ${chats.length > 0 &&
    html`<div class="kind"><${Heading}>${t('chats.list')}<//>
      <ul>${chats.slice(0, SHOWN).map((c) => html`<${ConversationRow} key=${c.id} c=${c} isOpen=${c.id === openId} />`)}</ul></div>`}
    ${strangers.length > 0 &&
    html`<div class="kind"><${Heading}>${t('find.people')}<//>
      <ul>${strangers.map((person) => html`<${PersonRow} key=${person.id} person=${person} onChoose=${() => void write(person.id)} />`)}</ul></div>`}
    <div class="kind"><${Heading}>${t('find.messages')}<//><${Hits} finder=${found} /></div>
    ${isEmpty && html`<p class="vh" role="status">${t('search.none', { wanted })}</p>`}
  </div>`;
}
