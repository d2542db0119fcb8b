// Changing a group: its name and picture, who is in it.

import { html, useState } from '../../vendor/preact.js';
import { pictureOf, tintOf } from '../core/group-picture.js';
import { addMembers, changeGroup } from '../core/groups.js';
import { explain, t } from '../core/i18n.js';
import { Dialog } from './dialog.js';
import { Problem } from './gate.js';
import { GroupLook } from './group-look.js';
import { mostOthers } from './new-group.js';
import { PickPeople } from './pick-people.js';
import { toast } from './toast.js';

/** @typedef {import('../core/types.js').Conversation} Conversation */
/** @typedef {import('../core/types.js').Person} Person */

/** One request at a time, its failure in words. @param {() => Promise<unknown>} job */
function useJob(job) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState('');
  const run = async () => {
    if (busy) return;
    setBusy(true);
    setProblem('');
    try {
      await job();
    } catch (error) {
      setProblem(explain(error));
      setBusy(false);
    }
  };
  return { busy, problem, run };
}

/** @param {{ c: Conversation, onClose: () => void }} props */
export function EditGroup({ c, onClose }) {
  const [name, setName] = useState(c.name);
  const [tint, setTint] = useState(tintOf(c.groupAvatar));
  const [error, setError] = useState('');
  const job = useJob(async () => {
    await changeGroup(c.id, { ...(name.trim() !== c.name && { name: name.trim() }), ...(tint !== tintOf(c.groupAvatar) && { avatar: pictureOf(tint) }) });
    onClose();
  });
  /** @param {Event} event */
  const save = (event) => {
    event.preventDefault();
    if (!name.trim()) setError(t('field.empty'));
    else if (name.trim() === c.name && tint === tintOf(c.groupAvatar)) onClose();
    else void job.run();
  };
  return html`<${Dialog} title=${t('group.edit')} onClose=${onClose}>
    <form class="body" novalidate onSubmit=${save}>
      <${Problem} text=${job.problem} />
      <${GroupLook} name=${name} tint=${tint} error=${error} onName=${(/** @type {string} */ value) => (setName(value), setError(''))} onTint=${setTint} />
      <div class="acts">
        <button class="btn" type="button" onClick=${onClose}>${t('cancel')}</button>
        <button class="btn primary" type="submit" aria-busy=${job.busy} data-testid="group-save">${t('save')}</button>
      </div>
    </form>
  <//>`;
}

/** @param {{ c: Conversation, onClose: () => void }} props */
export function AddMembers({ c, onClose }) {
  const [chosen, choose] = useState(/** @type {Person[]} */ ([]));
  const job = useJob(async () => {
    await addMembers(
      c.id,
      chosen.map(({ id }) => id),
    );
    toast(t('group.added', { n: chosen.length }));
    onClose();
  });
  const members = new Set(c.participants.map(({ id }) => id));
  return html`<${Dialog} title=${t('group.addTitle')} onClose=${onClose}>
    <${PickPeople} chosen=${chosen} onChange=${choose} most=${mostOthers() + 1 - members.size} without=${members} />
    <div class="acts foot">
      <${Problem} text=${job.problem} />
      <button class="btn" type="button" onClick=${onClose}>${t('cancel')}</button>
      <button class="btn primary" type="button" aria-disabled=${!chosen.length} aria-busy=${job.busy} data-testid="members-add" onClick=${() => chosen.length && void job.run()}>${t('group.add')}</button>
    </div>
  <//>`;
}
