//! Calls over REST: what was, what is, and what devices need. Calling itself takes a device that stays connected.

use super::{Answer, Query};
use crate::{accounts::Actor, calls::Calls, contract::request::CallsQuery, error::Result};
use rocket::{Route, State, get, patch, routes};

/// Routes of calls.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![list, active, missed, see, ice_servers]
}

type Book = State<Calls>;

#[get("/api/chat/calls")]
fn list(actor: Actor, query: Query<CallsQuery>, calls: &Book) -> Result<Answer> {
    let listing = calls.list(actor, &query.0)?;
    Answer::ok(&listing.items)?.page(&listing.page)
}

#[get("/api/chat/calls/active")]
fn active(actor: Actor, calls: &Book) -> Result<Answer> {
    Answer::ok(&calls.active(actor)?)
}

#[get("/api/chat/calls/missed")]
fn missed(actor: Actor, calls: &Book) -> Result<Answer> {
    Answer::ok(&calls.missed(actor)?)
}

#[patch("/api/chat/calls/seen")]
async fn see(actor: Actor, calls: &Book) -> Result<Answer> {
    Answer::ok(&calls.see(actor).await?)
}

#[get("/api/chat/ice-servers")]
fn ice_servers(actor: Actor, calls: &Book) -> Result<Answer> {
    Answer::ok(&calls.ice_servers(actor)?)
}
