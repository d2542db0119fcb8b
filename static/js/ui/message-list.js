// The thread: only the rows in view exist. Older pages come in above without moving what is being read; new messages are
// followed only by a reader who is at the end.

import { html, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from '../../vendor/preact.js';
import { Virtualizer, elementScroll, observeElementOffset, observeElementRect } from '../../vendor/virtual.js';
import { acknowledge } from '../core/amend.js';
import { looking as looksHere, viewing } from '../core/attention.js';
import { t } from '../core/i18n.js';
import { takeWanted, wantedMessage } from '../core/jump.js';
import { unreadAbove } from '../core/merge.js';
import { pendingOf } from '../core/outbox.js';
import { react } from '../core/reactions.js';
import { readUpTo, see } from '../core/receipts.js';
import { buildRows } from '../core/rows.js';
import { me } from '../core/session.js';
import { others } from '../core/store.js';
import { shortName } from '../core/text.js';
import { timeline } from '../core/timeline.js';
import { Icon } from './icon.js';
import { MessageActions } from './message-actions.js';
import { roleOf } from './person.js';
import { roomFor } from './attachment.js';
import { ThreadRow } from './rows.js';
import { toast, toastError } from './toast.js';
import { TypingLine } from './typing-line.js';

/** @typedef {import('../core/rows.js').Row} Row */
/** @typedef {import('../core/types.js').Conversation} Conversation */
/** @typedef {import('../core/types.js').Message} Message */
/** @typedef {import('./rows.js').Layer} Layer */

const NEAR_END = 80;
/** A reader this close to the end stays at the end, whatever grows above it. */
const AT_END = 24;
const NEAR_TOP = 1500;
/** So long the row to which one came is held in its place, while rows get their heights and older pages come in above. */
const SETTLE = 1000;
/** How long the original of a reply stays marked after a jump. */
const GLOW = 1200;

/** At the end of the thread there is room for who types: the height of that line, and a little. */
const endRoom = () => 2 * parseFloat(getComputedStyle(document.documentElement).fontSize) + 4;

/** @type {Map<string, { key: string, inset: number }>} where each thread was left; absent means at its end */
const places = new Map();

/** A first guess at a row's height; the real one is measured when it is drawn. @param {Row|undefined} row */
const guess = (row) => {
  if (row?.kind !== 'message') return row?.kind === 'start' ? 110 : 56;
  return 44 + 22 * Math.floor(row.message.content.length / 46) + roomFor(row.message.attachments ?? []);
};

/** @param {Message|undefined} m */
const authorOf = (m) => (m?.senderName ? { name: m.senderName, firstName: '', role: /** @type {import('../core/types.js').Role} */ (m.senderRole ?? 'admin') } : undefined);

/** @param {{ c: Conversation }} props */
export function MessageList({ c }) {
  const line = timeline(c.id);
  const messages = line.messages.value;
  const reachesEnd = line.reachesEnd.value;
  const unsent = pendingOf(c.id);
  // What waits to be sent stands at the end, which is not here after a jump far back.
  const pending = reachesEnd ? unsent : [];
  const mine = me.value?.id ?? '';
  const scroller = useRef(/** @type {HTMLElement|null} */ (null));
  const [, redraw] = useState(0);
  // Set when the thread is opened or the reader looked away, and kept while they read.
  const [unreadSeq, setUnreadSeq] = useState(() => line.firstUnread());
  const openedAt = useRef(Date.now());
  const follow = useRef(true);
  const seenBefore = useRef(unreadSeq === null ? (messages.at(-1)?.seq ?? 0) : unreadSeq - 1);

  const complete = line.complete.value;
  const pendingKey = pending.map((m) => m.id + m.status + (m.attachments?.map(({ way, kept }) => `${way}${kept}`) ?? '')).join();
  const rows = useMemo(() => buildRows(messages, pending, { me: mine, unreadSeq, complete }), [messages, pendingKey, mine, unreadSeq, complete]);

  const virtual = useRef(/** @type {Virtualizer<HTMLElement, Element>|null} */ (null));
  const options = {
    count: rows.length,
    getScrollElement: () => scroller.current,
    getItemKey: useCallback((/** @type {number} */ i) => rows[i]?.key ?? i, [rows]),
    estimateSize: (/** @type {number} */ i) => guess(rows[i]),
    overscan: 12,
    paddingStart: 16,
    paddingEnd: endRoom(),
    anchorTo: /** @type {const} */ ('end'),
    followOnAppend: reachesEnd,
    scrollEndThreshold: NEAR_END,
    scrollToFn: elementScroll,
    observeElementRect,
    observeElementOffset,
    onChange: () => redraw((n) => n + 1),
  };
  virtual.current ??= new Virtualizer(options);
  const v = virtual.current;
  v.setOptions(options);
  useLayoutEffect(() => v._didMount(), []);
  useLayoutEffect(() => v._willUpdate());

  const held = useRef({ key: '', align: /** @type {'start'|'center'} */ ('start'), until: 0 });
  /** Scrolls to a row, and stays there for a moment. @param {number} index @param {'start'|'center'} align */
  function hold(index, align) {
    held.current = { key: rows[index].key, align, until: Date.now() + SETTLE };
    v.scrollToIndex(index, { align });
  }

  // Where the reader left off: at a row, at the first unread message, or at the end.
  useLayoutEffect(() => {
    const place = places.get(c.id);
    const at = place ? rows.findIndex((row) => row.key === place.key) : -1;
    const divider = rows.findIndex((row) => row.kind === 'unread');
    follow.current = at < 0 && divider < 0;
    if (at >= 0) {
      v.scrollToIndex(at, { align: 'start' });
      requestAnimationFrame(() => v.scrollBy(place?.inset ?? 0));
    } else if (divider >= 0) hold(Math.max(0, divider - 1), 'start');
    else v.scrollToEnd();
    return () => {
      viewing.value = null;
    };
  }, []);
  // One's own message is always followed.
  const lastPending = unsent.at(-1)?.id;
  const wasPending = useRef(lastPending);
  useLayoutEffect(() => {
    if (lastPending && lastPending !== wasPending.current) toEnd();
    wasPending.current = lastPending;
  }, [lastPending]);

  // At the end one stays at the end: also when a banner takes room, or a row in the middle grows.
  const total = v.getTotalSize();
  const height = v.scrollRect?.height ?? 0;
  useLayoutEffect(() => {
    const { key, align, until } = held.current;
    const index = until > Date.now() ? rows.findIndex((row) => row.key === key) : -1;
    if (index >= 0) v.scrollToIndex(index, { align });
    else if (follow.current && !v.isAtEnd(1)) v.scrollToEnd();
  }, [rows, total, height]);
  // Whoever scrolls is not held.
  const letGo = () => {
    held.current.until = 0;
  };
  // The virtual list speaks up only when other rows come into view, which a growing message box need not bring about.
  useLayoutEffect(() => {
    const observer = new ResizeObserver(() => follow.current && !v.isAtEnd(1) && v.scrollToEnd());
    if (scroller.current) observer.observe(scroller.current);
    return () => observer.disconnect();
  }, []);
  const onScroll = () => {
    const { scrollHeight = 0, scrollTop = 0, clientHeight = 0 } = scroller.current ?? {};
    follow.current = line.reachesEnd.value && scrollHeight - scrollTop - clientHeight <= AT_END;
  };

  const items = v.getVirtualItems();
  const atEnd = reachesEnd && v.isAtEnd(NEAR_END);
  const looking = looksHere.value;
  const newest = messages.at(-1)?.seq ?? 0;

  useEffect(() => {
    viewing.value = { id: c.id, atEnd };
  }, [c.id, atEnd]);

  // Kept up to date while reading: at the time of leaving, the thread is already gone.
  useEffect(() => {
    const top = v.scrollOffset ?? 0;
    const item = atEnd ? undefined : v.getVirtualItemForOffset(top);
    const row = item && rows[item.index];
    if (row) places.set(c.id, { key: row.key, inset: top - item.start });
    else places.delete(c.id);
  });

  // Read is what stood on the screen while somebody looked.
  const lastSeen = lastSeqInView();
  useEffect(() => {
    if (looking && lastSeen) see(c.id, lastSeen);
  }, [c.id, looking, lastSeen]);
  function lastSeqInView() {
    if (atEnd) return newest;
    const bottom = (v.scrollOffset ?? 0) + (v.scrollRect?.height ?? 0);
    const row = rows[items.findLast((item) => item.end <= bottom)?.index ?? -1];
    return row?.kind === 'message' && !row.pending ? row.message.seq : 0;
  }

  // What came while nobody looked gets a divider of its own, unless one is standing already unread.
  const looked = useRef({ looking, newest });
  useEffect(() => {
    const before = looked.current;
    looked.current = { looking, newest };
    if (!looking && reachesEnd && newest > before.newest && (unreadSeq === null || unreadSeq <= readUpTo(c.id))) {
      const first = messages.find((m) => m.seq > before.newest && m.senderId !== mine);
      if (first) setUnreadSeq(first.seq);
    }
  }, [looking, newest]);

  const nearTop = (v.scrollOffset ?? 0) < NEAR_TOP;
  useEffect(() => {
    if (nearTop && !complete) line.older().catch(() => {});
  }, [nearTop, complete, messages.length]);

  const nearBottom = total - (v.scrollOffset ?? 0) - height < NEAR_TOP;
  useEffect(() => {
    if (nearBottom && !reachesEnd) line.newer().catch(() => {});
  }, [nearBottom, reachesEnd, messages.length]);
  /** To the newest message, from wherever one is. */
  function toEnd() {
    const go = () => {
      held.current.until = 0;
      follow.current = true;
      v.scrollToEnd();
    };
    if (line.reachesEnd.value) go();
    else line.latest().then(() => requestAnimationFrame(go), toastError);
  }

  const measure = useCallback((/** @type {Element|null} */ element) => v.measureElement(element), []);
  const isGroup = c.type === 'group' || others(c).length > 1;
  const members = useMemo(() => new Map(c.participants.map((person) => [person.id, person])), [c.participants]);
  /** Who left is known by what they wrote. @param {string} id */
  const memberOf = (id) => members.get(id) ?? authorOf(line.messages.value.find((m) => m.senderId === id));

  // The menu and what opens from it. The message is looked up again: it may change while its menu is open.
  const [layer, setLayer] = useState(/** @type {{ n: number, kind: Layer, id: string, anchor: Element|null }|null} */ (null));
  const opened = useRef(0);
  const layerMessage = layer ? line.find(layer.id) : undefined;
  const closeLayer = useCallback(() => setLayer(null), []);
  /** @param {string} id @returns {HTMLElement|null|undefined} */
  const rowOf = (id) => scroller.current?.querySelector(`[data-id="${CSS.escape(id)}"]`);
  const opener = useRef(/** @type {HTMLElement|null} */ (null));

  // One message at a time is reached with Tab; arrow keys go on from there.
  const [currentKey, setCurrent] = useState('');
  const inView = items.findLast((item) => item.start < (v.scrollOffset ?? 0) + height && rows[item.index]?.kind === 'message');
  const currentIsHere = items.some((item) => rows[item.index]?.key === currentKey);
  const current = currentIsHere ? currentKey : inView ? rows[inView.index].key : '';
  /** @param {number} index */
  const focusRow = (index) => {
    follow.current = false;
    v.scrollToIndex(index, { align: 'auto' });
    requestAnimationFrame(() => /** @type {HTMLElement|null|undefined} */ (scroller.current?.querySelector(`[data-index="${index}"]`))?.focus({ preventScroll: true }));
  };

  const [glowing, setGlowing] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => setGlowing(''), GLOW);
    return () => clearTimeout(timer);
  }, [glowing]);
  const wanted = useRef('');
  /** To the original of a reply or to what a search found, however far back it is. @param {string} id @param {number} [seq] */
  async function jump(id, seq) {
    wanted.current = id;
    try {
      if (!(await line.reach(id, seq))) toast(t('error.MESSAGE_NOT_FOUND'));
      else if (wanted.current === id) setArrived((n) => n + 1);
    } catch (error) {
      toastError(error);
    }
  }
  // Once the pages are drawn, the row has an index.
  const [arrival, setArrived] = useState(0);
  useLayoutEffect(() => {
    const index = rows.findIndex((row) => row.kind === 'message' && row.message.id === wanted.current);
    if (index < 0) return;
    const { key } = rows[index];
    follow.current = false;
    hold(index, 'center');
    setCurrent(key);
    setGlowing(key);
    const id = wanted.current;
    wanted.current = '';
    requestAnimationFrame(() => requestAnimationFrame(() => rowOf(id)?.focus({ preventScroll: true })));
  }, [arrival]);

  // Somebody asked for a message of this conversation from elsewhere.
  const asked = wantedMessage.value;
  useEffect(() => {
    const to = line.state.value === 'ready' ? takeWanted(c.id) : null;
    if (to) void jump(to.messageId, to.seq);
  }, [c.id, asked]);

  const acts = {
    jump: (/** @type {string} */ id, /** @type {number} */ seq) => void jump(id, seq),
    react: (/** @type {Message} */ m, /** @type {string} */ emoji) => void react(m, emoji).catch((error) => (error?.code === 'CONFLICT' ? toast(t('reacts.full')) : toastError(error))),
    acknowledge: (/** @type {Message} */ m) => acknowledge(m).then(() => rowOf(m.id)?.focus({ preventScroll: true }), toastError),
    /** @type {import('./rows.js').Context['open']} */
    open: (kind, m, anchor) => {
      const row = rowOf(m.id);
      if (kind === 'menu') opener.current = anchor instanceof HTMLElement ? anchor : (row ?? null);
      // The button goes with the message; its row stays.
      if (kind === 'delete') opener.current = row ?? null;
      setLayer({ n: ++opened.current, kind, id: m.id, anchor: anchor ?? row?.querySelector('.bubble') ?? null });
    },
    onKeyDown: (/** @type {KeyboardEvent} */ event, /** @type {number} */ index) => {
      if (event.target !== event.currentTarget) return;
      const row = rows[index];
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step) {
        for (let to = index + step; rows[to]; to += step) {
          if (rows[to].kind !== 'message') continue;
          focusRow(to);
          break;
        }
      } else if (event.key === 'Enter' || event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey)) {
        if (row?.kind === 'message' && !row.pending && !row.message.isDeleted) acts.open('menu', row.message);
      } else return;
      event.preventDefault();
    },
    onFocus: (/** @type {number} */ index) => setCurrent(rows[index]?.key ?? ''),
  };
  const act = useRef(acts);
  act.current = acts;

  // One object for as long as it says the same: rows whose props are equal are not drawn again while scrolling.
  const context = useMemo(
    () => ({
      nameOf: (/** @type {string} */ id, elsewise = '') => {
        if (id === mine) return t('you');
        const person = memberOf(id);
        if (!person) return elsewise || t('someone');
        return isGroup ? person.name : shortName(person);
      },
      roleOf: (/** @type {string} */ id) => {
        const person = memberOf(id);
        return person ? roleOf(person) : '';
      },
      isGroup,
      others: others(c).length,
      unreadCount: (/** @type {number} */ seq) => unreadAbove(messages, mine, seq - 1),
      /** Only what came after opening moves; history stands still. @param {Row} row */
      fresh: (row) => (row.kind === 'message' && row.message.at > openedAt.current ? (row.mine ? 'sending' : 'arrived') : ''),
      jump: (/** @type {string} */ id, /** @type {number} */ seq) => act.current.jump(id, seq),
      react: (/** @type {Message} */ m, /** @type {string} */ emoji) => act.current.react(m, emoji),
      acknowledge: (/** @type {Message} */ m) => act.current.acknowledge(m),
      /** @type {import('./rows.js').Context['open']} */
      open: (kind, m, anchor) => act.current.open(kind, m, anchor),
      onKeyDown: (/** @type {KeyboardEvent} */ event, /** @type {number} */ index) => act.current.onKeyDown(event, index),
      onFocus: (/** @type {number} */ index) => act.current.onFocus(index),
    }),
    [members, messages, mine, isGroup],
  );
  const below = atEnd ? 0 : !reachesEnd ? c.unreadCount : unreadAbove(messages, mine, Math.max(seenBefore.current, readUpTo(c.id)));

  return html`<section class="thread scroll" ref=${scroller} tabindex="0" aria-label=${t('thread.label')} data-testid="thread" onScroll=${onScroll} onWheel=${letGo} onPointerDown=${letGo} onKeyDown=${letGo}>
      <div class="thread-rows" style=${{ height: `${total}px` }}>
        <ol style=${{ transform: `translateY(${items[0]?.start ?? 0}px)` }}>
          ${items.map((item) => {
            const row = rows[item.index];
            return row && html`<${ThreadRow} key=${item.key} row=${row} index=${item.index} measure=${measure} isCurrent=${row.key === current} isGlowing=${row.key === glowing} context=${context} />`;
          })}
        </ol>
      </div>
    </section>
    <div class="below">
      ${!atEnd &&
      html`<button class="btn jump" type="button" data-testid="jump-latest" onClick=${toEnd}>
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
