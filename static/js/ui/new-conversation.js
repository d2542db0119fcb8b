// Choosing whom to write to: one person, or several as a care team.

import { html, useMemo, useState } from '../../vendor/preact.js';
import { finder } from '../core/directory.js';
import { t } from '../core/i18n.js';
import { openWith } from '../core/live.js';
import { go } from '../core/router.js';
import { Dialog } from './dialog.js';
import { Icon } from './icon.js';
import { NewGroup } from './new-group.js';
import { PeopleList } from './people-list.js';
import { PersonRow } from './person.js';
import { toastError } from './toast.js';

/** @typedef {import('../core/types.js').Person} Person */

/** @param {{ onClose: () => void }} props */
export function NewConversation({ onClose }) {
  const [isGroup, setGroup] = useState(false);
  return html`<${Dialog} title=${t(isGroup ? 'group.new' : 'new.title')} onClose=${onClose}>
    ${isGroup ? html`<${NewGroup} onBack=${() => setGroup(false)} onDone=${onClose} />` : html`<${OnePerson} onGroup=${() => setGroup(true)} onDone=${onClose} />`}
  <//>`;
}

/** @param {{ onGroup: () => void, onDone: () => void }} props */
function OnePerson({ onGroup, onDone }) {
  const [busy, setBusy] = useState(false);
  const people = useMemo(() => finder({ plain: true }), []);

  /** @param {string} id */
  async function choose(id) {
    setBusy(true);
    try {
      const conversationId = await openWith(id);
      onDone();
      go(`/chats/${conversationId}`);
    } catch (error) {
      setBusy(false);
      toastError(error);
    }
  }

  return html`<${PeopleList} finder=${people} id="new-q" row=${(/** @type {Person} */ person) => html`<${PersonRow} key=${person.id} person=${person} busy=${busy} onChoose=${() => choose(person.id)} />`}>
    <button class="person as-group" type="button" data-testid="new-group" onClick=${onGroup}>
      <span class="av clinic s" aria-hidden="true"><${Icon} name="users" /></span>
      <span class="min0"><b>${t('group.new')}</b><span class="sub">${t('group.newAbout')}</span></span><${Icon} name="chevron-right" size="s" />
    </button>
  <//>`;
}
