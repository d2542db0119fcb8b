// Notifications of the browser: only for what is urgent, for calls and for appointments, only where they were allowed, and never what a message says or who wrote it:
// a lock screen is read by whoever holds the phone.

import { effect, signal } from '../../vendor/preact.js';
import { attending } from './attention.js';
import { t } from './i18n.js';
import { goToMessage } from './jump.js';
import { waitingAlerts } from './urgent.js';

/** @typedef {import('./urgent.js').Alert} Alert */

const TAG = 'mc.urgent';
const CALL_TAG = 'mc.call';
const VISIT_TAG = 'mc.visit';
const canNotify = 'Notification' in globalThis;

/** 'none' where the browser knows no notifications, or not on this address. */
export const permission = signal(/** @type {NotificationPermission|'none'} */ (canNotify && isSecureContext ? Notification.permission : 'none'));

/** Must follow a press. */
export async function askPermission() {
  permission.value = await Notification.requestPermission();
}

/** @type {Notification|null} where there is no service worker */
let shown = null;

/** @param {NotificationOptions & { tag: string }} options @param {() => void} onPress */
async function show(options, onPress) {
  if (permission.value !== 'granted' || attending.value) return;
  const worker = await navigator.serviceWorker?.getRegistration();
  const all = /** @type {NotificationOptions} */ ({ renotify: true, icon: '/icons/icon-192.png', ...options });
  if (worker?.active) return void worker.showNotification('MommyCare', all);
  try {
    shown = new Notification('MommyCare', all);
    shown.onclick = () => {
      window.focus();
      onPress();
    };
  } catch {
    // Some phones allow it to the service worker only, and there is none.
  }
}

/** One notification for all that waits; each reminder calls again. @param {Pick<Alert, 'conversationId'|'messageId'>} alert */
export const notifyUrgent = ({ conversationId, messageId }) =>
  show({ body: t('urgent.notification'), tag: TAG, data: { conversationId, messageId } }, () => goToMessage(conversationId, messageId));

/** Somebody calls. Who it is, the sheet says to whoever opens the app. @param {string} conversationId */
export const notifyCall = (conversationId) => show({ body: t('call.notification'), tag: CALL_TAG, requireInteraction: true, data: { conversationId } }, () => {});

/** Somebody waits for an answer about an appointment, or one begins soon. @param {string} conversationId @param {string} messageId */
export const notifyVisit = (conversationId, messageId) =>
  show({ body: t('appointment.notification'), tag: VISIT_TAG, data: { conversationId, messageId } }, () => goToMessage(conversationId, messageId));

/** It does not ring any more. */
export const dropCallNotice = () => void takeAway(CALL_TAG);

/** @param {string} tag */
async function takeAway(tag) {
  if (shown?.tag === tag) {
    shown.close();
    shown = null;
  }
  const worker = canNotify ? await navigator.serviceWorker?.getRegistration() : undefined;
  for (const one of (await worker?.getNotifications({ tag })) ?? []) one.close();
}

export function startNotifications() {
  effect(() => {
    if (!waitingAlerts.value.length) void takeAway(TAG);
  });
  // A press on a notification of the service worker.
  navigator.serviceWorker?.addEventListener('message', ({ data }) => {
    if (data?.show?.messageId) goToMessage(data.show.conversationId, data.show.messageId);
  });
}
