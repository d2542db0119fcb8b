// Main navigation: a rail at the side, tabs at the bottom of a phone.

import { html } from '../../vendor/preact.js';
import { asked } from '../core/appointments.js';
import { hasList, missedCalls } from '../core/calls.js';
import { t } from '../core/i18n.js';
import { approvals } from '../core/live.js';
import { route } from '../core/router.js';
import { me } from '../core/session.js';
import { unreadTotal } from '../core/store.js';
import { Mark } from './art.js';
import { Icon } from './icon.js';

/** @param {{ to: string, icon: string, label: string, count?: number, countText?: string, last?: boolean }} props */
const Place = ({ to, icon, label, count = 0, countText = '', last = false }) => html`<a
  href=${to} class=${last ? 'push' : undefined} aria-current=${`/${route.value.screen}` === to ? 'page' : undefined}
>
  <${Icon} name=${icon} />${label}
  ${count > 0 && html`<span class="count">${count > 99 ? '99+' : count}<span class="vh"> ${countText}</span></span>`}
</a>`;

export function Rail() {
  const role = me.value?.role;
  return html`<nav class="rail" aria-label=${t('nav.main')}>
    <span class="logo"><${Mark} /></span>
    ${role === 'admin' && html`<${Place} to="/admin" icon="layout-dashboard" label=${t('nav.admin')} count=${approvals.value} countText=${t('admin.toApprove')} />`}
    <${Place} to="/chats" icon="message-circle" label=${t('nav.chats')} count=${unreadTotal.value} countText=${t('unread')} />
    ${hasList.value && html`<${Place} to="/calls" icon="phone" label=${t('nav.calls')} count=${missedCalls.value} countText=${t('calls.missed')} />`}
    ${role !== 'admin' && html`<${Place} to="/appointments" icon="calendar" label=${t('nav.visits')} count=${asked.value} countText=${t('appointments.asked')} />`}
    <${Place} to="/people" icon=${role === 'mom' ? 'stethoscope' : 'users'} label=${t(role === 'mom' ? 'nav.careTeam' : 'nav.people')} />
    <${Place} to="/settings" icon="settings" label=${t('nav.settings')} last=${true} />
  </nav>`;
}
