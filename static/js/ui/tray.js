// Above the message box: what was chosen to go with the next message, in its order, and what could not be taken.

import { html, useEffect, useRef, useState } from '../../vendor/preact.js';
import { limits, sizeText } from '../core/files.js';
import { t } from '../core/i18n.js';
import { measured, moveInTray, removeFromTray } from '../core/tray.js';
import { FileSign } from './attachment.js';
import { Icon } from './icon.js';
import { Menu, MenuItem } from './menu.js';

/** @typedef {import('../core/tray.js').Chosen} Chosen */
/** @typedef {import('../core/tray.js').Refused} Refused */

/** @param {Refused[number]} one */
export function refusalText({ name, why }) {
  const { size, count } = limits();
  switch (why) {
    case 'many':
      return t('tray.many', { name, n: count });
    case 'large':
      return t('file.large', { name, most: sizeText(size) });
    case 'empty':
      return t('tray.empty', { name });
    default:
      return `${t('file.type', { name })} ${t('file.allowed')}`;
  }
}

/** @param {{ id: string, one: Chosen }} props */
function Preview({ id, one }) {
  const size = (/** @type {any} */ { target }) => measured(id, one.id, target.naturalWidth ?? target.videoWidth, target.naturalHeight ?? target.videoHeight);
  if (one.kind === 'image') return html`<img src=${one.url} alt="" decoding="async" onLoad=${size} />`;
  if (one.kind === 'video') {
    return html`<video src=${one.url} muted playsinline preload="metadata" tabindex="-1" aria-hidden="true" onLoadedMetadata=${(/** @type {any} */ { target }) => measured(id, one.id, target.videoWidth, target.videoHeight)}></video><${Icon} name="play" />`;
  }
  return html`<${FileSign} file=${{ originalName: one.name, fileType: one.kind }} />`;
}

/** @param {{ id: string, list: Chosen[], refused: Refused, onEmpty: () => void, onSeen: () => void }} props `onSeen`: what was refused has been read */
export function Tray({ id, list, refused, onEmpty, onSeen }) {
  const items = useRef(/** @type {HTMLElement|null} */ (null));
  const focus = useRef('');
  const [menu, setMenu] = useState('');
  const at = list.findIndex((one) => one.id === menu);
  const chosen = list[at];
  /** @param {string} which @returns {HTMLElement|null|undefined} */
  const item = (which) => items.current?.querySelector(`[data-id="${CSS.escape(which)}"] .tray-item`);
  useEffect(() => {
    if (!focus.current) return;
    /** @type {HTMLElement|null|undefined} */ (items.current?.querySelector(focus.current))?.focus();
    focus.current = '';
  });
  /** @param {Chosen} one @param {number} i */
  const remove = (one, i) => {
    focus.current = `li:nth-child(${Math.min(i + 1, list.length - 1)}) .tray-x`;
    removeFromTray(id, one.id);
    if (list.length === 1) onEmpty();
  };
  /** @param {Chosen} one @param {number} by */
  const move = (one, by) => {
    moveInTray(id, one.id, by);
    focus.current = `[data-id="${CSS.escape(one.id)}"] .tray-item`;
  };
  /** @param {KeyboardEvent} event @param {Chosen} one @param {number} i */
  const onKeyDown = (event, one, i) => {
    const by = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
    if (event.target === event.currentTarget && by) move(one, by);
    else if (event.target === event.currentTarget && (event.key === 'Delete' || event.key === 'Backspace')) remove(one, i);
    else return;
    event.preventDefault();
  };
  if (!list.length && !refused.length) return null;
  return html`<div class="tray" data-testid="tray">
    ${refused.length > 0 &&
    html`<div class="tray-no" role="alert" data-testid="tray-refused"><${Icon} name="circle-alert" size="s" />
      <ul>${refused.map((one, i) => html`<li key=${i}>${refusalText(one)}</li>`)}</ul>
      <button class="btn icon" type="button" aria-label=${t('tray.ok')} onClick=${onSeen}><${Icon} name="x" size="s" /></button></div>`}
    ${list.length > 0 &&
    html`<ul class="tray-list" ref=${items} aria-label=${t('tray.label')}>
      ${list.map(
        (one, i) => html`<li key=${one.id} data-id=${one.id} data-testid="tray-item" draggable=${list.length > 1}
          onDragStart=${(/** @type {any} */ e) => (e.dataTransfer.setData('application/x-tray', one.id), (e.dataTransfer.effectAllowed = 'move'))}
          onDragOver=${(/** @type {any} */ e) => e.dataTransfer.types.includes('application/x-tray') && (e.preventDefault(), e.stopPropagation())}
          onDrop=${(/** @type {any} */ e) => {
            const from = list.findIndex(({ id: other }) => other === e.dataTransfer.getData('application/x-tray'));
            if (from < 0) return;
            e.preventDefault();
            e.stopPropagation();
            moveInTray(id, list[from].id, i - from);
          }}>
          <button class="tray-item" type="button" aria-haspopup="menu" data-testid="tray-open" onClick=${() => setMenu(one.id)} onKeyDown=${(/** @type {KeyboardEvent} */ e) => onKeyDown(e, one, i)}>
            <span class="tray-look"><${Preview} id=${id} one=${one} /></span>
            <span class="tray-name"><b dir="auto">${one.name}</b><small>${sizeText(one.file.size)}</small><span class="vh">${t('viewer.count', { i: i + 1, n: list.length })}</span></span>
          </button>
          <button class="btn icon tray-x" type="button" aria-label=${t('tray.remove', { name: one.name })} data-testid="tray-remove" onClick=${() => remove(one, i)}><${Icon} name="x" size="s" /></button>
        </li>`,
      )}
    </ul>
`}
    ${chosen && html`<${Menu} label=${chosen.name} anchor=${item(chosen.id)} back=${() => item(menu)} onClose=${() => setMenu('')}>
      ${at > 0 && html`<${MenuItem} icon="arrow-left" text=${t('tray.earlier')} onPick=${() => (setMenu(''), move(chosen, -1))} />`}
      ${at < list.length - 1 && html`<${MenuItem} icon="arrow-right" text=${t('tray.later')} onPick=${() => (setMenu(''), move(chosen, 1))} />`}
      <${MenuItem} icon="trash-2" text=${t('tray.out')} danger=${true} onPick=${() => (setMenu(''), remove(chosen, at))} />
    <//>`}
  </div>`;
}
