// How the files of a message are shown: pictures as pictures, films and sound to be played, everything else as a card. And while
// they are on their way, how far each of them has come.

import { html, useEffect, useState } from '../../vendor/preact.js';
import { freshen, hasRunOut, here } from '../core/addresses.js';
import { addressOf, shownAs, take, unshow } from '../core/blobs.js';
import { endingOf, isSpoken, limits, sizeText } from '../core/files.js';
import { t } from '../core/i18n.js';
import { cancelFile, progressOf } from '../core/uploads.js';
import { view } from '../core/viewed.js';
import { AudioPlayer } from './audio-player.js';
import { Icon } from './icon.js';

/** @typedef {import('../core/types.js').Message} Message */
/** @typedef {import('../core/types.js').FileRef} FileRef */
/** @typedef {import('./rows.js').Context} Context */

/** Up to this many bytes a picture itself is shown in the thread, above it its small version. */
const LIGHT = 400 << 10;
/** A moving picture stands still in its small version. */
const LIGHT_GIF = 3 << 20;

/** The bytes of a file that is on its way, as an address; empty until they are in hand. @param {FileRef} file */
function useOwn(file) {
  const [, redraw] = useState(0);
  const own = file.letter ? addressOf(file.id) : shownAs(file.id);
  useEffect(() => {
    if (file.letter && !own) void take(file.id).then((blob) => blob && redraw((n) => n + 1));
  }, [file.id, own, file.kept]);
  return own;
}

/** An address that works, asked for anew when it has run out. @param {FileRef} file @param {Message} m @param {string|null} [part] another address of the file than its own */
function useAddress(file, m, part = file.url) {
  const own = useOwn(file);
  const address = own || here(part ?? '');
  const over = !own && hasRunOut(address, Date.now());
  useEffect(() => {
    if (over) freshen(m);
  }, [address, over]);
  const onError = () => {
    if (own && !file.letter) unshow(file.id);
    freshen(m);
  };
  return { src: over ? '' : address, onError };
}

/** How far a file has come, and the way to stop it. @param {{ share: number, name: string, onCancel: () => void }} props `share`: 0 to 1, -1 before its turn */
export function Ring({ share, name, onCancel }) {
  const isKnown = share >= 0 && share < 1;
  const label = t(share < 0 ? 'upload.waits' : isKnown ? 'upload.goes' : 'upload.checked', { name });
  return html`<span class="ring">
    <svg viewBox="0 0 40 40" class=${isKnown ? undefined : 'turns'} role="progressbar" aria-label=${label} aria-valuemin="0" aria-valuemax="100" aria-valuenow=${isKnown ? Math.round(share * 100) : undefined}>
      <circle cx="20" cy="20" r="17" /><circle class="done" cx="20" cy="20" r="17" pathLength="100" style=${{ strokeDasharray: `${isKnown ? Math.max(4, share * 100) : 25} 100` }} />
    </svg>
    <button class="btn icon" type="button" data-testid="upload-cancel" aria-label=${t('upload.cancel', { name })} onClick=${onCancel}><${Icon} name="x" size="s" /></button>
  </span>`;
}

/** @param {{ file: FileRef }} props */
export function Progress({ file }) {
  const share = progressOf(file.id).value;
  const cancel = () => cancelFile(file.letter ?? '', file.id);
  if (file.way === 'goes') return html`<${Ring} share=${share} name=${file.originalName} onCancel=${cancel} />`;
  const name = file.originalName;
  // The server has it; the message goes out in a moment.
  if (file.way === 'sent') return html`<span class="ring"><${Icon} name="check" /><span class="vh">${t('upload.there', { name })}</span></span>`;
  return html`<span class=${`ring ${file.way}`}><button class="btn icon" type="button" data-testid="upload-cancel" aria-label=${t('upload.cancel', { name })} onClick=${cancel}><${Icon} name=${file.way === 'refused' ? 'trash-2' : 'x'} size="s" /></button></span>`;
}

/** The shape in which a picture or a film is shown. Tall and wide ones are cut, to be seen whole when they are opened. @param {FileRef} file @param {number} usual */
const shapeOf = ({ width, height }, usual) => (width && height ? Math.min(2.4, Math.max(0.6, width / height)) : usual);

