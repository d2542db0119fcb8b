// Notifications of the browser: only for what is urgent, only where they were allowed, and never what a message says or who wrote it:
// a lock screen is read by whoever holds the phone.

import { effect, signal } from '../../vendor/preact.js';
import { attending } from './attention.js';
import { t } from './i18n.js';
import { goToMessage } from './jump.js';
import { waitingAlerts } from './urgent.js';

/** @typedef {import('./urgent.js').Alert} Alert */

const TAG = 'mc.urgent';
const canNotify = 'Notification' in globalThis;

/** 'none' where the browser knows no notifications, or not on this address. */
export const permission = signal(/** @type {NotificationPermission|'none'} */ (canNotify && isSecureContext ? Notification.permission : 'none'));

/** Must follow a press. */
export async function askPermission() {
  permission.value = await Notification.requestPermission();
}

/** @type {Notification|null} where there is no service worker */
let shown = null;

/** One notification for all that waits; each reminder calls again. @param {Pick<Alert, 'conversationId'|'messageId'>} alert */
export async function notifyUrgent({ conversationId, messageId }) {
  if (permission.value !== 'granted' || attending.value) return;
  const options = { body: t('urgent.notification'), tag: TAG, renotify: true, icon: '/icons/icon-192.png', data: { conversationId, messageId } };
  const worker = await navigator.serviceWorker?.getRegistration();
  if (worker?.active) return void worker.showNotification('MommyCare', options);
  try {
    shown = new Notification('MommyCare', options);
    shown.onclick = () => {
      window.focus();
      goToMessage(conversationId, messageId);
    };
  } catch {
    // Some phones allow it to the service worker only, and there is none.
  }
}

async function takeAway() {
  shown?.close();
  shown = null;
  const worker = canNotify ? await navigator.serviceWorker?.getRegistration() : undefined;
  for (const one of (await worker?.getNotifications({ tag: TAG })) ?? []) one.close();
}

export function startNotifications() {
  effect(() => {
    if (!waitingAlerts.value.length) void takeAway();
  });
  // A press on a notification of the service worker.
  navigator.serviceWorker?.addEventListener('message', ({ data }) => {
    if (data?.show) goToMessage(data.show.conversationId, data.show.messageId);
  });
}
