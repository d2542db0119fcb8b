// All files of a conversation, by kind: in the details pane, or over the chat where there is none.

import { html, useEffect, useRef, useState } from '../../vendor/preact.js';
import { hasRunOut, here } from '../core/addresses.js';
import { shortWhen } from '../core/dates.js';
import { isSpoken } from '../core/files.js';
import { t } from '../core/i18n.js';
import { goToMessage } from '../core/jump.js';
import { me } from '../core/session.js';
import { sharedFiles } from '../core/shared-files.js';
import { conversation } from '../core/store.js';
import { shortName } from '../core/text.js';
import { view } from '../core/viewed.js';
import { FileSign, factsOf } from './attachment.js';
import { AudioPlayer } from './audio-player.js';
import { Icon } from './icon.js';
import { Failed, Skeleton } from './states.js';

/** @typedef {import('../core/types.js').Conversation} Conversation */
/** @typedef {import('../core/types.js').FileKind} FileKind */
/** @typedef {import('../core/shared-files.js').SharedFile} SharedFile */

const KINDS = /** @type {FileKind[]} */ (['image', 'file', 'audio', 'video']);

/** @param {SharedFile} file */
function from(file) {
  if (file.senderId === me.value?.id) return t('you');
  const person = conversation(file.conversationId)?.participants.find(({ id }) => id === file.senderId);
  return person ? shortName(person) : file.senderName || t('someone');
}

/** @param {{ file: SharedFile }} props */
const Thumb = ({ file }) => html`<li><button class="thumb" type="button" data-testid="shared-picture" title=${file.originalName} aria-label=${t('files.picture', { name: from(file), when: shortWhen(Date.parse(file.timestamp)) })} onClick=${() => view(file.conversationId, file.id)}>
  <img src=${here(file.thumbnailUrl ?? file.url)} alt="" loading="lazy" decoding="async" width="160" height="160" />
</button></li>`;

/** When, how much, and from whom. @param {SharedFile} file */
const aboutOf = (file) => [shortWhen(Date.parse(file.timestamp)), factsOf(file), from(file)].join(' · ');

/** @param {{ file: SharedFile }} props */
function SoundLine({ file }) {
  const name = isSpoken(file) ? t('message.type.audio') : file.originalName;
  const again = () => void sharedFiles(file.conversationId, 'audio').again().catch(() => {});
  return html`<span class="grow min0"><b class="sound-name" dir="auto">${name}</b><small class="muted">${aboutOf(file)}</small><${AudioPlayer} file=${file} src=${here(file.url)} name=${name} most=${24} onError=${again} /></span>`;
}

/** @param {{ file: SharedFile, opens: boolean }} props */
const PaperLine = ({ file, opens }) => html`<a class="file" href=${here(file.url)} target=${opens ? '_blank' : undefined} rel="noopener noreferrer" download=${opens ? undefined : file.originalName}>
  <${FileSign} file=${file} /><span class="min0"><b dir="auto">${file.originalName}</b><small>${aboutOf(file)}</small></span>
</a>`;

/** @param {{ file: SharedFile, onShow: () => void }} props */
function FileLine({ file, onShow }) {
  const opens = file.mimetype === 'application/pdf' || file.fileType === 'audio' || file.fileType === 'video';
  const show = () => {
    goToMessage(file.conversationId, file.messageId, file.seq);
    onShow();
  };
  return html`<li class="shared" data-testid="shared-file">
    ${file.fileType === 'audio' ? html`<${SoundLine} file=${file} />` : html`<${PaperLine} file=${file} opens=${opens} />`}
    ${opens && html`<a class="btn icon" href=${here(file.url)} download=${file.originalName} aria-label=${t('file.download', { name: file.originalName })}><${Icon} name="download" /></a>`}
    <button class="btn icon" type="button" aria-label=${t('files.show', { name: file.originalName })} onClick=${show}><${Icon} name="message-circle" /></button>
  </li>`;
}

/** How long one waits for the next letter, in milliseconds. */
const PAUSE = 250;

/** @param {{ list: ReturnType<typeof sharedFiles>, kind: FileKind, onShow: () => void }} props */
function Files({ list, kind, onShow }) {
  const end = useRef(/** @type {HTMLElement|null} */ (null));
  const files = list.files.value;
  const open = () => void list.open().catch(() => {});
  // Addresses run out while a page stands open.
  const over = files.some((file) => hasRunOut(file.url, Date.now()));
  useEffect(() => {
    if (over) void list.again().catch(() => {});
    else open();
  }, [list, over]);
  useEffect(() => {
    if (!end.current) return;
    const watch = new IntersectionObserver((seen) => seen.some((one) => one.isIntersecting) && void list.more().catch(() => {}), { rootMargin: '300px' });
    watch.observe(end.current);
    return () => watch.disconnect();
  }, [list, list.hasMore.value, files.length]);
  if (list.state.value === 'failed') return html`<${Failed} onRetry=${open} />`;
  if (list.state.value !== 'ready') return html`<${Skeleton} label=${t('files.loading')} rows=${3} />`;
  return html`
    ${list.indexing.value && html`<p class="notice find-note" role="status"><${Icon} name="hourglass" size="s" /><span>${t('files.indexing')}</span></p>`}
    ${files.length
      ? html`<ul class=${kind === 'image' ? 'thumbs' : 'shared-list'} data-testid="shared">${files.map((file) => (kind === 'image' ? html`<${Thumb} key=${file.id} file=${file} />` : html`<${FileLine} key=${file.id} file=${file} onShow=${onShow} />`))}</ul>`
      : !list.hasMore.value && html`<p class="muted find-none" role=${list.wanted ? 'status' : undefined} data-testid="no-files">${list.wanted ? t('files.noneNamed', { wanted: list.wanted }) : t(`files.none.${kind}`)}</p>`}
    ${list.hasMore.value && html`<div ref=${end}><${Skeleton} label=${t('files.loading')} rows=${1} /></div>`}`;
}

