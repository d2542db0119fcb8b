// At the foot of a conversation: what of one's own waits for its time, and what to do about it.

import { html, useEffect, useState } from '../../vendor/preact.js';
import { hasRunOut } from '../core/addresses.js';
import { aheadWhen } from '../core/dates.js';
import { t } from '../core/i18n.js';
import { cancelLater, laterIn, loadLater } from '../core/later.js';
import { langOf } from '../core/text.js';
import { preview } from './bubble.js';
import { Confirm, Dialog } from './dialog.js';
import { Icon } from './icon.js';
import { LaterDialog, aheadWords } from './later-dialog.js';
import { LaterFiles, filesOf } from './later-files.js';
import { toast, toastError } from './toast.js';

/** @typedef {import('../core/types.js').Scheduled} Scheduled */

/** @param {{ one: Scheduled, onChange: () => void, onCancel: () => void }} props */
function Item({ one, onChange, onCancel }) {
  const files = filesOf(one);
  const text = files.length ? one.content : preview(one);
  const when = aheadWhen(one.due, aheadWords());
  return html`<li class="later-item" data-testid="later-item" data-id=${one.id}>
    <p class="row small">
      ${one.failedReason ? html`<span class="tag danger"><${Icon} name="circle-alert" size="s" />${t('later.failed')}</span>` : html`<span class="tag"><${Icon} name="clock" size="s" />${when}</span>`}
      ${one.priority === 'urgent' && html`<span class="tag danger"><${Icon} name="triangle-alert" size="s" />${t('urgent.short')}</span>`}
    </p>
    ${files.length > 0 && html`<${LaterFiles} list=${files} />`}
    ${text && html`<p class="text" dir="auto" lang=${langOf(text) ?? ''}>${text}</p>`}
    ${one.failedReason && html`<p class="small"><span class="error">${t('later.failedAbout', { when })}</span> <span class="muted" lang="en">${one.failedReason}</span></p>`}
    <div class="later-acts">
      <button class="btn sm quiet" type="button" aria-label=${t('later.changeOf', { when })} data-testid="later-change" onClick=${onChange}><${Icon} name="pencil" size="s" />${t('later.changeShort')}</button>
      <button class="btn sm danger" type="button" aria-label=${t('later.cancelOf', { when })} data-testid="later-cancel" onClick=${onCancel}><${Icon} name="calendar-x" size="s" />${t('later.cancel')}</button>
    </div>
  </li>`;
}

/** @param {{ conversationId: string, onClose: () => void }} props */
function List({ conversationId, onClose }) {
  const all = laterIn(conversationId);
  const [task, setTask] = useState(/** @type {{ kind: 'change'|'cancel', id: string }|null} */ (null));
  const one = all.find(({ id }) => id === task?.id);
  const done = () => setTask(null);
  // Addresses of files work for some hours.
  useEffect(() => {
    if (all.some((which) => which.attachments?.some((file) => hasRunOut(file.url, Date.now())))) void loadLater().catch(() => {});
  }, []);
  /** @param {Scheduled} which */
  const cancel = (which) => cancelLater(which).then(() => toast(t('later.cancelled')), toastError);
  return html`<${Dialog} title=${t('later.list')} onClose=${onClose}>
    <ul class="body later-list">
      ${all.map((which) => html`<${Item} key=${which.id} one=${which} onChange=${() => setTask({ kind: 'change', id: which.id })} onCancel=${() => setTask({ kind: 'cancel', id: which.id })} />`)}
    </ul>
    ${one && task?.kind === 'change' && html`<${LaterDialog} conversationId=${conversationId} one=${one} onClose=${done} />`}
    ${one && task?.kind === 'cancel' && html`<${Confirm} title=${t('later.cancelTitle')} text=${t('later.cancelAbout')} yes=${t('later.cancel')} danger=${true} onYes=${() => cancel(one)} onClose=${done} />`}
  <//>`;
}

/** @param {{ id: string }} props */
export function LaterStrip({ id }) {
  const [isOpen, open] = useState(false);
  const all = laterIn(id);
  // The last one is gone, sent or cancelled, and with it what the focus would go back to.
  useEffect(() => {
    if (all.length || !isOpen) return;
    open(false);
    document.getElementById('chat-h')?.focus({ preventScroll: true });
  }, [all.length]);
  if (!all.length) return null;
  const failed = all.filter((one) => one.failedReason).length;
  const next = all.find((one) => !one.failedReason);
  return html`<button class=${failed ? 'later failed' : 'later'} type="button" aria-haspopup="dialog" data-testid="later-strip" onClick=${() => open(true)}>
      <${Icon} name=${failed ? 'circle-alert' : 'calendar-clock'} size="s" />
      <span>${failed > 0 && html`<b>${t('later.stripFailed', { n: failed })}</b> `}${next && t('later.strip', { n: all.length - failed, when: aheadWhen(next.due, aheadWords()) })}</span>
      <${Icon} name="chevron-right" size="s" />
    </button>
    ${isOpen && html`<${List} conversationId=${id} onClose=${() => open(false)} />`}`;
}
