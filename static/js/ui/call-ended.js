// The last words of a call: why it is over, and what one can do instead.

import { html } from '../../vendor/preact.js';
import { endText, lasted } from '../core/call-text.js';
import { again, chatOf, clear } from '../core/call.js';
import { callsAreOn } from '../core/clinic.js';
import { t } from '../core/i18n.js';
import { go } from '../core/router.js';
import { RoundButton, Who } from './call-view.js';

/** @param {{ now: import('../core/types.js').CallState, heading: string }} props */
export function CallEnded({ now, heading }) {
  const chat = chatOf(now);
  const write = () => {
    clear();
    go(`/chats/${chat}`);
  };
  const { duration = 0 } = now.end ?? {};
  return html`<div class="call-ring">
    <div class="call-who">
      <${Who} now=${now} heading=${heading} rings=${false} text=${html`<span data-testid="call-end" data-reason=${now.end?.reason}>${endText(now)}</span>`} />
      ${duration > 0 && html`<p class="num">${lasted(duration)}</p>`}
    </div>
    <div class="call-answers">
      <${RoundButton} icon="x" label=${t('close')} id="call-close" onPress=${clear} />
      ${chat && html`<${RoundButton} icon="message-circle" label=${t('call.write')} id="call-write" onPress=${write} />`}
      ${callsAreOn.value && html`<${RoundButton} icon=${now.type === 'video' ? 'video' : 'phone'} label=${t('call.again')} kind="accept" id="call-again" onPress=${again} />`}
    </div>
  </div>`;
}
