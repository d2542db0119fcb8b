// One polite line for screen readers, at most one message every two seconds; history is never read again.

import { signal } from '../../vendor/preact.js';

const PAUSE = 2000;

export const announced = signal('');
/** @type {string|null} the latest waits, older ones are dropped: nobody wants a backlog read out */
let next = null;
/** @type {ReturnType<typeof setTimeout>|undefined} */
let timer;

/** @param {string} text */
export function announce(text) {
  next = text;
  timer ??= setTimeout(speak, 50);
}

function speak() {
  if (next === null) {
    timer = undefined;
    return;
  }
  announced.value = next;
  next = null;
  timer = setTimeout(speak, PAUSE);
}
