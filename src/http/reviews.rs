//! What mothers say of professionals, over REST.

use super::{Answer, Body, Query};
use crate::{
    accounts::Actor,
    contract::review::{AdminReviewsQuery, HideBody, ReplyBody, ReviewBody, ReviewChange, ReviewsQuery},
    error::Result,
    reviews::Reviews,
};
use rocket::{Route, State, delete, get, post, put, routes};

/// The routes of this file.
pub(super) fn routes() -> Vec<Route> {
    routes![list, write, change, remove, reply, all, hide, show]
}

type Book = State<Reviews>;

#[get("/api/providers/<id>/reviews")]
fn list(actor: Actor, id: &str, query: Query<ReviewsQuery>, reviews: &Book) -> Result<Answer> {
    let found = reviews.list(actor, id, &query.0)?;
    Answer::ok(&found.items)?.page(&found.page)?.top("summary", &found.summary)?.top("own", &found.own)
}

#[post("/api/providers/<id>/reviews", data = "<body>")]
async fn write(actor: Actor, id: &str, reviews: &Book, body: Body<ReviewBody>) -> Result<Answer> {
    let (review, fresh) = reviews.write(actor, id, body.0).await?;
    if fresh { Answer::created(&review) } else { Answer::ok(&review) }
}

#[put("/api/reviews/<id>", data = "<body>")]
async fn change(actor: Actor, id: &str, reviews: &Book, body: Body<ReviewChange>) -> Result<Answer> {
    Answer::ok(&reviews.change(actor, id, body.0).await?)
}

#[delete("/api/reviews/<id>")]
async fn remove(actor: Actor, id: &str, reviews: &Book) -> Result<Answer> {
    Answer::ok(&reviews.remove(actor, id).await?)
}

#[post("/api/reviews/<id>/reply", data = "<body>")]
async fn reply(actor: Actor, id: &str, reviews: &Book, body: Body<ReplyBody>) -> Result<Answer> {
    let (review, fresh) = reviews.reply(actor, id, body.0).await?;
    if fresh { Answer::created(&review) } else { Answer::ok(&review) }
}

#[get("/api/admin/reviews")]
async fn all(actor: Actor, query: Query<AdminReviewsQuery>, reviews: &Book) -> Result<Answer> {
    let list = reviews.all(actor, &query.0).await?;
    Answer::ok(&list.items)?.page(&list.page)
}

#[post("/api/admin/reviews/<id>/hide", data = "<body>")]
async fn hide(actor: Actor, id: &str, reviews: &Book, body: Body<HideBody>) -> Result<Answer> {
    Answer::ok(&reviews.hide(actor, id, body.0).await?)
}

#[post("/api/admin/reviews/<id>/show")]
async fn show(actor: Actor, id: &str, reviews: &Book) -> Result<Answer> {
    Answer::ok(&reviews.show(actor, id).await?)
}
