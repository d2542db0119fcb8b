// Where a call is shown on every screen. What it shows comes in with the first call.

import { html, signal, useEffect } from '../../vendor/preact.js';
import { viewing } from '../core/attention.js';
import { call, missedFrom } from '../core/calls.js';
import { t } from '../core/i18n.js';
import { callNow } from './call-buttons.js';
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
    toast(t('call.missedFrom', { name: other.name }), { label: t('call.back'), run: () => callNow(other, type, conversationId) }, MISSED);
  }, [missed]);
  return has && parts.value ? html`<${parts.value.CallLayer} />` : null;
}

/** At the top of a screen while the call is small. */
export const CallBar = () => (call.value?.isSmall && parts.value ? html`<${parts.value.Bar} />` : null);