/** Its place in a bubble: a width, and a height that follows from it before anything has loaded. @param {number} ratio */
const boxOf = (ratio) => ({ aspectRatio: String(ratio), width: `${Math.min(21, 24 * ratio)}rem` });

/** About how high files stand in a thread, in pixels. @param {FileRef[]} files */
export function roomFor(files) {
  const pictures = files.filter((file) => file.fileType === 'image');
  const heightOf = (/** @type {FileRef} */ file, /** @type {number} */ usual) => Math.min(336, 384 * shapeOf(file, usual)) / shapeOf(file, usual);
  const shown = pictures.length === 1 ? heightOf(pictures[0], 4 / 3) : [0, 0, 168, 360, 336, 525][Math.min(pictures.length, 5)];
  return files.reduce((sum, file) => sum + (file.fileType === 'image' ? 0 : file.fileType === 'video' ? heightOf(file, 16 / 9) : 52), shown);
}

/** @param {FileRef} file */
const isLight = (file) => file.size <= (file.mimetype === 'image/gif' ? LIGHT_GIF : LIGHT) || !file.thumbnailUrl;

/** @param {{ file: FileRef, m: Message, alone: boolean, tab: number }} props */
function Picture({ file, m, alone, tab }) {
  const { src, onError } = useAddress(file, m, isLight(file) ? file.url : file.thumbnailUrl);
  const [broken, setBroken] = useState('');
  const { width, height } = file;
  const box = alone ? boxOf(shapeOf(file, 4 / 3)) : undefined;
  const shown = src && broken !== src;
  const look = shown
    ? html`<img src=${src} alt=${file.letter ? file.originalName : ''} width=${width ?? undefined} height=${height ?? undefined} loading=${file.letter ? 'eager' : 'lazy'} decoding="async" draggable=${false} onError=${() => (setBroken(src), onError())} />`
    : html`<span class="pic-none"><${Icon} name="image" size="l" /></span>`;
  return html`<span class="pic" style=${box}>
    ${file.letter || m.seq === Infinity ? look : html`<button class="open" type="button" tabindex=${tab} data-testid="picture" aria-label=${t('file.open', { name: file.originalName })} onClick=${() => view(m.conversationId, file.id)}>${look}</button>`}
    ${file.letter && html`<${Progress} file=${file} />`}
  </span>`;
}

/** Whether this browser says it can play it. @param {FileRef} file */
const plays = (file) => document.createElement(file.fileType === 'audio' ? 'audio' : 'video').canPlayType(file.mimetype) !== '';

/** @param {{ file: FileRef, m: Message, tab: number }} props */
function Film({ file, m, tab }) {
  const { src, onError } = useAddress(file, m);
  const [broken, setBroken] = useState('');
  if (!plays(file) || (broken && broken === src)) return html`<${Card} file=${file} m=${m} tab=${tab} />`;
  const failed = () => (onError(), setBroken(src));
  return html`<span class="film" style=${boxOf(shapeOf(file, 16 / 9))}>
    <video src=${src || undefined} poster=${file.posterUrl ? here(file.posterUrl) : undefined} controls playsinline preload="metadata" tabindex=${tab} aria-label=${file.originalName} data-testid="film" onError=${failed}></video>
    ${file.letter && html`<${Progress} file=${file} />`}
  </span>`;
}

/** What was spoken into the app is called that; other sound has a name. @param {{ file: FileRef, m: Message, tab: number }} props */
function Sound({ file, m, tab }) {
  const { src, onError } = useAddress(file, m);
  if (!plays(file)) return html`<${Card} file=${file} m=${m} tab=${tab} />`;
  const spoken = isSpoken(file);
  return html`${!spoken && html`<b class="sound-name" dir="auto">${file.originalName}</b>`}<span class="sound"><${AudioPlayer} file=${file} src=${src} tab=${tab} name=${spoken ? undefined : file.originalName} onError=${onError} />${file.letter && html`<${Progress} file=${file} />`}</span>`;
}

