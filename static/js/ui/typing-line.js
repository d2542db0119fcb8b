// Who is typing, or sending a file. The line keeps its height while it is empty, so nothing ever moves.

import { html } from '../../vendor/preact.js';
import { t } from '../core/i18n.js';
import { sending, sendingText } from '../core/sending.js';
import { typing } from '../core/store.js';
import { shortName } from '../core/text.js';

/** @param {{ c: import('../core/types.js').Conversation }} props */
export function TypingLine({ c }) {
  const who = (typing.value.get(c.id) ?? []).map((id) => c.participants.find((person) => person.id === id)).filter((person) => person !== undefined);
  const senders = [...(sending.value.get(c.id) ?? [])].map(([id, kind]) => ({ person: c.participants.find((one) => one.id === id), kind })).filter(({ person }) => person !== undefined);
  const text = senders.length > 1 ? t('sending.many', { n: senders.length }) : senders.length ? sendingText(senders[0].kind, shortName(/** @type {any} */ (senders[0].person))) : who.length > 1 ? t('typing.many', { n: who.length }) : who.length ? t('typing.one', { name: shortName(who[0]) }) : '';
  return html`<p class="typing" data-testid="typing">${text && html`<span class="dots" aria-hidden="true"><i></i><i></i><i></i></span>${text}`}</p>`;
}
