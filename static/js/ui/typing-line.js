// Who is typing. The line keeps its height while it is empty, so nothing ever moves.

import { html } from '../../vendor/preact.js';
import { t } from '../core/i18n.js';
import { typing } from '../core/store.js';
import { shortName } from '../core/text.js';

/** @param {{ c: import('../core/types.js').Conversation }} props */
export function TypingLine({ c }) {
  const who = (typing.value.get(c.id) ?? []).map((id) => c.participants.find((person) => person.id === id)).filter((person) => person !== undefined);
  return html`<p class="typing" data-testid="typing">
    ${who.length > 0 &&
    html`<span class="dots" aria-hidden="true"><i></i><i></i><i></i></span>${who.length === 1 ? t('typing.one', { name: shortName(who[0]) }) : t('typing.many', { n: who.length })}`}
  </p>`;
}
