// One bar a day. Whoever cannot see it reads the table behind it.

import { html } from '../../vendor/preact.js';
import { shortDay } from '../core/dates.js';
import { t } from '../core/i18n.js';
import { ceiling, noonOf } from '../core/statistics.js';

const WIDTH = 600;
const HEIGHT = 160;
/** What of a day's width its bar takes. */
const FULL = 0.72;
/** So many days are named below. */
const NAMED = 6;

/** A day's bar is drawn a little high, so that one message is not nothing. @param {number} value @param {number} top */
const heightOf = (value, top) => (value ? Math.max(3, (value / top) * HEIGHT) : 0);

/** @param {{ days: { date: string, value: number }[], title: string, describe: string }} props */
export function DayBars({ days, title, describe }) {
  const top = ceiling(Math.max(0, ...days.map(({ value }) => value)));
  const step = WIDTH / Math.max(1, days.length);
  const every = Math.max(1, Math.ceil(days.length / NAMED));
  return html`<figure class="bars-fig">
    <div class="bars-top" aria-hidden="true"><span class="num">${top}</span></div>
    <svg class="bars-svg" viewBox=${`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label=${`${title}. ${describe}`}>
      <line class="ch-grid" x1="0" x2=${WIDTH} y1="0.5" y2="0.5" /><line class="ch-grid" x1="0" x2=${WIDTH} y1=${HEIGHT / 2} y2=${HEIGHT / 2} /><line class="ch-grid" x1="0" x2=${WIDTH} y1=${HEIGHT - 0.5} y2=${HEIGHT - 0.5} />
      ${days.map(({ date, value }, i) => {
        const high = heightOf(value, top);
        return html`<g key=${date}><title>${`${shortDay(noonOf(date))}: ${value}`}</title><rect class="ch-hit" x=${i * step} y="0" width=${step} height=${HEIGHT} /><rect class="ch-bar" x=${i * step + (step * (1 - FULL)) / 2} y=${HEIGHT - high} width=${step * FULL} height=${high} /></g>`;
      })}
    </svg>
    <ol class="bars-days" aria-hidden="true">${days.map(({ date }, i) => i % every === 0 && html`<li key=${date} style=${{ flexGrow: Math.min(every, days.length - i) }}>${shortDay(noonOf(date))}</li>`)}</ol>
    <figcaption class="vh">${t('figures.tableBelow')}</figcaption>
  </figure>`;
}
