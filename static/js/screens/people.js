// The care team, as a mother chooses from it; for staff, everyone they may write to.

import { html, useEffect, useState } from '../../vendor/preact.js';
import { clinic, dialable } from '../core/clinic.js';
import { directory, directoryState, isAvailable, loadDirectory, matches, withPresence } from '../core/directory.js';
import { t } from '../core/i18n.js';
import { openWith } from '../core/live.js';
import { go } from '../core/router.js';
import { me } from '../core/session.js';
import { langOf } from '../core/text.js';
import { Avatar } from '../ui/avatar.js';
import { Icon } from '../ui/icon.js';
import { RoleChips } from '../ui/new-conversation.js';
import { AvailabilityTag, roleOf } from '../ui/person.js';
import { Empty, Failed, Skeleton } from '../ui/states.js';
import { toastError } from '../ui/toast.js';

/** @typedef {import('../core/types.js').Person} Person */

/** @type {Record<string, (a: Person, b: Person) => number>} */
const ORDERS = {
  available: (a, b) => Number(isAvailable(b)) - Number(isAvailable(a)) || Number(b.isOnline ?? 0) - Number(a.isOnline ?? 0) || a.name.localeCompare(b.name),
  rating: (a, b) => (b.rating ?? 0) - (a.rating ?? 0) || (b.reviewCount ?? 0) - (a.reviewCount ?? 0),
  name: (a, b) => a.name.localeCompare(b.name),
};

/** @param {{ person: Person }} props */
const Rating = ({ person }) =>
  person.reviewCount
    ? html`<span class="stars"><${Icon} name="star" size="s" class="i-f" /><span class="num">${Number(person.rating).toFixed(1)}</span></span>
        <span class="muted small">${t('people.reviews', { n: person.reviewCount })}</span>`
    : html`<span class="muted small">${t('people.noReviews')}</span>`;

/** @param {{ person: Person }} props */
function Card({ person }) {
  const [busy, setBusy] = useState(false);
  const write = async () => {
    if (busy) return;
    setBusy(true);
    try {
      go(`/chats/${await openWith(person.id)}`);
    } catch (error) {
      setBusy(false);
      toastError(error);
    }
  };
  const isProvider = ['doctor', 'midwife', 'service_provider'].includes(person.role);
  return html`<li class="prov" data-testid="person-row" data-id=${person.id}>
    <div class="prov-top">
      <${Avatar} name=${person.name} role=${person.role} isOnline=${person.isOnline} busy=${person.availability === 'busy'} />
      <div class="grow"><h2 lang=${langOf(person.name)}>${person.name}</h2><p class="muted small">${[roleOf(person), person.experience].filter(Boolean).join(' · ')}</p></div>
    </div>
    <p class="row wrap meta-row">${isProvider && person.rating !== undefined && html`<${Rating} person=${person} />`}<${AvailabilityTag} person=${person} /></p>
    ${person.location && html`<p class="small muted ans"><${Icon} name="map-pin" size="s" /><span>${person.location}</span></p>`}
    ${Boolean(person.languages?.length) && html`<p class="small muted ans"><${Icon} name="languages" size="s" /><span>${person.languages?.join(', ')}</span></p>`}
    <div class="prov-acts one"><button class="btn quiet" type="button" aria-busy=${busy} aria-label=${`${t('people.write')}: ${person.name}`} onClick=${write}><${Icon} name="message-circle" />${t('people.write')}</button></div>
  </li>`;
}

export function People() {
  const [wanted, setWanted] = useState('');
  const [role, setRole] = useState('');
  const [onlyNow, setOnlyNow] = useState(false);
  const [order, setOrder] = useState('available');
  const load = () => void loadDirectory().catch(() => {});
  useEffect(load, []);
  const all = directory.value.map(withPresence);
  const found = all
    .filter((person) => (!role || person.role === role) && (!onlyNow || isAvailable(person)) && matches(person, wanted))
    .sort(ORDERS[order]);
  const phone = clinic.value.emergencyPhone;
  const isMother = me.value?.role === 'mom';

  return html`<main class="page scroll" tabindex="0" aria-labelledby="people-h"><div class="dir">
    <header class="dir-head">
      <div class="grow"><h1 class="title" id="people-h">${t(isMother ? 'nav.careTeam' : 'nav.people')}</h1><p class="muted">${t('people.whom')}</p></div>
      ${phone && html`<a class="sos-btn" href=${dialable(phone)}><${Icon} name="phone-call" size="s" />${t('emergency')} <span class="num">${phone}</span></a>`}
    </header>
    <search class="dir-tools">
      <div class="with-icon grow"><${Icon} name="search" /><label class="vh" for="people-q">${t('people.search')}</label>
        <input class="input search" id="people-q" type="search" placeholder=${t('people.search')} onInput=${(/** @type {any} */ e) => setWanted(e.target.value)} /></div>
      <label class="toggle"><input class="switch" type="checkbox" role="switch" onChange=${(/** @type {any} */ e) => setOnlyNow(e.target.checked)} />${t('availability.available')}</label>
      <div class="with-icon sel"><${Icon} name="arrow-up-down" size="s" /><label class="vh" for="people-s">${t('people.sort')}</label>
        <select class="input search" id="people-s" onChange=${(/** @type {any} */ e) => setOrder(e.target.value)}>
          ${Object.keys(ORDERS).map((one) => html`<option value=${one} key=${one}>${t(`people.sort.${one}`)}</option>`)}
        </select></div>
    </search>
    <${RoleChips} list=${all} role=${role} onChange=${setRole} />
    ${directoryState.value === 'loading' && html`<${Skeleton} label=${t('people.loading')} />`}
    ${directoryState.value === 'failed' && html`<${Failed} onRetry=${load} />`}
    ${directoryState.value === 'ready' && html`
      <p class="small muted" role="status">${t('people.count', { n: found.length })}</p>
      ${found.length
        ? html`<ul class="provs" id="results">${found.map((person) => html`<${Card} key=${person.id} person=${person} />`)}</ul>`
        : html`<${Empty} slim=${true} text=${wanted ? t('search.none', { wanted }) : t('people.none')} />`}
    `}
  </div></main>`;
}
