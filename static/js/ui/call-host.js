// Where a call is shown on every screen. What it shows comes in with the first call.

import { html, signal, useEffect } from '../../vendor/preact.js';
import { viewing } from '../core/attention.js';
import { call, canCall, elsewhere, missedFrom, takeHere } from '../core/calls.js';
import { callsAreOn } from '../core/clinic.js';
import { t } from '../core/i18n.js';
import { langOf } from '../core/text.js';
import { callNow } from './call-buttons.js';
import { Icon } from './icon.js';
import { toast } from './toast.js';

const parts = signal(/** @type {typeof import('./call-layer.js')|null} */ (null));

/** Long enough to be seen by somebody who comes back to the table. */
const MISSED = 12_000;

export function CallHost() {
  const has = call.value !== null;
  useEffect(() => {
    if (has && !parts.value) void import('./call-layer.js').then((found) => (parts.value = found), () => {});
  }, [has]);
  const missed = missedFrom.value;
  useEffect(() => {
    if (!missed) return;
    missedFrom.value = null;
    const { other, type, conversationId } = missed;
    // In the thread it stands already.
    if (viewing.value?.id === conversationId) return;
    toast(t('call.missedFrom', { name: other.name }), callsAreOn.peek() ? { label: t('call.back'), run: () => callNow(other, type, conversationId) } : undefined, MISSED);
  }, [missed]);
  return has && parts.value ? html`<${parts.value.CallLayer} />` : null;
}

/** A call that goes on without this page, and the way to take it here. @param {{ there: import('../core/calls.js').Elsewhere }} props */
const Elsewhere = ({ there }) => html`<section class="call-bar" aria-label=${t('call.bar')} data-testid="call-elsewhere">
  <p class="call-bar-back"><${Icon} name=${there.type === 'video' ? 'video' : 'phone'} /><span class="min0"><b lang=${langOf(there.other.name)}>${there.other.name}</b><span class="sub">${t(there.since ? 'call.there' : 'call.thereRings')}</span></span></p>
  ${canCall() && html`<button class="btn sm" type="button" data-testid="call-take" onClick=${takeHere}>${t('call.takeHere')}</button>`}
</section>`;

/** At the top of a screen while the call is small, or somewhere else. */
export function CallBar() {
  if (call.value?.isSmall && parts.value) return html`<${parts.value.Bar} />`;
  return elsewhere.value && !call.value ? html`<${Elsewhere} there=${elsewhere.value} />` : null;
}
