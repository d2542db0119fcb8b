// Beside the message box: what else one can send than words.

import { html } from '../../vendor/preact.js';
import { clinic, dialable } from '../core/clinic.js';
import { draftOf, isUrgent, makeUrgent, replyOf } from '../core/drafts.js';
import { DOCUMENTS, PICTURES } from '../core/files.js';
import { t } from '../core/i18n.js';
import { canSendLater } from '../core/later.js';
import { emptyTray, trayOf } from '../core/tray.js';
import { isTouch } from './focus.js';
import { Icon } from './icon.js';
import { LaterDialog } from './later-dialog.js';
import { Menu, MenuItem } from './menu.js';
import { PlaceDialog } from './place-dialog.js';

/** @typedef {''|'menu'|'place'|'later'} Layer */

/**
 * Opens the device's own choice of files. The input is made for the occasion: one that stands in the page would remember.
 * @param {{ accept: string, multiple?: boolean, capture?: string }} what @param {(files: File[]) => void} then
 */
function choose({ accept, multiple = true, capture }, then) {
  const input = document.createElement('input');
  input.type = 'file';
  input.accept = accept;
  input.multiple = multiple;
  if (capture) input.setAttribute('capture', capture);
  input.hidden = true;
  input.dataset.testid = 'file-input';
  input.onchange = () => (then([...(input.files ?? [])]), input.remove());
  input.oncancel = () => input.remove();
  document.querySelector('[data-testid=file-input]')?.remove();
  document.body.append(input);
  input.click();
}

/** @param {{ onOpen: () => void }} props */
export const MoreButton = ({ onOpen }) => html`<button
  class="btn icon" type="button" aria-haspopup="menu" aria-label=${t('more.title')} data-testid="composer-more" onClick=${onOpen}
><${Icon} name="plus" /></button>`;

/**
 * The menu and what opens from it. They stand outside the message box's form: what is pressed in them is not its business.
 * @param {{ id: string, layer: Layer, open: (layer: Layer) => void, form: HTMLElement|null, onChosen: () => void, onFiles: (files: File[]) => void, onTaken: () => void }} props
 * `onChosen` gives the focus to the message box, `onFiles` takes what was chosen to be sent, `onTaken` empties the box
 */
export function MoreLayers({ id, layer, open, form, onChosen, onFiles, onTaken }) {
  const close = () => open('');
  const urgent = isUrgent(id);
  const button = () => /** @type {HTMLElement|null|undefined} */ (form?.querySelector('[data-testid=composer-more]'));
  const flip = () => {
    close();
    makeUrgent(id, !urgent);
    // After the menu has given the focus back.
    requestAnimationFrame(onChosen);
  };
  /** @param {Parameters<typeof choose>[0]} what */
  const pick = (what) => () => {
    close();
    choose(what, onFiles);
  };
  switch (layer) {
    case 'menu':
      return html`<${Menu} label=${t('more.title')} anchor=${button() ?? null} back=${button} onClose=${close}>
        <${MenuItem} icon="image" text=${t('more.pictures')} about=${t('more.picturesAbout')} onPick=${pick({ accept: PICTURES })} />
        ${/* Phones can take a picture on the spot. */ isTouch.matches && html`<${MenuItem} icon="camera" text=${t('more.camera')} onPick=${pick({ accept: 'image/*', multiple: false, capture: 'environment' })} />`}
        <${MenuItem} icon="file-text" text=${t('more.documents')} about=${t('more.documentsAbout')} onPick=${pick({ accept: DOCUMENTS })} />
        <${MenuItem} icon="triangle-alert" text=${t(urgent ? 'urgent.not' : 'urgent.make')} about=${urgent ? '' : t('urgent.makeAbout')} testid="make-urgent" onPick=${flip} />
        ${canSendLater.value && html`<${MenuItem} icon="calendar-clock" text=${t('later.send')} about=${t('later.sendAbout')} onPick=${() => open('later')} />`}
        <${MenuItem} icon="map-pin" text=${t('place.send')} about=${t('place.sendAbout')} onPick=${() => open('place')} />
      <//>`;
    case 'place':
      return html`<${PlaceDialog} id=${id} onClose=${close} />`;
    case 'later': {
      const replyTo = replyOf(id);
      return html`<${LaterDialog}
        conversationId=${id} text=${draftOf(id)} files=${trayOf(id)} extras=${{ ...(replyTo && { replyTo }), ...(urgent && { priority: 'urgent' }) }} onDone=${() => (emptyTray(id), onTaken())} onClose=${close}
      />`;
    }
    default:
      return null;
  }
}

/** Above the box while what is written goes out as urgent: what that means, and the way back. @param {{ id: string, name: string, isGroup: boolean, onCancel: () => void }} props */
export function UrgentTask({ id, name, isGroup, onCancel }) {
  const phone = clinic.value.emergencyPhone;
  return html`<div class="task urgent-task" id="urgent-task" data-testid="urgent-task">
    <${Icon} name="triangle-alert" />
    <p><b>${t('urgent.mine')}</b><span class="vh">: </span><span>${isGroup ? t('urgent.aboutGroup') : t('urgent.about', { name })}</span>
      ${phone && html`<span>${t('emergency.doNotWrite')} <a href=${dialable(phone)}>${t('emergency.callNumber', { phone })}</a></span>`}</p>
    <button class="btn icon" type="button" aria-label=${t('urgent.not')} onClick=${() => (makeUrgent(id, false), onCancel())}><${Icon} name="x" /></button>
  </div>`;
}
