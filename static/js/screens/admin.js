// For the administrator: who waits for approval, and everyone who has an account. Never what they write.

import { html, useEffect, useState } from '../../vendor/preact.js';
import { get, post } from '../core/api.js';
import { t } from '../core/i18n.js';
import { countApprovals } from '../core/live.js';
import { Approvals } from './admin-approvals.js';
import { AllPeople } from './admin-people.js';
import { Confirm } from '../ui/dialog.js';
import { Icon } from '../ui/icon.js';
import { toast, toastError } from '../ui/toast.js';

/** @typedef {import('../core/types.js').User} User */

export function Admin() {
  const [pending, setPending] = useState(/** @type {User[]|null} */ (null));
  const [version, setVersion] = useState(0);
  const [asking, ask] = useState(/** @type {User|null} */ (null));

  useEffect(() => {
    get('/api/admin/users?status=pending&limit=100').then((answer) => setPending(answer.data), toastError);
    void countApprovals();
  }, [version]);
  const changed = () => setVersion((n) => n + 1);

  /** @param {User} user @param {string} action @param {unknown} [body] */
  const act = async (user, action, body) => {
    try {
      await post(`/api/admin/users/${user.id}/${action}`, body);
      toast(t(`admin.done.${action}`, { name: user.name }));
    } catch (error) {
      toastError(error);
    }
    changed();
  };
  const waiting = pending?.length ?? 0;

  return html`<main class="page scroll" tabindex="0" aria-labelledby="adm-h"><div class="adm">
    <header class="desk-head flush"><div class="grow"><h1 class="title" id="adm-h">${t('admin.title')}</h1><p class="muted small">${t('admin.about')}</p></div></header>
    ${waiting > 0 && html`<section class="todo" aria-label=${t('admin.needsYou')}><a class="todo-i warn" href="#approvals"><${Icon} name="user-check" /><span>${t('admin.waiting', { n: waiting })}</span><${Icon} name="chevron-right" size="s" /></a></section>`}
    <${Approvals} list=${pending} onApprove=${(/** @type {User} */ user) => act(user, 'approve')} onReject=${(/** @type {User} */ user, /** @type {string} */ reason) => act(user, 'reject', { reason })} />
    <${AllPeople} version=${version} onDisable=${ask} onEnable=${(/** @type {User} */ user) => act(user, 'enable')} />
    ${asking && html`<${Confirm} title=${t('admin.disableTitle', { name: asking.name })} text=${t('admin.disableAbout')} yes=${t('admin.disable')} danger=${true} onYes=${() => void act(asking, 'disable')} onClose=${() => ask(null)} />`}
  </div></main>`;
}
