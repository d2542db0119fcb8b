import { html, useState } from '../../vendor/preact.js';
import { openWith } from '../core/live.js';
import { go } from '../core/router.js';
import { Icon } from './icon.js';
import { toastError } from './toast.js';

/** A button that writes to somebody. @param {{ person: import('../core/types.js').Person, kind: string, text: string }} props */
export function WriteButton({ person, kind, text }) {
  const [busy, setBusy] = useState(false);
  const write = async () => {
    if (busy) return;
    setBusy(true);
    try {
      go(`/chats/${await openWith(person.id)}`);
    } catch (error) {
      setBusy(false);
      toastError(error);
    }
  };
  return html`<button class=${`btn ${kind}`} type="button" aria-busy=${busy} aria-label=${`${text}: ${person.name}`} data-testid="write" onClick=${write}><${Icon} name="message-circle" />${text}</button>`;
}
