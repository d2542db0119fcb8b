// The picture of a conversation: of the one on the other side, or of the group.

import { html } from '../../vendor/preact.js';
import { tintClass, tintOf } from '../core/group-picture.js';
import { partner, titleOf } from '../core/store.js';
import { Avatar } from './avatar.js';
import { isBusy } from './person.js';

/** @param {{ c: import('../core/types.js').Conversation, size?: ''|'s'|'l' }} props */
export function ConversationAvatar({ c, size = '' }) {
  const person = partner(c);
  if (person) return html`<${Avatar} name=${person.name} role=${person.role} size=${size} isOnline=${person.isOnline} busy=${isBusy(person)} />`;
  return html`<${Avatar} name=${titleOf(c)} tint=${c.type === 'group' ? tintClass(tintOf(c.groupAvatar)) : ''} size=${size} />`;
}
