// The care team, as a mother chooses from it; for staff, everyone they may write to. And the page of one of them.

import { html, useEffect, useState } from '../../vendor/preact.js';
import { clinic, dialable } from '../core/clinic.js';
import { ORDERS, SPOKEN, directory, hasFacets, withPresence } from '../core/directory.js';
import { t } from '../core/i18n.js';
import { route } from '../core/router.js';
import { me } from '../core/session.js';
import { langOf } from '../core/text.js';
import { Avatar } from '../ui/avatar.js';
import { RoleChips, SpecialtyChips } from '../ui/directory-filters.js';
import { Icon } from '../ui/icon.js';
import { Languages, Rating } from '../ui/person-facts.js';
import { AvailabilityTag, isBusy, roleOf } from '../ui/person.js';
import { Empty, Failed, Skeleton } from '../ui/states.js';
import { WriteButton } from '../ui/write-button.js';
import { Profile } from './profile.js';

/** @typedef {import('../core/types.js').Person} Person */

/** @param {{ person: Person }} props */
function Card({ person }) {
  const isProvider = ['doctor', 'midwife', 'service_provider'].includes(person.role);
  return html`<li class="prov" data-testid="person-row" data-id=${person.id}>
    <div class="prov-top">
      <${Avatar} name=${person.name} role=${person.role} isOnline=${person.isOnline} busy=${isBusy(person)} />
      <div class="grow"><h2><a href=${`/people/${person.id}`} lang=${langOf(person.name)}>${person.name}</a></h2><p class="muted small">${[roleOf(person), person.experience].filter(Boolean).join(' · ')}</p></div>
    </div>
    <p class="row wrap meta-row">${isProvider && person.rating !== undefined && html`<${Rating} person=${person} />`}<${AvailabilityTag} person=${person} /></p>
    ${person.location && html`<p class="small muted ans"><${Icon} name="map-pin" size="s" /><span>${person.location}</span></p>`}
    ${Boolean(person.languages?.length) && html`<p class="small muted ans"><${Icon} name="languages" size="s" /><${Languages} list=${person.languages} /></p>`}
    <div class="prov-acts"><${WriteButton} person=${person} kind="quiet" text=${t('people.write')} /><a class="btn" href=${`/people/${person.id}`} aria-label=${`${t('people.profile')}: ${person.name}`}>${t('people.profile')}</a></div>
  </li>`;
}

const Tools = () => {
  const finder = directory();
  const { wanted, onlyNow, language, order } = finder.wish.value;
  return html`<search class="dir-tools">
    <div class="with-icon grow"><${Icon} name="search" /><label class="vh" for="people-q">${t('people.search')}</label>
      <input class="input search" id="people-q" type="search" value=${wanted} placeholder=${t('people.search')} onInput=${(/** @type {any} */ e) => finder.want({ wanted: e.target.value })} /></div>
    ${hasFacets(finder.wish.value, me.value?.role) &&
    html`<label class="toggle"><input class="switch" type="checkbox" role="switch" checked=${onlyNow} onChange=${(/** @type {any} */ e) => finder.want({ onlyNow: e.target.checked })} />${t('profile.available')}</label>
      <div class="with-icon sel"><${Icon} name="languages" size="s" /><label class="vh" for="people-l">${t('people.language')}</label>
        <select class="input search" id="people-l" onChange=${(/** @type {any} */ e) => finder.want({ language: e.target.value })}>
          <option value="" selected=${!language}>${t('people.anyLanguage')}</option>
          ${SPOKEN.map((one) => html`<option value=${one} key=${one} lang=${langOf(one)} selected=${language === one}>${one}</option>`)}
        </select></div>
      <div class="with-icon sel order"><${Icon} name="arrow-up-down" size="s" /><label class="vh" for="people-s">${t('people.sort')}</label>
        <select class="input search" id="people-s" onChange=${(/** @type {any} */ e) => finder.want({ order: e.target.value })}>
          ${ORDERS.map((one) => html`<option value=${one} key=${one} selected=${order === one}>${t(`people.sort.${one}`)}</option>`)}
        </select></div>`}
  </search>`;
};

function Results() {
  const finder = directory();
  const { list, state, total, hasMore, wish } = finder;
  const [busy, setBusy] = useState(false);
  const more = () => {
    setBusy(true);
    void finder.more().finally(() => setBusy(false));
  };
  if (state.value === 'loading') return html`<${Skeleton} label=${t('people.loading')} />`;
  if (state.value === 'failed') return html`<${Failed} onRetry=${finder.start} />`;
  const { wanted } = wish.value;
  return html`<p class="small muted" role="status">${t('people.count', { n: total.value })}</p>
    ${list.value.length
      ? html`<ul class="provs" id="results">${list.value.map(withPresence).map((person) => html`<${Card} key=${person.id} person=${person} />`)}</ul>`
      : html`<${Empty} slim=${true} text=${wanted.trim() ? t('search.none', { wanted }) : t('people.none')} />`}
    ${hasMore.value && html`<button class="btn line more-people" type="button" aria-busy=${busy} onClick=${more}>${t('people.more')}</button>`}`;
}

/** Whose page was open: coming back, the focus is where one left. */
let opened = '';

export function People() {
  const { id } = route.value;
  useEffect(() => {
    if (id) opened = id;
  }, [id]);
  return id ? html`<${Profile} key=${id} id=${id} />` : html`<${Directory} />`;
}

function Directory() {
  useEffect(() => {
    directory().start();
    const card = opened && document.querySelector(`.prov[data-id="${CSS.escape(opened)}"] h2 a`);
    opened = '';
    if (!(card instanceof HTMLElement)) return;
    card.scrollIntoView({ block: 'center' });
    card.focus({ preventScroll: true });
  }, []);
  const phone = clinic.value.emergencyPhone;
  const isMother = me.value?.role === 'mom';

  return html`<main class="page scroll" tabindex="0" aria-labelledby="people-h"><div class="dir">
    <header class="dir-head">
      <div class="grow"><h1 class="title" id="people-h">${t(isMother ? 'nav.careTeam' : 'nav.people')}</h1><p class="muted">${t('people.whom')}</p></div>
      ${phone && html`<a class="sos-btn" href=${dialable(phone)}><${Icon} name="phone-call" size="s" />${t('emergency')} <span class="num">${phone}</span></a>`}
    </header>
    <${Tools} />
    <${RoleChips} finder=${directory()} />
    <${SpecialtyChips} finder=${directory()} />
    <${Results} />
  </div></main>`;
}
