// The audit log, for administrators: who did and opened what, and whether anybody has changed that. Never what anybody wrote.

import { html, useEffect, useRef, useState } from '../../vendor/preact.js';
import { KINDS, NOTHING, entries, table } from '../core/audit.js';
import { clock, shortDay } from '../core/dates.js';
import { t } from '../core/i18n.js';
import { langOf } from '../core/text.js';
import { Icon } from '../ui/icon.js';
import { Empty, Failed, Skeleton } from '../ui/states.js';
import { toastError } from '../ui/toast.js';
import { Check } from './audit-check.js';

/** @typedef {import('../core/audit.js').Entry} Entry */
/** @typedef {import('../core/audit.js').Filters} Filters */
/** @typedef {import('../core/audit.js').Named} Named */
/** @typedef {(field: 'who'|'person'|'conversationId', id: string, name: string) => void} Only */

const COLUMNS = ['when', 'who', 'what', 'whom', 'whence'];

/** @param {Named[]} people */
function namesOf(people) {
  const names = people.slice(0, 2).map(({ name }) => name).join(', ');
  return people.length > 2 ? t('audit.and', { names }) : names;
}

/** A word for programs, for people. @param {Entry} entry */
function detailOf({ action, detail }) {
  if (!detail || action === 'audit_swept') return '';
  return ['role_changed', 'registered', 'person_made'].includes(action) ? t(`role.${detail}`) : detail;
}

/** A name with which one narrows the list down. @param {{ name: string, label: string, onPick: () => void }} props */
const Pick = ({ name, label, onPick }) => html`<button class="audit-pick" type="button" lang=${langOf(name)} aria-label=${label} onClick=${onPick}>${name}</button>`;

/** @param {{ entry: Entry, only: Only }} props */
function Row({ entry, only }) {
  const { actor, person, conversationId, participants } = entry;
  const at = Date.parse(entry.createdAt);
  const between = namesOf(participants);
  const detail = detailOf(entry);
  return html`<tr class="audit-row" data-testid="audit-row" data-action=${entry.action} data-number=${entry.number}>
    <td class="num muted"><time datetime=${entry.createdAt}>${shortDay(at)} ${clock(at)}</time></td>
    <td>${actor ? html`<${Pick} name=${actor.name} label=${t('audit.onlyBy', { name: actor.name })} onPick=${() => only('who', actor.id, actor.name)} /><span class="sub">${t(`role.${actor.role}`)}</span>` : html`<span class="muted">${t(`audit.by.${entry.by}`)}</span>`}</td>
    <td><b class="audit-what">${t(`audit.did.${entry.action}`)}</b>${detail && html`<span class="sub">${detail}</span>`}</td>
    <td>${person && html`<${Pick} name=${person.name} label=${t('audit.onlyAbout', { name: person.name })} onPick=${() => only('person', person.id, person.name)} /><span class="sub">${t(`role.${person.role}`)}</span>`}
      ${conversationId && between && html`<${Pick} name=${between} label=${t('audit.onlyIn', { name: between })} onPick=${() => only('conversationId', conversationId, between)} />`}</td>
    <td class="muted"><span lang="en">${entry.address ?? ''}${entry.device && html`<span class="sub">${entry.device}</span>`}</span></td>
  </tr>`;
}

/** @param {{ filters: Filters, onChange: (filters: Filters) => void }} props */
function Tools({ filters, onChange }) {
  /** @param {Partial<Filters>} some */
  const set = (some) => onChange({ ...filters, ...some });
  const chosen = /** @type {('who'|'person'|'conversationId')[]} */ (['who', 'person', 'conversationId']).filter((field) => filters[field]);
  return html`<search class="adm-tools audit-tools">
    <div class="field"><label for="aud-kind">${t('audit.kind')}</label>
      <select class="input" id="aud-kind" onChange=${(/** @type {any} */ e) => set({ kind: e.target.value })}>
        ${Object.keys(KINDS).map((kind) => html`<option key=${kind} value=${kind} selected=${kind === filters.kind}>${t(`audit.kind.${kind}`)}</option>`)}
      </select></div>
    <div class="field"><label for="aud-from">${t('audit.from')}</label><input class="input" id="aud-from" type="date" max=${filters.to} value=${filters.from} onChange=${(/** @type {any} */ e) => set({ from: e.target.value })} /></div>
    <div class="field"><label for="aud-to">${t('audit.to')}</label><input class="input" id="aud-to" type="date" min=${filters.from} value=${filters.to} onChange=${(/** @type {any} */ e) => set({ to: e.target.value })} /></div>
    ${chosen.length > 0 && html`<div class="chips wrap audit-chosen">${chosen.map((field) => {
      const what = t(`audit.filter.${field}`, { name: filters.names[field] ?? '' });
      return html`<button class="chip" type="button" key=${field} aria-pressed="true" aria-label=${t('audit.unfilter', { what })} onClick=${() => set({ [field]: '' })}>${what}<${Icon} name="x" size="s" /></button>`;
    })}</div>`}
  </search>`;
}

