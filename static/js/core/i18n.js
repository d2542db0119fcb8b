// Three languages. Reading `lang` inside t() re-renders every component that speaks when the language changes.

import { signal } from '../../vendor/preact.js';
import { recall, remember } from './device.js';

/** @typedef {'en'|'si'|'ta'} Lang */
/** @typedef {Record<string, string | Partial<Record<Intl.LDMLPluralRule, string>>>} Texts */

export const LANGS = /** @type {Record<Lang, string>} */ ({ en: 'English', si: 'සිංහල', ta: 'தமிழ்' });
const KEY = 'mc.lang';

export const lang = signal(/** @type {Lang} */ ('en'));
const texts = signal(/** @type {Texts} */ ({}));
let plural = new Intl.PluralRules('en');

/** @param {unknown} value @returns {value is Lang} */
const known = (value) => typeof value === 'string' && value in LANGS;

/** @param {Lang} next */
export async function setLang(next) {
  const loaded = await (await fetch(`/i18n/${next}.json`)).json();
  plural = new Intl.PluralRules(next);
  texts.value = loaded;
  lang.value = next;
  document.documentElement.lang = next;
  remember(KEY, next);
}

/** The language chosen on this device, else the first of the browser's that the app speaks. */
export function startLang() {
  const wanted = [recall(KEY, null), ...navigator.languages.map((tag) => tag.slice(0, 2))];
  return setLang(wanted.find(known) ?? 'en');
}

/** @param {string} key */
export const has = (key) => key in texts.value;

/**
 * @param {string} key
 * @param {Record<string, string|number>} [values] for the {places} of the text; `n` also chooses singular or plural
 */
export function t(key, values) {
  let text = texts.value[key] ?? key;
  if (typeof text !== 'string') text = text[plural.select(Number(values?.n ?? 0))] ?? text.other ?? key;
  return values ? text.replace(/\{(\w+)\}/g, (place, name) => String(values[name] ?? place)) : text;
}

/** What servers say about fields, as texts of our own. @type {[RegExp, string][]} */
const FIELD_TEXTS = [
  [/^is required|can be seen/u, 'field.empty'],
  [/^is not right/u, 'field.notRight'],
  [/everybody tries first/u, 'password.common'],
  [/your name or e-mail/u, 'password.ownName'],
  [/at least \d+ characters/u, 'password.short'],
  [/e-mail address such as/u, 'field.noEmail'],
  [/telephone number/u, 'field.noPhone'],
];

/** What to write under a field. @param {string} message of the server, a fragment such as "is required" */
export function explainField(message) {
  const known = FIELD_TEXTS.find(([pattern]) => pattern.test(message));
  return known ? t(known[1]) : message.charAt(0).toUpperCase() + message.slice(1);
}

/** What to tell a person about a failed request. @param {unknown} error */
export function explain(error) {
  const { code, message } = /** @type {{ code?: string, message?: string }} */ (error ?? {});
  if (code && has(`error.${code}`)) return t(`error.${code}`);
  return code && message ? message : t('error.INTERNAL_ERROR');
}
