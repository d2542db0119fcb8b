// The thread of a conversation: its rows, and what one does with them.

import { html, useCallback, useMemo, useRef, useState } from '../../vendor/preact.js';
import { acknowledge } from '../core/amend.js';
import { t } from '../core/i18n.js';
import { unreadAbove } from '../core/merge.js';
import { pendingOf } from '../core/outbox.js';
import { react } from '../core/reactions.js';
import { buildRows } from '../core/rows.js';
import { me } from '../core/session.js';
import { others } from '../core/store.js';
import { shortName } from '../core/text.js';
import { timeline } from '../core/timeline.js';
import { Icon } from './icon.js';
import { MessageActions } from './message-actions.js';
import { roleOf } from './person.js';
import { ThreadRow } from './rows.js';
import { useThreadFocus } from './thread-focus.js';
import { useReading, useUnreadDivider } from './thread-reading.js';
import { useThreadScroll } from './thread-scroll.js';
import { toast, toastError } from './toast.js';
import { TypingLine } from './typing-line.js';

/** @typedef {import('../core/types.js').Conversation} Conversation */
/** @typedef {import('../core/types.js').Message} Message */
/** @typedef {import('./rows.js').Context} Context */
/** @typedef {import('./rows.js').Layer} Layer */

/** @param {Message|undefined} m */
const authorOf = (m) => (m?.senderName ? { name: m.senderName, firstName: '', role: /** @type {import('../core/types.js').Role} */ (m.senderRole ?? 'admin') } : undefined);

