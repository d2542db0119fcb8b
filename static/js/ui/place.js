// A message that says where: a name or an address, and a way to the device's own map.

import { html } from '../../vendor/preact.js';
import { t } from '../core/i18n.js';
import { coordinates, mapLink } from '../core/place.js';
import { langOf } from '../core/text.js';
import { Icon } from './icon.js';

/** @param {{ m: import('../core/types.js').Message, tab: number }} props */
export function PlaceCard({ m, tab }) {
  const place = m.location ?? null;
  const name = place ? place.label : m.content;
  return html`<a class="file place" href=${mapLink(place, name ?? '')} target="_blank" rel="noopener noreferrer" tabindex=${tab} data-testid="place">
    <span class="ficon img" aria-hidden="true"><${Icon} name="map-pin" /></span>
    <span class="min0">
      <b dir="auto" lang=${langOf(name ?? '')}>${name || t('message.type.location')}</b>
      ${place && html`<small class="num">${coordinates(place)}</small>`}
      <span class="go">${t('place.open')}<${Icon} name="external-link" size="s" /></span>
    </span>
  </a>`;
}
