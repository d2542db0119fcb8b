// Narrowing down a list of people: kind of care, what it is about.

import { html, useState } from '../../vendor/preact.js';
import { hasFacets, rolesFor } from '../core/directory.js';
import { t } from '../core/i18n.js';
import { me } from '../core/session.js';
import { langOf } from '../core/text.js';
import { Icon } from './icon.js';

/** @typedef {import('../core/directory.js').Finder} Finder */

/** So many stand at once; the others behind a button. */
const SHOWN = 8;

/** @param {{ finder: Finder, roles?: string[] }} props */
export const RoleChips = ({ finder, roles = rolesFor(me.value?.role) }) => html`<div class="chips scrollx" role="group" aria-label=${t('people.kind')}>
  ${['', ...roles].map(
    (role) => html`<button class="chip" type="button" key=${role} aria-pressed=${finder.wish.value.role === role} onClick=${() => finder.want({ role, specialty: '' })}>${t(role ? `roles.${role}` : 'roles.all')}</button>`,
  )}
</div>`;

/** @param {{ finder: Finder }} props */
export function SpecialtyChips({ finder }) {
  const [all, showAll] = useState(false);
  const { specialty: chosen } = finder.wish.value;
  const known = finder.specialties.value;
  if (!hasFacets(finder.wish.value, me.value?.role) || (known.length < 2 && !chosen)) return null;
  const shown = all ? known : known.filter(({ specialty }, i) => i < SHOWN || specialty === chosen);
  return html`<div class="chips specs" role="group" aria-label=${t('people.about')} data-testid="specialties">
    ${shown.map(
      ({ specialty, count }) => html`<button class="chip" type="button" key=${specialty} aria-pressed=${chosen === specialty} onClick=${() => finder.want({ specialty: chosen === specialty ? '' : specialty })}>
        <span lang=${langOf(specialty)}>${specialty}</span> <span class="count muted">${count}</span>
      </button>`,
    )}
    ${known.length > SHOWN &&
    html`<button class="chip" type="button" aria-expanded=${all} onClick=${() => showAll(!all)}><${Icon} name=${all ? 'chevron-up' : 'chevron-down'} size="s" />${t(all ? 'people.fewer' : 'people.moreKinds')}</button>`}
  </div>`;
}
