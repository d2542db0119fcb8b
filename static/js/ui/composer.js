// Where one writes. Enter sends, Shift+Enter breaks the line, Enter while an input method is composing does neither.
// The same box answers a message, which then stands above it, and edits one of one's own. Esc leaves both.

import { html, useEffect, useRef, useState } from '../../vendor/preact.js';
import { edit } from '../core/amend.js';
import { draftOf, editOf, isUrgent, makeUrgent, replyOf, saveDraft, saveEdit, saveReply } from '../core/drafts.js';
import { t } from '../core/i18n.js';
import { mustAsk } from '../core/large-group.js';
import { quoteOf, write } from '../core/outbox.js';
import { sent, takeOf } from '../core/recorder.js';
import { me } from '../core/session.js';
import { conversation } from '../core/store.js';
import { langOf, shortName } from '../core/text.js';
import { timeline } from '../core/timeline.js';
import { emptyTray, noteRefused, offer, refusedOf, trayOf } from '../core/tray.js';
import { iStop, iType } from '../core/typing.js';
import { sendFiles } from '../core/uploads.js';
import { preview } from './bubble.js';
import { Glimpse } from './glimpse.js';
import { MoreButton, MoreLayers, UrgentTask } from './composer-more.js';
import { isTouch } from './focus.js';
import { Icon } from './icon.js';
import { LargeGroup } from './large-group.js';
import { toastError } from './toast.js';
import { Tray } from './tray.js';
import { MicButton, VoiceBar, VoiceTrouble, isVoice } from './voice-recorder.js';

/** @typedef {import('../core/types.js').Message} Message */

/** The second press of a double one does not open the microphone, in milliseconds. */
const DOUBLE = 700;

/** What is being answered or edited, and the way back. @param {{ id: string, messageId: string, isEdit: boolean, m: Message|undefined, onCancel: () => void }} props */
function Task({ id, messageId, isEdit, m, onCancel }) {
  const author = conversation(id)?.participants.find((person) => person.id === m?.senderId);
  const mine = m?.senderId === me.value?.id;
  const title = isEdit ? t('composer.editing') : mine || !author ? t('composer.replyingOwn') : t('composer.replying', { name: shortName(author) });
  const text = m ? preview(quoteOf(messageId, m)) : t('reply.earlier');
  return html`<div class="task" id="task" data-testid=${isEdit ? 'editing' : 'replying'}>
    <${Icon} name=${isEdit ? 'pencil' : 'reply'} />
    ${m && html`<${Glimpse} m=${m} />`}
    <p><b>${title}</b><span class="vh">: </span><span dir="auto" lang=${langOf(text)}>${text}</span></p>
    <button class="btn icon" type="button" aria-label=${isEdit ? t('composer.editCancel') : t('composer.replyCancel')} onClick=${onCancel}><${Icon} name="x" /></button>
  </div>`;
}

