// What mothers say of a professional, on that person's page: the average, the bars, one's own, the others', and the answers.

import { html, useEffect, useMemo, useState } from '../../vendor/preact.js';
import { shortWhen } from '../core/dates.js';
import { t } from '../core/i18n.js';
import { barsOf, reviewNews, reviewsOf, wasChanged, withoutOwn } from '../core/reviews.js';
import { me } from '../core/session.js';
import { langOf, shortName } from '../core/text.js';
import { Avatar } from './avatar.js';
import { Confirm } from './dialog.js';
import { Icon } from './icon.js';
import { ReplyDialog, ReviewDialog } from './review-dialogs.js';
import { Stars } from './stars.js';
import { Failed, Skeleton } from './states.js';
import { toast, toastError } from './toast.js';

/** @typedef {import('../core/types.js').Person} Person */
/** @typedef {import('../core/types.js').Review} Review */
/** @typedef {import('../core/reviews.js').ReviewBook} ReviewBook */
/** @typedef {{ what: 'write'|'delete' }|{ what: 'reply'|'unreply', review: Review }} Asking */

/** @param {{ book: ReviewBook }} props */
function Summary({ book }) {
  const summary = book.summary.value;
  if (!summary?.reviewCount) return null;
  return html`<div class="rate-sum">
    <div class="rate-big"><b class="num" aria-hidden="true">${summary.rating.toFixed(1)}</b><${Stars} value=${summary.rating} /><span class="small muted">${t('people.reviews', { n: summary.reviewCount })}</span></div>
    <ol class="rate-bars" aria-label=${t('reviews.bars')}>
      ${barsOf(summary).map(({ stars, count }) => html`<li key=${stars}>
        <span class="num" aria-hidden="true">${stars}</span><span class="vh">${t('stars.count', { n: stars })}:</span>
        <svg class="mbar" viewBox=${`0 0 ${summary.reviewCount} 8`} preserveAspectRatio="none" aria-hidden="true"><rect width=${count} height="8" /></svg>
        <span class="num muted">${count}</span>
      </li>`)}
    </ol>
  </div>`;
}

/** @param {{ review: Review, person: Person, name?: string, children?: unknown }} props */
const One = ({ review, person, name, children }) => html`<li class="rev" data-testid="review" data-id=${review.id}>
  <div class="row">
    <${Avatar} name=${review.authorName} role="mom" size="s" />
    <div class="grow"><b lang=${langOf(review.authorName)}>${name ?? (review.authorName || t('someone'))}</b>
      <p class="small muted">${shortWhen(Date.parse(review.createdAt))}${wasChanged(review) && ` · ${t('reviews.edited', { when: shortWhen(Date.parse(review.updatedAt)) })}`}</p></div>
    <${Stars} value=${review.rating} />
  </div>
  ${review.isHidden && html`<p class="notice warn"><${Icon} name="eye-off" size="s" /><span>${t('reviews.hidden', { reason: review.hiddenReason ?? '' })}</span></p>`}
  ${review.comment && html`<p class="rev-text" lang=${langOf(review.comment)} dir="auto">${review.comment}</p>`}
  ${review.reply && html`<div class="rev-reply"><b lang=${langOf(person.name)}>${shortName(person)}</b> <span class="rev-text" lang=${langOf(review.reply.comment)} dir="auto">${review.reply.comment}</span></div>`}
  ${children}
</li>`;

/** What oneself has said, or why one cannot say anything yet. @param {{ book: ReviewBook, person: Person, onAsk: (asking: Asking) => void }} props */
function Own({ book, person, onAsk }) {
  const own = book.own.value;
  if (person.id === me.value?.id) return html`<p class="small muted">${t('reviews.ownPage')}</p>`;
  if (own?.reason === 'conversation') return html`<p class="small muted">${t('reviews.notYet', { name: shortName(person) })}</p>`;
  if (!own?.review) return null;
  return html`<ul class="revs own"><${One} review=${own.review} person=${person} name=${t('reviews.yours')}>
    <p class="row wrap">
      <button class="btn line sm" type="button" data-testid="review-change" onClick=${() => onAsk({ what: 'write' })}><${Icon} name="pencil" size="s" />${t('reviews.change')}</button>
      <button class="btn sm" type="button" data-testid="review-delete" aria-label=${t('reviews.deleteTitle')} onClick=${() => onAsk({ what: 'delete' })}><${Icon} name="trash-2" size="s" />${t('delete')}</button>
    </p>
  <//></ul>`;
}

