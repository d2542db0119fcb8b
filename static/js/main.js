// Where it starts: language and appearance first, then the screen that the address and the session ask for.

import { html, render, signal, useEffect } from '../vendor/preact.js';
import { startAppearance } from './core/appearance.js';
import { startMinutes } from './core/availability.js';
import { loadClinic, needsSetup } from './core/clinic.js';
import { startLang, t } from './core/i18n.js';
import { isApproved, startLive } from './core/live.js';
import { startNotifications } from './core/notify.js';
import { go, route } from './core/router.js';
import { me } from './core/session.js';
import { startTitle } from './core/title.js';

import { Chats } from './screens/chats.js';
import { Login } from './screens/login.js';
import { Register } from './screens/register.js';
import { Waiting } from './screens/waiting.js';
import { AppointmentHost } from './ui/appointment-host.js';
import { CallBar, CallHost } from './ui/call-host.js';
import { Rail } from './ui/rail.js';
import { startReviewNews } from './ui/review-news.js';
import { Switcher } from './ui/switcher.js';
import { News } from './ui/toast.js';
import { UrgentAlert } from './ui/urgent-alert.js';
import { startWorker } from './update.js';

/** Screens that are not needed for the first look at one's chats are loaded when they are asked for. */
const LATER = /** @type {Record<string, () => Promise<any>>} */ ({
  connect: () => import('./screens/connect.js').then((m) => m.Connect),
  setup: () => import('./screens/setup.js').then((m) => m.Setup),
  'forgot-password': () => import('./screens/forgot.js').then((m) => m.Forgot),
  'reset-password': () => import('./screens/forgot.js').then((m) => m.Reset),
  calls: () => import('./screens/calls.js').then((m) => m.Calls),
  appointments: () => import('./screens/appointments.js').then((m) => m.Appointments),
  people: () => import('./screens/people.js').then((m) => m.People),
  settings: () => import('./screens/settings.js').then((m) => m.Settings),
  statistics: () => import('./screens/statistics.js').then((m) => m.Statistics),
  access: () => import('./screens/access.js').then((m) => m.Access),
  audit: () => import('./screens/audit.js').then((m) => m.Audit),
  admin: () => import('./screens/admin.js').then((m) => m.Admin),
});
const loaded = signal(/** @type {Record<string, any>} */ ({}));

/** @param {{ name: string }} props */
function Lazy({ name }) {
  const Screen = loaded.value[name];
  useEffect(() => {
    if (!Screen) void LATER[name]().then((found) => (loaded.value = { ...loaded.value, [name]: found }));
  }, [name]);
  return Screen ? html`<${Screen} />` : html`<main class="page" aria-busy="true"></main>`;
}

/** The screen for this address and this person; redirects are decided here and nowhere else. @returns {string|null} where to go instead */
function elsewhere() {
  const { screen } = route.value;
  const user = me.value;
  if (screen === 'connect') return null;
  if (!user) {
    if (screen === 'setup') return null;
    if (needsSetup.value) return '/setup';
    return ['login', 'register', 'forgot-password', 'reset-password'].includes(screen) ? null : '/login';
  }
  const home = user.role === 'admin' ? '/admin' : '/chats';
  if (['home', 'missing', 'login', 'register', 'setup', 'forgot-password'].includes(screen)) return home;
  return (screen === 'admin' || screen === 'audit') && user.role !== 'admin' ? home : null;
}

function App() {
  const to = elsewhere();
  useEffect(() => {
    if (to) go(to, { replace: true });
  }, [to]);
  if (to) return null;
  const { screen, id } = route.value;
  if (screen === 'connect' || screen === 'setup' || screen === 'forgot-password' || screen === 'reset-password') return html`<${Lazy} name=${screen} key=${screen} />`;
  if (screen === 'register') return html`<${Register} />`;
  if (!me.value) return html`<${Login} />`;
  if (!isApproved()) return html`<${Waiting} />`;
  if (screen === 'chats') return html`${id && html`<a class="skip" href="#write">${t('skip.write')}</a>`}<div class="frame"><${CallBar} /><${UrgentAlert} /><div class=${id ? 'app three' : 'app'} data-view=${id ? 'chat' : 'list'}><${Rail} /><${Chats} /><${Switcher} /></div></div>`;
  return html`<div class="frame"><${CallBar} /><${UrgentAlert} /><div class="app wide"><${Rail} /><${Lazy} name=${screen} key=${screen} /><${Switcher} /></div></div>`;
}

const Root = () => html`<${App} /><${CallHost} /><${AppointmentHost} /><${News} />`;

startAppearance();
startMinutes();
const isConnecting = route.peek().screen === 'connect';
// Whoever is signed in proves that the clinic is set up, and need not wait for its answer; it decides only where a stranger goes.
const clinic = loadClinic({ withSetup: !me.value && !isConnecting });
await Promise.all([startLang(), me.value ? null : clinic]);
startTitle();
startNotifications();
startReviewNews();
startLive();
render(html`<${Root} />`, /** @type {Element} */ (document.getElementById('app')));
// The way to the encrypted page is no part of the app that is kept.
if (!isConnecting) startWorker();
