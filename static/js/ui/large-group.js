// Asked before a message goes to many people.

import { html } from '../../vendor/preact.js';
import { t } from '../core/i18n.js';
import { noteYes } from '../core/large-group.js';
import { conversation, others } from '../core/store.js';
import { Confirm } from './dialog.js';

/** @param {{ id: string, onYes: () => void, onClose: () => void }} props */
export function LargeGroup({ id, onYes, onClose }) {
  const c = conversation(id);
  if (!c) return null;
  const yes = () => {
    noteYes(c);
    onYes();
  };
  return html`<${Confirm} title=${t('large.title', { n: others(c).length })} text=${t('large.about')} yes=${t('composer.send')} onYes=${yes} onClose=${onClose} />`;
}
