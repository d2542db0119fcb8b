// Facts about a professional, as the directory and the profile show them.

import { html } from '../../vendor/preact.js';
import { t } from '../core/i18n.js';
import { langOf } from '../core/text.js';
import { Icon } from './icon.js';

/** @typedef {import('../core/types.js').Person} Person */

/** @param {{ person: Person }} props */
export const Rating = ({ person }) =>
  person.reviewCount
    ? html`<span class="stars"><${Icon} name="star" size="s" class="i-f" /><span class="num">${Number(person.rating).toFixed(1)}</span><span class="vh"> ${t('stars.ofFive')}</span></span>
        <span class="muted small">${t('people.reviews', { n: person.reviewCount })}</span>`
    : html`<span class="muted small">${t('people.noReviews')}</span>`;

/** Each in its own script. @param {{ list?: string[] }} props */
export const Languages = ({ list = [] }) =>
  html`<span>${list.flatMap((one, i) => [i ? ', ' : '', html`<span key=${one} lang=${langOf(one)}>${one}</span>`])}</span>`;
