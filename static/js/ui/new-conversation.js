// Choosing whom to write to: one person, or several as a group.

import { html, useMemo, useState } from '../../vendor/preact.js';
import { finder } from '../core/directory.js';
import { t } from '../core/i18n.js';
import { openWith } from '../core/live.js';
import { go } from '../core/router.js';
import { Dialog } from './dialog.js';
import { PeopleList } from './people-list.js';
import { PersonRow } from './person.js';
import { toastError } from './toast.js';

/** @typedef {import('../core/types.js').Person} Person */

/** @param {{ onClose: () => void }} props */
export function NewConversation({ onClose }) {
  const [busy, setBusy] = useState(false);
  const people = useMemo(() => finder({ plain: true }), []);

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
    <${PeopleList} finder=${people} id="new-q" row=${(/** @type {Person} */ person) => html`<${PersonRow} key=${person.id} person=${person} busy=${busy} onChoose=${() => choose(person.id)} />`} />
  <//>`;
}
