// Which screen the address names. Real addresses, so that back, reload and sharing a link work.

import { computed, signal } from '../../vendor/preact.js';

/** @typedef {{ screen: 'home'|'connect'|'setup'|'register'|'login'|'forgot-password'|'reset-password'|'chats'|'calls'|'appointments'|'people'|'settings'|'statistics'|'access'|'admin'|'audit'|'missing', id?: string }} Route */

const SCREENS = new Set(['connect', 'setup', 'register', 'login', 'forgot-password', 'reset-password', 'chats', 'calls', 'appointments', 'people', 'settings', 'statistics', 'access', 'admin', 'audit']);

/** Screens of which there is one for each id. */
const WITH_ID = new Set(['chats', 'people']);

const path = signal(location.pathname);

/** @param {string} pathname @returns {Route} */
export function parse(pathname) {
  const [first = '', id, ...more] = pathname.split('/').filter(Boolean);
  const screen = first === 'reset' ? 'reset-password' : first; // Both have been printed in links.
  if (!screen || screen === 'index.html') return { screen: 'home' };
  if (!SCREENS.has(screen) || more.length || (id && !WITH_ID.has(screen))) return { screen: 'missing' };
  try {
    return /** @type {Route} */ (id ? { screen, id: decodeURIComponent(id) } : { screen });
  } catch {
    return { screen: 'missing' }; // Somebody has cut the address in the middle of a letter.
  }
}

export const route = computed(() => parse(path.value));

/** @param {string} to @param {{ replace?: boolean }} [how] */
export function go(to, { replace = false } = {}) {
  if (to !== location.pathname + location.search) history[replace ? 'replaceState' : 'pushState'](null, '', to);
  path.value = location.pathname;
}

addEventListener('popstate', () => {
  path.value = location.pathname;
});

// Ordinary links stay ordinary links; only a plain click inside the app is taken over.
document.addEventListener('click', (event) => {
  const link = event.target instanceof Element ? event.target.closest('a[href]') : null;
  if (!(link instanceof HTMLAnchorElement) || link.origin !== location.origin || link.target || link.download || link.hash) return;
  if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  if (/^\/(api|uploads)\b/u.test(link.pathname)) return;
  event.preventDefault();
  go(link.pathname + link.search);
});
