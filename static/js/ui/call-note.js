// A call in the thread: what became of it, and a way to call back.

import { html } from '../../vendor/preact.js';
import { callIcon, isMissed } from '../core/call-text.js';
import { callsAreOn } from '../core/clinic.js';
import { clock } from '../core/dates.js';
import { t } from '../core/i18n.js';
import { me } from '../core/session.js';
import { conversation, partner } from '../core/store.js';
import { langOf } from '../core/text.js';
import { callNow } from './call-buttons.js';
import { Icon } from './icon.js';

/** @param {{ m: import('../core/types.js').Message, data: import('../core/types.js').CallData, text: string }} props */
export function CallNote({ m, data, text }) {
  const told = { status: data.status, direction: /** @type {'in'|'out'} */ (data.callerId === me.value?.id ? 'out' : 'in') };
  const missed = isMissed(told);
  const c = conversation(m.conversationId);
  const person = c?.isActive === false ? undefined : c && partner(c);
  const body = html`<${Icon} name=${callIcon(told)} size="s" /><span dir="auto" lang=${text === m.content && !langOf(text) ? 'en' : langOf(text)}>${text}</span><time datetime=${m.createdAt}>${clock(m.at)}</time>`;
  const kind = missed ? 'call-note missed' : 'call-note';
  if (!person || !callsAreOn.value) return html`<span class=${kind}>${body}</span>`;
  // To whom nobody came one calls back; to a talk that was, one calls again.
  const again = t(data.callerId === me.value?.id ? 'call.again' : 'call.back');
  return html`<button class=${kind} type="button" data-testid="call-note" data-status=${data.status} onClick=${() => callNow(person, data.type, m.conversationId)}>
    ${body}<span class="call-note-act">${again}</span>
  </button>`;
}
