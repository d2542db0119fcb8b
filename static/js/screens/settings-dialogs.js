// Changing the profile and the password.

import { html } from '../../vendor/preact.js';
import { put } from '../core/api.js';
import { t } from '../core/i18n.js';
import { me, updateMe } from '../core/session.js';
import { Dialog } from '../ui/dialog.js';
import { Field, PasswordField } from '../ui/field.js';
import { useForm } from '../ui/form.js';
import { Problem } from '../ui/gate.js';
import { toast } from '../ui/toast.js';

/** @param {{ busy: boolean, onClose: () => void }} props */
const Actions = ({ busy, onClose }) => html`<div class="acts">
  <button class="btn" type="button" onClick=${onClose}>${t('cancel')}</button>
  <button class="btn primary" type="submit" aria-busy=${busy}>${t('save')}</button>
</div>`;

const COMMON = ['firstName', 'lastName', 'phone'];
const PROFESSIONAL = ['specialty', 'licenseNumber', 'experience', 'location', 'languages', 'bio'];

/** @param {{ onClose: () => void }} props */
export function ProfileDialog({ onClose }) {
  const user = me.value;
  const isProfessional = user && user.role !== 'mom' && user.role !== 'admin';
  const names = isProfessional ? [...COMMON, ...PROFESSIONAL] : COMMON;
  const form = useForm(async (values) => {
    /** @type {Record<string, unknown>} */
    // An emptied field is taken back, not kept as an empty text.
    const profile = Object.fromEntries(Object.entries(values).map(([name, text]) => [name, text.trim() || null]));
    if ('languages' in values) profile.languages = values.languages.split(',').map((one) => one.trim()).filter(Boolean);
    const answer = await put('/api/auth/profile', profile);
    updateMe(answer.user ?? answer.data);
    toast(t('saved'));
    onClose();
  });
  /** @param {string} name */
  const value = (name) => {
    const now = /** @type {Record<string, any>} */ (user ?? {})[name];
    return Array.isArray(now) ? now.join(', ') : (now ?? '');
  };
  return html`<${Dialog} title=${t('settings.profile')} onClose=${onClose}>
    <form class="body" novalidate ...${form.events}>
      <${Problem} text=${form.problem} />
      ${names.map(
        (name) => html`<${Field} key=${name} name=${name} label=${t(`field.${name}`)} value=${value(name)} multiline=${name === 'bio'} error=${form.errors[name]}
          hint=${name === 'languages' ? t('profile.languagesHint') : undefined} type=${name === 'phone' ? 'tel' : 'text'} />`,
      )}
      <${Actions} busy=${form.busy} onClose=${onClose} />
    </form>
  <//>`;
}

/** @param {{ onClose: () => void }} props */
export function PasswordDialog({ onClose }) {
  const form = useForm(async ({ currentPassword, newPassword }) => {
    await put('/api/auth/password', { currentPassword, newPassword });
    toast(t('password.changed'));
    onClose();
  });
  return html`<${Dialog} title=${t('settings.password')} onClose=${onClose}>
    <form class="body" novalidate ...${form.events}>
      <p class="muted small">${t('password.endsOthers')}</p>
      <${Problem} text=${form.problem} />
      <${PasswordField} name="currentPassword" label=${t('field.currentPassword')} error=${form.errors.currentPassword} />
      <${PasswordField} name="newPassword" label=${t('field.newPassword')} isNew=${true} error=${form.errors.newPassword} />
      <${Actions} busy=${form.busy} onClose=${onClose} />
    </form>
  <//>`;
}
