// A new care team: who is in it, then what it is called.

import { html, useState } from '../../vendor/preact.js';
import { clinic } from '../core/clinic.js';
import { pictureOf } from '../core/group-picture.js';
import { createGroup } from '../core/groups.js';
import { explain, t } from '../core/i18n.js';
import { go } from '../core/router.js';
import { Problem } from './gate.js';
import { GroupLook } from './group-look.js';
import { Icon } from './icon.js';
import { PickPeople } from './pick-people.js';

/** @typedef {import('../core/group-picture.js').Tint} Tint */
/** @typedef {import('../core/types.js').Person} Person */

/** As many as a group usually may have, until the clinic has said its own number. */
const USUAL_LIMIT = 100;

/** How many others may be in a group. */
export const mostOthers = () => (clinic.value.limits?.groupMembers ?? USUAL_LIMIT) - 1;

/** @param {{ onBack: () => void, onDone: () => void }} props */
export function NewGroup({ onBack, onDone }) {
  const [step, setStep] = useState(/** @type {'people'|'look'} */ ('people'));
  const [chosen, choose] = useState(/** @type {Person[]} */ ([]));
  const [name, setName] = useState('');
  const [tint, setTint] = useState(/** @type {Tint} */ ('rose'));
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState('');
  const [problem, setProblem] = useState('');

  /** @param {Event} event */
  async function create(event) {
    event.preventDefault();
    if (busy) return;
    if (!name.trim()) return setError(t('field.empty'));
    setBusy(true);
    try {
      const id = await createGroup({ name: name.trim(), participantIds: chosen.map((person) => person.id), avatar: pictureOf(tint) });
      onDone();
      go(`/chats/${id}`);
    } catch (failure) {
      setProblem(explain(failure));
      setBusy(false);
    }
  }

  if (step === 'people') {
    return html`<${PickPeople} chosen=${chosen} onChange=${choose} most=${mostOthers()} />
      <div class="acts foot">
        <button class="btn" type="button" onClick=${onBack}>${t('page.back')}</button>
        <button class="btn primary" type="button" aria-disabled=${!chosen.length} data-testid="group-next" onClick=${() => chosen.length && setStep('look')}>${t('page.next')}<${Icon} name="arrow-right" size="s" /></button>
      </div>`;
  }
  return html`<form class="body" novalidate onSubmit=${create}>
    <${Problem} text=${problem} />
    <${GroupLook} name=${name} tint=${tint} error=${error} onName=${(/** @type {string} */ value) => (setName(value), setError(''))} onTint=${setTint} />
    <p class="muted small">${t('group.with', { names: chosen.map((person) => person.name).join(', ') })}</p>
    <div class="acts">
      <button class="btn" type="button" onClick=${() => setStep('people')}>${t('page.back')}</button>
      <button class="btn primary" type="submit" aria-busy=${busy} data-testid="group-create">${t('group.create')}</button>
    </div>
  </form>`;
}
