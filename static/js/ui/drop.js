// Files that are dragged onto the open conversation go into its tray. A file that is let go of elsewhere must not replace the app.

import { html, useEffect, useRef, useState } from '../../vendor/preact.js';
import { t } from '../core/i18n.js';
import { offer } from '../core/tray.js';
import { limits, sizeText } from '../core/files.js';
import { Icon } from './icon.js';

/** @param {DragEvent} event */
const hasFiles = (event) => Boolean(event.dataTransfer?.types.includes('Files'));

addEventListener('dragover', (event) => {
  if (!hasFiles(event) || event.defaultPrevented) return;
  event.preventDefault();
  if (event.dataTransfer) event.dataTransfer.dropEffect = 'none';
});
addEventListener('drop', (event) => hasFiles(event) && event.preventDefault());

/** What takes files: spread the handlers on it, and show the target while there is one. @param {string} id @param {boolean} isOpen whether one may write there */
export function useDrop(id, isOpen) {
  const [isOver, setOver] = useState(false);
  // Every element under the pointer speaks up; entered as often as left means outside.
  const depth = useRef(0);
  const end = () => {
    depth.current = 0;
    setOver(false);
  };
  useEffect(end, [id]);
  const handlers = {
    onDragEnter: (/** @type {DragEvent} */ event) => {
      if (!hasFiles(event)) return;
      depth.current++;
      setOver(true);
    },
    onDragLeave: (/** @type {DragEvent} */ event) => {
      if (hasFiles(event) && --depth.current <= 0) end();
    },
    onDragOver: (/** @type {DragEvent} */ event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      if (event.dataTransfer) event.dataTransfer.dropEffect = 'copy';
    },
    onDrop: (/** @type {DragEvent} */ event) => {
      end();
      if (!hasFiles(event)) return;
      event.preventDefault();
      offer(id, [...(event.dataTransfer?.files ?? [])]);
      document.getElementById('write')?.focus({ preventScroll: true });
    },
  };
  return { isOver: isOver && isOpen, handlers: isOpen ? handlers : {} };
}

/** @param {{ name: string }} props */
export function DropTarget({ name }) {
  const { size, count } = limits();
  return html`<div class="drop" data-testid="drop-target"><p><${Icon} name="upload" size="l" /><b>${t('drop.title', { name })}</b><span>${t('drop.about', { n: count, most: sizeText(size) })}</span></p></div>`;
}
