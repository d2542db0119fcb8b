// One conversation: who it is with, safety, the thread, and where one writes.

import { html, useEffect, useRef, useState } from '../../vendor/preact.js';
import { canMeet, isAhead } from '../core/appointment-rules.js';
import { appointment, bookWith, showAppointment } from '../core/appointments.js';
import { explain, t } from '../core/i18n.js';
import { fetchConversation } from '../core/live.js';
import { pendingOf } from '../core/outbox.js';
import { removed } from '../core/removed.js';
import { me } from '../core/session.js';
import { link } from '../core/socket.js';
import { conversation, listState, others, partner, titleOf } from '../core/store.js';
import { langOf, shortName } from '../core/text.js';
import { timeline } from '../core/timeline.js';
import { viewed } from '../core/viewed.js';
import { Banner } from '../ui/banner.js';
import { CallButtons } from '../ui/call-buttons.js';
import { Composer } from '../ui/composer.js';
import { ConversationAvatar } from '../ui/conversation-avatar.js';
import { ConversationFind } from '../ui/conversation-find.js';
import { Details } from '../ui/details.js';
import { Dialog } from '../ui/dialog.js';
import { DropTarget, useDrop } from '../ui/drop.js';
import { isTouch, takeFocus } from '../ui/focus.js';
import { Icon } from '../ui/icon.js';
import { LaterStrip } from '../ui/later-strip.js';
import { MessageList } from '../ui/message-list.js';
import { presenceOf, roleOf } from '../ui/person.js';
import { Safety } from '../ui/safety.js';
import { Empty, Failed } from '../ui/states.js';
import { Viewer } from '../ui/viewer.js';

/** @typedef {import('../core/types.js').Conversation} Conversation */

/** Whether there is a third pane. */
const hasRoom = matchMedia('(min-width: 1080px)');

/** "4 people: Fathima, Dr. Nimali, you" @param {Conversation} c */
function membersLine(c) {
  const names = [...others(c).map(shortName), t('you')].join(', ');
  return `${t('details.people', { n: c.participants.length })}: ${names}`;
}

/** @param {string} messageId @returns {HTMLElement|null} */
const rowOf = (messageId) => document.querySelector(`[data-testid=message][data-id="${CSS.escape(messageId)}"]`);

/** Leads to the next appointment, or to making one. @param {{ c: Conversation, person: import('../core/types.js').Person }} props */
function VisitButton({ c, person }) {
  const known = appointment(c.appointmentId);
  const next = known && isAhead(known, Date.now()) ? known : undefined;
  const label = t(next ? 'appointment.next' : 'appointment.book');
  return html`<button class="btn icon not-phone" type="button" aria-label=${label} title=${label} data-testid="visit-button" onClick=${() => (next ? showAppointment(next.id) : bookWith(person))}><${Icon} name="calendar" /></button>`;
}

/** @param {{ c: Conversation, onFind: () => void, onDetails: () => void }} props */
function Head({ c, onFind, onDetails }) {
  const heading = useRef(/** @type {HTMLElement|null} */ (null));
  const person = partner(c);
  const name = titleOf(c);
  // On a desk the message box takes the focus; on a phone the keyboard would cover what is to be read.
  useEffect(() => {
    if (isTouch.matches) takeFocus(heading.current);
  }, [c.id]);
  const sub = person ? [roleOf(person), presenceOf(person)].filter(Boolean).join(' · ') : membersLine(c);
  return html`<header class="head">
    <a class="btn icon only-phone" href="/chats" aria-label=${t('chat.back')}><${Icon} name="arrow-left" /></a>
    <div class="who">
      <${ConversationAvatar} c=${c} size="s" />
      <div class="min0"><h1 id="chat-h" ref=${heading} tabindex="-1" lang=${langOf(name)}>${name}</h1><span class="sub">${sub}</span></div>
    </div>
    ${person && c.isActive !== false && html`<${CallButtons} person=${person} conversationId=${c.id} />`}
    ${person && c.isActive !== false && canMeet(me.value?.role, person.role) && html`<${VisitButton} c=${c} person=${person} />`}
    <button class="btn icon find-here" type="button" aria-label=${t('find.here')} data-testid="find-here" onClick=${onFind}><${Icon} name="search" /></button>
    <button class="btn icon not-three" type="button" aria-label=${t('details.title')} onClick=${onDetails}><${Icon} name="info" /></button>
  </header>`;
}

