// A message with files in the smallest space: a sign for its kind, a small picture, names.

import { html } from '../../vendor/preact.js';
import { here } from '../core/addresses.js';
import { shownAs } from '../core/blobs.js';
import { Icon } from './icon.js';

const ICONS = /** @type {Record<string, string>} */ ({ image: 'image', video: 'video', audio: 'mic', file: 'file-text', location: 'map-pin' });

/** @param {{ m: { messageType: string, isDeleted?: boolean, isSystemMessage?: boolean } }} props */
export const KindIcon = ({ m }) => (!m.isDeleted && !m.isSystemMessage && ICONS[m.messageType] ? html`<${Icon} name=${ICONS[m.messageType]} size="s" class="kind" />` : null);

/** The first picture of a message, or a film's still. @param {{ m: { isDeleted?: boolean, attachments?: import('../core/types.js').FileRef[] } }} props */
export function Glimpse({ m }) {
  const file = m.isDeleted ? undefined : m.attachments?.find((one) => one.fileType === 'image' || one.posterUrl);
  const src = file && (file.letter ? file.url : here(file.thumbnailUrl ?? file.posterUrl ?? '') || shownAs(file.id));
  return src ? html`<img class="glimpse" src=${src} alt="" width="40" height="40" decoding="async" onError=${(/** @type {any} */ { target }) => (target.hidden = true)} />` : null;
}

/** @param {{ attachments?: import('../core/types.js').FileRef[] }} m */
export const namesOf = (m) => (m.attachments ?? []).map((file) => file.originalName).join(', ');