/** @param {{ c: Conversation, onBack: () => void, onShow: () => void }} props `onShow`: one went to a message */
export function FilesPane({ c, onBack, onShow }) {
  const [kind, setKind] = useState(/** @type {FileKind} */ ('image'));
  const tabs = useRef(/** @type {HTMLElement|null} */ (null));
  const heading = useRef(/** @type {HTMLElement|null} */ (null));
  const [wanted, want] = useState('');
  const pause = useRef(/** @type {ReturnType<typeof setTimeout>|undefined} */ (undefined));
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  useEffect(() => () => clearTimeout(pause.current), []);
  const onInput = (/** @type {any} */ { target }) => {
    clearTimeout(pause.current);
    // Marks alone are no words yet.
    const words = /[\p{L}\p{N}]/u.test(target.value) ? target.value.trimStart() : '';
    pause.current = setTimeout(() => want(words), PAUSE);
  };
  /** @param {KeyboardEvent} event */
  const onKeyDown = (event) => {
    const at = KINDS.indexOf(kind);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: KINDS.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = (to + KINDS.length) % KINDS.length;
    setKind(KINDS[next]);
    /** @type {HTMLElement|undefined} */ (tabs.current?.querySelectorAll('[role=tab]')[next])?.focus();
  };
  return html`<div class="files-pane" data-testid="files-pane">
    <div class="files-head"><button class="btn icon" type="button" aria-label=${t('files.back')} data-testid="files-back" onClick=${onBack}><${Icon} name="arrow-left" /></button><h2 ref=${heading} tabindex="-1">${t('files.all')}</h2></div>
    <div class="files-tabs" role="tablist" aria-label=${t('files.kinds')} ref=${tabs} onKeyDown=${onKeyDown}>
      ${KINDS.map((one) => html`<button class="files-tab" type="button" role="tab" key=${one} id=${`files-${one}`} aria-selected=${one === kind} aria-controls="files-panel" tabindex=${one === kind ? 0 : -1} data-testid=${`files-${one}`} onClick=${() => setKind(one)}>${t(`files.${one}`)}</button>`)}
    </div>
    <search class="with-icon files-find"><${Icon} name="search" /><label class="vh" for="files-q">${t('files.find')}</label>
      <input class="input search" id="files-q" type="search" maxlength="200" placeholder=${t('files.find')} data-testid="files-q" onInput=${onInput} /></search>
    <div role="tabpanel" id="files-panel" aria-labelledby=${`files-${kind}`} tabindex="0"><${Files} key=${`${c.id} ${kind} ${wanted}`} list=${sharedFiles(c.id, kind, wanted)} kind=${kind} onShow=${onShow} /></div>
  </div>`;
}

/** In the details: the newest of each kind, and the way to all. @param {{ c: Conversation, isBack: boolean, onAll: () => void, onShow: () => void }} props `isBack`: one comes from there */
export function NewestFiles({ c, isBack, onAll, onShow }) {
  const pictures = sharedFiles(c.id, 'image');
  const papers = sharedFiles(c.id, 'file');
  const section = useRef(/** @type {HTMLElement|null} */ (null));
  const all = useRef(/** @type {HTMLElement|null} */ (null));
  useEffect(() => {
    if (isBack) all.current?.focus({ preventScroll: true });
  }, []);
  // Asked for when somebody looks: where there is no room for a third pane, it is there but not seen.
  useEffect(() => {
    const watch = new IntersectionObserver((seen) => {
      if (!seen.some((one) => one.isIntersecting)) return;
      watch.disconnect();
      for (const list of [pictures, papers]) void list.open().catch(() => {});
    });
    if (section.current) watch.observe(section.current);
    return () => watch.disconnect();
  }, [c.id]);
  const thumbs = pictures.files.value.slice(0, 4);
  const lines = papers.files.value.slice(0, 3);
  return html`<section class="sec" aria-labelledby="files-h" ref=${section}>
    <div class="sec-h"><h3 id="files-h">${t('files.title')}</h3><button class="link" type="button" ref=${all} data-testid="all-files" onClick=${onAll}>${t('files.all')}</button></div>
    ${thumbs.length > 0 && html`<ul class="thumbs small">${thumbs.map((file) => html`<${Thumb} key=${file.id} file=${file} />`)}</ul>`}
    ${lines.length > 0 && html`<ul class="shared-list">${lines.map((file) => html`<${FileLine} key=${file.id} file=${file} onShow=${onShow} />`)}</ul>`}
    ${!thumbs.length && !lines.length && html`<p class="muted small">${t('files.empty')}</p>`}
  </section>`;
}
