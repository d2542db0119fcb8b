// How far a message has come: an icon, and the same in words.

import { html } from '../../vendor/preact.js';
import { t } from '../core/i18n.js';
import { Icon } from './icon.js';

const ICON = { waiting: 'clock', scheduled: 'clock', failed: 'circle-alert', sent: 'check', delivered: 'check-check', read: 'check-check' };

/** @param {{ status: import('../core/types.js').SendStatus, size?: ''|'s' }} props */
export const Ticks = ({ status, size = '' }) => html`
  <${Icon} name=${ICON[status] ?? 'check'} size=${size} class=${status === 'read' ? 'read' : status === 'failed' ? 'urgent-c' : ''} />
  <span class="vh">${t(`ticks.${status}`)}</span>
`;
