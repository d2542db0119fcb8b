//! From records of reviews to what one reader sees, and lists of them.

use crate::{
    accounts::Actor,
    chat::{Db, Person, Rules, bond},
    clock::Timestamp,
    contract::{
        AdminReviewView, Listing, OwnReview, Page, RatingView, ReplyView, ReviewPage, ReviewView, StarsView,
        review::{AdminReviewsQuery, ReviewsQuery},
        user::average,
    },
    error::{Code, Error, Result},
    fold::{self, searched},
    ids::{ReviewId, UserId},
    store::{
        Direction, Read, StoreError,
        records::{Review, Role},
        tables,
    },
};
use std::{cmp::Reverse, ops::Bound, sync::Arc};
use unicode_segmentation::UnicodeSegmentation as _;

/// Reviews on a page when nothing is said, and at most.
const USUAL_LIMIT: u64 = 20;
const MAX_LIMIT: u64 = 100;
/// Rows that are read at once, so that nobody waits.
const BATCH: usize = 1_000;

/// What everybody gets for a review that there is not, and for one that they may not know of.
pub fn absent() -> Error {
    Error::with(Code::NotFound, "There is no such review.")
}

/// Somebody whose reviews the actor may see. The same refusal for everybody else, whoever it is and whether there is anybody.
pub fn provider(read: &impl Read, rules: &Rules, actor: &Actor, id: UserId) -> Result<Arc<Person>> {
    actor.verified()?;
    let unknown = || Error::new(Code::UserNotFound);
    let person = rules.everybody.get(read, id)?.filter(|person| person.practises()).ok_or_else(unknown)?;
    let knows = id == actor.user || actor.role == Role::Admin || bond::knows(read, rules, actor, id, &person)?;
    if knows { Ok(person) } else { Err(unknown()) }
}

/// A review that there is.
pub fn existing(read: &impl Read, id: ReviewId) -> Result<Review> {
    read.get(tables::REVIEWS, &id)?.ok_or_else(absent)
}

/// A review that the actor may see.
pub fn find(read: &impl Read, rules: &Rules, actor: &Actor, id: ReviewId) -> Result<Review> {
    actor.verified()?;
    let review = existing(read, id)?;
    if actor.role == Role::Admin {
        return Ok(review);
    }
    if review.hidden.is_some() && review.author != actor.user {
        return Err(absent());
    }
    match provider(read, rules, actor, review.provider) {
        Ok(_) => Ok(review),
        Err(error) if error.code == Code::UserNotFound => Err(absent()),
        Err(error) => Err(error),
    }
}

/// A review through the eyes of one who may see it.
pub fn review(read: &impl Read, rules: &Rules, actor: &Actor, id: ReviewId, review: &Review) -> Result<ReviewView> {
    let is_told = actor.role == Role::Admin || [review.author, review.provider].contains(&actor.user);
    Ok(ReviewView {
        id,
        same_id: id,
        provider_id: review.provider,
        author_id: is_told.then_some(review.author),
        author_name: author_name(read, rules, review.author)?,
        rating: review.stars,
        comment: review.comment.clone(),
        created_at: review.created_at,
        updated_at: review.updated_at,
        reply: review.answer.as_ref().map(|answer| ReplyView {
            comment: answer.comment.clone(),
            created_at: answer.created_at,
            updated_at: answer.updated_at,
        }),
        is_hidden: review.hidden.is_some(),
        hidden_reason: review.hidden.as_ref().map(|hiding| hiding.reason.clone()),
        hidden_at: review.hidden.as_ref().map(|hiding| hiding.at),
    })
}

/// A review for administrators.
pub fn administered(read: &impl Read, rules: &Rules, actor: &Actor, id: ReviewId) -> Result<AdminReviewView> {
    let record = existing(read, id)?;
    Ok(AdminReviewView {
        review: review(read, rules, actor, id, &record)?,
        provider_name: name(read, rules, record.provider)?,
        author_full_name: name(read, rules, record.author)?,
        hidden_by: record.hidden.map(|hiding| hiding.by),
    })
}

/// How mothers are named to each other: the first name and an initial.
pub fn author_name(read: &impl Read, rules: &Rules, author: UserId) -> Result<String, StoreError> {
    Ok(rules.everybody.get(read, author)?.map(|person| short(&person.first_name, &person.last_name)).unwrap_or_default())
}

fn short(first: &str, last: &str) -> String {
    let first = first.trim();
    last.trim().graphemes(true).next().map_or_else(|| first.to_owned(), |initial| format!("{first} {initial}."))
}

fn name(read: &impl Read, rules: &Rules, id: UserId) -> Result<String, StoreError> {
    Ok(rules.everybody.get(read, id)?.map(|person| person.name.clone()).unwrap_or_default())
}

/// A valid wish for a page: its number and how many stand on it.
pub fn wanted(query: &ReviewsQuery) -> Result<(u64, u64)> {
    Ok((crate::chat::page_number(query.page)?, crate::chat::limit(query.limit, USUAL_LIMIT, MAX_LIMIT)?))
}

