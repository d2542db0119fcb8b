//! What is written down about reviews: one function for each operation, over one transaction.

use super::{
    view,
    wish::{Better, Said},
};
use crate::{
    accounts::{Actor, still_admin},
    audit::{self, Deed},
    chat::{Rules, TxOf, bond},
    clock::{Day, Timestamp},
    contract::{
        Emission, Event, Notification, RemovedReview, ReviewView,
        user::{full_name, rating},
    },
    error::{Code, Error, Result},
    ids::{ReviewId, UserId},
    store::{
        Read as _,
        records::{Answer, Hiding, Ratings, Review, Role, Tie, User, audit::Action},
        tables,
    },
};
use serde_json::json;

/// How often a mother may write or change what she says of one professional on a day: the professional is told each time.
const MOST_A_DAY: u32 = 10;

/// Writes a review. Saying the same again is no mistake; the answer tells which it was. True when it is new.
pub fn write(tx: &mut TxOf<'_>, rules: &Rules, actor: &Actor, provider: UserId, said: &Said) -> Result<(ReviewView, bool)> {
    view::provider(tx, rules, actor, provider)?;
    only_mothers(actor)?;
    let key = (provider, actor.user);
    let mut tie = tx.get(tables::TIES, &key)?.unwrap_or_default();
    if let Some(id) = tie.review {
        let review = view::existing(tx, id)?;
        if (review.stars, &review.comment) == (said.stars, &said.comment) {
            return Ok((view::review(tx, rules, actor, id, &review)?, false));
        }
        let sentence = format!("You have reviewed this person already. Change your review with PUT /api/reviews/{id}.");
        let mut error = Error::with(Code::Conflict, sentence);
        error.details = json!({ "reviewId": id });
        return Err(error);
    }
    if !bond::have_talked(tx, provider, actor.user)? {
        return Err(Error::with(Code::Forbidden, "You may write a review once you and this person have both written to each other."));
    }
    step(&mut tie, tx.now())?;
    let (id, now) = (ReviewId(tx.fresh()), tx.now());
    let review = Review {
        provider,
        author: actor.user,
        stars: said.stars,
        comment: said.comment.clone(),
        created_at: now,
        updated_at: now,
        answer: None,
        hidden: tie.hidden.take(),
    };
    tie.review = Some(id);
    tx.put(tables::TIES, &key, &tie)?;
    tx.put(tables::REVIEWS, &id, &review)?;
    if review.hidden.is_none() {
        put_up(tx, id, &review)?;
        tell(tx, rules, provider, "written", id, &review)?;
    }
    Ok((view::review(tx, rules, actor, id, &review)?, true))
}

/// Changes one's own review. One that is hidden stays so.
pub fn change(tx: &mut TxOf<'_>, rules: &Rules, actor: &Actor, id: ReviewId, better: &Better) -> Result<ReviewView> {
    let mut review = view::find(tx, rules, actor, id)?;
    if review.author != actor.user {
        return Err(Error::with(Code::Forbidden, "Only who wrote a review can change it."));
    }
    only_mothers(actor)?;
    let before = review.stars;
    review.stars = better.stars.unwrap_or(before);
    let comment = better.comment.as_ref().filter(|comment| **comment != review.comment);
    if comment.is_none() && review.stars == before {
        return view::review(tx, rules, actor, id, &review);
    }
    if let Some(comment) = comment {
        review.comment.clone_from(comment);
    }
    let key = (review.provider, review.author);
    let mut tie = tx.get(tables::TIES, &key)?.unwrap_or_default();
    step(&mut tie, tx.now())?;
    tx.put(tables::TIES, &key, &tie)?;
    review.updated_at = tx.now();
    tx.put(tables::REVIEWS, &id, &review)?;
    if review.hidden.is_none() {
        if review.stars != before {
            count(tx, review.provider, |ratings| {
                ratings.take(before);
                ratings.add(review.stars);
            })?;
        }
        tell(tx, rules, review.provider, "changed", id, &review)?;
    }
    view::review(tx, rules, actor, id, &review)
}

/// Removes a review: its author, or an administrator. What its author writes instead of one that was hidden is hidden too; after an
/// administrator has removed it she begins anew.
pub fn remove(tx: &mut TxOf<'_>, rules: &Rules, actor: &Actor, id: ReviewId) -> Result<RemovedReview> {
    // Taking one's own words back is always allowed, also when the professional is not here any more.
    let review = view::existing(tx, id)?;
    let is_own = review.author == actor.user;
    if !is_own {
        view::find(tx, rules, actor, id)?;
        if actor.role != Role::Admin {
            return Err(Error::with(Code::Forbidden, "Only who wrote a review, or an administrator, can delete it."));
        }
        still_admin(tx, *actor)?;
    }
    if review.hidden.is_none() {
        take_down(tx, id, &review)?;
    }
    tx.delete(tables::REVIEWS, &id);
    let key = (review.provider, review.author);
    let tie = tx.get(tables::TIES, &key)?.unwrap_or_default();
    tx.put(tables::TIES, &key, &Tie { review: None, hidden: review.hidden.clone().filter(|_| is_own), ..tie })?;
    if !is_own {
        note(tx, actor, Action::ReviewRemoved, id, &review)?;
        tell(tx, rules, review.author, "removed", id, &review)?;
    }
    Ok(RemovedReview { id, same_id: id, provider_id: review.provider })
}

