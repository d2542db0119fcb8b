// One to five stars: to be seen, and to be chosen with a finger, a mouse, the arrow keys or a screen reader.

import { html, useId, useState } from '../../vendor/preact.js';
import { t } from '../core/i18n.js';
import { Icon } from './icon.js';

const FIVE = [1, 2, 3, 4, 5];

/** How much of a star is full. Pure. @param {number} value @param {number} place 1 to 5 @returns {'full'|'half'|'none'} */
export const shareOf = (value, place) => (value >= place - 0.25 ? 'full' : value >= place - 0.75 ? 'half' : 'none');

/** @param {{ share: 'full'|'half'|'none' }} props */
const Star = ({ share }) =>
  share === 'half'
    ? html`<span class="star-half"><${Icon} name="star" size="s" class="star-no" /><${Icon} name="star" size="s" class="i-f" /></span>`
    : html`<${Icon} name="star" size="s" class=${share === 'full' ? 'i-f' : 'star-no'} />`;

/** Read as one picture. @param {{ value: number }} props */
export const Stars = ({ value }) => html`<span class="stars five" role="img" aria-label=${t('stars.of', { n: Number.isInteger(value) ? value : value.toFixed(1) })}>
  ${FIVE.map((one) => html`<${Star} key=${one} share=${shareOf(value, one)} />`)}
</span>`;

/**
 * A group of radio buttons that look like stars.
 * @param {{ name: string, label: string, value?: number, error?: string }} props
 */
export function StarChoice({ name, label, value = 0, error }) {
  const [chosen, choose] = useState(value);
  const id = useId();
  return html`<fieldset class="field star-field" role="radiogroup" tabindex="-1" aria-labelledby=${`${id}-label`} aria-describedby=${error ? `${id}-about` : undefined} aria-invalid=${error ? 'true' : undefined}>
    <span class="legend" id=${`${id}-label`}>${label}</span>
    <span class="star-pick">
      ${FIVE.map((one) => html`<label key=${one} class=${one <= chosen ? 'on' : ''}>
        <input type="radio" name=${name} value=${one} checked=${one === chosen} aria-label=${`${t('stars.count', { n: one })}: ${t(`stars.word${one}`)}`} onChange=${() => choose(one)} />
        <${Icon} name="star" size="l" class=${one <= chosen ? 'i-f' : ''} />
      </label>`)}
      <span class="star-word" aria-hidden="true">${chosen ? t(`stars.word${chosen}`) : ''}</span>
    </span>
    ${error && html`<p class="error" id=${`${id}-about`}><${Icon} name="circle-alert" size="s" />${error}</p>`}
  </fieldset>`;
}
