// Copying text, also on plain http, where browsers keep the clipboard to themselves.

import { t } from '../core/i18n.js';
import { toast } from './toast.js';

/** @param {string} text */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast(t('copied'));
  } catch {
    toast(t(copyOldWay(text) ? 'copied' : 'copy.failed'));
  }
}

/** @param {string} text */
function copyOldWay(text) {
  const before = document.activeElement;
  const area = document.createElement('textarea');
  area.value = text;
  area.className = 'vh';
  // Everything outside an open dialog is inert.
  (document.querySelector('dialog[open]') ?? document.body).append(area);
  area.select();
  const done = document.execCommand('copy');
  area.remove();
  if (before instanceof HTMLElement) before.focus({ preventScroll: true });
  return done;
}
