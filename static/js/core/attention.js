// Whether somebody is looking: only then is a message read.

import { computed, signal } from '../../vendor/preact.js';

const visible = signal(document.visibilityState === 'visible');
const focused = signal(document.hasFocus());
/** At this page, whatever stands on it. */
export const attending = computed(() => visible.value && focused.value);
/** What lies above the whole page, by name: a call, a picture full screen. */
const covers = signal(/** @type {Set<string>} */ (new Set()));
/** At the thread: what is covered nobody has read. */
export const looking = computed(() => attending.value && !covers.value.size);

/** @param {string} name @param {boolean} is */
export function setCover(name, is) {
  if (covers.peek().has(name) === is) return;
  const next = new Set(covers.peek());
  if (is) next.add(name);
  else next.delete(name);
  covers.value = next;
}

/** What the open thread shows: its conversation, and whether its end is in view. */
export const viewing = signal(/** @type {{ id: string, atEnd: boolean }|null} */ (null));

const look = () => {
  visible.value = document.visibilityState === 'visible';
  focused.value = document.hasFocus();
};
document.addEventListener('visibilitychange', look);
addEventListener('focus', look);
addEventListener('blur', look);
