// The mark and the lotus, drawn in the theme's colours.

import { html } from '../../vendor/preact.js';

export const Mark = () => html`<svg viewBox="0 0 48 48" aria-hidden="true">
  <rect width="48" height="48" rx="13" class="lg-bg" />
  <path class="lg-h" d="M24 37.5S11 30 11 20.8a7.3 7.3 0 0 1 13-4.5 7.3 7.3 0 0 1 13 4.5C37 30 24 37.5 24 37.5z" />
  <path class="lg-l" d="M19.2 22.2a4.9 4.9 0 0 0 9.6 0" />
</svg>`;

export const Lotus = () => html`<svg class="art" viewBox="0 0 220 150" aria-hidden="true">
  <ellipse class="a-w" cx="110" cy="128" rx="92" ry="12" />
  <g class="a-p1"><path d="M110 118C66 116 38 96 30 66c34-2 64 14 80 52z" /><path d="M110 118c44-2 72-22 80-52-34-2-64 14-80 52z" /></g>
  <g class="a-p2"><path d="M110 118C78 104 62 76 66 42c28 12 44 40 44 76z" /><path d="M110 118c32-14 48-42 44-76-28 12-44 40-44 76z" /></g>
  <path class="a-p3" d="M110 118c-22-24-24-62 0-94 24 32 22 70 0 94z" /><circle class="a-c" cx="110" cy="92" r="7" />
  <path class="a-r" d="M42 133q14-6 28 0M150 133q14-6 28 0M92 137q18-6 36 0" />
</svg>`;
