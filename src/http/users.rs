//! `/api/users`: the pages of people.

use super::{Answer, Body};
use crate::{
    accounts::{Accounts, Actor},
    chat::Chats,
    contract::account::lenient_profile,
    error::Result,
};
use rocket::{Route, State, get, patch, routes};
use serde_json::{Map, Value};
use std::sync::Arc;

/// The routes of this file.
pub(super) fn routes() -> Vec<Route> {
    routes![user, update_user]
}

#[get("/api/users/<id>")]
async fn user(actor: Actor, id: &str, accounts: &State<Arc<Accounts>>, chats: &State<Chats>) -> Result<Answer> {
    let user = accounts.look_at(actor, id, |id, person| chats.known(actor, id, person)).await?;
    Answer::ok(&user)?.top("user", &user)
}

#[patch("/api/users/<id>", data = "<body>")]
async fn update_user(actor: Actor, id: &str, body: Body<Map<String, Value>>, accounts: &State<Arc<Accounts>>) -> Result<Answer> {
    let user = accounts.update_user(actor, id, lenient_profile(body.0)?).await?;
    Answer::ok(&user)?.top("user", &user)
}
