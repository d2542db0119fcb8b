import { html } from '../../vendor/preact.js';
import { t } from '../core/i18n.js';
import { Icon } from '../ui/icon.js';

/** A few options in a row. @param {{ icon: string, label: string, name: string, value: string, options: string[], prefix: string, onChoose: (value: string) => void }} props */
export const Choice = ({ icon, label, name, value, options, prefix, onChoose }) => html`<fieldset class="set choice">
  <legend class="vh">${label}</legend>
  <span class="set-i" aria-hidden="true"><${Icon} name=${icon} /></span><span class="grow" aria-hidden="true">${label}</span>
  <span class="seg radio">
    ${options.map(
      (one) => html`<label key=${one}><input type="radio" name=${name} checked=${value === one} onChange=${() => onChoose(one)} /><span>${t(prefix + one)}</span></label>`,
    )}
  </span>
</fieldset>`;
