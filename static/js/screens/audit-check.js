// Whether anybody has changed the audit log, in words for whoever is no technician.

import { html, useState } from '../../vendor/preact.js';
import { verify } from '../core/audit.js';
import { t } from '../core/i18n.js';
import { copyText } from '../ui/clipboard.js';
import { Icon } from '../ui/icon.js';
import { toastError } from '../ui/toast.js';

/** @typedef {import('../core/audit.js').Verdict} Verdict */

/** @param {{ verdict: Verdict }} props */
function Found({ verdict }) {
  const { ok } = verdict;
  return html`<div class=${ok ? 'audit-verdict ok' : 'audit-verdict danger'} data-testid=${ok ? 'audit-whole' : 'audit-broken'}>
    <${Icon} name=${ok ? 'shield-check' : 'shield-alert'} />
    <div class="grow min0"><b>${t(ok ? 'audit.whole' : 'audit.broken')}</b>
      <p class="small">${ok ? t('audit.wholeAbout', { n: verdict.entries }) : t('audit.brokenAbout', { number: verdict.firstBroken ?? 0 })}</p></div>
  </div>`;
}

/** The end of the log, to be noted; and one that was noted, to be compared. @param {{ verdict: Verdict, busy: boolean, onCompare: (anchor: string) => void }} props */
function Seal({ verdict, busy, onCompare }) {
  const [noted, setNoted] = useState('');
  /** @param {Event} event */
  const compare = (event) => {
    event.preventDefault();
    onCompare(noted.trim());
  };
  return html`<div class="audit-seal">
    <div class="field"><span class="small muted" id="aud-seal">${t('audit.seal')}</span>
      <p class="row"><code class="audit-code grow" aria-labelledby="aud-seal" role="group" lang="en">${verdict.head.anchor}</code>
        <button class="btn icon" type="button" aria-label=${t('copy')} onClick=${() => void copyText(verdict.head.anchor)}><${Icon} name="copy" /></button></p>
      <p class="hint">${t('audit.sealAbout')}</p></div>
    <form class="field" onSubmit=${compare}><label for="aud-noted">${t('audit.noted')}</label>
      <div class="row"><input class="input grow" id="aud-noted" lang="en" autocomplete="off" spellcheck=${false} value=${noted} onInput=${(/** @type {any} */ e) => setNoted(e.target.value)} />
        <button class="btn line" type="submit" disabled=${!noted.trim() || busy}>${t('audit.compare')}</button></div></form>
  </div>`;
}

export function Check() {
  const [verdict, setVerdict] = useState(/** @type {Verdict|null} */ (null));
  const [busy, setBusy] = useState(false);
  /** @param {string} anchor */
  const check = async (anchor) => {
    setBusy(true);
    try {
      setVerdict(await verify(anchor));
    } catch (error) {
      toastError(error);
    }
    setBusy(false);
  };
  return html`<section class="card audit-check" aria-label=${t('audit.check')}>
    <div role="status">${verdict ? html`<${Found} verdict=${verdict} />` : html`<p class="small muted">${t('audit.checkAbout')}</p>`}</div>
    <button class="btn line" type="button" aria-busy=${busy} disabled=${busy} data-testid="audit-verify" onClick=${() => void check('')}><${Icon} name="shield-check" />${t(busy ? 'audit.checking' : 'audit.check')}</button>
    ${verdict && html`<${Seal} verdict=${verdict} busy=${busy} onCompare=${(/** @type {string} */ anchor) => void check(anchor)} />`}
  </section>`;
}
