// Short news, gone by itself, and the line that is read aloud: on the page, or in the modal layer that lies above it.

import { html, signal } from '../../vendor/preact.js';
import { announced } from '../core/announce.js';
import { explain } from '../core/i18n.js';
import { topmost } from './layers.js';

/** @typedef {{ id: number, text: string, action?: { label: string, run: () => void } }} Toast */
const toasts = signal(/** @type {Toast[]} */ ([]));
let last = 0;

/** @param {string} text @param {Toast['action']} [action] a toast with a button stays until it is answered @param {number} [ms] or as long as this */
export function toast(text, action, ms = action ? 0 : 5000) {
  const id = ++last;
  // The same thing said twice stands once, and longer.
  const others = toasts.value.filter((one) => one.text !== text || one.action);
  toasts.value = [...others.slice(-2), { id, text, action }];
  if (ms) setTimeout(() => dismiss(id), ms);
}

/** For a failure that nothing on the screen shows. @param {unknown} error */
export const toastError = (error) => toast(explain(error));

/** @param {number} id */
const dismiss = (id) => {
  toasts.value = toasts.value.filter((one) => one.id !== id);
};

/** Stands in the page and in every modal layer; the topmost one speaks. @param {{ layer?: string|null }} props */
export function News({ layer = null }) {
  const speaks = topmost.value === layer;
  return html`<div class="toasts" role="status">
      ${speaks && toasts.value.map(
        ({ id, text, action }) => html`<div class="toast" key=${id}>
          <span>${text}</span>
          ${action && html`<button class="btn sm" type="button" onClick=${() => (dismiss(id), action.run())}>${action.label}</button>`}
        </div>`,
      )}
    </div>
    <p class="vh" role="status">${speaks ? announced.value : ''}</p>`;
}
