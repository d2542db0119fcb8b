// Above everything, on every screen and on every layer that covers it: an urgent message waits. It leads there, and is gone once the message is acknowledged.

import { html } from '../../vendor/preact.js';
import { longWhen } from '../core/dates.js';
import { t } from '../core/i18n.js';
import { goToMessage } from '../core/jump.js';
import { conversation, others } from '../core/store.js';
import { shortName } from '../core/text.js';
import { alertsToShow, waitingAlerts } from '../core/urgent.js';
import { Icon } from './icon.js';

/** @param {import('../core/urgent.js').Alert} alert */
function nameOf({ conversationId, senderId, senderName }) {
  const c = conversation(conversationId);
  const sender = c && others(c).find((person) => person.id === senderId);
  return sender ? shortName(sender) : senderName || t('someone');
}

/** @param {{ all?: boolean }} props `all` where nothing of the thread is seen, so none is before anybody's eyes */
export function UrgentAlert({ all = false }) {
  const [first, ...more] = (all ? waitingAlerts : alertsToShow).value;
  if (!first) return null;
  const time = longWhen(first.sentAt, { today: t('today'), yesterday: t('yesterday') });
  return html`<section class="alert" aria-label=${t('urgent.alert')} data-testid="urgent-alert">
    <${Icon} name="triangle-alert" />
    <p><b>${t('urgent.from', { name: nameOf(first) })}</b> <span>${time}${more.length > 0 && html` · ${t('urgent.more', { n: more.length })}`}</span></p>
    <button class="btn danger-fill sm" type="button" data-testid="urgent-read" onClick=${() => goToMessage(first.conversationId, first.messageId)}>${t('urgent.read')}</button>
  </section>`;
}