/** A sign for what is no picture: the letters that people know it by, in the colour of its family. @param {{ file: Pick<FileRef, 'originalName'|'fileType'> }} props */
export function FileSign({ file }) {
  const ending = endingOf(file.originalName);
  const family = { doc: 'doc', docx: 'doc', txt: 'doc', xls: 'xls', xlsx: 'xls', ppt: 'ppt', pptx: 'ppt' }[ending] ?? '';
  if (file.fileType === 'file' && ending) return html`<span class=${`ficon ${family}`} aria-hidden="true">${ending.toUpperCase().slice(0, 4)}</span>`;
  const [look, icon] = /** @type {Record<string, string[]>} */ ({ image: ['img', 'image'], video: ['img', 'video'], audio: ['aud', 'mic'], file: ['', 'file'] })[file.fileType] ?? ['', 'file'];
  return html`<span class=${`ficon ${look}`} aria-hidden="true"><${Icon} name=${icon} /></span>`;
}

/** "412 KB · 6 pages" @param {FileRef} file */
export const factsOf = (file) => [sizeText(file.size), file.pages ? t('file.pages', { n: file.pages }) : '', file.scanned === false ? t('file.unscanned') : ''].filter(Boolean).join(' · ');

/** @param {{ file: FileRef, m: Message, tab: number }} props */
function Card({ file, m, tab }) {
  const { src } = useAddress(file, m);
  const isPaper = file.mimetype === 'application/pdf';
  return html`<span class="file-row">
    <a class="file" href=${src || undefined} target=${isPaper ? '_blank' : undefined} rel="noopener noreferrer" download=${isPaper ? undefined : file.originalName} tabindex=${tab} data-testid="document">
      <${FileSign} file=${file} />
      <span class="min0"><b dir="auto">${file.originalName}</b><small>${factsOf(file)}</small></span>
    </a>
    ${file.letter && html`<${Progress} file=${file} />`}
  </span>`;
}

// By their places: a file that the server has taken is the same element as before.
/** @param {{ m: Message, mine: boolean, tab: number, context: Context }} props */
export function Attachments({ m, tab }) {
  const files = m.attachments ?? [];
  const pictures = files.filter((file) => file.fileType === 'image');
  const others = files.filter((file) => file.fileType !== 'image');
  return html`
    ${pictures.length > 0 && html`<span class=${pictures.length === 1 ? 'pics' : `pics n${Math.min(pictures.length, 5)}`}>${pictures.map((file, i) => html`<${Picture} key=${i} file=${file} m=${m} alone=${pictures.length === 1} tab=${tab} />`)}</span>`}
    ${others.map((file, i) => {
      const Kind = { video: Film, audio: Sound }[/** @type {string} */ (file.fileType)] ?? Card;
      return html`<${Kind} key=${i} file=${file} m=${m} tab=${tab} />`;
    })}`;
}

/** Saves them on the device, one after the other. @param {Message} m */
export function downloadAll(m) {
  for (const file of m.attachments ?? []) {
    const link = document.createElement('a');
    link.href = here(file.url);
    link.download = file.originalName;
    link.click();
  }
}

/** What no second attempt will change. */
const FINAL = ['FILE_LOST', 'FILE_INFECTED', 'FILE_TOO_LARGE', 'UNSUPPORTED_FILE_TYPE', 'FILE_CONTENT_MISMATCH'];

/** @param {import('../core/outbox.js').Parcel[]} refused */
export const isWorthTrying = (refused) => !refused.length || refused.some((file) => !FINAL.includes(file.refused?.code ?? ''));

/** Why the server would not take a file. @param {string} name @param {{ code: string, message: string }} [why] */
export function explainFile(name, why) {
  switch (why?.code) {
    case 'FILE_LOST':
      return t('file.lost', { name });
    case 'FILE_TOO_LARGE':
      return t('file.large', { name, most: sizeText(limits().size) });
    case 'UNSUPPORTED_FILE_TYPE':
      return `${t('file.type', { name })} ${t('file.allowed')}`;
    case 'FILE_CONTENT_MISMATCH':
      return t('file.mismatch', { name });
    case 'FILE_INFECTED':
      return t('file.infected', { name });
    case 'QUOTA_EXCEEDED':
      return t('file.quota', { name });
    default:
      return why?.message || t('file.refused', { name });
  }
}