/// Answers a review, changes the answer, or takes it back with nothing. True when it is the first one.
pub fn reply(tx: &mut TxOf<'_>, rules: &Rules, actor: &Actor, id: ReviewId, comment: Option<&str>) -> Result<(ReviewView, bool)> {
    let mut review = view::find(tx, rules, actor, id)?;
    if review.provider != actor.user {
        return Err(Error::with(Code::Forbidden, "Only the person whom a review is about can answer it."));
    }
    let (before, now) = (review.answer.take(), tx.now());
    let is_first = before.is_none() && comment.is_some();
    review.answer = comment.map(|comment| match &before {
        Some(answer) if answer.comment == comment => answer.clone(),
        _ => Answer { comment: comment.to_owned(), created_at: before.as_ref().map_or(now, |answer| answer.created_at), updated_at: now },
    });
    if review.answer != before {
        tx.put(tables::REVIEWS, &id, &review)?;
    }
    if is_first {
        tell(tx, rules, review.author, "answered", id, &review)?;
    }
    Ok((view::review(tx, rules, actor, id, &review)?, is_first))
}

/// Hides a review, or gives another reason for it.
pub fn hide(tx: &mut TxOf<'_>, rules: &Rules, actor: &Actor, id: ReviewId, reason: &str) -> Result<()> {
    still_admin(tx, *actor)?;
    let mut review = view::existing(tx, id)?;
    if review.hidden.as_ref().is_some_and(|hiding| hiding.reason == reason) {
        return Ok(());
    }
    if review.hidden.is_none() {
        take_down(tx, id, &review)?;
    }
    review.hidden = Some(Hiding { reason: reason.to_owned(), by: actor.user, at: tx.now() });
    tx.put(tables::REVIEWS, &id, &review)?;
    note(tx, actor, Action::ReviewHidden, id, &review)?;
    tell(tx, rules, review.author, "hidden", id, &review)
}

/// Shows a review again.
pub fn show(tx: &mut TxOf<'_>, rules: &Rules, actor: &Actor, id: ReviewId) -> Result<()> {
    still_admin(tx, *actor)?;
    let mut review = view::existing(tx, id)?;
    if review.hidden.take().is_none() {
        return Ok(());
    }
    tx.put(tables::REVIEWS, &id, &review)?;
    put_up(tx, id, &review)?;
    note(tx, actor, Action::ReviewShown, id, &review)?;
    tell(tx, rules, review.author, "shown", id, &review)
}

/// Writes down what an administrator does with somebody's words.
fn note(tx: &mut TxOf<'_>, actor: &Actor, action: Action, id: ReviewId, review: &Review) -> Result<()> {
    Ok(audit::note(tx, &actor.by(), &Deed::new(action).person(review.author).detail(id.to_string()))?)
}

/// Gives a review its place among those that others see, and counts it.
fn put_up(tx: &mut TxOf<'_>, id: ReviewId, review: &Review) -> Result<()> {
    tx.put(tables::SHOWN_REVIEWS, &(review.provider, review.created_at, id), &())?;
    count(tx, review.provider, |ratings| ratings.add(review.stars))
}

/// The contrary.
fn take_down(tx: &mut TxOf<'_>, id: ReviewId, review: &Review) -> Result<()> {
    tx.delete(tables::SHOWN_REVIEWS, &(review.provider, review.created_at, id));
    count(tx, review.provider, |ratings| ratings.take(review.stars))
}

/// Changes how a professional is rated, and tells those who share a conversation.
fn count(tx: &mut TxOf<'_>, provider: UserId, change: impl FnOnce(&mut Ratings)) -> Result<()> {
    let mut ratings = tx.get(tables::RATINGS, &provider)?.unwrap_or_default();
    change(&mut ratings);
    tx.put(tables::RATINGS, &provider, &ratings)?;
    // Who does not practise any more is not seen to be rated.
    if let Some(person) = tx.get(tables::USERS, &provider)?.filter(User::practises) {
        let (rating, review_count) = rating(&person, Some(ratings));
        let event = Event::UserRatingChange { user_id: provider, rating, review_count };
        tx.emit(Emission::to_users(bond::circle(tx, provider)?, event));
    }
    Ok(())
}

/// Tells one of the two what has become of a review; never its words.
fn tell(tx: &mut TxOf<'_>, rules: &Rules, whom: UserId, action: &'static str, id: ReviewId, review: &Review) -> Result<()> {
    let provider_name = tx.get(tables::USERS, &review.provider)?.map(|person| full_name(&person)).unwrap_or_default();
    let notification = Notification::Review {
        action,
        review_id: id,
        provider_id: review.provider,
        provider_name,
        author_name: view::author_name(tx, rules, review.author)?,
        rating: review.stars,
    };
    tx.emit(Emission::to_users(vec![whom], Event::Notification(notification)));
    Ok(())
}

fn only_mothers(actor: &Actor) -> Result<()> {
    if actor.role == Role::Mom { Ok(()) } else { Err(Error::with(Code::Forbidden, "Only mothers write reviews.")) }
}

/// Notes that she writes or changes something now, if it is not too often.
fn step(tie: &mut Tie, now: Timestamp) -> Result<()> {
    let today = Day::of(now);
    if tie.day != today.0 {
        (tie.day, tie.steps) = (today.0, 0);
    }
    if tie.steps >= MOST_A_DAY {
        let sentence = "You have changed what you say of this person often today. Please try again tomorrow.";
        return Err(Error::with(Code::RateLimited, sentence).retry_after(today.next().begin().since(now).as_secs() + 1));
    }
    tie.steps += 1;
    Ok(())
}
