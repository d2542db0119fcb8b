// Everyone with an account: find them, and what can be done.

import { html, useEffect, useRef, useState } from '../../vendor/preact.js';
import { get } from '../core/api.js';
import { shortWhen } from '../core/dates.js';
import { t } from '../core/i18n.js';
import { me } from '../core/session.js';
import { langOf } from '../core/text.js';
import { Avatar } from '../ui/avatar.js';
import { Icon } from '../ui/icon.js';
import { Menu, MenuItem } from '../ui/menu.js';
import { Empty, Skeleton } from '../ui/states.js';
import { toastError } from '../ui/toast.js';
import { ROLES } from './admin-role.js';

/** @typedef {import('../core/types.js').User} User */

const STATES = ['active', 'pending', 'rejected', 'disabled'];
const PAGE = 25;

/** @param {{ user: User }} props */
function Status({ user }) {
  if (!user.isActive) return html`<span class="tag danger">${t('admin.status.disabled')}</span>`;
  const kind = { approved: 'ok', pending: 'warn', rejected: 'danger' }[user.verificationStatus] ?? 'ok';
  return html`<span class=${`tag ${kind}`}>${t(`admin.status.${user.verificationStatus ?? 'approved'}`)}</span>`;
}

/** What can be done with an account. @typedef {'approve'|'reject'|'documents'|'role'|'reset'|'disable'|'enable'} Act */

/** Pure. @param {User} user @returns {Act[]} */
export function actsFor(user) {
  if (!user.isActive) return ['enable'];
  const isProfessional = user.role !== 'mom' && user.role !== 'admin';
  const decisions = /** @type {Act[]} */ (isProfessional ? { pending: ['approve', 'reject'], rejected: ['approve'], approved: [] }[user.verificationStatus] : []);
  const shown = /** @type {Act[]} */ (user.documentCount ? ['documents'] : []);
  return [...shown, ...decisions, 'role', 'reset', 'disable'];
}

const ICONS = { documents: 'file-text', approve: 'check', reject: 'ban', role: 'user-cog', reset: 'key-round', disable: 'user-minus', enable: 'user-check' };
const LABELS = { documents: 'admin.docsSee', approve: 'admin.approve', reject: 'admin.reject', role: 'admin.changeRole', reset: 'admin.reset', disable: 'admin.disable', enable: 'admin.enable' };
const DANGEROUS = new Set(['reject', 'disable']);