/** The professional's own buttons. @param {{ review: Review, onAsk: (asking: Asking) => void }} props */
const Answering = ({ review, onAsk }) => html`<p class="row wrap">
  <button class="btn line sm" type="button" data-testid="review-answer" aria-label=${`${t(review.reply ? 'reviews.changeAnswer' : 'reviews.answer')}: ${review.authorName}`} onClick=${() => onAsk({ what: 'reply', review })}><${Icon} name="reply" size="s" />${t(review.reply ? 'reviews.changeAnswer' : 'reviews.answer')}</button>
  ${review.reply && html`<button class="btn sm" type="button" aria-label=${`${t('reviews.takeBack')}: ${review.authorName}`} onClick=${() => onAsk({ what: 'unreply', review })}>${t('reviews.takeBack')}</button>`}
</p>`;

/** @param {{ book: ReviewBook, person: Person, onAsk: (asking: Asking) => void }} props */
function List({ book, person, onAsk }) {
  const [busy, setBusy] = useState(false);
  const isMe = person.id === me.value?.id;
  const list = withoutOwn(book.list.value, book.own.value?.review);
  const more = () => {
    setBusy(true);
    book.more().catch(toastError).finally(() => setBusy(false));
  };
  return html`
    ${list.length > 0 && html`<ul class="revs" data-testid="reviews">${list.map((review) => html`<${One} key=${review.id} review=${review} person=${person}>${isMe && html`<${Answering} review=${review} onAsk=${onAsk} />`}<//>`)}</ul>`}
    ${!book.summary.value?.reviewCount && !book.own.value?.review && html`<p class="muted mt">${t('people.noReviews')}</p>`}
    ${book.hasMore.value && html`<button class="btn line more-reviews" type="button" aria-busy=${busy} onClick=${more}>${t('people.more')}</button>`}`;
}

/** @param {{ person: Person }} props */
export function Reviews({ person }) {
  const book = useMemo(() => reviewsOf(person.id), [person.id]);
  const [asking, ask] = useState(/** @type {Asking|null} */ (null));
  const close = () => ask(null);
  useEffect(() => void book.again().catch(toastError), [book]);
  // Told of something new, or rated otherwise by somebody: as it is now.
  const news = reviewNews.value?.providerId === person.id ? reviewNews.value : null;
  const rated = `${person.rating} ${person.reviewCount}`;
  useEffect(() => {
    if (book.state.value === 'ready') void book.again().catch(() => {});
  }, [news, rated]);
  const state = book.state.value;
  /** @param {Promise<void>} done @param {string} text */
  const say = (done, text) => void done.then(() => toast(text), toastError);

  return html`<section class="card reviews" aria-labelledby="reviews-h" data-testid="reviews-card" aria-busy=${state === 'loading'}>
    <div class="row between wrap"><h2 id="reviews-h">${t('reviews.title')}</h2>
      ${state === 'ready' && book.own.value?.mayWrite && html`<button class="btn line sm" type="button" data-testid="review-write" onClick=${() => ask({ what: 'write' })}><${Icon} name="pencil" size="s" />${t('reviews.write')}</button>`}</div>
    ${state === 'loading' && html`<${Skeleton} label=${t('reviews.loading')} rows=${2} />`}
    ${state === 'failed' && html`<${Failed} onRetry=${() => void book.retry()} />`}
    ${state === 'gone' && html`<p class="muted">${t('reviews.gone')}</p>`}
    ${state === 'ready' && html`<${Summary} book=${book} /><${Own} book=${book} person=${person} onAsk=${ask} /><${List} book=${book} person=${person} onAsk=${ask} />`}
    ${asking?.what === 'write' && html`<${ReviewDialog} book=${book} person=${person} onClose=${close} />`}
    ${asking?.what === 'reply' && html`<${ReplyDialog} book=${book} review=${asking.review} onClose=${close} />`}
    ${asking?.what === 'delete' && html`<${Confirm} title=${t('reviews.deleteTitle')} text=${t('reviews.deleteAbout')} yes=${t('delete')} danger=${true} onYes=${() => say(book.takeBack(), t('reviews.deleted'))} onClose=${close} />`}
    ${asking?.what === 'unreply' && html`<${Confirm} title=${t('reviews.takeBackTitle')} text=${t('reviews.takeBackAbout')} yes=${t('reviews.takeBack')} danger=${true} onYes=${() => say(book.reply(asking.review, ''), t('reviews.answerGone'))} onClose=${close} />`}
  </section>`;
}
