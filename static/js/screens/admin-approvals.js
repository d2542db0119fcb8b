// Professionals who asked to join. Nobody sees them before somebody here has said yes.

import { html } from '../../vendor/preact.js';
import { shortWhen } from '../core/dates.js';
import { t } from '../core/i18n.js';
import { langOf } from '../core/text.js';
import { Avatar } from '../ui/avatar.js';
import { Icon } from '../ui/icon.js';
import { Skeleton } from '../ui/states.js';

/** @typedef {import('../core/types.js').User} User */

/** @param {{ list: User[]|null, onApprove: (user: User) => void, onDocuments: (user: User) => void, onReject: (user: User) => void }} props */
export function Approvals({ list, onApprove, onDocuments, onReject }) {
  return html`<section class="card" id="approvals" aria-labelledby="apv-h">
    <h2 id="apv-h">${t('admin.approvals')} ${Boolean(list?.length) && html`<span class="count">${list?.length}</span>`}</h2>
    ${list === null && html`<${Skeleton} label=${t('people.loading')} rows=${2} />`}
    ${list?.length === 0 && html`<p class="muted mt">${t('admin.noApprovals')}</p>`}
    <ul class="apvs">
      ${list?.map(
        (user) => html`<li class="apv" key=${user.id} data-testid="approval-row" data-id=${user.id}>
          <${Avatar} name=${user.name} role=${user.role} />
          <div class="grow">
            <b lang=${langOf(user.name)}>${user.name}</b>
            <p class="small muted">${[t(`role.${user.role}`), user.specialty].filter(Boolean).join(' · ')}</p>
            <p class="small muted row lic"><${Icon} name="id-card" size="s" />${user.licenseNumber || t('admin.noLicence')} · ${t('admin.asked', { when: shortWhen(Date.parse(user.createdAt)) })}</p>
            ${Boolean(user.newDocuments) && html`<p class="small"><span class="tag" data-testid="approval-again">${t('admin.newDocs', { n: user.newDocuments ?? 0 })}</span></p>`}
            ${Boolean(user.documentCount) && html`<button class="btn sm line" type="button" data-testid="approval-documents" onClick=${() => onDocuments(user)}><${Icon} name="file-text" size="s" />${t('admin.docs', { n: user.documentCount ?? 0 })}</button>`}
          </div>
          <div class="row apv-a">
            <button class="btn sm danger" type="button" aria-label=${t('admin.rejectNamed', { name: user.name })} onClick=${() => onReject(user)}>${t('admin.reject')}</button>
            <button class="btn sm quiet" type="button" aria-label=${t('admin.approveNamed', { name: user.name })} onClick=${() => onApprove(user)}><${Icon} name="check" size="s" />${t('admin.approve')}</button>
          </div>
        </li>`,
      )}
    </ul>
  </section>`;
}
