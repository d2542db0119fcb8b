// Urgent messages of others that wait for one's acknowledgement. The server repeats them until it has come; in between,
// and over a reload, the device remembers which they are. Never what they say.

import { computed, signal } from '../../vendor/preact.js';
import { clinic } from './clinic.js';
import { forget, recall, remember, whenOtherTabWrites } from './device.js';
import { me } from './session.js';

/** @typedef {import('./types.js').Message} Message */
/** @typedef {{ messageId: string, conversationId: string, senderId: string, senderName: string, sentAt: number, toldAt: number }} Alert times in milliseconds */

/** Seconds between two reminders, where the clinic says nothing else. */
const REPEAT = 120;
/** Without a reminder for so many rounds, it was acknowledged or deleted where this device did not see it. */
const ROUNDS = 2.5;

const key = () => `mc.alerts.${me.value?.id ?? ''}`;
const alerts = signal(/** @type {Alert[]} */ ([]));
/** The messages whose button stands on the screen: no need to lead there. */
const inSight = signal(/** @type {Set<string>} */ (new Set()));

/** @param {Alert[]} next */
function keep(next) {
  alerts.value = next;
  if (next.length) remember(key(), next);
  else forget(key());
}

export function openAlerts() {
  alerts.value = recall(key(), /** @type {Alert[]} */ ([]));
}
whenOtherTabWrites('mc.alerts.', (changed) => changed === key() && openAlerts());

/** The longest waiting first. */
export const waitingAlerts = computed(() => [...alerts.value].sort((a, b) => a.sentAt - b.sentAt));
/** Those that are not before one's eyes. */
export const alertsToShow = computed(() => waitingAlerts.value.filter((alert) => !inSight.value.has(alert.messageId)));
/** @param {string} conversationId */
export const waitsIn = (conversationId) => alerts.value.some((alert) => alert.conversationId === conversationId);

/** Whether somebody has still to say that they have read it. @param {Message} m @param {string} userId */
export const waitsFor = (m, userId) =>
  Boolean(m.requiresAck) && !m.isDeleted && m.senderId !== userId && !m.acks?.some((ack) => ack.userId === userId);

/** @param {Omit<Alert, 'toldAt'>} alert @returns {boolean} whether it is new */
export function noteAlert(alert) {
  const others = alerts.value.filter((one) => one.messageId !== alert.messageId);
  const isNew = others.length === alerts.value.length;
  keep([...others, { ...alert, toldAt: Date.now() }]);
  return isNew;
}

/** It was acknowledged, or is gone. @param {string} messageId */
export function settle(messageId) {
  const left = alerts.value.filter((alert) => alert.messageId !== messageId);
  if (left.length !== alerts.value.length) keep(left);
}

/** Takes note of what waits among messages, and of what waits no longer. @param {Message[]} messages */
export function weigh(messages) {
  const mine = me.value?.id ?? '';
  for (const m of messages) {
    if (!m.requiresAck) continue;
    if (waitsFor(m, mine)) noteAlert({ messageId: m.id, conversationId: m.conversationId, senderId: m.senderId, senderName: m.senderName ?? '', sentAt: m.at });
    else settle(m.id);
  }
}

/** Drops what the server stopped reminding of. @param {number} connectedSince milliseconds; before it there could be no reminder */
export function dropStale(connectedSince, now = Date.now()) {
  const patience = ROUNDS * (clinic.value.limits?.urgentRepeat ?? REPEAT) * 1000;
  const left = alerts.value.filter((alert) => Math.max(alert.toldAt, connectedSince) + patience > now);
  if (left.length !== alerts.value.length) keep(left);
}

/** @param {string} messageId @param {boolean} is */
export function setInSight(messageId, is) {
  if (inSight.value.has(messageId) === is) return;
  const next = new Set(inSight.value);
  if (is) next.add(messageId);
  else next.delete(messageId);
  inSight.value = next;
}

/** Only here; the device still knows them when the same person comes back. */
export function emptyAlerts() {
  alerts.value = [];
  inSight.value = new Set();
}

export const burnAlerts = () => keep([]);
