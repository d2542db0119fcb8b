// What lies above the page. The browser makes everything beneath a modal layer inert, so what is to be seen and read aloud at any time
// goes with the topmost one.

import { computed, signal, useId, useLayoutEffect } from '../../vendor/preact.js';
import { announced } from '../core/announce.js';

/** The open ones by name, the topmost last. */
const open = signal(/** @type {string[]} */ ([]));
/** Null: the page itself. */
export const topmost = computed(() => open.value.at(-1) ?? null);

/** Names a layer for as long as it is open. @param {boolean} [isOpen] @returns {string} */
export function useLayer(isOpen = true) {
  const name = useId();
  useLayoutEffect(() => {
    if (!isOpen) return undefined;
    // What was said before is not read again in another place.
    announced.value = '';
    open.value = [...open.value, name];
    return () => {
      announced.value = '';
      open.value = open.value.filter((one) => one !== name);
    };
  }, [isOpen]);
  return name;
}
