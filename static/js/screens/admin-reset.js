// A link for a new password, to be handed over by whoever knows the person.

import { html, useEffect, useRef, useState } from '../../vendor/preact.js';
import { post } from '../core/api.js';
import { longWhen } from '../core/dates.js';
import { explain, t } from '../core/i18n.js';
import { Dialog } from '../ui/dialog.js';
import { Problem } from '../ui/gate.js';
import { toast } from '../ui/toast.js';

/** @param {{ user: import('../core/types.js').User, onClose: () => void }} props */
export function ResetLink({ user, onClose }) {
  const [link, setLink] = useState(/** @type {{ url: string, expiresAt: string }|null} */ (null));
  const [problem, setProblem] = useState('');
  const box = useRef(/** @type {HTMLInputElement|null} */ (null));
  useEffect(() => {
    post(`/api/admin/users/${user.id}/reset-link`).then((answer) => setLink(answer.data), (error) => setProblem(explain(error)));
  }, [user.id]);
  const copy = async () => {
    box.current?.select();
    try {
      await navigator.clipboard.writeText(link?.url ?? '');
      toast(t('copied'));
    } catch {
      // No clipboard on plain http; the text is selected, and Ctrl+C works.
    }
  };
  return html`<${Dialog} title=${t('admin.resetTitle', { name: user.name })} onClose=${onClose}>
    <div class="body">
      <p class="muted">${t('admin.resetAbout')}</p>
      <${Problem} text=${problem} />
      ${link &&
      html`<div class="field"><label for="reset-link">${t('admin.resetLink')}</label><input class="input" id="reset-link" ref=${box} readonly value=${link.url} />
          <p class="hint">${t('admin.resetUntil', { when: longWhen(Date.parse(link.expiresAt), { today: t('today'), yesterday: t('yesterday') }) })}</p></div>
        <div class="acts"><button class="btn primary" type="button" onClick=${copy}>${t('copy')}</button></div>`}
    </div>
  <//>`;
}
