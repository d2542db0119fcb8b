//! `/api/appointments`: appointments over REST.

use super::{Answer, Body, Query};
use crate::{
    accounts::Actor,
    care::Care,
    contract::appointment::{AmendBody, AppointmentsQuery, BookBody, CancelBody},
    error::Result,
};
use rocket::{Route, State, get, patch, post, routes};

/// Routes of appointments.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![list, book, appointment, amend, cancel]
}

type Book = State<Care>;

#[get("/api/appointments")]
fn list(actor: Actor, query: Query<AppointmentsQuery>, care: &Book) -> Result<Answer> {
    let page = care.list(actor, &query.0)?;
    Answer::ok(&page.items)?.page(&page)
}

#[post("/api/appointments", data = "<body>")]
async fn book(actor: Actor, care: &Book, body: Body<BookBody>) -> Result<Answer> {
    let (appointment, fresh) = care.book(actor, body.0).await?;
    if fresh { Answer::created(&appointment) } else { Answer::ok(&appointment) }
}

#[get("/api/appointments/<id>")]
fn appointment(actor: Actor, id: &str, care: &Book) -> Result<Answer> {
    Answer::ok(&care.get(actor, id)?)
}

#[patch("/api/appointments/<id>", data = "<body>")]
async fn amend(actor: Actor, id: &str, care: &Book, body: Body<AmendBody>) -> Result<Answer> {
    Answer::ok(&care.amend(actor, id, body.0).await?)
}

#[post("/api/appointments/<id>/cancel", data = "<body>")]
async fn cancel(actor: Actor, id: &str, care: &Book, body: Body<CancelBody>) -> Result<Answer> {
    Answer::ok(&care.cancel(actor, id, body.0).await?)
}
