// All reviews, for the administrator: found, hidden with a reason, shown again, deleted.

import { html, useEffect, useState } from '../../vendor/preact.js';
import { get, post, remove } from '../core/api.js';
import { shortWhen } from '../core/dates.js';
import { t } from '../core/i18n.js';
import { langOf } from '../core/text.js';
import { Confirm, Dialog } from '../ui/dialog.js';
import { Field } from '../ui/field.js';
import { useForm } from '../ui/form.js';
import { Problem } from '../ui/gate.js';
import { Icon } from '../ui/icon.js';
import { Stars } from '../ui/stars.js';
import { Empty, Failed, Skeleton } from '../ui/states.js';
import { toast, toastError } from '../ui/toast.js';

/** @typedef {import('../core/types.js').Review & { providerName: string, authorFullName: string }} AdminReview */
/** @typedef {{ what: 'hide'|'delete', review: AdminReview }} Asking */

const PAGE = 10;

/** @param {{ review: AdminReview, onHide: (reason: string) => Promise<void>, onClose: () => void }} props */
function HideDialog({ review, onHide, onClose }) {
  const form = useForm(async ({ reason }) => {
    await onHide(reason.trim());
    onClose();
  });
  return html`<${Dialog} title=${t('admin.hideTitle', { name: review.authorFullName })} onClose=${onClose}>
    <form class="body" novalidate ...${form.events}>
      <${Problem} text=${form.problem} />
      <${Field} name="reason" label=${t('admin.reason')} hint=${t('admin.reasonHint')} multiline=${true} required=${true} autofocus=${true} maxlength=${300} error=${form.errors.reason} />
      <div class="acts">
        <button class="btn" type="button" onClick=${onClose}>${t('cancel')}</button>
        <button class="btn danger-fill" type="submit" aria-busy=${form.busy}>${t('admin.hide')}</button>
      </div>
    </form>
  <//>`;
}

/** @param {{ review: AdminReview, onShow: () => void, onAsk: (asking: Asking) => void }} props */
const Row = ({ review, onShow, onAsk }) => html`<li class="rev" data-testid="admin-review" data-id=${review.id}>
  <div class="row wrap">
    <div class="grow"><b lang=${langOf(review.authorFullName)}>${review.authorFullName || t('someone')}</b>
      <p class="small muted"><a href=${`/people/${review.providerId}`} lang=${langOf(review.providerName)}>${review.providerName || t('someone')}</a> · ${shortWhen(Date.parse(review.createdAt))}</p></div>
    <${Stars} value=${review.rating} />
  </div>
  ${review.isHidden && html`<p class="notice warn"><${Icon} name="eye-off" size="s" /><span>${t('admin.hiddenBecause', { reason: review.hiddenReason ?? '' })}</span></p>`}
  ${review.comment && html`<p class="rev-text" lang=${langOf(review.comment)} dir="auto">${review.comment}</p>`}
  ${review.reply && html`<div class="rev-reply"><b lang=${langOf(review.providerName)}>${review.providerName}</b> <span class="rev-text" lang=${langOf(review.reply.comment)} dir="auto">${review.reply.comment}</span></div>`}
  <p class="row wrap">
    ${review.isHidden
      ? html`<button class="btn line sm" type="button" data-testid="review-show" aria-label=${`${t('admin.showReview')}: ${review.authorFullName}`} onClick=${onShow}><${Icon} name="eye" size="s" />${t('admin.showReview')}</button>`
      : html`<button class="btn line sm" type="button" data-testid="review-hide" aria-label=${`${t('admin.hide')}: ${review.authorFullName}`} onClick=${() => onAsk({ what: 'hide', review })}><${Icon} name="eye-off" size="s" />${t('admin.hide')}</button>`}
    <button class="btn sm" type="button" aria-label=${`${t('delete')}: ${review.authorFullName}`} onClick=${() => onAsk({ what: 'delete', review })}><${Icon} name="trash-2" size="s" />${t('delete')}</button>
  </p>
</li>`;

