// Where one is signed in, and ending what should not be.

import { html, useEffect, useState } from '../../vendor/preact.js';
import { get, remove } from '../core/api.js';
import { longWhen } from '../core/dates.js';
import { t } from '../core/i18n.js';
import { Icon } from '../ui/icon.js';
import { toastError } from '../ui/toast.js';

/** @typedef {{ id: string, userAgent?: string|null, device?: string|null, createdAt?: string, lastUsedAt?: string, lastSeen?: string, current?: boolean, isCurrent?: boolean }} SignIn */

const BROWSERS = [['Edg/', 'Edge'], ['OPR/', 'Opera'], ['Firefox/', 'Firefox'], ['Chrome/', 'Chrome'], ['Safari/', 'Safari']];
const SYSTEMS = [['Android', 'Android'], ['iPhone', 'iPhone'], ['iPad', 'iPad'], ['Windows', 'Windows'], ['Mac OS', 'macOS'], ['Linux', 'Linux']];

/** "Chrome on Android", from what a browser says about itself. @param {string} agent */
export function deviceName(agent) {
  const find = (/** @type {string[][]} */ table) => table.find(([mark]) => agent.includes(mark))?.[1];
  const browser = find(BROWSERS);
  const system = find(SYSTEMS);
  return browser && system ? t('sessions.on', { browser, system }) : (browser ?? system ?? t('sessions.unknown'));
}

/** @param {{ one: SignIn, onEnd: () => void }} props */
function Row({ one, onEnd }) {
  const agent = one.userAgent ?? one.device ?? '';
  const name = deviceName(agent);
  const isHere = one.current ?? one.isCurrent;
  const last = one.lastUsedAt ?? one.lastSeen ?? one.createdAt;
  return html`<li class="set">
    <span class="set-i" aria-hidden="true"><${Icon} name=${/Android|iPhone|Mobile/u.test(agent) ? 'smartphone' : 'monitor'} /></span>
    <div class="grow"><b>${name}</b><p class="small muted">${isHere ? t('sessions.now') : last && longWhen(Date.parse(last), { today: t('today'), yesterday: t('yesterday') })}</p></div>
    ${isHere
      ? html`<span class="tag ok">${t('sessions.here')}</span>`
      : html`<button class="btn sm danger" type="button" aria-label=${t('sessions.endNamed', { name })} onClick=${onEnd}>${t('sessions.end')}</button>`}
  </li>`;
}

export function Sessions() {
  const [list, setList] = useState(/** @type {SignIn[]} */ ([]));
  useEffect(() => {
    get('/api/auth/sessions').then((answer) => setList(answer.data ?? []), () => {});
  }, []);
  /** @param {SignIn[]} ended */
  const end = async (ended) => {
    try {
      for (const one of ended) await remove(`/api/auth/sessions/${one.id}`);
      setList((now) => now.filter((one) => !ended.includes(one)));
    } catch (error) {
      toastError(error);
    }
  };
  const elsewhere = list.filter((one) => !(one.current ?? one.isCurrent));
  if (!list.length) return null;
  return html`<section aria-labelledby="set-sess">
    <h2 id="set-sess">${t('sessions.title')}</h2>
    <ul class="card list-card">${list.map((one) => html`<${Row} key=${one.id} one=${one} onEnd=${() => void end([one])} />`)}</ul>
    ${elsewhere.length > 1 && html`<button class="btn danger block" type="button" onClick=${() => void end(elsewhere)}><${Icon} name="log-out" />${t('sessions.endAll')}</button>`}
  </section>`;
}
