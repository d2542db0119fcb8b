// Theme and text size, kept on this device.

import { effect, signal } from '../../vendor/preact.js';
import { recall, remember } from './device.js';

export const theme = signal(/** @type {'auto'|'light'|'dark'} */ (recall('mc.theme', 'auto')));
/** Steps of text size, in percent of the reader's own browser setting. */
export const SIZES = [90, 100, 112.5, 125, 150];
export const textSize = signal(recall('mc.size', 1));

export function startAppearance() {
  effect(() => {
    const root = document.documentElement;
    if (theme.value === 'auto') delete root.dataset.theme;
    else root.dataset.theme = theme.value;
    remember('mc.theme', theme.value);
  });
  effect(() => {
    document.documentElement.style.fontSize = textSize.value === 1 ? '' : `${SIZES[textSize.value] ?? 100}%`;
    remember('mc.size', textSize.value);
  });
}
