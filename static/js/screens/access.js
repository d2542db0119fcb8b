// Who has opened one's messages and files: in plain words, by day, newest first.

import { html, useEffect, useMemo, useState } from '../../vendor/preact.js';
import { accessList } from '../core/access.js';
import { clock, dayOf, dayTitle } from '../core/dates.js';
import { t } from '../core/i18n.js';
import { me } from '../core/session.js';
import { langOf } from '../core/text.js';
import { Avatar } from '../ui/avatar.js';
import { Banner } from '../ui/banner.js';
import { Icon } from '../ui/icon.js';
import { Empty, Failed, Skeleton } from '../ui/states.js';

/** @typedef {import('../core/access.js').Look} Look */

const ICONS = /** @type {Record<string, string>} */ ({ conversation_opened: 'eye', file_opened: 'paperclip', account_viewed: 'id-card', document_opened: 'file-text', profile_changed: 'pencil', reset_link_made: 'key-round' });

/** What somebody has done, in a few words. @param {Look} look */
function words({ action, fileName, conversationName, person, isOwn }) {
  if (fileName) return t(`access.didWith.${action}`, { file: fileName });
  // Between two people the conversation has the name of the other one.
  const isElsewhere = action === 'conversation_opened' && conversationName && (isOwn || conversationName !== person.name);
  return isElsewhere ? t(`access.didIn.${action}`, { where: conversationName }) : t(`access.did.${action}`);
}

/** @param {{ look: Look }} props */
function Entry({ look }) {
  const { person, isOwn, openedAt } = look;
  return html`<li class="look" data-testid="look" data-action=${look.action}>
    <${Avatar} name=${person.name} role=${person.role} />
    <span class="min0 grow"><b lang=${langOf(person.name)}>${isOwn ? t('you') : person.name}</b> ${!isOwn && html`<span class="small muted">${t(`role.${person.role}`)}</span>`}
      <span class="sub"><${Icon} name=${ICONS[look.action] ?? 'eye'} size="s" /><span dir="auto">${words(look)}</span></span></span>
    <time class="small muted num" datetime=${openedAt}>${clock(Date.parse(openedAt))}</time>
  </li>`;
}

/** The server gives them as they were written down, which is by time as long as nobody sets its clock. @param {Look[]} list @returns {[number, Look[]][]} */
function byDay(list) {
  /** @type {Map<number, Look[]>} */
  const days = new Map();
  for (const look of list.toSorted((a, b) => Date.parse(b.openedAt) - Date.parse(a.openedAt))) {
    const day = dayOf(Date.parse(look.openedAt));
    days.set(day, [...(days.get(day) ?? []), look]);
  }
  return [...days];
}

export function Access() {
  const looks = useMemo(accessList, []);
  const [withOwn, setOwn] = useState(false);
  const [busy, setBusy] = useState(false);
  useEffect(() => void looks.want(withOwn), [withOwn]);
  const more = () => {
    setBusy(true);
    void looks.more().finally(() => setBusy(false));
  };
  const ready = looks.state.value === 'ready';
  const list = looks.list.value;
  return html`<main class="page scroll" tabindex="0" aria-labelledby="acc-h"><div class="calls looks">
    <a class="btn back sm" href="/settings"><${Icon} name="chevron-left" size="s" />${t('nav.settings')}</a>
    <header class="desk-head">
      <div class="grow"><h1 class="title" id="acc-h">${t('access.title')}</h1><p class="muted small">${t(me.value?.role === 'mom' ? 'access.aboutMom' : 'access.about')}</p></div>
      <fieldset class="seg radio"><legend class="vh">${t('access.show')}</legend>
        ${[false, true].map((one) => html`<label key=${String(one)}><input type="radio" name="whose" checked=${withOwn === one} data-testid=${one ? 'looks-own' : 'looks-others'} onChange=${() => setOwn(one)} /><span>${t(one ? 'access.withOwn' : 'access.others')}</span></label>`)}
      </fieldset>
    </header>
    <${Banner} />
    ${looks.state.value === 'loading' && html`<${Skeleton} label=${t('access.loading')} rows=${4} />`}
    ${looks.state.value === 'failed' && html`<${Failed} onRetry=${() => void looks.want(withOwn)} />`}
    ${ready && !list.length && html`<${Empty} title=${t('access.none')} text=${t('access.noneAbout')} />`}
    ${ready && byDay(list).map(([day, some]) => html`<section key=${day} aria-labelledby=${`look-${day}`}>
      <h2 class="call-day" id=${`look-${day}`}>${dayTitle(day, { today: t('today'), yesterday: t('yesterday') })}</h2>
      <ul class="card call-rows">${some.map((look) => html`<${Entry} key=${look.id} look=${look} />`)}</ul>
    </section>`)}
    ${ready && looks.hasMore.value && html`<button class="btn line more-people" type="button" aria-busy=${busy} data-testid="looks-more" onClick=${more}>${t('access.more')}</button>`}
  </div></main>`;
}