/** @param {{ c: Conversation }} props */
function Thread({ c }) {
  const line = timeline(c.id);
  const open = () => void line.open().catch(() => {});
  // Also after a failure, as soon as there is a connection again.
  useEffect(open, [c.id, link.value]);
  switch (line.state.value) {
    case 'ready':
      return html`<${MessageList} key=${c.id} c=${c} />`;
    case 'failed':
      // Without the server there is no history, but what waits to be sent is shown.
      return pendingOf(c.id).length ? html`<${MessageList} key="offline" c=${c} />` : html`<${Failed} onRetry=${open} />`;
    default:
      return html`<div class="thread" role="status"><span class="vh">${t('thread.loading')}</span></div>`;
  }
}

/** @param {{ id: string }} props */
export function Conversation({ id }) {
  const c = conversation(id);
  const [error, setError] = useState(/** @type {any} */ (null));
  const [details, showDetails] = useState(false);
  const [finding, find] = useState(/** @type {'beside'|'over'|null} */ (null));
  const [tries, setTries] = useState(0);
  const openFind = () => {
    showDetails(false);
    find(hasRoom.matches ? 'beside' : 'over');
  };
  const closeFind = () => {
    find(null);
    /** @type {HTMLElement|null} */ (document.querySelector('[data-testid=find-here]'))?.focus();
  };
  const drop = useDrop(id, c !== undefined && c.isActive !== false);
  const listed = listState.value !== 'loading';
  useEffect(() => {
    setError(null);
    if (!c && listed && !removed.value.has(id)) fetchConversation(id).catch(setError);
  }, [id, listed, tries, link.value]);

  const out = removed.value.get(id);
  if (!c && out) {
    return html`<main class="chat alone" aria-label=${t('chat')} data-testid="removed">
      <${Empty} level=${1} title=${t(`gone.${out.reason}`)} text=${t('gone.about', { name: out.name || t('chat') })}><a class="btn line" id="write" href="/chats">${t('chat.back')}</a><//>
    </main>`;
  }
  if (!c) {
    return html`<main class="chat alone" aria-label=${t('chat')}>
      <a class="btn icon only-phone" href="/chats" aria-label=${t('chat.back')}><${Icon} name="arrow-left" /></a>
      ${error?.code === 'NO_ANSWER' ? html`<${Failed} onRetry=${() => setTries((n) => n + 1)} />` : error ? html`<${Empty} level=${1} title=${t('chat.closed')} text=${explain({ ...error, code: error.code })} />` : html`<div class="thread" role="status"><span class="vh">${t('thread.loading')}</span></div>`}
    </main>`;
  }
  return html`
    <main class="chat" aria-labelledby="chat-h" ...${drop.handlers}>
      <${Head} c=${c} onFind=${openFind} onDetails=${() => showDetails(true)} />
      <${Safety} c=${c} />
      <${Banner} />
      <${Thread} c=${c} />
      ${drop.isOver && html`<${DropTarget} name=${titleOf(c)} />`}
      <${LaterStrip} id=${c.id} />
      ${c.isActive === false
        ? html`<div class="composer"><p class="blocked" id="write" tabindex="-1">${t('composer.blocked', { name: titleOf(c) })}</p></div>`
        : html`<${Composer} id=${c.id} name=${titleOf(c)} />`}
    </main>
    ${finding === 'beside'
      ? html`<aside class="details scroll" aria-label=${t('find.here')} tabindex="-1"><${ConversationFind} c=${c} hasClose=${true} onOpen=${() => {}} onClose=${closeFind} /></aside>`
      : html`<aside class="details scroll" aria-label=${t('details.title')} tabindex="0"><${Details} c=${c} onFind=${openFind} /></aside>`}
    ${finding === 'over' && html`<${Dialog} class="slide find-over" title=${t('find.here')} onClose=${() => find(null)}><div class="scroll"><${ConversationFind} c=${c} hasClose=${false} onOpen=${() => find(null)} onClose=${() => find(null)} /></div><//>`}
    ${details && html`<${Dialog} class="slide" title=${t('details.title')} onClose=${() => showDetails(false)}><div class="scroll"><${Details} c=${c} onFind=${openFind} onShow=${() => showDetails(false)} /></div><//>`}
    ${viewed.value?.conversationId === c.id && html`<${Viewer} conversationId=${c.id} back=${rowOf} />`}
  `;
}
