// For a professional whom no administrator has looked at yet, or who was refused.

import { html, useEffect, useState } from '../../vendor/preact.js';
import { t } from '../core/i18n.js';
import { refreshMe, signOut } from '../core/live.js';
import { me } from '../core/session.js';
import { Lotus } from '../ui/art.js';
import { Documents } from '../ui/documents.js';
import { Gate } from '../ui/gate.js';
import { Icon } from '../ui/icon.js';

const ASK_EVERY = 20_000;

export function Waiting() {
  const [busy, setBusy] = useState(false);
  const rejected = me.value?.verificationStatus === 'rejected';
  useEffect(() => {
    const look = () => void refreshMe().catch(() => {});
    look();
    const timer = setInterval(look, ASK_EVERY);
    return () => clearInterval(timer);
  }, []);
  const ask = () => {
    setBusy(true);
    void refreshMe().catch(() => {}).finally(() => setBusy(false));
  };
  return html`<${Gate} center=${true} sos=${false}>
    <${Lotus} />
    <div role="status">
      <h1 class="title xl" id="gate-h">${t(rejected ? 'waiting.rejected' : 'waiting.title', { name: me.value?.firstName ?? '' })}</h1>
      <p class="muted">${rejected ? me.value?.rejectionReason || t('waiting.rejectedAbout') : t('waiting.about')}</p>
    </div>
    <${Documents} />
    <div class="stack">
      ${!rejected && html`<button class="btn primary tall" type="button" aria-busy=${busy} onClick=${ask}><${Icon} name="refresh-cw" size="s" />${t('waiting.check')}</button>`}
      <button class="btn" type="button" onClick=${() => void signOut()}>${t('signOut')}</button>
    </div>
  <//>`;
}
