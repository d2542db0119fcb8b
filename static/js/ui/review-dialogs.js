// Writing about a professional, and answering what was written about oneself.

import { html } from '../../vendor/preact.js';
import { ApiError } from '../core/http.js';
import { t } from '../core/i18n.js';
import { me } from '../core/session.js';
import { initialed, shortName } from '../core/text.js';
import { Dialog } from './dialog.js';
import { Field } from './field.js';
import { useForm } from './form.js';
import { Problem } from './gate.js';
import { StarChoice } from './stars.js';
import { toast } from './toast.js';

/** @typedef {import('../core/types.js').Person} Person */
/** @typedef {import('../core/types.js').Review} Review */
/** @typedef {import('../core/reviews.js').ReviewBook} ReviewBook */

const LONGEST = 2000;

/** @param {{ busy: boolean, yes: string, onClose: () => void }} props */
const Actions = ({ busy, yes, onClose }) => html`<div class="acts">
  <button class="btn" type="button" onClick=${onClose}>${t('cancel')}</button>
  <button class="btn primary" type="submit" aria-busy=${busy}>${yes}</button>
</div>`;

/** @param {{ book: ReviewBook, person: Person, onClose: () => void }} props */
export function ReviewDialog({ book, person, onClose }) {
  const review = book.own.value?.review;
  const form = useForm(async ({ rating, comment }) => {
    if (!rating) throw new ApiError(400, { code: 'VALIDATION_ERROR', details: { errors: [{ field: 'rating', message: t('reviews.pickStars') }] } }, null);
    try {
      await book.save(Number(rating), comment.trim());
      toast(t(review ? 'reviews.changed' : 'reviews.saved'));
    } catch (error) {
      if (/** @type {ApiError} */ (error).code !== 'CONFLICT') throw error;
      // Written in another tab meanwhile: that one is shown, and can be changed.
      toast(t('reviews.already'));
      await book.again();
    }
    onClose();
  });
  const user = me.value;
  return html`<${Dialog} title=${t('reviews.about', { name: shortName(person) })} onClose=${onClose}>
    <form class="body" novalidate data-testid="review-form" ...${form.events}>
      <${Problem} text=${form.problem} />
      <${StarChoice} name="rating" label=${t('reviews.stars')} value=${review?.rating} error=${form.errors.rating} />
      <${Field} name="comment" label=${t('reviews.comment')} value=${review?.comment} multiline=${true} maxlength=${LONGEST} error=${form.errors.comment}
        hint=${t('reviews.shownAs', { name: user ? initialed(user.firstName, user.lastName) : '' })} />
      <${Actions} busy=${form.busy} yes=${t(review ? 'save' : 'reviews.publish')} onClose=${onClose} />
    </form>
  <//>`;
}

/** @param {{ book: ReviewBook, review: Review, onClose: () => void }} props */
export function ReplyDialog({ book, review, onClose }) {
  const form = useForm(async ({ comment }) => {
    await book.reply(review, comment.trim());
    toast(t('reviews.answered'));
    onClose();
  });
  return html`<${Dialog} title=${t('reviews.answerTitle', { name: review.authorName })} onClose=${onClose}>
    <form class="body" novalidate data-testid="reply-form" ...${form.events}>
      <${Problem} text=${form.problem} />
      <${Field} name="comment" label=${t('reviews.answerLabel')} value=${review.reply?.comment} multiline=${true} required=${true} autofocus=${true} maxlength=${LONGEST}
        error=${form.errors.comment} hint=${t('reviews.answerHint')} />
      <${Actions} busy=${form.busy} yes=${t(review.reply ? 'save' : 'reviews.publish')} onClose=${onClose} />
    </form>
  <//>`;
}
