// Where the dialogs about appointments open from every screen, and where news of them is said. What it shows comes in with the first one.

import { html, signal, useEffect } from '../../vendor/preact.js';
import { announce } from '../core/announce.js';
import { viewing } from '../core/attention.js';
import { layer, news, showAppointment } from '../core/appointments.js';
import { t } from '../core/i18n.js';
import { notifyVisit } from '../core/notify.js';
import { me } from '../core/session.js';
import { appointmentText } from '../core/system.js';
import { toast, toastError } from './toast.js';

const parts = signal(/** @type {typeof import('./appointment-dialogs.js')|null} */ (null));

/** Long enough to read it and to reach the button. */
const SAID = 10_000;

export function AppointmentHost() {
  const open = layer.value;
  useEffect(() => {
    if (open && !parts.value) {
      void import('./appointment-dialogs.js').then(
        (found) => (parts.value = found),
        (error) => {
          layer.value = null;
          toastError(error);
        },
      );
    }
  }, [open]);
  const told = news.value;
  useEffect(() => {
    if (!told) return;
    news.value = null;
    const { appointment: a, action, actorId, messageId } = told;
    void notifyVisit(a.conversationId, messageId);
    const text = appointmentText({ action, actorId, startTime: a.startTime, endTime: a.endTime, appointment: a }, me.value?.id ?? '') ?? '';
    // In the thread it stands already, and is read aloud there.
    if (!text || viewing.value?.id === a.conversationId) return;
    announce(text);
    toast(text, { label: t('appointment.open'), run: () => showAppointment(a.id) }, SAID);
  }, [told]);
  if (!open || !parts.value) return null;
  return open.kind === 'show'
    ? html`<${parts.value.ShowAppointment} key=${open.id} id=${open.id} onClose=${() => (layer.value = null)} />`
    : html`<${parts.value.BookAppointment} person=${open.person} onClose=${() => (layer.value = null)} />`;
}
