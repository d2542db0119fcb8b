// People to pick from: a search, kinds of people, and as many pages as one wants.

import { html, useEffect, useRef } from '../../vendor/preact.js';
import { rolesFor, withPresence } from '../core/directory.js';
import { t } from '../core/i18n.js';
import { me } from '../core/session.js';
import { RoleChips } from './directory-filters.js';
import { isTouch, takeFocusOnDesk } from './focus.js';
import { Icon } from './icon.js';
import { Empty, Failed, Skeleton } from './states.js';

/** @typedef {import('../core/directory.js').Finder} Finder */
/** @typedef {import('../core/types.js').Person} Person */

/** @param {{ finder: Finder, id: string, children?: unknown, row: (person: Person) => unknown, without?: Set<string> }} props children stand between the search and the list */
export function PeopleList({ finder, id, children, row, without }) {
  useEffect(finder.start, []);
  const { list, state, hasMore, wish } = finder;
  const found = without ? list.value.filter((person) => !without.has(person.id)) : list.value;
  const end = useRef(/** @type {HTMLElement|null} */ (null));
  // The next page comes before its place is reached.
  useEffect(() => {
    if (!end.current) return;
    const watch = new IntersectionObserver((seen) => seen.some((one) => one.isIntersecting) && void finder.more(), { rootMargin: '200px' });
    watch.observe(end.current);
    return () => watch.disconnect();
  }, [hasMore.value, list.value.length]);
  return html`<div class="tools">
      <div class="with-icon"><${Icon} name="search" /><label class="vh" for=${id}>${t('people.find')}</label>
        <input class="input search" id=${id} type="search" ref=${takeFocusOnDesk} autofocus=${!isTouch.matches} placeholder=${t('people.find')} onInput=${(/** @type {any} */ e) => finder.want({ wanted: e.target.value })} /></div>
      <${RoleChips} finder=${finder} roles=${rolesFor(me.value?.role)} />
      ${children}
    </div>
    <div class="pick-list scroll" tabindex="-1">
      ${state.value === 'loading' && html`<${Skeleton} label=${t('people.loading')} rows=${4} />`}
      ${state.value === 'failed' && html`<${Failed} onRetry=${finder.start} />`}
      ${state.value === 'ready' && (found.length
        ? html`<ul>${found.map(withPresence).map(row)}</ul>`
        : html`<${Empty} slim=${true} text=${wish.value.wanted.trim() ? t('search.none', { wanted: wish.value.wanted }) : t('people.none')} />`)}
      ${hasMore.value && html`<div ref=${end} aria-hidden="true"></div>`}
    </div>`;
}