/** @param {{ id: string, name: string }} props */
export function Composer({ id, name }) {
  const box = useRef(/** @type {HTMLTextAreaElement|null} */ (null));
  const [busy, setBusy] = useState(false);
  const [asking, ask] = useState(/** @type {''|'words'|'voice'} */ (''));
  const [layer, setLayer] = useState(/** @type {import('./composer-more.js').Layer} */ (''));
  const editing = editOf(id);
  const urgent = !editing && isUrgent(id);
  const replyId = replyOf(id);
  const taskId = editing?.id ?? replyId;
  const m = taskId ? timeline(id).find(taskId) : undefined;
  const tray = trayOf(id);
  const refused = refusedOf(id);
  const draft = draftOf(id);
  const voice = isVoice(id);
  const wasVoice = useRef(voice);
  const sentAt = useRef(0);
  const hasMic = !editing && !draft.trim() && !tray.length;
  const shown = useRef({ id: '', taskId: '' });

  useEffect(() => {
    const area = box.current;
    if (!area) return;
    area.value = editOf(id)?.text ?? draftOf(id);
    grow(area);
    area.setSelectionRange(area.value.length, area.value.length);
    return iStop;
  }, [id, editing?.id, voice]);
  // Words that come back from a message that was stopped.
  useEffect(() => {
    const area = box.current;
    // As it is now: what was drawn may have been sent before this runs.
    const words = draftOf(id);
    if (!area || !words || area.value || editOf(id)) return;
    area.value = words;
    grow(area);
  }, [draft]);
  // A phone's keyboard stays down for somebody who speaks.
  useEffect(() => {
    if (wasVoice.current && !voice) /** @type {HTMLElement|null} */ (document.querySelector(isTouch.matches ? '[data-testid=record]' : '#write'))?.focus({ preventScroll: true });
    wasVoice.current = voice;
  }, [voice]);
  // Whoever chose to reply or to edit wants to write at once, on a phone too.
  useEffect(() => {
    const chose = taskId && shown.current.id === id && shown.current.taskId !== taskId;
    if (chose || (shown.current.id !== id && !isTouch.matches)) box.current?.focus({ preventScroll: true });
    shown.current = { id, taskId };
  }, [id, taskId]);
  // What was deleted meanwhile can be neither answered nor edited.
  useEffect(() => {
    if (m?.isDeleted) cancel();
  }, [m?.isDeleted]);

  const focus = () => box.current?.focus({ preventScroll: true });

  function cancel() {
    if (editing) saveEdit(id, null);
    else saveReply(id, '');
    focus();
  }

  function onInput() {
    const area = box.current;
    if (!area) return;
    grow(area);
    if (editing) {
      saveEdit(id, { id: editing.id, text: area.value });
      return;
    }
    saveDraft(id, area.value);
    if (area.value.trim()) iType(id);
    else iStop();
  }

  const extras = { ...(replyId && { replyTo: replyId }), ...(urgent && { priority: /** @type {const} */ ('urgent') }) };

  /** @param {boolean} [isSure] that so many people are to read it */
  function submit(isSure = false) {
    const area = box.current;
    const text = area?.value.trim() ?? '';
    // Files need no words, neither when they go out nor afterwards.
    if (!area || !(text || (editing ? m?.attachments?.length : tray.length))) return;
    if (editing) {
      void saveEdited(text);
      return;
    }
    if (!isSure && mustAsk(conversation(id))) {
      ask('words');
      return;
    }
    if (tray.length) {
      const chosen = emptyTray(id);
      sendFiles(id, chosen.map(({ file }) => file), { ...extras, content: text, facts: chosen.map(({ kind, width, height }) => ({ fileType: kind, width, height })) });
    } else write(id, text, extras);
    clear();
    focus();
  }

  /** What was spoken and waits. @param {boolean} [isSure] that so many people are to hear it */
  function sendVoice(isSure = false) {
    const take = takeOf(id);
    if (!take) return;
    if (!isSure && mustAsk(conversation(id))) {
      ask('voice');
      return;
    }
    sendFiles(id, [take.file], { ...extras, facts: [{ fileType: 'audio', duration: take.duration, waveform: take.waveform }] });
    sent(id);
    clear();
  }

  /** They stand above the box until they are sent. @param {File[]} files */
  function take(files) {
    offer(id, files);
    focus();
  }

  /** @param {ClipboardEvent} event */
  function onPaste(event) {
    const files = [...(event.clipboardData?.files ?? [])];
    // A table that is copied comes as words and as a picture of them; the words are meant.
    if (!files.length || event.clipboardData?.types.includes('text/plain')) return;
    event.preventDefault();
    take(files);
  }

  /** It is on its way. */
  function clear() {
    sentAt.current = performance.now();
    noteRefused(id);
    if (replyId) saveReply(id, '');
    if (urgent) makeUrgent(id, false);
    if (box.current) box.current.value = '';
    onInput();
  }

  /** The new words stay in the box until the server has them. @param {string} text */
  async function saveEdited(text) {
    if (!m || busy) return;
    setBusy(true);
    try {
      if (text !== m.content) await edit(m, text);
      saveEdit(id, null);
    } catch (error) {
      toastError(error);
    } finally {
      setBusy(false);
      focus();
    }
  }

  /** @param {KeyboardEvent} event */
  function onKeyDown(event) {
    // keyCode 229 is what some keyboards report instead of isComposing.
    // A menu of the tray stands in this form, and has keys of its own.
    if (event.isComposing || event.keyCode === 229 || /** @type {Element} */ (event.target).closest('dialog')) return;
    if (event.key === 'Escape' && taskId) cancel();
    // Phones have no Shift+Enter; their Enter key breaks the line and the button sends.
    else if (event.target === box.current && event.key === 'Enter' && !event.shiftKey && !isTouch.matches) submit();
    else return;
    event.preventDefault();
  }

  return html`<form class="composer" onSubmit=${(/** @type {Event} */ event) => (event.preventDefault(), submit())} onKeyDown=${onKeyDown}>
    ${taskId && html`<${Task} id=${id} messageId=${taskId} isEdit=${Boolean(editing)} m=${m} onCancel=${cancel} />`}
    ${urgent && html`<${UrgentTask} id=${id} name=${name} isGroup=${conversation(id)?.type === 'group'} onCancel=${focus} />`}
    ${!editing && html`<${Tray} id=${id} list=${tray} refused=${refused} onEmpty=${focus} onSeen=${() => (noteRefused(id), focus())} />`}
    <${VoiceTrouble} id=${id} onWrite=${focus} />
    ${voice ? html`<${VoiceBar} id=${id} onSend=${() => sendVoice()} />` : html`
    ${!editing && html`<${MoreButton} onOpen=${() => setLayer('menu')} />`}
    <div class="box">
      <label class="vh" for="write">${editing ? t('composer.editLabel') : t('composer.label', { name })}</label>
      <textarea
        id="write" ref=${box} rows="1" placeholder=${tray.length && !editing ? t('composer.caption') : t('composer.placeholder')} dir="auto" enterkeyhint=${isTouch.matches ? 'enter' : 'send'}
        maxlength="10000" data-testid="composer-input" aria-describedby=${[taskId && 'task', urgent && 'urgent-task'].filter(Boolean).join(' ') || undefined} onInput=${onInput} onPaste=${onPaste} onBlur=${iStop}
      ></textarea>
    </div>
    ${hasMic ? html`<${MicButton} id=${id} isEarly=${() => performance.now() - sentAt.current < DOUBLE} />` : html`<button class=${urgent ? 'btn icon danger-fill' : 'btn icon primary'} type="submit" aria-label=${editing ? t('save') : t(urgent ? 'composer.sendUrgent' : 'composer.send')} aria-busy=${busy} data-testid="send">
      <${Icon} name=${editing ? 'check' : 'send-horizontal'} />
    </button>`}`}
  </form>
  ${asking && html`<${LargeGroup} id=${id} onYes=${() => (asking === 'voice' ? sendVoice(true) : submit(true))} onClose=${() => ask('')} />`}
  <${MoreLayers} id=${id} layer=${layer} open=${setLayer} form=${box.current?.form ?? null} onChosen=${focus} onFiles=${take} onTaken=${clear} />`;
}

/** For browsers without field-sizing. @param {HTMLTextAreaElement} area */
function grow(area) {
  if (CSS.supports('field-sizing', 'content')) return;
  area.style.height = 'auto';
  area.style.height = `${area.scrollHeight}px`;
}
