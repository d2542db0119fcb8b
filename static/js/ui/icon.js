// Icons come from one sprite; they are decoration, the words beside them speak.

import { html } from '../../vendor/preact.js';

/** @param {{ name: string, size?: ''|'s'|'l', class?: string }} props */
export const Icon = ({ name, size = '', class: extra = '' }) =>
  html`<svg class=${`i${size && ` i-${size}`}${extra && ` ${extra}`}`} aria-hidden="true"><use href=${`/icons/sprite.svg#${name}`} /></svg>`;
