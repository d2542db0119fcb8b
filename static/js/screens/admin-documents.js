// What a professional has shown to the clinic, and the decision beside it.

import { html, useEffect, useState } from '../../vendor/preact.js';
import { get } from '../core/api.js';
import { t } from '../core/i18n.js';
import { Dialog } from '../ui/dialog.js';
import { Paper } from '../ui/documents.js';
import { Icon } from '../ui/icon.js';
import { Skeleton } from '../ui/states.js';
import { toastError } from '../ui/toast.js';

/** @typedef {import('../core/types.js').User} User */
/** @typedef {import('../core/types.js').FileRef} FileRef */

/** @param {{ user: User, onDecide: (act: 'approve'|'reject') => void, onClose: () => void }} props */
export function PersonDocuments({ user, onDecide, onClose }) {
  const [list, setList] = useState(/** @type {FileRef[]|null} */ (null));
  useEffect(() => {
    get(`/api/admin/users/${user.id}/documents`).then((answer) => setList(answer.data), toastError);
  }, [user.id]);
  const waits = user.verificationStatus === 'pending' || Boolean(user.newDocuments);
  return html`<${Dialog} title=${t('admin.docsTitle', { name: user.name })} onClose=${onClose}>
    <div class="body papers">
      <p class="small muted row lic"><${Icon} name="id-card" size="s" />${user.licenseNumber || t('admin.noLicence')}</p>
      ${list === null && html`<${Skeleton} label=${t('people.loading')} rows=${2} />`}
      ${list?.length === 0 && html`<p class="muted">${t('admin.docsNone')}</p>`}
      <ul>${list?.map((file) => html`<${Paper} key=${file.id} file=${file} />`)}</ul>
      <p class="small muted">${t('admin.docsKept')}</p>
      ${waits &&
      html`<div class="acts">
        <button class="btn danger" type="button" onClick=${() => onDecide('reject')}>${t('admin.reject')}</button>
        <button class="btn primary" type="button" onClick=${() => onDecide('approve')}><${Icon} name="check" size="s" />${t('admin.approve')}</button>
      </div>`}
    </div>
  <//>`;
}
