// Form fields: the label is always visible, the error stands under its field.

import { html, useId, useState } from '../../vendor/preact.js';
import { t } from '../core/i18n.js';
import { takeFocus } from './focus.js';
import { Icon } from './icon.js';

/**
 * @typedef {object} FieldProps
 * @property {string} name @property {string} label
 * @property {string} [value] @property {string} [type] @property {string} [autocomplete] @property {string} [inputmode]
 * @property {string} [error] @property {string} [hint] @property {boolean} [required] @property {boolean} [autofocus]
 * @property {boolean} [multiline] @property {number} [maxlength] @property {(value: string) => void} [onInput] @property {unknown} [children] beside the input
 */

/** @param {FieldProps} props */
export function Field({ name, label, value, type = 'text', autocomplete = 'off', inputmode, error, hint, required, autofocus, multiline, maxlength, onInput, children }) {
  const id = useId();
  const described = error || hint ? `${id}-about` : undefined;
  const common = {
    id, name, autocomplete, inputmode, required, autofocus, maxlength, ref: autofocus ? takeFocus : undefined,
    class: 'input', defaultValue: value, 'aria-invalid': error ? 'true' : undefined, 'aria-describedby': described,
    onInput: (/** @type {{ currentTarget: HTMLInputElement }} */ event) => onInput?.(event.currentTarget.value),
  };
  const input = multiline ? html`<textarea ...${common} rows="3"></textarea>` : html`<input ...${common} type=${type} />`;
  return html`<div class="field">
    <label for=${id}>${label}</label>
    ${children ? html`<div class="with-end">${input}${children}</div>` : input}
    ${error
      ? html`<p class="error" id=${described}><${Icon} name="circle-alert" size="s" />${error}</p>`
      : hint && html`<p class="hint" id=${described}>${hint}</p>`}
  </div>`;
}

/** Four steps from a guess to a sentence; length counts most. @param {string} password */
export function strength(password) {
  if (password.length < 8) return password ? 1 : 0;
  const kinds = [/\p{Ll}/u, /\p{Lu}/u, /\d/u, /[^\p{L}\d]/u].filter((kind) => kind.test(password)).length;
  return Math.min(4, 1 + Number(password.length >= 10) + Number(password.length >= 14) + Number(kinds >= 3));
}

/** @param {Omit<FieldProps, 'children'|'type'> & { isNew?: boolean }} props */
export function PasswordField({ isNew = false, hint, onInput, ...rest }) {
  const [shown, show] = useState(false);
  const [score, setScore] = useState(0);
  const note = score ? `${t(`password.strength${score}`)} ${t('password.hint')}` : (hint ?? t('password.hint'));
  return html`<div class="field">
    <${Field}
      required=${true} ...${rest} type=${shown ? 'text' : 'password'} autocomplete=${isNew ? 'new-password' : 'current-password'} hint=${isNew ? note : hint}
      onInput=${(/** @type {string} */ value) => (isNew && setScore(strength(value)), onInput?.(value))}
    >
      <button class="btn icon" type="button" aria-label=${t('password.show')} aria-pressed=${shown} onClick=${() => show(!shown)}>
        <${Icon} name=${shown ? 'eye-off' : 'eye'} />
      </button>
    <//>
    ${isNew && html`<svg class="mbar strength" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
      ${[0, 25.6, 51.2, 77].slice(0, score).map((x) => html`<rect x=${x} width="23" height="8" />`)}
    </svg>`}
  </div>`;
}
