// A professional's documents: one's own with the way to add and remove, and anybody's for administrators to look at.

import { html, useEffect, useRef, useState } from '../../vendor/preact.js';
import { here } from '../core/addresses.js';
import { ACCEPT, LARGEST, MOST, bring, documents, dropParcel, loadDocuments, parcels, takeBack } from '../core/documents.js';
import { sizeText } from '../core/files.js';
import { t } from '../core/i18n.js';
import { FileSign, Ring, explainFile, factsOf } from './attachment.js';
import { Confirm } from './dialog.js';
import { Icon } from './icon.js';
import { toastError } from './toast.js';

/** @typedef {import('../core/types.js').FileRef} FileRef */
/** @typedef {import('../core/documents.js').Parcel} Parcel */

/** @param {{ file: FileRef }} props */
const Look = ({ file }) =>
  file.thumbnailUrl ? html`<img class="paper-look" src=${here(file.thumbnailUrl)} alt="" width="40" height="40" loading="lazy" decoding="async" />` : html`<${FileSign} file=${file} />`;

/** What the clinic has, to be opened. @param {{ file: FileRef, children?: unknown }} props */
export const Paper = ({ file, children }) => html`<li class="paper" data-testid="paper">
  <a href=${here(file.url)} target="_blank" rel="noopener noreferrer" aria-label=${t('file.open', { name: file.originalName })}>
    <${Look} file=${file} /><span class="min0"><b dir="auto">${file.originalName}</b><small>${factsOf(file)}</small></span>
  </a>
  ${children}
</li>`;

/** @param {{ one: Parcel }} props */
const OnItsWay = ({ one }) => html`<li class="paper" data-testid="paper-coming">
  <${FileSign} file=${{ originalName: one.name, fileType: 'file' }} />
  <span class="min0 grow"><b dir="auto">${one.name}</b>${one.problem && html`<small class="paper-no" role="alert">${problemOf(one)}</small>`}</span>
  ${one.problem
    ? html`<button class="btn icon" type="button" aria-label=${t('tray.ok')} onClick=${() => dropParcel(one.key)}><${Icon} name="x" size="s" /></button>`
    : html`<${Ring} share=${one.share} name=${one.name} onCancel=${() => dropParcel(one.key)} />`}
</li>`;

/** @param {Parcel} parcel */
function problemOf({ name, problem }) {
  switch (problem?.code) {
    case 'FILE_TOO_LARGE':
      return t('file.large', { name, most: sizeText(LARGEST) });
    case 'UNSUPPORTED_FILE_TYPE':
      return t('docs.type', { name });
    case 'TOO_MANY_FILES':
      return t('docs.full', { n: MOST });
    case 'NO_ANSWER':
      return t('docs.failed', { name });
    default:
      return explainFile(name, problem);
  }
}

/** One's own. */
export function Documents() {
  const [asking, ask] = useState(/** @type {FileRef|null} */ (null));
  const input = useRef(/** @type {HTMLInputElement|null} */ (null));
  useEffect(() => void loadDocuments().catch(() => {}), []);
  const list = documents.value;
  if (!list) return null;
  const isFull = list.length + parcels.value.filter((one) => !one.problem).length >= MOST;
  /** @param {any} event */
  const onChoose = ({ target }) => {
    void bring([...target.files]);
    // The same file can be chosen again.
    target.value = '';
  };
  return html`<section class="papers" aria-labelledby="docs-h" data-testid="documents">
    <h2 id="docs-h">${t('docs.title')}</h2>
    <div class="card">
      <p class="small muted">${t('docs.about')}</p>
      <ul>
        ${list.map(
          (file) => html`<${Paper} key=${file.id} file=${file}>
            <button class="btn icon" type="button" aria-label=${t('docs.remove', { name: file.originalName })} onClick=${() => ask(file)}><${Icon} name="trash-2" size="s" /></button>
          <//>`,
        )}
        ${parcels.value.map((one) => html`<${OnItsWay} key=${one.key} one=${one} />`)}
      </ul>
      <input class="vh" type="file" tabindex="-1" aria-hidden="true" multiple accept=${ACCEPT} ref=${input} data-testid="documents-input" onChange=${onChoose} />
      ${isFull ? html`<p class="small muted">${t('docs.full', { n: MOST })}</p>` : html`<button class="btn line block" type="button" onClick=${() => input.current?.click()}><${Icon} name="upload" size="s" />${t('docs.add')}</button>`}
    </div>
    ${asking && html`<${Confirm} title=${t('docs.removeTitle', { name: asking.originalName })} text=${t('docs.removeAbout')} yes=${t('docs.removeYes')} danger=${true} onYes=${() => void takeBack(asking.id).catch(toastError)} onClose=${() => ask(null)} />`}
  </section>`;
}
