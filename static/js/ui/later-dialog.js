// Setting when a message goes out, and what it says: for a new one, and for one that waits already.

import { html, useEffect, useId, useRef, useState } from '../../vendor/preact.js';
import { aheadWhen } from '../core/dates.js';
import { sizeText } from '../core/files.js';
import { explain, t } from '../core/i18n.js';
import { FARTHEST, carryLater, changeLater, newAttempt, sendLater, toLocal, usualTimes } from '../core/later.js';
import { explainFile } from './attachment.js';
import { Dialog } from './dialog.js';
import { Problem } from './gate.js';
import { Icon } from './icon.js';
import { LaterFiles, filesOf } from './later-files.js';
import { toast } from './toast.js';

/** @typedef {import('../core/types.js').Scheduled} Scheduled */

export const aheadWords = () => ({ today: t('today'), tomorrow: t('tomorrow') });

/**
 * @param {{ conversationId: string, text?: string, files?: import('../core/tray.js').Chosen[], one?: Scheduled, extras?: import('../core/outbox.js').Extras, onDone?: () => void, onClose: () => void }} props
 * `one` is changed; without it a new one is made of `text` and `files`
 */
export function LaterDialog({ conversationId, text = '', files = [], one, extras, onDone, onClose }) {
  const id = useId();
  const attempt = useRef(newAttempt());
  const there = useRef(/** @type {import('../core/later.js').There} */ (new Map()));
  const abort = useRef(/** @type {AbortController|null} */ (null));
  const [shares, setShares] = useState(/** @type {Record<string, number>} */ ({}));
  const [failed, setFailed] = useState('');
  const [opened] = useState(() => Date.now());
  const usual = usualTimes(opened);
  const [due, setDue] = useState(() => (one && one.due > opened ? one.due : (usual.find(({ key }) => key === 'morning') ?? usual[0]).at));
  const [words, setWords] = useState(one?.content ?? text);
  const [busy, setBusy] = useState(false);
  const [errors, setErrors] = useState({ words: '', due: '' });
  const [problem, setProblem] = useState('');
  const isOwn = !one?.forwardedFrom && one?.messageType !== 'location';
  const hasFiles = files.length > 0 || Boolean(one?.attachments?.length);
  const shown = one ? filesOf(one) : files.map((file) => ({ key: file.id, name: file.name, kind: file.kind, picture: file.url, about: sizeText(file.file.size), share: shares[file.id], wrong: failed === file.id }));

  // Whoever closes it has thought better of it.
  useEffect(() => () => abort.current?.abort(), []);

  /** With its files, which go first. */
  async function make() {
    abort.current = new AbortController();
    const { signal } = abort.current;
    setFailed('');
    await carryLater(files, there.current, {
      signal,
      onShare: (file, share) => setShares((now) => ({ ...now, [file]: share })),
      onFailed: (file) => (setFailed(file.id), setShares(({ [file.id]: _, ...rest }) => rest)),
    });
    if (signal.aborted) return false;
    const attachments = files.map((file) => there.current.get(file.id) ?? '');
    await sendLater(conversationId, words.trim(), due, attempt.current, { ...extras, ...(files.length && { attachments }) });
    return true;
  }

  /** @param {unknown} error */
  function explainWrong(error) {
    const { code, message = '' } = /** @type {{ code?: string, message?: string }} */ (error);
    const file = files.find((one) => !there.current.has(one.id));
    if (file && code !== 'NO_ANSWER') return explainFile(file.name, { code: code ?? '', message });
    // What waited for too long was thrown away by the server: it goes out once more.
    if (code === 'FILE_NOT_FOUND') there.current.clear();
    return code === 'CONFLICT' && !one ? t('later.full') : code === 'MESSAGE_NOT_FOUND' ? t('later.gone') : explain(error);
  }

  /** @param {Event} event */
  async function submit(event) {
    event.preventDefault();
    if (busy) return;
    const now = Date.now();
    const wrong = {
      words: words.trim() || hasFiles || !isOwn ? '' : t('later.noWords'),
      due: !(due > now) ? t('later.past') : due > now + FARTHEST ? t('later.far') : '',
    };
    setErrors(wrong);
    setProblem('');
    if (wrong.words || wrong.due) {
      const form = /** @type {HTMLFormElement} */ (event.currentTarget);
      requestAnimationFrame(() => /** @type {HTMLElement|null} */ (form.querySelector('[aria-invalid=true]'))?.focus());
      return;
    }
    setBusy(true);
    try {
      if (one) await changeLater(one, isOwn ? words.trim() : one.content, due);
      else if (!(await make())) return;
      onDone?.();
      onClose();
      toast(t('later.done', { when: aheadWhen(due, aheadWords()) }));
    } catch (error) {
      setBusy(false);
      if (!abort.current?.signal.aborted) setProblem(explainWrong(error));
    }
  }

  return html`<${Dialog} title=${t(one ? 'later.change' : 'later.title')} onClose=${onClose}>
    <form class="body" novalidate onSubmit=${submit} data-testid="later-form">
      <${Problem} text=${problem} />
      ${shown.length > 0 && html`<${LaterFiles} list=${shown} />`}
      ${isOwn &&
      html`<div class="field">
        <label for="${id}w">${t(hasFiles ? 'composer.caption' : 'later.words')}</label>
        <textarea class="input" id="${id}w" rows=${hasFiles ? 2 : 3} maxlength="10000" dir="auto" autofocus=${!words && !hasFiles} aria-invalid=${errors.words ? 'true' : undefined} aria-describedby="${id}we"
          data-testid="later-words" value=${words} onInput=${(/** @type {any} */ e) => setWords(e.target.value)}></textarea>
        <div id="${id}we">${errors.words && html`<p class="error"><${Icon} name="circle-alert" size="s" />${errors.words}</p>`}</div>
      </div>`}
      <fieldset class="field times">
        <legend class="legend">${t('later.when')}</legend>
        <div class="chips">
          ${usual.map(
            ({ key, at }) => html`<button class="chip" type="button" key=${key} aria-pressed=${due === at} data-testid=${`later-${key}`} onClick=${() => setDue(at)}>${t(`later.usual.${key}`)}</button>`,
          )}
        </div>
        <label class="vh" for="${id}d">${t('later.own')}</label>
        <input class="input" id="${id}d" type="datetime-local" required min=${toLocal(opened)} max=${toLocal(opened + FARTHEST)} value=${Number.isNaN(due) ? '' : toLocal(due)} aria-invalid=${errors.due ? 'true' : undefined}
          aria-describedby="${id}de" data-testid="later-due" onInput=${(/** @type {any} */ e) => setDue(Date.parse(e.target.value))} />
        <div id="${id}de">
          ${errors.due
            ? html`<p class="error"><${Icon} name="circle-alert" size="s" />${errors.due}</p>`
            : !Number.isNaN(due) && html`<p class="hint">${t('later.goesOut', { when: aheadWhen(due, aheadWords()) })}</p>`}
        </div>
      </fieldset>
      <div class="acts">
        <button class="btn" type="button" onClick=${onClose}>${t('close')}</button>
        <button class="btn primary" type="submit" aria-busy=${busy} data-testid="later-save">${t(one ? 'save' : 'later.submit')}</button>
      </div>
    </form>
  <//>`;
}
