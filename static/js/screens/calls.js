// Whom one has called and who has called: newest first, by day. What was missed has been seen once it stood here.

import { html, useEffect, useMemo, useState } from '../../vendor/preact.js';
import { callList } from '../core/call-list.js';
import { callIcon, callText } from '../core/call-text.js';
import { call, callsSeen, missedCalls } from '../core/calls.js';
import { callsAreOn } from '../core/clinic.js';
import { clock, dayOf, dayTitle } from '../core/dates.js';
import { t } from '../core/i18n.js';
import { attending } from '../core/attention.js';
import { conversation, partner } from '../core/store.js';
import { langOf } from '../core/text.js';
import { Avatar } from '../ui/avatar.js';
import { Banner } from '../ui/banner.js';
import { callNow } from '../ui/call-buttons.js';
import { Icon } from '../ui/icon.js';
import { isBusy } from '../ui/person.js';
import { Empty, Failed, Skeleton } from '../ui/states.js';

/** @typedef {import('../core/types.js').CallEntry} CallEntry */

/** The other side, as they are now, or at least by name. @param {CallEntry} entry @returns {Partial<import('../core/types.js').Person> & { id: string, name: string }} */
function otherOf({ conversationId, direction, callerId, calleeId, callerName, calleeName }) {
  const id = direction === 'out' ? calleeId : callerId;
  const c = conversation(conversationId);
  return (c && partner(c)) ?? { id, name: (direction === 'out' ? calleeName : callerName) ?? t('someone') };
}

/** @param {{ entry: CallEntry }} props */
function Entry({ entry }) {
  const other = otherOf(entry);
  const at = Date.parse(entry.startedAt);
  const type = entry.type;
  return html`<li class=${entry.missed ? 'call-row missed' : 'call-row'} data-testid="call-row" data-status=${entry.status} data-id=${entry.id}>
    <a class="call-link" href=${`/chats/${entry.conversationId}`}>
      <${Avatar} name=${other.name} role=${other.role} isOnline=${other.isOnline} busy=${isBusy(/** @type {any} */ (other))} />
      <span class="min0"><b lang=${langOf(other.name)}>${other.name}</b>
        <span class="sub"><${Icon} name=${callIcon(entry)} size="s" />${callText(entry)}</span></span>
      <time class="small muted" datetime=${entry.startedAt}>${clock(at)}</time>
    </a>
    ${callsAreOn.value && html`<button class="btn icon" type="button" aria-label=${t(`call.with.${type}`, { name: other.name })} title=${t('call.back')} data-testid="call-row-back" onClick=${() => callNow(other, type, entry.conversationId)}><${Icon} name=${type === 'video' ? 'video' : 'phone'} /></button>`}
  </li>`;
}

/** @param {{ list: CallEntry[] }} props */
function Days({ list }) {
  const days = Map.groupBy ? Map.groupBy(list, (one) => dayOf(Date.parse(one.startedAt))) : list.reduce((map, one) => {
    const day = dayOf(Date.parse(one.startedAt));
    return map.set(day, [...(map.get(day) ?? []), one]);
  }, /** @type {Map<number, CallEntry[]>} */ (new Map()));
  return html`${[...days].map(([day, calls]) => html`<section key=${day} aria-labelledby=${`day-${day}`}>
    <h2 class="call-day" id=${`day-${day}`}>${dayTitle(day, { today: t('today'), yesterday: t('yesterday') })}</h2>
    <ul class="card call-rows">${calls.map((entry) => html`<${Entry} key=${entry.id} entry=${entry} />`)}</ul>
  </section>`)}`;
}

export function Calls() {
  const calls = useMemo(callList, []);
  const [onlyMissed, setOnly] = useState(false);
  const [busy, setBusy] = useState(false);
  useEffect(() => void calls.want(onlyMissed), [onlyMissed]);
  // A call that is over, here or on another device, belongs in the list.
  const over = call.value === null || call.value.phase === 'ended';
  const missed = missedCalls.value;
  useEffect(() => {
    if (over && calls.state.value === 'ready') void calls.renew();
  }, [over, missed]);
  const ready = calls.state.value === 'ready';
  useEffect(() => {
    if (ready && attending.value) void callsSeen();
  }, [ready, attending.value, missed]);
  const more = () => {
    setBusy(true);
    void calls.more().finally(() => setBusy(false));
  };
  const list = calls.list.value;
  return html`<main class="page scroll" tabindex="0" aria-labelledby="calls-h"><div class="calls">
    <header class="desk-head flush">
      <h1 class="title grow" id="calls-h">${t('nav.calls')}</h1>
      <fieldset class="seg radio"><legend class="vh">${t('calls.show')}</legend>
        ${[false, true].map((one) => html`<label key=${String(one)}><input type="radio" name="which" checked=${onlyMissed === one} data-testid=${one ? 'calls-missed' : 'calls-all'} onChange=${() => setOnly(one)} /><span>${t(one ? 'calls.missed' : 'calls.all')}</span></label>`)}
      </fieldset>
    </header>
    <${Banner} />
    ${calls.state.value === 'loading' && html`<${Skeleton} label=${t('calls.loading')} />`}
    ${calls.state.value === 'failed' && html`<${Failed} onRetry=${() => void calls.want(onlyMissed)} />`}
    ${ready && (list.length ? html`<${Days} list=${list} />` : html`<${Empty} title=${t(onlyMissed ? 'calls.noneMissed' : 'calls.none')} text=${onlyMissed ? '' : t(callsAreOn.value ? 'calls.noneAbout' : 'calls.off')} />`)}
    ${ready && calls.hasMore.value && html`<button class="btn line more-people" type="button" aria-busy=${busy} data-testid="calls-more" onClick=${more}>${t('calls.more')}</button>`}
  </div></main>`;
}
