// The unread total where it is seen without looking: the tab's title and the app's badge. Never what a message says.

import { effect } from '../../vendor/preact.js';
import { call } from './calls.js';
import { t } from './i18n.js';
import { route } from './router.js';
import { conversation, titleOf, unreadTotal } from './store.js';

const SCREEN_TITLES = /** @type {Record<string, string>} */ ({
  chats: 'nav.chats', calls: 'nav.calls', appointments: 'appointments.title', people: 'nav.people', settings: 'nav.settings', statistics: 'figures.title', access: 'access.title', admin: 'nav.admin', audit: 'audit.title', connect: 'connect.title', login: 'login.submit', register: 'register.title', setup: 'setup.title', 'forgot-password': 'forgot.title', 'reset-password': 'reset.title',
});

export function startTitle() {
  effect(() => {
    const { screen, id } = route.value;
    const open = id ? conversation(id) : undefined;
    const name = open ? titleOf(open) : SCREEN_TITLES[screen] ? t(SCREEN_TITLES[screen]) : '';
    const count = unreadTotal.value ? `(${unreadTotal.value}) ` : '';
    // Who rings is seen on the sheet; a tab in the background says that somebody does.
    const rings = call.value?.phase === 'incoming' ? `${t('call.incoming')} – ` : '';
    document.title = rings + count + (name ? `${name} – MommyCare` : 'MommyCare');
    const badge = unreadTotal.value ? navigator.setAppBadge?.(unreadTotal.value) : navigator.clearAppBadge?.();
    badge?.catch(() => {});
  });
}
