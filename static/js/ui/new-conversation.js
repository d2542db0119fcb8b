// Choosing whom to write to.

import { html, useEffect, useState } from '../../vendor/preact.js';
import { directory, directoryState, loadDirectory, matches, rolesIn, withPresence } from '../core/directory.js';
import { t } from '../core/i18n.js';
import { openWith } from '../core/live.js';
import { go } from '../core/router.js';
import { Dialog } from './dialog.js';
import { Icon } from './icon.js';
import { PersonRow } from './person.js';
import { Empty, Failed, Skeleton } from './states.js';
import { toastError } from './toast.js';

/** @param {{ onClose: () => void }} props */
export function NewConversation({ onClose }) {
  const [wanted, setWanted] = useState('');
  const [role, setRole] = useState('');
  const [busy, setBusy] = useState(false);
  const load = () => void loadDirectory().catch(() => {});
  useEffect(load, []);

  const all = directory.value.map(withPresence);
  const found = all.filter((person) => (!role || person.role === role) && matches(person, wanted));

  /** @param {string} id */
  async function choose(id) {
    setBusy(true);
    try {
      const conversationId = await openWith(id);
      onClose();
      go(`/chats/${conversationId}`);
    } catch (error) {
      setBusy(false);
      toastError(error);
    }
  }

  return html`<${Dialog} title=${t('new.title')} onClose=${onClose}>
    <div class="tools">
      <div class="with-icon"><${Icon} name="search" /><label class="vh" for="new-q">${t('people.search')}</label>
        <input class="input search" id="new-q" type="search" autofocus placeholder=${t('people.search')} onInput=${(/** @type {any} */ e) => setWanted(e.target.value)} /></div>
      <${RoleChips} list=${all} role=${role} onChange=${setRole} />
    </div>
    <div class="pick-list scroll" tabindex="-1">
      ${directoryState.value === 'loading' && html`<${Skeleton} label=${t('people.loading')} rows=${4} />`}
      ${directoryState.value === 'failed' && html`<${Failed} onRetry=${load} />`}
      ${directoryState.value === 'ready' && (found.length
        ? html`<ul>${found.map((person) => html`<${PersonRow} key=${person.id} person=${person} busy=${busy} onChoose=${() => choose(person.id)} />`)}</ul>`
        : html`<${Empty} slim=${true} text=${wanted ? t('search.none', { wanted }) : t('people.none')} />`)}
    </div>
  <//>`;
}

/** @param {{ list: import('../core/types.js').Person[], role: string, onChange: (role: string) => void }} props */
export function RoleChips({ list, role, onChange }) {
  const roles = rolesIn(list);
  if (roles.length < 2) return null;
  return html`<div class="chips scrollx" role="group" aria-label=${t('people.kind')}>
    ${['', ...roles].map(
      (one) => html`<button class="chip" type="button" key=${one} aria-pressed=${role === one} onClick=${() => onChange(one)}>${t(one ? `roles.${one}` : 'roles.all')}</button>`,
    )}
  </div>`;
}