/** The table as a file. @param {{ filters: Filters }} props */
function Download({ filters }) {
  const [busy, setBusy] = useState(false);
  const take = async () => {
    setBusy(true);
    try {
      const address = URL.createObjectURL(await table(filters));
      const link = document.createElement('a');
      link.href = address;
      link.download = `audit-${new Date().toISOString().slice(0, 10)}.csv`;
      link.click();
      setTimeout(() => URL.revokeObjectURL(address), 60_000);
    } catch (error) {
      toastError(error);
    }
    setBusy(false);
  };
  return html`<button class="btn line" type="button" aria-busy=${busy} disabled=${busy} data-testid="audit-csv" onClick=${take}><${Icon} name="download" />${t(busy ? 'audit.downloading' : 'audit.download')}</button>`;
}

export function Audit() {
  const [filters, setFilters] = useState(NOTHING);
  const [list, setList] = useState(/** @type {Entry[]|null} */ (null));
  const [total, setTotal] = useState(/** @type {number|null} */ (null));
  const [next, setNext] = useState(/** @type {number|null} */ (null));
  const [failed, fail] = useState(false);
  const [busy, setBusy] = useState(false);
  const turn = useRef(0);
  /** @param {number|null} cursor */
  const load = async (cursor) => {
    const mine = ++turn.current;
    setBusy(true);
    fail(false);
    try {
      const page = await entries(filters, cursor);
      if (mine !== turn.current) return;
      setList((held) => [...(cursor === null ? [] : (held ?? [])), ...page.entries]);
      setNext(page.next);
      if (cursor === null) setTotal(page.total);
    } catch (error) {
      if (mine !== turn.current) return;
      if (cursor === null) fail(true);
      else toastError(error);
    }
    setBusy(false);
  };
  useEffect(() => {
    setList(null);
    void load(null);
  }, [filters]);
  /** @type {Only} */
  const only = (field, id, name) => setFilters((now) => ({ ...now, [field]: id, names: { ...now.names, [field]: name } }));

  return html`<main class="page scroll" tabindex="0" aria-labelledby="aud-h"><div class="adm audit">
    <header class="desk-head flush">
      <div class="grow"><a class="btn back sm" href="/admin"><${Icon} name="chevron-left" size="s" />${t('audit.back')}</a>
        <h1 class="title" id="aud-h">${t('audit.title')}</h1><p class="muted small">${t('audit.about')}</p></div>
      <${Download} filters=${filters} />
    </header>
    <${Check} />
    <div class="card">
      <${Tools} filters=${filters} onChange=${setFilters} />
      ${failed && html`<${Failed} onRetry=${() => void load(null)} />`}
      ${!failed && list === null && html`<${Skeleton} label=${t('audit.loading')} rows=${5} />`}
      ${!failed && list?.length === 0 && next === null && html`<${Empty} slim=${true} text=${t('audit.none')} />`}
      ${!failed && Boolean(list?.length) && html`${total !== null && html`<p class="small muted num">${t('audit.total', { n: total })}</p>`}
        <div class="tscroll" tabindex="0" role="region" aria-label=${t('audit.table')}><table class="table people-table audit-table">
          <thead><tr>${COLUMNS.map((one) => html`<th scope="col" key=${one}>${t(`audit.col.${one}`)}</th>`)}</tr></thead>
          <tbody>${list?.map((entry) => html`<${Row} key=${entry.number} entry=${entry} only=${only} />`)}</tbody>
        </table></div>`}
      ${!failed && list !== null && next !== null && html`<button class="btn line mt" type="button" aria-busy=${busy} data-testid="audit-more" onClick=${() => void load(next)}>${t('audit.more')}</button>`}
    </div>
  </div></main>`;
}
