// For the administrator: who waits for approval, and everyone who has an account. Never what they write.

import { html, useEffect, useRef, useState } from '../../vendor/preact.js';
import { get, post } from '../core/api.js';
import { attending } from '../core/attention.js';
import { t } from '../core/i18n.js';
import { approvals, countApprovals } from '../core/live.js';
import { link } from '../core/socket.js';
import { Confirm } from '../ui/dialog.js';
import { Icon } from '../ui/icon.js';
import { toast, toastError } from '../ui/toast.js';
import { Approvals } from './admin-approvals.js';
import { NewDevices } from './admin-devices.js';
import { PersonDocuments } from './admin-documents.js';
import { Infected } from './admin-infected.js';
import { AllPeople } from './admin-people.js';
import { RejectDialog } from './admin-reject.js';
import { ResetLink } from './admin-reset.js';
import { AllReviews } from './admin-reviews.js';
import { RoleDialog } from './admin-role.js';

/** @typedef {import('../core/types.js').User} User */
/** @typedef {import('./admin-people.js').Act} Act */

/** Nobody is told who registers, so this page asks, while somebody looks at it. */
const ASK_EVERY = 15_000;

export function Admin() {
  const [pending, setPending] = useState(/** @type {User[]|null} */ (null));
  const [version, setVersion] = useState(0);
  const missed = useRef(false);
  const [asking, ask] = useState(/** @type {{ act: Act, user: User }|null} */ (null));
  const changed = () => setVersion((n) => n + 1);

  useEffect(() => {
    get('/api/admin/users?status=waiting&limit=100').then((answer) => {
      missed.current = false;
      setPending(answer.data);
    }, (error) => {
      missed.current = true;
      toastError(error);
    });
    void countApprovals();
  }, [version]);
  useEffect(() => {
    if (!attending.value) return;
    void countApprovals();
    const timer = setInterval(() => void countApprovals(), ASK_EVERY);
    return () => clearInterval(timer);
  }, [attending.value]);
  // What could not be asked while there was no connection is asked when there is one.
  useEffect(() => {
    if (link.value === 'on' && missed.current) changed();
  }, [link.value]);
  // Somebody registered, or another administrator decided.
  useEffect(() => {
    if (pending && approvals.value !== pending.length) changed();
  }, [approvals.value]);

  /** @param {User} user @param {'approve'|'reject'|'disable'|'enable'} action @param {unknown} [body] */
  const act = async (user, action, body) => {
    try {
      await post(`/api/admin/users/${user.id}/${action}`, body);
      toast(t(`admin.done.${action}`, { name: user.name }));
    } catch (error) {
      toastError(error);
    }
    changed();
  };
  /** Some are done at once, the others ask first. @param {Act} what @param {User} user */
  const onAct = (what, user) => void (what === 'approve' || what === 'enable' ? act(user, what) : ask({ act: what, user }));
  const waiting = pending?.length ?? 0;

  return html`<main class="page scroll" tabindex="0" aria-labelledby="adm-h"><div class="adm">
    <header class="desk-head flush"><div class="grow"><h1 class="title" id="adm-h">${t('admin.title')}</h1><p class="muted small">${t('admin.about')}</p></div><span class="row wrap"><a class="btn line" href="/audit"><${Icon} name="shield-check" />${t('audit.title')}</a><a class="btn line" href="/statistics"><${Icon} name="chart-column" />${t('figures.title')}</a></span></header>
    ${waiting > 0 && html`<section class="todo" aria-label=${t('admin.needsYou')}><a class="todo-i warn" href="#approvals"><${Icon} name="user-check" /><span>${t('admin.waiting', { n: waiting })}</span><${Icon} name="chevron-right" size="s" /></a></section>`}
    <${Approvals} list=${pending} onApprove=${(/** @type {User} */ user) => onAct('approve', user)} onDocuments=${(/** @type {User} */ user) => onAct('documents', user)} onReject=${(/** @type {User} */ user) => onAct('reject', user)} />
    <${Infected} version=${version} />
    <${AllPeople} version=${version} onAct=${onAct} />
    <${AllReviews} />
    <${NewDevices} />
    ${asking && html`<${Question} ...${asking} onChanged=${changed} onAct=${act} onAsk=${onAct} onClose=${() => ask(null)} />`}
  </div></main>`;
}

/**
 * What is asked before an account changes.
 * @param {{ act: Act, user: User, onChanged: () => void, onAct: (user: User, action: 'reject'|'disable', body?: unknown) => Promise<void>, onAsk: (act: Act, user: User) => void, onClose: () => void }} props
 */
function Question({ act, user, onChanged, onAct, onAsk, onClose }) {
  switch (act) {
    case 'reject':
      return html`<${RejectDialog} user=${user} onReject=${(/** @type {string} */ reason) => onAct(user, 'reject', { reason })} onClose=${onClose} />`;
    case 'documents':
      return html`<${PersonDocuments} user=${user} onDecide=${(/** @type {Act} */ what) => (onClose(), onAsk(what, user))} onClose=${onClose} />`;
    case 'role':
      return html`<${RoleDialog} user=${user} onDone=${onChanged} onClose=${onClose} />`;
    case 'reset':
      return html`<${ResetLink} user=${user} onClose=${onClose} />`;
    default:
      return html`<${Confirm} title=${t('admin.disableTitle', { name: user.name })} text=${t('admin.disableAbout')} yes=${t('admin.disable')} danger=${true} onYes=${() => void onAct(user, 'disable')} onClose=${onClose} />`;
  }
}
