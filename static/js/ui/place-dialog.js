// Sending a place: where one is, or an address in words. Nothing is asked of the device before the button is pressed.

import { html, useState } from '../../vendor/preact.js';
import { replyOf, saveReply } from '../core/drafts.js';
import { t } from '../core/i18n.js';
import { write } from '../core/outbox.js';
import { coordinates, placeIn, whereAmI, written } from '../core/place.js';
import { Dialog } from './dialog.js';
import { Field } from './field.js';
import { Icon } from './icon.js';

/** @typedef {{ latitude: number, longitude: number, accuracy: number }} Position */

/** Metres, without more exactness than there is. @param {number} metres */
const about = (metres) => (metres < 1000 ? t('place.metres', { n: Math.max(5, Math.ceil(metres / 5) * 5) }) : t('place.kilometres', { n: Math.ceil(metres / 1000) }));

/** @param {{ id: string, onClose: () => void }} props */
export function PlaceDialog({ id, onClose }) {
  const [position, setPosition] = useState(/** @type {Position|null} */ (null));
  const [state, setState] = useState(/** @type {'idle'|'asking'|import('../core/place.js').NoPosition} */ ('idle'));
  const [words, setWords] = useState('');
  const [error, setError] = useState('');

  async function ask() {
    if (state === 'asking') return;
    setState('asking');
    try {
      setPosition(await whereAmI());
      setState('idle');
    } catch (reason) {
      setState(/** @type {import('../core/place.js').NoPosition} */ (reason));
    }
  }

  /** @param {Event} event */
  function send(event) {
    event.preventDefault();
    const text = words.trim();
    if (!position && !text) return setError(t('place.nothing'));
    const content = position ? written({ ...position, label: text || null }) : text;
    const replyTo = replyOf(id);
    write(id, content, { messageType: 'location', ...(replyTo && { replyTo }) });
    if (replyTo) saveReply(id, '');
    onClose();
  }

  const typed = !position && placeIn(words);
  return html`<${Dialog} title=${t('place.title')} onClose=${onClose}>
    <form class="body" novalidate onSubmit=${send}>
      ${position
        ? html`<div class="place-found" role="status">
            <span class="ficon img" aria-hidden="true"><${Icon} name="map-pin" /></span>
            <p class="min0 grow"><b>${t('place.here')}</b><span class="sub num">${coordinates({ ...position, label: null })}</span><span class="sub">${about(position.accuracy)}</span></p>
            <button class="btn icon" type="button" aria-label=${t('place.forget')} onClick=${() => setPosition(null)}><${Icon} name="x" /></button>
          </div>`
        : html`<button class="btn quiet block tall" type="button" aria-busy=${state === 'asking'} data-testid="where-am-i" onClick=${ask}><${Icon} name="locate-fixed" />${t('place.where')}</button>`}
      ${(state === 'refused' || state === 'unknown' || state === 'insecure') &&
      html`<div class="notice warn" role="alert"><${Icon} name="map-pin" /><p><b>${t(`place.${state}`)}</b> ${t(`place.${state}About`)}</p></div>`}
      <${Field} name="words" label=${t(position ? 'place.label' : 'place.address')} error=${error} hint=${typed ? t('place.isCoordinates') : t(position ? 'place.labelHint' : 'place.addressHint')}
        onInput=${(/** @type {string} */ value) => (setWords(value), setError(''))} />
      <p class="small muted">${t('place.privacy')}</p>
      <div class="acts">
        <button class="btn" type="button" onClick=${onClose}>${t('cancel')}</button>
        <button class="btn primary" type="submit" data-testid="send-place">${t('place.share')}</button>
      </div>
    </form>
  <//>`;
}
