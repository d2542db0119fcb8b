// The clinic itself: its name, and the line to call when writing is too slow.

import { computed, signal } from '../../vendor/preact.js';
import { recall, remember } from './device.js';
import { send } from './http.js';

/** Remembered, because the line to call must also stand there when the server does not answer. */
export const clinic = signal(
  recall('mc.clinic', /** @type {import('./types.js').Clinic} */ ({ name: '', emergencyPhone: null, approveProfessionals: 'manual', version: '' })),
);
/** Whether anybody can call here. */
export const callsAreOn = computed(() => clinic.value.calls?.enabled !== false);
/** Whether the clinic still waits for its first administrator. */
export const needsSetup = signal(false);

/** @param {{ withSetup?: boolean }} [how] whether it matters here that the clinic may still wait for its first administrator */
export async function loadClinic({ withSetup = false } = {}) {
  const asks = [send('GET', '/api/clinic'), ...(withSetup ? [send('GET', '/api/auth/setup')] : [])];
  const [about, setup] = await Promise.allSettled(asks);
  if (about.status === 'fulfilled') {
    clinic.value = { ...clinic.value, ...about.value.data };
    remember('mc.clinic', clinic.value);
  }
  if (setup) needsSetup.value = setup.status === 'fulfilled' && Boolean(setup.value.data?.required);
}

/** A number that a phone dials. @param {string} phone */
export const dialable = (phone) => `tel:${phone.replace(/[^\d+]/gu, '')}`;
