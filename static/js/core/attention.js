// Whether somebody is looking: only then is a message read.

import { computed, signal } from '../../vendor/preact.js';

const visible = signal(document.visibilityState === 'visible');
const focused = signal(document.hasFocus());
/** At this page, whatever stands on it. */
export const attending = computed(() => visible.value && focused.value);
/** A call covers the whole page. */
export const covered = signal(false);
/** At the thread: what a call covers nobody has read. */
export const looking = computed(() => attending.value && !covered.value);

/** What the open thread shows: its conversation, and whether its end is in view. */
export const viewing = signal(/** @type {{ id: string, atEnd: boolean }|null} */ (null));

const look = () => {
  visible.value = document.visibilityState === 'visible';
  focused.value = document.hasFocus();
};
document.addEventListener('visibilitychange', look);
addEventListener('focus', look);
addEventListener('blur', look);
