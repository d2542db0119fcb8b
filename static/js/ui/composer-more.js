// Beside the message box: what else one can send than words.

import { html, useRef, useState } from '../../vendor/preact.js';
import { clinic, dialable } from '../core/clinic.js';
import { isUrgent, makeUrgent } from '../core/drafts.js';
import { t } from '../core/i18n.js';
import { Icon } from './icon.js';
import { Menu, MenuItem } from './menu.js';
import { PlaceDialog } from './place-dialog.js';

/** @param {{ id: string, onChosen: () => void }} props `onChosen` gives the focus to the message box */
export function More({ id, onChosen }) {
  const button = useRef(/** @type {HTMLButtonElement|null} */ (null));
  const [layer, open] = useState(/** @type {''|'menu'|'place'} */ (''));
  const close = () => open('');
  const urgent = isUrgent(id);
  const flip = () => {
    close();
    makeUrgent(id, !urgent);
    // After the menu has given the focus back.
    requestAnimationFrame(onChosen);
  };
  return html`<button class="btn icon" type="button" ref=${button} aria-haspopup="menu" aria-label=${t('more.title')} data-testid="composer-more" onClick=${() => open('menu')}><${Icon} name="plus" /></button>
    ${layer === 'menu' &&
    html`<${Menu} label=${t('more.title')} anchor=${button.current} back=${() => button.current} onClose=${close}>
      <${MenuItem} icon="triangle-alert" text=${t(urgent ? 'urgent.not' : 'urgent.make')} about=${urgent ? '' : t('urgent.makeAbout')} onPick=${flip} />
      <${MenuItem} icon="map-pin" text=${t('place.send')} about=${t('place.sendAbout')} onPick=${() => open('place')} />
    <//>`}
    ${layer === 'place' && html`<${PlaceDialog} id=${id} onClose=${close} />`}`;
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