/// A page of what is said of a professional, newest first, and what the actor can do.
pub fn page(read: &impl Read, rules: &Rules, actor: &Actor, id: UserId, (page, limit): (u64, u64)) -> Result<ReviewPage> {
    provider(read, rules, actor, id)?;
    let ratings = read.get(tables::RATINGS, &id)?.unwrap_or_default();
    let skip = (page - 1).saturating_mul(limit);
    let mut items = Vec::new();
    if skip < ratings.count() {
        let most = |count: u64| usize::try_from(count).unwrap_or(usize::MAX);
        let all = (id, Timestamp(0), ReviewId::MIN)..=(id, Timestamp(u64::MAX), ReviewId::MAX);
        let rows = read.scan(tables::SHOWN_REVIEWS, all, Direction::Descending, most(skip + limit))?;
        for ((_, _, id), ()) in rows.into_iter().skip(most(skip)) {
            items.push(review(read, rules, actor, id, &existing(read, id)?)?);
        }
    }
    let stars = (1..=5).rev().zip(ratings.stars.into_iter().rev()).map(|(stars, count)| StarsView { stars, count }).collect();
    let summary = RatingView { rating: average(&ratings), review_count: ratings.count(), stars };
    Ok(ReviewPage { items, page: Page::new(page, limit, ratings.count()), summary, own: own(read, rules, actor, id)? })
}

fn own(read: &impl Read, rules: &Rules, actor: &Actor, provider: UserId) -> Result<OwnReview> {
    let tie = read.get(tables::TIES, &(provider, actor.user))?;
    let review = match tie.and_then(|tie| tie.review) {
        Some(id) => Some(review(read, rules, actor, id, &existing(read, id)?)?),
        None => None,
    };
    let reason = if actor.role != Role::Mom {
        Some("role")
    } else if review.is_some() {
        Some("written")
    } else if bond::have_talked(read, provider, actor.user)? {
        None
    } else {
        Some("conversation")
    };
    Ok(OwnReview { review, may_write: reason.is_none(), reason })
}

/// Which reviews an administrator looks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// Folded.
    search: String,
    provider: Option<UserId>,
    stars: Option<u8>,
    hidden: Option<bool>,
    page: u64,
    limit: u64,
}

impl Filter {
    /// Reads a query.
    pub fn new(query: &AdminReviewsQuery) -> Result<Self> {
        let provider = query.provider.as_deref().filter(|id| !id.is_empty());
        let provider = provider.map(|id| id.parse().map_err(|_| Error::field("provider", "must be the id of a person"))).transpose()?;
        let stars = |stars: u64| u8::try_from(stars).ok().filter(|stars| (1..=5).contains(stars));
        let stars = query.rating.map(|rating| stars(rating).ok_or_else(|| Error::field("rating", "must be from 1 to 5"))).transpose()?;
        Ok(Self {
            search: searched("search", query.search.as_deref())?,
            provider,
            stars,
            hidden: query.hidden,
            page: crate::chat::page_number(query.page)?,
            limit: crate::chat::limit(query.limit, USUAL_LIMIT, MAX_LIMIT)?,
        })
    }

    fn wants(&self, read: &impl Read, rules: &Rules, review: &Review) -> Result<bool, StoreError> {
        let fits = self.provider.is_none_or(|provider| review.provider == provider)
            && self.stars.is_none_or(|stars| review.stars == stars)
            && self.hidden.is_none_or(|hidden| review.hidden.is_some() == hidden);
        if !fits || self.search.is_empty() {
            return Ok(fits);
        }
        let answer = review.answer.as_ref().map_or("", |answer| answer.comment.as_str());
        let (author, provider) = (name(read, rules, review.author)?, name(read, rules, review.provider)?);
        Ok(fold::matches(&format!("{author}\n{provider}\n{}\n{answer}", review.comment), &self.search))
    }
}

/// All reviews that fit, newest first. A clinic has thousands, not millions: they are looked through, in batches, so that messages do not
/// wait.
pub fn all(store: &Db, rules: &Rules, actor: &Actor, filter: &Filter) -> Result<Listing<AdminReviewView>> {
    let (mut found, mut from) = (Vec::new(), Bound::Unbounded);
    loop {
        let batch = store.read(|read| {
            let rows = read.scan(tables::REVIEWS, (from, Bound::Unbounded), Direction::Ascending, BATCH)?;
            let last = rows.last().map(|(id, _)| *id);
            for (id, review) in rows {
                if filter.wants(read, rules, &review)? {
                    found.push((review.created_at, id));
                }
            }
            Ok::<_, Error>(last)
        })?;
        let Some(last) = batch else { break };
        from = Bound::Excluded(last);
    }
    found.sort_unstable_by_key(|key| Reverse(*key));
    let Listing { items, page } = Listing::cut(found, filter.page, filter.limit);
    // What has gone since is left out.
    let view = |read: &crate::store::Reader<'_>, id| match administered(read, rules, actor, id) {
        Err(error) if error.code == Code::NotFound => Ok(None),
        view => view.map(Some),
    };
    let items = store.read(|read| items.into_iter().filter_map(|(_, id)| view(read, id).transpose()).collect::<Result<_>>())?;
    Ok(Listing { items, page })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mothers_are_named_by_first_name_and_initial() {
        assert_eq!(short("Anika", "Perera"), "Anika P.");
        assert_eq!(short("Anika ", ""), "Anika");
        assert_eq!(short("ඉෂාරා", "සෙනෙවිරත්න"), "ඉෂාරා සෙ.");
        assert_eq!(short("மீனா", "ராஜன்"), "மீனா ரா.");
    }
}
