// Where one writes. Enter sends, Shift+Enter breaks the line, Enter while an input method is composing does neither.

import { html, useEffect, useRef } from '../../vendor/preact.js';
import { draftOf, saveDraft } from '../core/drafts.js';
import { t } from '../core/i18n.js';
import { write } from '../core/outbox.js';
import { iStop, iType } from '../core/typing.js';
import { Icon } from './icon.js';

/** Phones have no Shift+Enter; their Enter key breaks the line and the button sends. */
const isTouch = matchMedia('(hover: none) and (pointer: coarse)');

/** @param {{ id: string, name: string }} props */
export function Composer({ id, name }) {
  const box = useRef(/** @type {HTMLTextAreaElement|null} */ (null));
  useEffect(() => {
    const area = box.current;
    if (!area) return;
    area.value = draftOf(id);
    grow(area);
    if (!isTouch.matches) area.focus({ preventScroll: true });
    return iStop;
  }, [id]);

  function onInput() {
    const area = box.current;
    if (!area) return;
    saveDraft(id, area.value);
    grow(area);
    if (area.value.trim()) iType(id);
    else iStop();
  }

  function submit() {
    const area = box.current;
    const text = area?.value.trim();
    if (!area || !text) return;
    write(id, text);
    area.value = '';
    onInput();
    area.focus({ preventScroll: true });
  }

  /** @param {KeyboardEvent} event */
  function onKeyDown(event) {
    // keyCode 229 is what some keyboards report instead of isComposing.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229 || isTouch.matches) return;
    event.preventDefault();
    submit();
  }

  return html`<form class="composer" onSubmit=${(/** @type {Event} */ event) => (event.preventDefault(), submit())}>
    <div class="box">
      <label class="vh" for="write">${t('composer.label', { name })}</label>
      <textarea
        id="write" ref=${box} rows="1" placeholder=${t('composer.placeholder')} dir="auto" enterkeyhint=${isTouch.matches ? 'enter' : 'send'}
        maxlength="10000" data-testid="composer-input" onInput=${onInput} onKeyDown=${onKeyDown} onBlur=${iStop}
      ></textarea>
    </div>
    <button class="btn icon primary" type="submit" aria-label=${t('composer.send')} data-testid="send"><${Icon} name="send-horizontal" /></button>
  </form>`;
}

/** For browsers without field-sizing. @param {HTMLTextAreaElement} area */
function grow(area) {
  if (CSS.supports('field-sizing', 'content')) return;
  area.style.height = 'auto';
  area.style.height = `${area.scrollHeight}px`;
}
