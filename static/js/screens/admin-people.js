// Everyone with an account: find, switch off, switch on.

import { html, useEffect, useState } from '../../vendor/preact.js';
import { get } from '../core/api.js';
import { shortWhen } from '../core/dates.js';
import { t } from '../core/i18n.js';
import { me } from '../core/session.js';
import { langOf } from '../core/text.js';
import { Avatar } from '../ui/avatar.js';
import { Icon } from '../ui/icon.js';
import { Empty, Skeleton } from '../ui/states.js';
import { toastError } from '../ui/toast.js';
import { ResetLink } from './admin-reset.js';

/** @typedef {import('../core/types.js').User} User */

const ROLES = ['mom', 'midwife', 'doctor', 'service_provider', 'admin'];
const PAGE = 25;

/** @param {{ user: User }} props */
function Status({ user }) {
  if (!user.isActive) return html`<span class="tag danger">${t('admin.status.disabled')}</span>`;
  const kind = { approved: 'ok', pending: 'warn', rejected: 'danger' }[user.verificationStatus] ?? 'ok';
  return html`<span class=${`tag ${kind}`}>${t(`admin.status.${user.verificationStatus ?? 'approved'}`)}</span>`;
}

/** @param {{ user: User, onDisable: (user: User) => void, onEnable: (user: User) => void, onReset: (user: User) => void }} props */
const Row = ({ user, onDisable, onEnable, onReset }) => html`<tr class="people-row" data-testid="user-row" data-id=${user.id}>
  <td><span class="cell-name"><${Avatar} name=${user.name} role=${user.role} size="s" /><span lang=${langOf(user.name)}>${user.name}</span></span></td>
  <td>${t(`role.${user.role}`)}</td>
  <td class="muted">${user.email}</td>
  <td class="muted num">${shortWhen(Date.parse(user.createdAt))}</td>
  <td><${Status} user=${user} />${user.resetRequestedAt && html` <span class="tag warn">${t('admin.wantsReset')}</span>`}</td>
  <td>
    ${user.id !== me.value?.id &&
    (user.isActive
      ? html`<span class="row"><button class=${user.resetRequestedAt ? 'btn sm quiet' : 'btn sm'} type="button" aria-label=${t('admin.resetTitle', { name: user.name })} onClick=${() => onReset(user)}>${t('admin.reset')}</button>
          <button class="btn sm danger" type="button" aria-label=${t('admin.disableNamed', { name: user.name })} onClick=${() => onDisable(user)}>${t('admin.disable')}</button></span>`
      : html`<button class="btn sm quiet" type="button" aria-label=${t('admin.enableNamed', { name: user.name })} onClick=${() => onEnable(user)}>${t('admin.enable')}</button>`)}
  </td>
</tr>`;

/** @param {{ version: number, onDisable: (user: User) => void, onEnable: (user: User) => void }} props */
export function AllPeople({ version, onDisable, onEnable }) {
  const [list, setList] = useState(/** @type {User[]|null} */ (null));
  const [total, setTotal] = useState(0);
  const [wanted, setWanted] = useState('');
  const [role, setRole] = useState('');
  const [page, setPage] = useState(1);
  const [resetting, reset] = useState(/** @type {User|null} */ (null));
  useEffect(() => {
    let stale = false;
    const timer = setTimeout(() => {
      const query = new URLSearchParams({ page: String(page), limit: String(PAGE), ...(role && { role }), ...(wanted.trim() && { search: wanted.trim() }) });
      get(`/api/admin/users?${query}`).then((answer) => {
        if (stale) return;
        setList(answer.data);
        setTotal(answer.pagination?.total ?? answer.data.length);
      }, toastError);
    }, 200);
    return () => {
      stale = true;
      clearTimeout(timer);
    };
  }, [version, wanted, role, page]);
  const pages = Math.max(1, Math.ceil(total / PAGE));

  return html`<section class="card" aria-labelledby="all-h">
    <h2 id="all-h">${t('admin.everyone')} <span class="count muted">${total}</span></h2>
    <search class="adm-tools">
      <div class="with-icon grow"><${Icon} name="search" /><label class="vh" for="adm-q">${t('people.search')}</label>
        <input class="input search" id="adm-q" type="search" placeholder=${t('admin.search')} onInput=${(/** @type {any} */ e) => (setWanted(e.target.value), setPage(1))} /></div>
      <label class="vh" for="adm-role">${t('admin.role')}</label>
      <select class="input sel-s" id="adm-role" onChange=${(/** @type {any} */ e) => (setRole(e.target.value), setPage(1))}>
        <option value="">${t('roles.all')}</option>
        ${ROLES.map((one) => html`<option value=${one} key=${one}>${t(`roles.${one}`)}</option>`)}
      </select>
    </search>
    ${list === null && html`<${Skeleton} label=${t('people.loading')} rows=${4} />`}
    ${list?.length === 0 && html`<${Empty} slim=${true} text=${t('search.none', { wanted })} />`}
    ${Boolean(list?.length) && html`<div class="tscroll" tabindex="0" role="region" aria-label=${t('admin.table')}><table class="table">
      <thead><tr>${['name', 'role', 'email', 'since', 'state'].map((one) => html`<th scope="col" key=${one}>${t(`admin.col.${one}`)}</th>`)}<th scope="col"><span class="vh">${t('admin.col.action')}</span></th></tr></thead>
      <tbody>${list?.map((user) => html`<${Row} key=${user.id} user=${user} onDisable=${onDisable} onEnable=${onEnable} onReset=${reset} />`)}</tbody>
    </table></div>`}
    ${resetting && html`<${ResetLink} user=${resetting} onClose=${() => reset(null)} />`}
    ${pages > 1 && html`<p class="row between mt">
      <button class="btn line sm" type="button" disabled=${page <= 1} onClick=${() => setPage(page - 1)}>${t('page.back')}</button>
      <span class="small muted num">${t('page.of', { page, pages })}</span>
      <button class="btn line sm" type="button" disabled=${page >= pages} onClick=${() => setPage(page + 1)}>${t('page.next')}</button>
    </p>`}
  </section>`;
}
