// What the virus scanner has caught: who sent it, when, under which name. The files themselves are never served, to nobody.

import { html, useEffect, useState } from '../../vendor/preact.js';
import { get } from '../core/api.js';
import { shortWhen } from '../core/dates.js';
import { sizeText } from '../core/files.js';
import { t } from '../core/i18n.js';
import { langOf } from '../core/text.js';
import { Icon } from '../ui/icon.js';
import { toastError } from '../ui/toast.js';

/** @typedef {{ id: string, createdAt: string, userName: string, fileName: string, size: number, signature: string }} Caught */

const PAGE = 5;

/** Nothing is shown where nothing was ever caught. @param {{ version: unknown }} props asks anew when it changes */
export function Infected({ version }) {
  const [list, setList] = useState(/** @type {Caught[]} */ ([]));
  const [total, setTotal] = useState(0);
  const [shown, show] = useState(PAGE);
  useEffect(() => {
    get(`/api/admin/infected-files?limit=${shown}`).then(({ data, pagination }) => {
      setList(data);
      setTotal(pagination?.total ?? data.length);
    }, toastError);
  }, [version, shown]);
  if (!total) return null;
  return html`<section class="card" aria-labelledby="inf-h" data-testid="infected">
    <h2 id="inf-h">${t('admin.infected')} <span class="count">${total}</span></h2>
    <p class="small muted">${t('admin.infectedAbout')}</p>
    <ul class="apvs">
      ${list.map((one) => html`<li class="apv" key=${one.id} data-testid="infected-row">
        <span class="infected-i"><${Icon} name="shield-alert" /></span>
        <div class="grow min0">
          <b class="infected-n" dir="auto">${one.fileName}</b>
          <p class="small"><span lang=${langOf(one.userName)}>${one.userName || t('someone')}</span> <span class="muted">· ${shortWhen(Date.parse(one.createdAt))} · ${sizeText(one.size)}</span></p>
          <p class="small muted infected-n" lang="en">${one.signature}</p>
        </div>
      </li>`)}
    </ul>
    ${total > list.length && shown < 200 && html`<button class="btn sm line" type="button" onClick=${() => show(200)}>${t('admin.infectedMore')}</button>`}
  </section>`;
}
