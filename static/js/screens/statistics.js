// Figures, calmly: one's own, or the clinic's for an administrator. Counts only, never what was written.

import { html, useEffect, useState } from '../../vendor/preact.js';
import { lasted } from '../core/call-text.js';
import { callsAreOn } from '../core/clinic.js';
import { shortDay } from '../core/dates.js';
import { t } from '../core/i18n.js';
import { me } from '../core/session.js';
import { CALLED, MEASURES, WRITTEN, loadFigures, meanCall, noonOf } from '../core/statistics.js';
import { DayBars } from '../ui/day-bars.js';
import { Icon } from '../ui/icon.js';
import { Failed, Skeleton } from '../ui/states.js';

/** @typedef {import('../core/statistics.js').Figures} Figures */
/** @typedef {import('../core/statistics.js').Measure} Measure */

const SPANS = [7, 30, 90, 365];
const ROLES = ['mom', 'midwife', 'doctor', 'service_provider', 'admin', 'pending'];

/** @param {{ label: string, value: number|string, note?: string }} props */
const Tile = ({ label, value, note }) => html`<li class="card kpi"><span class="small muted">${label}</span><span class="fig num">${value.toLocaleString()}</span>${note && html`<span class="small muted">${note}</span>`}</li>`;

/** @param {{ figures: Figures }} props */
const Tiles = ({ figures: { totals, scope, conversations, unread } }) => html`<ul class="kpis">
  ${WRITTEN.map((one) => html`<${Tile} key=${one} label=${t(`figures.${one}`)} value=${totals[one] ?? 0} />`)}
  <${Tile} label=${t('figures.conversations')} value=${conversations ?? 0} note=${t(scope === 'clinic' ? 'figures.inClinic' : 'figures.now')} />
  ${scope === 'own' && html`<${Tile} label=${t('figures.unread')} value=${unread ?? 0} note=${t('figures.now')} />`}
</ul>`;

/** Whether calls are worth a word: nobody can call everywhere. @param {Figures} figures */
const hasCalls = ({ totals }) => callsAreOn.value || CALLED.some((one) => totals[one] > 0);

/** @param {{ figures: Figures }} props */
function Calls({ figures: { totals } }) {
  const mean = meanCall(totals);
  return html`<section aria-labelledby="calls-fig"><h2 id="calls-fig">${t('figures.calls')}</h2>
    <ul class="kpis mt" data-testid="figures-calls">
      ${CALLED.map((one) => html`<${Tile} key=${one} label=${t(`figures.${one}`)} value=${totals[one] ?? 0} />`)}
      <${Tile} label=${t('figures.callMean')} value=${mean === null ? '–' : lasted(mean)} note=${t('figures.callMeanAbout')} />
    </ul>
  </section>`;
}

/** @param {{ figures: Figures }} props */
function Chart({ figures }) {
  const measures = hasCalls(figures) ? MEASURES : WRITTEN;
  const [measure, setMeasure] = useState(/** @type {Measure} */ ('messagesSent'));
  const [open, setOpen] = useState(false);
  const days = figures.days.map((day) => ({ date: day.date, value: day[measure] ?? 0 }));
  const highest = days.reduce((best, day) => (day.value > best.value ? day : best), days[0] ?? { date: figures.to, value: 0 });
  const title = t('figures.perDay', { what: t(`figures.${measure}`) });
  return html`<section class="card" aria-labelledby="days-h">
    <h2 id="days-h">${title}</h2>
    <div class="chips mt" role="group" aria-label=${t('figures.measure')}>
      ${measures.map((one) => html`<button class="chip" type="button" key=${one} aria-pressed=${measure === one} onClick=${() => setMeasure(one)}>${t(`figures.${one}`)}</button>`)}
    </div>
    <${DayBars} days=${days} title=${title} describe=${highest.value ? t('figures.highest', { n: highest.value, day: shortDay(noonOf(highest.date)) }) : t('figures.nothing')} />
    <button class="btn sm" type="button" aria-expanded=${open} aria-controls="days-table" onClick=${() => setOpen(!open)}><${Icon} name=${open ? 'chevron-up' : 'chevron-down'} size="s" />${t(open ? 'figures.hideTable' : 'figures.showTable')}</button>
    <div class=${open ? 'tscroll' : 'vh'} id="days-table" tabindex=${open ? 0 : undefined} role="region" aria-label=${t('figures.table')}><table class="table num">
      <caption class="vh">${t('figures.table')}</caption>
      <thead><tr><th scope="col">${t('figures.day')}</th>${measures.map((one) => html`<th scope="col" key=${one}>${t(`figures.${one}`)}</th>`)}</tr></thead>
      <tbody>${figures.days.toReversed().map((day) => html`<tr key=${day.date}><th scope="row"><time datetime=${day.date}>${shortDay(noonOf(day.date))}</time></th>${measures.map((one) => html`<td key=${one}>${day[one] ?? 0}</td>`)}</tr>`)}</tbody>
    </table></div>
  </section>`;
}

/** @param {{ people: Record<string, number> }} props */
const People = ({ people }) => html`<section class="card" aria-labelledby="ppl-h"><h2 id="ppl-h">${t('figures.people')}</h2>
  <dl class="facts mt">${ROLES.map((role) => html`<div key=${role}><dt>${t(role === 'pending' ? 'figures.pending' : `roles.${role}`)}</dt><dd class="num">${people[role] ?? 0}</dd></div>`)}</dl>
</section>`;

export function Statistics() {
  const [span, setSpan] = useState(30);
  const [figures, setFigures] = useState(/** @type {Figures|null} */ (null));
  const [failed, fail] = useState(false);
  const load = () => {
    let stale = false;
    fail(false);
    loadFigures(span).then(
      (found) => stale || setFigures(found),
      () => stale || fail(true),
    );
    return () => {
      stale = true;
    };
  };
  useEffect(load, [span]);
  const isAdmin = me.value?.role === 'admin';
  return html`<main class="page scroll" tabindex="0" aria-labelledby="fig-h"><div class="adm figures">
    <header class="desk-head flush">
      <div class="grow"><h1 class="title" id="fig-h">${t(isAdmin ? 'figures.clinic' : 'figures.own')}</h1><p class="muted small">${t(isAdmin ? 'figures.clinicAbout' : 'figures.ownAbout')}</p></div>
      <fieldset class="seg radio"><legend class="vh">${t('figures.span')}</legend>
        ${SPANS.map((days) => html`<label key=${days}><input type="radio" name="span" checked=${span === days} onChange=${() => setSpan(days)} /><span>${t('figures.days', { n: days })}</span></label>`)}
      </fieldset>
    </header>
    ${failed && html`<${Failed} onRetry=${load} />`}
    ${!failed && !figures && html`<${Skeleton} label=${t('figures.loading')} rows=${3} />`}
    ${!failed && figures && html`<${Tiles} figures=${figures} />${hasCalls(figures) && html`<${Calls} figures=${figures} />`}<div class=${figures.people ? 'fig-2' : ''}><${Chart} figures=${figures} />${figures.people && html`<${People} people=${figures.people} />`}</div>`}
  </div></main>`;
}