/** @param {{ user: User, onAct: (act: Act, user: User) => void }} props */
function Actions({ user, onAct }) {
  const [open, setOpen] = useState(false);
  const button = useRef(/** @type {HTMLButtonElement|null} */ (null));
  return html`<span class="row">
    ${user.resetRequestedAt && user.isActive && html`<button class="btn sm quiet" type="button" aria-label=${t('admin.resetTitle', { name: user.name })} onClick=${() => onAct('reset', user)}>${t('admin.reset')}</button>`}
    <button class="btn icon" type="button" ref=${button} aria-haspopup="menu" aria-label=${t('admin.actionsFor', { name: user.name })} data-testid="user-actions" onClick=${() => setOpen(true)}><${Icon} name="ellipsis-vertical" /></button>
    ${open &&
    html`<${Menu} label=${t('admin.actionsFor', { name: user.name })} anchor=${button.current} back=${() => button.current} onClose=${() => setOpen(false)}>
      ${actsFor(user).map((act) => html`<${MenuItem} key=${act} icon=${ICONS[act]} text=${t(LABELS[act])} danger=${DANGEROUS.has(act)} onPick=${() => (setOpen(false), onAct(act, user))} />`)}
    <//>`}
  </span>`;
}

/** @param {{ user: User, onAct: (act: Act, user: User) => void }} props */
const Row = ({ user, onAct }) => html`<tr class="people-row" data-testid="user-row" data-id=${user.id}>
  <td><span class="cell-name"><${Avatar} name=${user.name} role=${user.role} size="s" /><span class="min0"><span lang=${langOf(user.name)}>${user.name}</span>${user.licenseNumber && html`<span class="sub">${user.licenseNumber}</span>`}</span></span></td>
  <td>${t(`role.${user.role}`)}${user.specialty && html`<span class="sub">${user.specialty}</span>`}</td>
  <td class="muted">${user.email}${user.phone && html`<span class="sub">${user.phone}</span>`}</td>
  <td class="muted num">${shortWhen(Date.parse(user.createdAt))}</td>
  <td><${Status} user=${user} />${user.resetRequestedAt && html` <span class="tag warn">${t('admin.wantsReset')}</span>`}${user.verificationStatus === 'rejected' && user.rejectionReason && html`<span class="sub reason">${user.rejectionReason}</span>`}</td>
  <td class="end">${user.id === me.value?.id ? html`<span class="muted small">${t('you')}</span>` : html`<${Actions} user=${user} onAct=${onAct} />`}</td>
</tr>`;

/** @param {{ version: number, onAct: (act: Act, user: User) => void }} props */
export function AllPeople({ version, onAct }) {
  const [list, setList] = useState(/** @type {User[]|null} */ (null));
  const [total, setTotal] = useState(0);
  const [wanted, setWanted] = useState('');
  const [role, setRole] = useState('');
  const [status, setStatus] = useState('');
  const [page, setPage] = useState(1);
  useEffect(() => {
    let stale = false;
    const timer = setTimeout(() => {
      const query = new URLSearchParams({ page: String(page), limit: String(PAGE), ...(role && { role }), ...(status && { status }), ...(wanted.trim() && { search: wanted.trim() }) });
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
  }, [version, wanted, role, status, page]);
  const pages = Math.max(1, Math.ceil(total / PAGE));

  return html`<section class="card" aria-labelledby="all-h">
    <h2 id="all-h">${t('admin.everyone')} ${list && html`<span class="count muted">${total}</span>`}</h2>
    <search class="adm-tools">
      <div class="with-icon grow"><${Icon} name="search" /><label class="vh" for="adm-q">${t('people.search')}</label>
        <input class="input search" id="adm-q" type="search" placeholder=${t('admin.search')} onInput=${(/** @type {any} */ e) => (setWanted(e.target.value), setPage(1))} /></div>
      <label class="vh" for="adm-role">${t('admin.role')}</label>
      <select class="input sel-s" id="adm-role" onChange=${(/** @type {any} */ e) => (setRole(e.target.value), setPage(1))}>
        <option value="">${t('roles.all')}</option>
        ${ROLES.map((one) => html`<option value=${one} key=${one}>${t(`roles.${one}`)}</option>`)}
      </select>
      <label class="vh" for="adm-status">${t('admin.col.state')}</label>
      <select class="input sel-s" id="adm-status" onChange=${(/** @type {any} */ e) => (setStatus(e.target.value), setPage(1))}>
        <option value="">${t('admin.anyState')}</option>
        ${STATES.map((one) => html`<option value=${one} key=${one}>${t(`admin.status.${one === 'active' ? 'approved' : one}`)}</option>`)}
      </select>
    </search>
    ${list === null && html`<${Skeleton} label=${t('people.loading')} rows=${4} />`}
    ${list?.length === 0 && html`<${Empty} slim=${true} text=${t('search.none', { wanted })} />`}
    ${Boolean(list?.length) && html`<div class="tscroll" tabindex="0" role="region" aria-label=${t('admin.table')}><table class="table people-table">
      <thead><tr>${['name', 'role', 'email', 'since', 'state'].map((one) => html`<th scope="col" key=${one}>${t(`admin.col.${one}`)}</th>`)}<th scope="col"><span class="vh">${t('admin.col.action')}</span></th></tr></thead>
      <tbody>${list?.map((user) => html`<${Row} key=${user.id} user=${user} onAct=${onAct} />`)}</tbody>
    </table></div>`}
    ${pages > 1 && html`<p class="row between mt">
      <button class="btn line sm" type="button" disabled=${page <= 1} onClick=${() => setPage(page - 1)}>${t('page.back')}</button>
      <span class="small muted num">${t('page.of', { page, pages })}</span>
      <button class="btn line sm" type="button" disabled=${page >= pages} onClick=${() => setPage(page + 1)}>${t('page.next')}</button>
    </p>`}
  </section>`;
}
