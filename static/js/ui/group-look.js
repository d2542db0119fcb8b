// A group's name and picture, as fields of a form.

import { html } from '../../vendor/preact.js';
import { TINTS, tintClass } from '../core/group-picture.js';
import { t } from '../core/i18n.js';
import { Avatar } from './avatar.js';
import { Field } from './field.js';

/** @typedef {import('../core/group-picture.js').Tint} Tint */

export const NAME_LIMIT = 100;

/** @param {{ name: string, tint: Tint, error?: string, onName: (name: string) => void, onTint: (tint: Tint) => void }} props */
export const GroupLook = ({ name, tint, error, onName, onTint }) => html`
  <${Field} name="name" label=${t('group.name')} hint=${t('group.nameHint')} value=${name} required=${true} autofocus=${true} maxlength=${NAME_LIMIT} error=${error} onInput=${onName} />
  <fieldset class="tints">
    <legend class="legend">${t('group.picture')}</legend>
    ${TINTS.map(
      (one) => html`<label key=${one} title=${t(`tint.${one}`)}>
        <input type="radio" name="tint" value=${one} checked=${tint === one} onChange=${() => onTint(one)} />
        <${Avatar} name=${name.trim() || t('group.new')} tint=${tintClass(one)} /><span class="vh">${t(`tint.${one}`)}</span>
      </label>`,
    )}
  </fieldset>`;
