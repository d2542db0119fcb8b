// The browser's own modal dialog: it keeps the focus, gives it back, closes on Esc, and makes the rest inert.

import { html, useEffect, useId, useLayoutEffect, useRef } from '../../vendor/preact.js';
import { t } from '../core/i18n.js';
import { focusFirst } from './focus.js';
import { Icon } from './icon.js';
import { useLayer } from './layers.js';
import { News } from './toast.js';
import { UrgentAlert } from './urgent-alert.js';

/**
 * @param {{ title: string, onClose: () => void, children?: unknown, class?: string, hideTitle?: boolean, role?: string }} props
 */
export function Dialog({ title, onClose, children, class: kind = 'dialog', hideTitle = false, role }) {
  const element = useRef(/** @type {HTMLDialogElement|null} */ (null));
  const heading = useId();
  const layer = useLayer(() => element.current?.close());
  useLayoutEffect(() => {
    const opener = document.activeElement;
    const dialog = element.current;
    dialog?.showModal();
    if (dialog) focusFirst(dialog);
    // While it is open the rest is inert and takes no focus.
    return () => {
      dialog?.close();
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus({ preventScroll: true });
    };
  }, []);
  useEffect(() => {
    const dialog = element.current;
    const close = () => onClose();
    dialog?.addEventListener('close', close);
    return () => dialog?.removeEventListener('close', close);
  }, [onClose]);
  /** A click beside it closes it. @param {MouseEvent} event */
  const onClick = (event) => {
    if (event.target === element.current) element.current?.close();
  };
  return html`<dialog class=${kind} ref=${element} aria-labelledby=${heading} role=${role} onClick=${onClick}>
    <${UrgentAlert} />
    <header class=${hideTitle ? 'vh' : undefined}>
      <h2 id=${heading}>${title}</h2>
      <button class="btn icon" type="button" aria-label=${t('close')} onClick=${() => element.current?.close()}><${Icon} name="x" /></button>
    </header>
    ${children}
    <${News} layer=${layer} />
  </dialog>`;
}

/**
 * A question with two answers.
 * @param {{ title: string, text: string, yes: string, danger?: boolean, onYes: () => void, onClose: () => void }} props
 */
export const Confirm = ({ title, text, yes, danger = false, onYes, onClose }) => html`<${Dialog} title=${title} onClose=${onClose} role="alertdialog">
  <div class="body">
    <p class="muted">${text}</p>
    <div class="acts">
      <button class="btn" type="button" onClick=${onClose}>${t('cancel')}</button>
      <button class=${danger ? 'btn danger-fill' : 'btn primary'} type="button" onClick=${() => (onClose(), onYes())}>${yes}</button>
    </div>
  </div>
<//>`;
