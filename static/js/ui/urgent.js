// Urgent messages in the thread: what they look like, and who has said that they read them.

import { html, useEffect, useRef, useState } from '../../vendor/preact.js';
import { clock, dayOf, longWhen } from '../core/dates.js';
import { t } from '../core/i18n.js';
import { me } from '../core/session.js';
import { setInSight, waitsFor } from '../core/urgent.js';
import { Icon } from './icon.js';

/** @typedef {import('../core/types.js').Message} Message */
/** @typedef {import('./rows.js').Context} Context */

/** The time, and the day unless it is the message's own. @param {Message} m @param {import('../core/types.js').Ack} ack */
function when(m, { at }) {
  const time = Date.parse(at);
  return dayOf(time) === m.day ? clock(time) : longWhen(time, { today: t('today'), yesterday: t('yesterday') });
}

/** @param {{ m: Message, name: string }} props `name` where it does not stand above already */
export const UrgentFlag = ({ m, name }) =>
  m.priority === 'urgent' ? html`<p class="flag"><${Icon} name="triangle-alert" size="s" />${name ? t('urgent.from', { name }) : t('urgent.mine')}</p>` : null;

/** What the sender sees: names and times, and for whom it still waits. @param {{ m: Message, tab: number, context: Context }} props */
function Seen({ m, tab, context }) {
  const acks = m.acks ?? [];
  const seen = acks.map((ack) => t('urgent.ack', { name: context.nameOf(ack.userId), time: when(m, ack) })).join(', ');
  if (context.isGroup) {
    return html`<button class="acks as-link" type="button" tabindex=${tab} data-testid="acks" onClick=${() => context.open('info', m)}>
      <${Icon} name=${seen ? 'check' : 'clock'} size="s" /><span>${acks.length > 2 ? t('urgent.acked', { n: acks.length }) : seen || t('urgent.nobody')}<span class="vh">. ${t('info.open')}</span></span>
    </button>`;
  }
  return html`<p class=${seen ? 'acks' : 'acks waits'} data-testid="acks"><${Icon} name=${seen ? 'check' : 'clock'} size="s" />${seen || t('urgent.waits')}</p>`;
}

/** @param {{ m: Message, tab: number, context: Context }} props */
function Button({ m, tab, context }) {
  const button = useRef(/** @type {HTMLButtonElement|null} */ (null));
  const [busy, setBusy] = useState(false);
  // While one can press it here, nothing else needs to lead here.
  useEffect(() => {
    const observer = new IntersectionObserver(([entry]) => setInSight(m.id, entry.isIntersecting));
    if (button.current) observer.observe(button.current);
    return () => {
      observer.disconnect();
      setInSight(m.id, false);
    };
  }, [m.id]);
  const press = async () => {
    if (busy) return;
    setBusy(true);
    await context.acknowledge(m);
    setBusy(false);
  };
  return html`<button class="btn danger-fill sm ack" type="button" ref=${button} tabindex=${tab} aria-busy=${busy} data-testid="acknowledge" onClick=${press}>
    <${Icon} name="check" size="s" />${t('urgent.confirm')}
  </button>`;
}

/** @param {{ m: Message, mine: boolean, tab: number, context: Context }} props */
export function Acknowledgement({ m, mine, tab, context }) {
  if (!m.requiresAck) return null;
  const self = me.value?.id ?? '';
  if (mine) return html`<${Seen} m=${m} tab=${tab} context=${context} />`;
  if (waitsFor(m, self)) return html`<${Button} m=${m} tab=${tab} context=${context} />`;
  const own = m.acks?.find((ack) => ack.userId === self);
  return own ? html`<p class="acks" data-testid="acks"><${Icon} name="check" size="s" />${t('urgent.youAck', { time: when(m, own) })}</p>` : null;
}
