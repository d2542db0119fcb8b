// Says that somebody was reviewed or answered, with the way there. Never what it says.

import { effect, untracked } from '../../vendor/preact.js';
import { t } from '../core/i18n.js';
import { reviewNews } from '../core/reviews.js';
import { go, route } from '../core/router.js';
import { toast } from './toast.js';

/** Those that are about oneself name her who wrote; the others name the professional. */
const BY_AUTHOR = new Set(['written', 'changed']);
const KNOWN = new Set([...BY_AUTHOR, 'answered', 'hidden', 'shown', 'removed']);

/** From now on. */
export function startReviewNews() {
  effect(() => {
    const news = reviewNews.value;
    if (!news || !KNOWN.has(news.action)) return;
    untracked(() => {
      const { action, authorName, providerName, providerId, rating } = news;
      const text = t(`reviews.news.${action}`, { name: BY_AUTHOR.has(action) ? authorName : providerName, n: rating });
      const isThere = route.value.screen === 'people' && route.value.id === providerId;
      toast(text, isThere ? undefined : { label: t('reviews.look'), run: () => go(`/people/${providerId}`) }, isThere ? undefined : 12_000);
    });
  });
}
