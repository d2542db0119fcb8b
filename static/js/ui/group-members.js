// Who is in a group, and what whoever looks after it can do about that.

import { html, useRef, useState } from '../../vendor/preact.js';
import { changeGroup, isMine, leave, membersOf, removeMember } from '../core/groups.js';
import { t } from '../core/i18n.js';
import { openWith } from '../core/live.js';
import { go } from '../core/router.js';
import { me } from '../core/session.js';
import { people } from '../core/store.js';
import { langOf } from '../core/text.js';
import { Avatar } from './avatar.js';
import { Confirm } from './dialog.js';
import { AddMembers } from './group-dialogs.js';
import { Icon } from './icon.js';
import { Menu, MenuItem } from './menu.js';
import { isBusy, roleOf } from './person.js';
import { toast, toastError } from './toast.js';

/** @typedef {import('../core/types.js').Conversation} Conversation */
/** @typedef {import('../core/types.js').Person} Person */
/** @typedef {'remove'|'admin'|'leave'} Question */

/** @param {{ c: Conversation, person: Person, onAsk: (what: Question, person: Person) => void }} props */
function MemberMenu({ c, person, onAsk }) {
  const [open, setOpen] = useState(false);
  const button = useRef(/** @type {HTMLButtonElement|null} */ (null));
  /** @param {() => unknown} act */
  const pick = (act) => () => {
    setOpen(false);
    act();
  };
  const write = async () => {
    try {
      go(`/chats/${await openWith(person.id)}`);
    } catch (error) {
      toastError(error);
    }
  };
  const label = t('admin.actionsFor', { name: person.name });
  return html`<button class="btn icon" type="button" ref=${button} aria-haspopup="menu" aria-label=${label} data-testid="member-menu" onClick=${() => setOpen(true)}><${Icon} name="ellipsis-vertical" /></button>
    ${open &&
    html`<${Menu} label=${label} anchor=${button.current} back=${() => button.current} onClose=${() => setOpen(false)}>
      <${MenuItem} icon="message-circle" text=${t('people.write')} onPick=${pick(write)} />
      <${MenuItem} icon="id-card" text=${t('people.profile')} onPick=${pick(() => go(`/people/${person.id}`))} />
      ${isMine(c) && html`<${MenuItem} icon="crown" text=${t('group.handOver')} onPick=${pick(() => onAsk('admin', person))} />`}
      ${isMine(c) && html`<${MenuItem} icon="user-minus" text=${t('group.remove')} danger=${true} onPick=${pick(() => onAsk('remove', person))} />`}
    <//>`}`;
}

/** @param {{ c: Conversation, person: Person, onAsk: (what: Question, person: Person) => void }} props */
function Member({ c, person, onAsk }) {
  const now = { ...person, ...people.value.get(person.id) };
  const isMe = person.id === me.value?.id;
  return html`<li class="row member" data-testid="member" data-id=${person.id}>
    <${Avatar} name=${person.name} role=${person.role} size="s" isOnline=${!isMe && now.isOnline} busy=${isBusy(now)} />
    <span class="grow"><b lang=${langOf(person.name)}>${isMe ? t('you') : person.name}</b><span class="sub">${roleOf(person)}</span>
      ${person.id === c.groupAdmin && html`<span class="tag brand"><${Icon} name="crown" size="s" />${t('group.admin')}</span>`}
    </span>
    ${!isMe && html`<${MemberMenu} c=${c} person=${person} onAsk=${onAsk} />`}
  </li>`;
}

/** What is asked before somebody goes, or gets to say who goes. @param {{ c: Conversation, what: Question, person: Person, onClose: () => void }} props */
function Ask({ c, what, person, onClose }) {
  /** @param {() => Promise<unknown>} job */
  const run = (job) => () => void job().catch(toastError);
  const { name } = person;
  if (what === 'remove') {
    return html`<${Confirm} title=${t('group.removeTitle', { name })} text=${t('group.removeAbout')} yes=${t('group.remove')} danger=${true} onYes=${run(() => removeMember(c.id, person.id))} onClose=${onClose} />`;
  }
  if (what === 'admin') {
    return html`<${Confirm} title=${t('group.handOverTitle', { name })} text=${t('group.handOverAbout')} yes=${t('group.handOver')} onYes=${run(() => changeGroup(c.id, { groupAdmin: person.id }))} onClose=${onClose} />`;
  }
  const goAway = async () => {
    await leave(c.id);
    toast(t('group.left', { name: c.name }));
    go('/chats', { replace: true });
  };
  const about = t(isMine(c) && c.participants.length > 1 ? 'group.leaveAdminAbout' : 'group.leaveAbout');
  return html`<${Confirm} title=${t('group.leaveTitle', { name: c.name })} text=${about} yes=${t('group.leave')} danger=${true} onYes=${run(goAway)} onClose=${onClose} />`;
}

/** @param {{ c: Conversation }} props */
export function Members({ c }) {
  const [asking, ask] = useState(/** @type {{ what: Question, person: Person }|null} */ (null));
  const [adding, add] = useState(false);
  const mine = me.value;
  if (!mine) return null;
  return html`<section class="sec" aria-labelledby="members-h">
      <div class="sec-h"><h3 id="members-h">${t('details.members')} <span class="count muted">${c.participants.length}</span></h3>
        ${isMine(c) && html`<button class="btn sm quiet" type="button" data-testid="add-members" onClick=${() => add(true)}><${Icon} name="user-plus" size="s" />${t('group.add')}</button>`}</div>
      <ul class="members">${membersOf(c, mine.id).map((person) => html`<${Member} key=${person.id} c=${c} person=${person} onAsk=${(/** @type {Question} */ what, /** @type {Person} */ who) => ask({ what, person: who })} />`)}</ul>
    </section>
    <section class="sec" aria-label=${t('group.leave')}>
      <button class="btn danger" type="button" data-testid="leave-group" onClick=${() => ask({ what: 'leave', person: mine })}><${Icon} name="log-out" />${t('group.leave')}</button>
    </section>
    ${adding && html`<${AddMembers} c=${c} onClose=${() => add(false)} />`}
    ${asking && html`<${Ask} c=${c} ...${asking} onClose=${() => ask(null)} />`}`;
}
