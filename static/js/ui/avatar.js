// Initials in the person's own script, on the tint of their role. Hidden from screen readers: the name follows.

import { html } from '../../vendor/preact.js';
import { initials, langOf } from '../core/text.js';

const TINT = /** @type {Record<string, string>} */ ({ doctor: 'doctor', midwife: 'midwife', service_provider: 'service', mom: 'mother' });

/** @param {{ name: string, role?: string, tint?: string, size?: ''|'s'|'xs'|'l'|'xl', isOnline?: boolean, busy?: boolean }} props tint: a class instead of the role's */
export const Avatar = ({ name, role = '', tint = '', size = '', isOnline = false, busy = false }) => {
  const letters = initials(name);
  return html`<span class=${`av ${tint || (TINT[role] ?? 'clinic')} ${size}`} aria-hidden="true" lang=${langOf(letters)}>
    ${letters}${isOnline && html`<span class=${busy ? 'dot busy' : 'dot'}></span>`}
  </span>`;
};
