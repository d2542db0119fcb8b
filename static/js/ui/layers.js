// What lies above the page. The browser makes everything beneath a modal layer inert, so what is to be seen and read aloud at any time
// goes with the topmost one.

import { computed, signal, useEffect, useId, useLayoutEffect, useRef } from '../../vendor/preact.js';
import { announced } from '../core/announce.js';
import { setCover } from '../core/attention.js';
import { wantedMessage } from '../core/jump.js';

/** The open ones by name, the topmost last. */
const open = signal(/** @type {string[]} */ ([]));
/** Null: the page itself. */
export const topmost = computed(() => open.value.at(-1) ?? null);

/**
 * Names a layer for as long as it is open.
 * @param {() => void} makeWay takes it off the page: somebody is led to a message, from wherever
 * @param {{ isOpen?: boolean, covers?: boolean }} [how] `covers`: nothing beneath it is seen
 * @returns {string}
 */
export function useLayer(makeWay, { isOpen = true, covers = false } = {}) {
  const name = useId();
  useLayoutEffect(() => {
    if (!isOpen) return undefined;
    // What was said before is not read again in another place.
    announced.value = '';
    open.value = [...open.value, name];
    if (covers) setCover(name, true);
    return () => {
      announced.value = '';
      open.value = open.value.filter((one) => one !== name);
      setCover(name, false);
    };
  }, [isOpen]);
  const wanted = wantedMessage.value;
  const before = useRef(wanted);
  useEffect(() => {
    if (isOpen && wanted && wanted !== before.current) makeWay();
    before.current = wanted;
  }, [wanted]);
  return name;
}
