// What one can do with a message, and the layers that open from it: the menu, the question before deleting, who reacted, and
// what it said before.

import { html, useEffect, useState } from '../../vendor/preact.js';
import { isEditable, takeBack, versions } from '../core/amend.js';
import { longWhen } from '../core/dates.js';
import { saveEdit, saveReply } from '../core/drafts.js';
import { explain, t } from '../core/i18n.js';
import { USUAL, byEmoji, reactionsOf } from '../core/reactions.js';
import { me } from '../core/session.js';
import { langOf } from '../core/text.js';
import { downloadAll } from './attachment.js';
import { copyText } from './clipboard.js';
import { Confirm, Dialog } from './dialog.js';
import { ForwardDialog } from './forward-dialog.js';
import { Problem } from './gate.js';
import { Menu, MenuItem } from './menu.js';
import { MessageInfo } from './message-info.js';
import { toastError } from './toast.js';

/** @typedef {import('../core/types.js').Message} Message */
/** @typedef {import('./rows.js').Context} Context */
/** @typedef {import('./rows.js').Layer} Layer */

const words = () => ({ today: t('today'), yesterday: t('yesterday') });

/** @param {{ m: Message, canWrite: boolean, anchor: Element|null, back: () => HTMLElement|null|undefined, context: Context, onClose: () => void }} props */
function Actions({ m, canWrite, anchor, back, context, onClose }) {
  const mine = me.value?.id ?? '';
  const isMine = m.senderId === mine;
  const reactions = reactionsOf(m);
  const given = new Set(reactions.filter((r) => r.userId === mine).map((r) => r.emoji));
  /** @param {() => unknown} act */
  const pick = (act) => () => {
    onClose();
    act();
  };
  const reply = () => {
    saveEdit(m.conversationId, null);
    saveReply(m.conversationId, m.id);
  };
  return html`<${Menu} label=${t('menu.label')} anchor=${anchor} back=${back} onClose=${onClose}>
    <div class="pick-row" role="group" aria-label=${t('reacts.react')}>
      ${USUAL.map(
        ([emoji, name]) => html`<button
          class="pick" type="button" key=${emoji} role="menuitemcheckbox" tabindex="-1" aria-checked=${given.has(emoji)} aria-label=${t(`emoji.${name}`)}
          onClick=${pick(() => context.react(m, emoji))}
        >${emoji}</button>`,
      )}
    </div>
    ${canWrite && html`<${MenuItem} icon="reply" text=${t('reply')} onPick=${pick(reply)} />`}
    ${!m.isSystemMessage && html`<${MenuItem} icon="forward" text=${t('forward')} onPick=${pick(() => context.open('forward', m))} />`}
    ${m.content && html`<${MenuItem} icon="copy" text=${t('menu.copy')} onPick=${pick(() => copyText(m.content))} />`}
    ${Boolean(m.attachments?.length) && html`<${MenuItem} icon="download" text=${t('file.downloadAll', { n: m.attachments?.length ?? 0 })} onPick=${pick(() => downloadAll(m))} />`}
    ${reactions.length > 0 && html`<${MenuItem} icon="smile-plus" text=${t('reacts.who')} onPick=${pick(() => context.open('who', m))} />`}
    ${isMine && html`<${MenuItem} icon="check-check" text=${t('info.open')} onPick=${pick(() => context.open('info', m))} />`}
    ${canWrite && isMine && isEditable(m) && html`<${MenuItem} icon="pencil" text=${t('edit')} onPick=${pick(() => saveEdit(m.conversationId, { id: m.id, text: m.content }))} />`}
    ${isMine && html`<${MenuItem} icon="trash-2" text=${t('delete')} danger=${true} onPick=${pick(() => context.open('delete', m))} />`}
  <//>`;
}

/** @param {{ m: Message, onClose: () => void }} props */
function History({ m, onClose }) {
  const [earlier, setEarlier] = useState(/** @type {import('../core/amend.js').Version[]|null} */ (null));
  const [problem, setProblem] = useState('');
  useEffect(() => {
    versions(m).then(setEarlier, (error) => setProblem(explain(error)));
  }, [m.id, m.content]);
  const all = earlier && [...earlier, { content: m.content, editedAt: m.editedAt ?? m.createdAt }].reverse();
  return html`<${Dialog} title=${t('history.title')} onClose=${onClose}>
    <div class="body" aria-busy=${!all && !problem}>
      <${Problem} text=${problem} />
      <ol class="versions">
        ${all?.map(
          ({ content, editedAt }, i) => html`<li key=${i}>
            <p class="small muted">${i === 0 ? t('history.now') : i === all.length - 1 ? t('history.first') : t('history.earlier')}, <time datetime=${editedAt}>${longWhen(Date.parse(editedAt), words())}</time></p>
            <p class="text" dir="auto" lang=${langOf(content) ?? ''}>${content}</p>
          </li>`,
        )}
      </ol>
    </div>
  <//>`;
}

/** @param {{ m: Message, context: Context, onClose: () => void }} props */
const Who = ({ m, context, onClose }) => html`<${Dialog} title=${t('reacts.who')} onClose=${onClose}>
  <ul class="body who-reacted">
    ${[...byEmoji(reactionsOf(m))].map(([emoji, ids]) => html`<li key=${emoji}><span class="emoji">${emoji}</span><span>${ids.map((id) => context.nameOf(id)).join(', ')}</span></li>`)}
  </ul>
<//>`;

/**
 * @param {{ layer: Layer, m: Message, canWrite: boolean, anchor: Element|null, back: () => HTMLElement|null|undefined, context: Context, onClose: () => void }} props
 */
export function MessageActions({ layer, m, canWrite, anchor, back, context, onClose }) {
  switch (layer) {
    case 'menu':
      return html`<${Actions} m=${m} canWrite=${canWrite} anchor=${anchor} back=${back} context=${context} onClose=${onClose} />`;
    case 'history':
      return html`<${History} m=${m} onClose=${onClose} />`;
    case 'forward':
      return html`<${ForwardDialog} m=${m} onClose=${onClose} />`;
    case 'info':
      return html`<${MessageInfo} m=${m} context=${context} onClose=${onClose} />`;
    case 'who':
      return html`<${Who} m=${m} context=${context} onClose=${onClose} />`;
    default:
      return html`<${Confirm}
        title=${t('delete.title')} text=${t('delete.about')} yes=${t('delete')} danger=${true} onYes=${() => takeBack(m).catch(toastError)} onClose=${onClose}
      />`;
  }
}
