// The clinic itself: its name, and the line to call when writing is too slow.

import { signal } from '../../vendor/preact.js';
import { recall, remember } from './device.js';
import { send } from './http.js';

/** Remembered, because the line to call must also stand there when the server does not answer. */
export const clinic = signal(
  recall('mc.clinic', /** @type {import('./types.js').Clinic} */ ({ name: '', emergencyPhone: null, approveProfessionals: 'manual', version: '' })),
);
/** Whether the clinic still waits for its first administrator. */
export const needsSetup = signal(false);

export async function loadClinic() {
  const [about, setup] = await Promise.allSettled([send('GET', '/api/clinic'), send('GET', '/api/auth/setup')]);
  if (about.status === 'fulfilled') {
    clinic.value = { ...clinic.value, ...about.value.data };
    remember('mc.clinic', clinic.value);
  }
  if (setup.status === 'fulfilled') needsSetup.value = Boolean(setup.value.data?.required);
}

/** A number that a phone dials. @param {string} phone */
export const dialable = (phone) => `tel:${phone.replace(/[^\d+]/gu, '')}`;
