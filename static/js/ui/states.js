// What stands in a place while there is nothing: loading, empty, failed.

import { html } from '../../vendor/preact.js';
import { t } from '../core/i18n.js';
import { Lotus } from './art.js';
import { Icon } from './icon.js';

/** @param {{ label: string, rows?: number }} props */
export const Skeleton = ({ label, rows = 6 }) => html`<div role="status">
  <span class="vh">${label}</span>
  ${Array.from({ length: rows }, (_, i) => html`<div class="row sk-row" key=${i} aria-hidden="true">
    <span class="skeleton sk-av"></span>
    <span class="grow stack sk"><span class=${`skeleton ${i % 2 ? 'sk-b' : 'sk-a'}`}></span><span class=${`skeleton ${i % 2 ? 'sk-a' : 'sk-b'}`}></span></span>
  </div>`)}
</div>`;

/** @param {{ title?: string, text?: string, children?: unknown, slim?: boolean, level?: 1|2 }} props level of its heading */
export const Empty = ({ title, text, children, slim = false, level = 2 }) => html`<div class=${slim ? 'empty slim' : 'empty'}>
  <${Lotus} />${title && html`<${`h${level}`}>${title}<//>`}${text && html`<p>${text}</p>`}${children}
</div>`;

/** @param {{ onRetry: () => void }} props */
export const Failed = ({ onRetry }) => html`<div class="thread-state">
  <span class="set-i bad" aria-hidden="true"><${Icon} name="server-off" /></span>
  <p><b>${t('failed.title')}</b><br />${t('failed.text')}</p>
  <button class="btn line" type="button" onClick=${onRetry}><${Icon} name="rotate-cw" size="s" />${t('banner.now')}</button>
</div>`;
