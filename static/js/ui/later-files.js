// The files of a message that goes out later: one below the other, with what is known of them, and how far each has come while they
// are carried to the server.

import { html } from '../../vendor/preact.js';
import { here } from '../core/addresses.js';
import { t } from '../core/i18n.js';
import { FileSign, factsOf } from './attachment.js';
import { Icon } from './icon.js';

/**
 * @typedef {{ key: string, name: string, kind: import('../core/types.js').FileKind, picture: string, about: string, href?: string, share?: number, wrong?: boolean }} Shown
 * `picture`: the address of a small one, empty where there is none; `share`: how much of it is out, 0 to 1, absent before its turn
 */

/** Those of a message that waits. @param {import('../core/types.js').Scheduled} one @returns {Shown[]} */
export const filesOf = (one) =>
  (one.attachments ?? []).map((file) => ({ key: file.id, name: file.originalName, kind: file.fileType, picture: here(file.thumbnailUrl ?? ''), about: factsOf(file), href: here(file.url) }));

/** @param {{ one: Shown }} props */
function Look({ one }) {
  return html`<span class="later-look">${one.picture && one.kind === 'image' ? html`<img src=${one.picture} alt="" decoding="async" />` : html`<${FileSign} file=${{ originalName: one.name, fileType: one.kind }} />`}</span>
    <span class="min0"><b dir="auto">${one.name}</b><small>${one.about}</small></span>`;
}

/** @param {{ one: Shown }} props */
function Share({ one: { share, wrong } }) {
  if (wrong) return html`<span class="later-share error"><${Icon} name="circle-alert" /></span>`;
  if (share === undefined) return null;
  return html`<span class="later-share">${share < 1 ? `${Math.floor(share * 100)} %` : html`<${Icon} name="check" />`}</span>`;
}

/** @param {{ list: Shown[] }} props */
export const LaterFiles = ({ list }) => html`<ul class="later-files" aria-label=${t('tray.label')} data-testid="later-files">
  ${list.map((one) => html`<li key=${one.key}>
    ${one.href ? html`<a href=${one.href} target="_blank" rel="noopener noreferrer" data-testid="later-file"><${Look} one=${one} /></a>` : html`<span data-testid="later-file"><${Look} one=${one} /></span>`}
    <${Share} one=${one} />
  </li>`)}
</ul>`;
