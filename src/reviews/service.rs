//! The one way into the rules of reviews.

use super::{
    ledger, view,
    wish::{self, Better, Said},
};
use crate::{
    accounts::Actor,
    chat::{self, Chats, Db},
    contract::{
        AdminReviewView, Listing, RemovedReview, ReviewPage, ReviewView,
        review::{AdminReviewsQuery, HideBody, ReplyBody, ReviewBody, ReviewChange, ReviewsQuery},
    },
    error::{Code, Error, Result},
    ids::{ReviewId, UserId},
};
use std::sync::Arc;

/// Reviews, for those who may.
#[derive(Clone)]
pub struct Reviews {
    store: Arc<Db>,
    rules: Arc<chat::Rules>,
}

impl Reviews {
    /// Over the conversations.
    #[must_use]
    pub fn new(chats: &Chats) -> Self {
        Self { store: chats.store().clone(), rules: chats.rules().clone() }
    }

    /// A page of what is said of a professional.
    pub fn list(&self, actor: Actor, provider: &str, query: &ReviewsQuery) -> Result<ReviewPage> {
        let (provider, wanted) = (person(provider)?, view::wanted(query)?);
        self.store.read(|read| view::page(read, &self.rules, &actor, provider, wanted))
    }

    /// Writes a review. True when it is new: saying the same again is no mistake.
    pub async fn write(&self, actor: Actor, provider: &str, body: ReviewBody) -> Result<(ReviewView, bool)> {
        let (said, rules) = (Said::try_from(body)?, self.rules.clone());
        let provider = person(provider)?;
        self.store.write(move |tx| ledger::write(tx, &rules, &actor, provider, &said)).await
    }

    /// Changes one's own review.
    pub async fn change(&self, actor: Actor, id: &str, body: ReviewChange) -> Result<ReviewView> {
        let (better, rules) = (Better::try_from(body)?, self.rules.clone());
        let id = review(id)?;
        self.store.write(move |tx| ledger::change(tx, &rules, &actor, id, &better)).await
    }

    /// Removes a review.
    pub async fn remove(&self, actor: Actor, id: &str) -> Result<RemovedReview> {
        let (id, rules) = (review(id)?, self.rules.clone());
        self.store.write(move |tx| ledger::remove(tx, &rules, &actor, id)).await
    }

    /// Answers a review. True when it is the first answer.
    pub async fn reply(&self, actor: Actor, id: &str, body: ReplyBody) -> Result<(ReviewView, bool)> {
        let (comment, rules) = (wish::reply(body)?, self.rules.clone());
        let id = review(id)?;
        self.store.write(move |tx| ledger::reply(tx, &rules, &actor, id, comment.as_deref())).await
    }

    /// All reviews, for administrators. This reads all of them, so it keeps no thread from answering others.
    pub async fn all(&self, actor: Actor, query: &AdminReviewsQuery) -> Result<Listing<AdminReviewView>> {
        actor.admin()?;
        let (filter, reviews) = (view::Filter::new(query)?, self.clone());
        let found = tokio::task::spawn_blocking(move || view::all(&reviews.store, &reviews.rules, &actor, &filter)).await;
        found.unwrap_or_else(|_| Err(Code::Internal.into()))
    }

    /// Hides a review from everybody but its author and administrators.
    pub async fn hide(&self, actor: Actor, id: &str, body: HideBody) -> Result<AdminReviewView> {
        actor.admin()?;
        let (reason, rules) = (wish::reason(body)?, self.rules.clone());
        let id = review(id)?;
        self.store
            .write(move |tx| {
                ledger::hide(tx, &rules, &actor, id, &reason)?;
                view::administered(tx, &rules, &actor, id)
            })
            .await
    }

    /// Shows a review again.
    pub async fn show(&self, actor: Actor, id: &str) -> Result<AdminReviewView> {
        actor.admin()?;
        let (id, rules) = (review(id)?, self.rules.clone());
        self.store
            .write(move |tx| {
                ledger::show(tx, &rules, &actor, id)?;
                view::administered(tx, &rules, &actor, id)
            })
            .await
    }
}

/// The id of a person. What cannot be one is answered like one that nobody knows.
fn person(id: &str) -> Result<UserId> {
    id.parse().map_err(|_| Error::new(Code::UserNotFound))
}

/// The id of a review, likewise.
fn review(id: &str) -> Result<ReviewId> {
    id.parse().map_err(|_| view::absent())
}