export function AllReviews() {
  const [list, setList] = useState(/** @type {AdminReview[]|null} */ (null));
  const [failed, setFailed] = useState(false);
  const [total, setTotal] = useState(0);
  const [wish, setWish] = useState({ search: '', rating: '', hidden: '', page: 1 });
  const [version, setVersion] = useState(0);
  const [asking, ask] = useState(/** @type {Asking|null} */ (null));
  const changed = () => setVersion((n) => n + 1);
  useEffect(() => {
    let stale = false;
    const timer = setTimeout(() => {
      const wanted = Object.entries({ ...wish, search: wish.search.trim() }).filter(([, value]) => value).map(([name, value]) => [name, String(value)]);
      get(`/api/admin/reviews?${new URLSearchParams([...wanted, ['limit', String(PAGE)]])}`).then((answer) => {
        if (stale) return;
        setFailed(false);
        setList(answer.data);
        setTotal(answer.pagination?.total ?? answer.data.length);
      }, (error) => {
        if (stale) return;
        if (list) toastError(error);
        else setFailed(true);
      });
    }, 200);
    return () => {
      stale = true;
      clearTimeout(timer);
    };
  }, [version, wish]);
  /** @param {Partial<typeof wish>} change */
  const want = (change) => setWish((now) => ({ ...now, page: 1, ...change }));
  /** @param {Promise<unknown>} done @param {string} text */
  const act = async (done, text) => {
    await done;
    toast(text);
    changed();
  };
  const pages = Math.max(1, Math.ceil(total / PAGE));
  const { page } = wish;

  return html`<section class="card reviews" aria-labelledby="rev-h" data-testid="admin-reviews">
    <h2 id="rev-h">${t('reviews.title')} ${list && html`<span class="count muted">${total}</span>`}</h2>
    <p class="small muted">${t('admin.reviewsAbout')}</p>
    <search class="adm-tools">
      <div class="with-icon grow"><${Icon} name="search" /><label class="vh" for="rev-q">${t('admin.reviewsSearch')}</label>
        <input class="input search" id="rev-q" type="search" maxlength="200" placeholder=${t('admin.reviewsSearch')} onInput=${(/** @type {any} */ e) => want({ search: e.target.value })} /></div>
      <label class="vh" for="rev-stars">${t('reviews.bars')}</label>
      <select class="input sel-s" id="rev-stars" onChange=${(/** @type {any} */ e) => want({ rating: e.target.value })}>
        <option value="">${t('admin.anyStars')}</option>
        ${[5, 4, 3, 2, 1].map((n) => html`<option value=${n} key=${n}>${t('stars.count', { n })}</option>`)}
      </select>
      <label class="vh" for="rev-hidden">${t('admin.col.state')}</label>
      <select class="input sel-s" id="rev-hidden" onChange=${(/** @type {any} */ e) => want({ hidden: e.target.value })}>
        <option value="">${t('admin.anyState')}</option>
        <option value="false">${t('admin.shownOnes')}</option>
        <option value="true">${t('admin.hiddenOnes')}</option>
      </select>
    </search>
    ${list === null && !failed && html`<${Skeleton} label=${t('reviews.loading')} rows=${3} />`}
    ${list === null && failed && html`<${Failed} onRetry=${() => (setFailed(false), changed())} />`}
    ${list?.length === 0 && html`<${Empty} slim=${true} text=${wish.search.trim() ? t('search.none', { wanted: wish.search }) : t('people.noReviews')} />`}
    ${Boolean(list?.length) && html`<ul class="revs">${list?.map((review) => html`<${Row} key=${review.id} review=${review} onAsk=${ask} onShow=${() => act(post(`/api/admin/reviews/${review.id}/show`), t('admin.reviewShown')).catch(toastError)} />`)}</ul>`}
    ${pages > 1 && html`<p class="row between mt">
      <button class="btn line sm" type="button" disabled=${page <= 1} onClick=${() => want({ page: page - 1 })}>${t('page.back')}</button>
      <span class="small muted num">${t('page.of', { page, pages })}</span>
      <button class="btn line sm" type="button" disabled=${page >= pages} onClick=${() => want({ page: page + 1 })}>${t('page.next')}</button>
    </p>`}
    ${asking?.what === 'hide' && html`<${HideDialog} review=${asking.review} onHide=${(/** @type {string} */ reason) => act(post(`/api/admin/reviews/${asking.review.id}/hide`, { reason }), t('admin.reviewHidden'))} onClose=${() => ask(null)} />`}
    ${asking?.what === 'delete' && html`<${Confirm} title=${t('admin.deleteReviewTitle', { name: asking.review.authorFullName })} text=${t('admin.deleteReviewAbout')} yes=${t('delete')} danger=${true}
      onYes=${() => void act(remove(`/api/reviews/${asking.review.id}`), t('admin.reviewDeleted')).catch(toastError)} onClose=${() => ask(null)} />`}
  </section>`;
}
