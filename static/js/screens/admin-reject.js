// Saying no to a professional, and why.

import { html } from '../../vendor/preact.js';
import { t } from '../core/i18n.js';
import { Dialog } from '../ui/dialog.js';
import { Field } from '../ui/field.js';
import { useForm } from '../ui/form.js';
import { Problem } from '../ui/gate.js';

/** @typedef {import('../core/types.js').User} User */

/** @param {{ user: User, onReject: (reason: string) => Promise<void>, onClose: () => void }} props */
export function RejectDialog({ user, onReject, onClose }) {
  const form = useForm(async ({ reason }) => {
    await onReject(reason.trim());
    onClose();
  });
  return html`<${Dialog} title=${t('admin.rejectTitle', { name: user.name })} onClose=${onClose}>
    <form class="body" novalidate ...${form.events}>
      <${Problem} text=${form.problem} />
      <${Field} name="reason" label=${t('admin.reason')} hint=${t('admin.reasonHint')} multiline=${true} required=${true} autofocus=${true} error=${form.errors.reason} />
      <div class="acts">
        <button class="btn" type="button" onClick=${onClose}>${t('cancel')}</button>
        <button class="btn danger-fill" type="submit" aria-busy=${form.busy}>${t('admin.reject')}</button>
      </div>
    </form>
  <//>`;
}