/** @param {{ c: Conversation }} props */
export function MessageList({ c }) {
  const line = timeline(c.id);
  const messages = line.messages.value;
  const reachesEnd = line.reachesEnd.value;
  const complete = line.complete.value;
  const unsent = pendingOf(c.id);
  // What waits to be sent stands at the end, which is not here after a jump far back.
  const pending = reachesEnd ? unsent : [];
  const mine = me.value?.id ?? '';
  const openedAt = useRef(Date.now());
  const divider = useUnreadDivider(line);
  const [unreadSeq] = divider;

  const pendingKey = pending.map((m) => m.id + m.status + (m.attachments?.map(({ way, kept }) => `${way}${kept}`) ?? '')).join();
  const rows = useMemo(() => buildRows(messages, pending, { me: mine, unreadSeq, complete }), [messages, pendingKey, mine, unreadSeq, complete]);
  const scroll = useThreadScroll({ id: c.id, rows, line, lastUnsent: unsent.at(-1)?.id });
  const below = useReading({ c, line, rows, scroll, divider });
  const { current, glowing, jump, step, rowOf, onFocus } = useThreadFocus({ id: c.id, line, rows, scroll });

  // The menu and what opens from it. The message is looked up again: it may change while its menu is open.
  const [layer, setLayer] = useState(/** @type {{ n: number, kind: Layer, id: string, anchor: Element|null }|null} */ (null));
  const opened = useRef(0);
  const layerMessage = layer ? line.find(layer.id) : undefined;
  const closeLayer = useCallback(() => setLayer(null), []);
  const opener = useRef(/** @type {HTMLElement|null} */ (null));

  /** @type {Pick<Context, 'jump'|'react'|'acknowledge'|'open'|'onKeyDown'|'onFocus'>} */
  const acts = {
    jump,
    onFocus,
    react: (m, emoji) => void react(m, emoji).catch((error) => (error?.code === 'CONFLICT' ? toast(t('reacts.full')) : toastError(error))),
    acknowledge: (m) => acknowledge(m).then(() => rowOf(m.id)?.focus({ preventScroll: true }), toastError),
    open: (kind, m, anchor) => {
      const row = rowOf(m.id);
      if (kind === 'menu') opener.current = anchor instanceof HTMLElement ? anchor : (row ?? null);
      // The button goes with the message; its row stays.
      if (kind === 'delete') opener.current = row ?? null;
      setLayer({ n: ++opened.current, kind, id: m.id, anchor: anchor ?? row?.querySelector('.bubble') ?? null });
    },
    onKeyDown: (event, index) => {
      if (event.target !== event.currentTarget) return;
      const row = rows[index];
      if (event.key === 'ArrowDown') step(index, 1);
      else if (event.key === 'ArrowUp') step(index, -1);
      else if (event.key === 'Enter' || event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey)) {
        if (row?.kind === 'message' && !row.pending && !row.message.isDeleted) acts.open('menu', row.message);
      } else return;
      event.preventDefault();
    },
  };
  const act = useRef(acts);
  act.current = acts;

  const isGroup = c.type === 'group' || others(c).length > 1;
  const members = useMemo(() => new Map(c.participants.map((person) => [person.id, person])), [c.participants]);
  /** Who left is known by what they wrote. @param {string} id */
  const memberOf = (id) => members.get(id) ?? authorOf(line.messages.value.find((m) => m.senderId === id));
  // One object for as long as it says the same: rows whose props are equal are not drawn again while scrolling.
  const context = useMemo(
    () => /** @type {Context} */ ({
      nameOf: (id, elsewise = '') => {
        if (id === mine) return t('you');
        const person = memberOf(id);
        if (!person) return elsewise || t('someone');
        return isGroup ? person.name : shortName(person);
      },
      roleOf: (id) => {
        const person = memberOf(id);
        return person ? roleOf(person) : '';
      },
      isGroup,
      others: others(c).length,
      unreadCount: (seq) => unreadAbove(messages, mine, seq - 1),
      // Only what came after opening moves; history stands still.
      fresh: (row) => (row.kind === 'message' && row.message.at > openedAt.current ? (row.mine ? 'sending' : 'arrived') : ''),
      jump: (id, seq) => act.current.jump(id, seq),
      react: (m, emoji) => act.current.react(m, emoji),
      acknowledge: (m) => act.current.acknowledge(m),
      open: (kind, m, anchor) => act.current.open(kind, m, anchor),
      onKeyDown: (event, index) => act.current.onKeyDown(event, index),
      onFocus: (index) => act.current.onFocus(index),
    }),
    [members, messages, mine, isGroup],
  );

  const { items, letGo } = scroll;
  return html`<section class="thread scroll" ref=${scroll.scroller} tabindex="0" aria-label=${t('thread.label')} data-testid="thread" onScroll=${scroll.onScroll} onWheel=${letGo} onPointerDown=${letGo} onKeyDown=${letGo}>
      <div class="thread-rows" style=${{ height: `${scroll.total}px` }}>
        <ol style=${{ transform: `translateY(${items[0]?.start ?? 0}px)` }}>
          ${items.map((item) => {
            const row = rows[item.index];
            return row && html`<${ThreadRow} key=${item.key} row=${row} index=${item.index} measure=${scroll.measure} isCurrent=${row.key === current} isGlowing=${row.key === glowing} context=${context} />`;
          })}
        </ol>
      </div>
    </section>
    <div class="below">
      ${!scroll.atEnd &&
      html`<button class="btn jump" type="button" data-testid="jump-latest" onClick=${scroll.toEnd}>
        <${Icon} name="arrow-down" /><span class="vh">${below ? t('thread.jumpNew', { n: below }) : t('thread.jump')}</span>
        ${below > 0 && html`<span class="count" aria-hidden="true">${below}</span>`}
      </button>`}
      <${TypingLine} c=${c} />
    </div>
    ${layer &&
    layerMessage &&
    !layerMessage.isDeleted &&
    html`<${MessageActions}
      key=${layer.n} layer=${layer.kind} m=${layerMessage} canWrite=${c.isActive !== false} anchor=${layer.anchor} context=${context} onClose=${closeLayer}
      back=${() => (opener.current?.isConnected ? opener.current : rowOf(layer.id))}
    />`}`;
}
