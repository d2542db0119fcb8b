// Giving a person another role: they are signed out, because what they may see changes.

import { html, useState } from '../../vendor/preact.js';
import { patch } from '../core/api.js';
import { explain, t } from '../core/i18n.js';
import { Dialog } from '../ui/dialog.js';
import { Problem } from '../ui/gate.js';
import { toast } from '../ui/toast.js';

/** @typedef {import('../core/types.js').User} User */

export const ROLES = ['mom', 'midwife', 'doctor', 'service_provider', 'admin'];

/** @param {{ user: User, onDone: () => void, onClose: () => void }} props */
export function RoleDialog({ user, onDone, onClose }) {
  const [role, setRole] = useState(/** @type {string} */ (user.role));
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState('');
  const save = async () => {
    if (busy) return;
    setBusy(true);
    try {
      await patch(`/api/admin/users/${user.id}/role`, { role });
      toast(t('admin.done.role', { name: user.name, role: t(`role.${role}`) }));
      onDone();
      onClose();
    } catch (error) {
      setProblem(explain(error));
      setBusy(false);
    }
  };
  return html`<${Dialog} title=${t('admin.roleTitle', { name: user.name })} onClose=${onClose}>
    <form class="body" onSubmit=${(/** @type {Event} */ event) => (event.preventDefault(), void save())}>
      <${Problem} text=${problem} />
      <fieldset class="roles">
        <legend class="vh">${t('admin.role')}</legend>
        ${ROLES.map(
          (one) => html`<label key=${one}><input type="radio" name="role" value=${one} checked=${role === one} onChange=${() => setRole(one)} /><span><b>${t(`role.${one}`)}</b></span></label>`,
        )}
      </fieldset>
      <p class="muted small">${t(role === 'admin' && user.role !== 'admin' ? 'admin.roleAdminAbout' : 'admin.roleAbout')}</p>
      <div class="acts">
        <button class="btn" type="button" onClick=${onClose}>${t('cancel')}</button>
        <button class="btn primary" type="submit" aria-disabled=${role === user.role} aria-busy=${busy} onClick=${(/** @type {Event} */ event) => role === user.role && event.preventDefault()}>${t('save')}</button>
      </div>
    </form>
  <//>`;
}
