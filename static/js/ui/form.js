// What every form does: one request at a time, errors at their fields, the rest in a line, focus on the first problem.

import { useRef, useState } from '../../vendor/preact.js';
import { ApiError } from '../core/http.js';
import { explain, explainField, t } from '../core/i18n.js';

/** What can be said without asking the server, in the reader's own language. @param {HTMLFormElement} form */
function problemsOf(form) {
  const required = /** @type {HTMLInputElement[]} */ ([...form.querySelectorAll('[required]')]);
  return required
    .map(({ name, type, autocomplete, value }) => {
      if (!value.trim()) return { field: name, message: t('field.empty') };
      if (type === 'email' && !/^\S+@\S+$/u.test(value.trim())) return { field: name, message: t('field.noEmail') };
      if (autocomplete === 'new-password' && [...value].length < 8) return { field: name, message: t('password.short') };
      return null;
    })
    .filter((one) => one !== null);
}

/**
 * @param {(values: Record<string, string>, form: HTMLFormElement) => Promise<unknown>} submit
 */
export function useForm(submit) {
  const [busy, setBusy] = useState(false);
  const [errors, setErrors] = useState(/** @type {Record<string, string>} */ ({}));
  const [problem, setProblem] = useState(/** @type {string} */ (''));
  const form = useRef(/** @type {HTMLFormElement|null} */ (null));

  /** @param {SubmitEvent} event */
  async function onSubmit(event) {
    event.preventDefault();
    if (busy) return;
    form.current = /** @type {HTMLFormElement} */ (event.currentTarget);
    setBusy(true);
    setErrors({});
    setProblem('');
    try {
      const missing = problemsOf(form.current);
      if (missing.length) throw new ApiError(400, { code: 'VALIDATION_ERROR', details: { errors: missing } }, null);
      const values = Object.fromEntries([...new FormData(form.current)].map(([key, value]) => [key, String(value)]));
      await submit(values, form.current);
    } catch (error) {
      showError(error);
    } finally {
      setBusy(false);
    }
  }

  /** @param {any} error */
  function showError(error) {
    const byField = Object.fromEntries((error?.fields ?? []).map((/** @type {{ field: string, message: string }} */ one) => [one.field, explainField(one.message)]));
    const named = Object.keys(byField).filter((name) => form.current?.elements.namedItem(name));
    setErrors(byField);
    if (!named.length) setProblem(explain(error));
    // After the invalid marks are drawn.
    requestAnimationFrame(() => /** @type {HTMLElement|null} */ (form.current?.querySelector('[aria-invalid=true]'))?.focus());
  }

  /** Whoever corrects a field need not look at its error any longer. @param {InputEvent} event */
  function onInput(event) {
    const { name } = /** @type {HTMLInputElement} */ (event.target);
    setErrors((now) => (now[name] ? { ...now, [name]: '' } : now));
  }

  return { events: { onSubmit, onInput }, busy, errors, problem, setErrors };
}
