//! `/api/admin`: what administrators do with accounts, and what they look at.

use super::{Answer, Body, Client, Query};
use crate::{
    accounts::{Accounts, Actor, UserFilter},
    contract::{
        UserView,
        account::{PageQuery, RejectBody, RoleBody, UsersQuery},
    },
    error::Result,
};
use rocket::{Route, State, get, patch, post, routes};
use std::sync::Arc;

/// The routes of this file.
pub(super) fn routes() -> Vec<Route> {
    routes![users, approve, reject, disable, enable, reset_link, change_role, stats, infected_files]
}

fn with_user(user: &UserView) -> Result<Answer> {
    Answer::ok(user)?.top("user", user)
}

#[get("/api/admin/users")]
fn users(actor: Actor, query: Query<UsersQuery>, accounts: &State<Arc<Accounts>>) -> Result<Answer> {
    let list = accounts.list_users(actor, &UserFilter::new(query.0)?)?;
    Answer::ok(&list.items)?.page(&list.page)
}

#[post("/api/admin/users/<id>/approve")]
async fn approve(actor: Actor, id: &str, accounts: &State<Arc<Accounts>>) -> Result<Answer> {
    with_user(&accounts.approve(actor, id).await?)
}

#[post("/api/admin/users/<id>/reject", data = "<body>")]
async fn reject(actor: Actor, id: &str, body: Body<RejectBody>, accounts: &State<Arc<Accounts>>) -> Result<Answer> {
    with_user(&accounts.reject(actor, id, body.0).await?)
}

#[post("/api/admin/users/<id>/disable")]
async fn disable(actor: Actor, id: &str, accounts: &State<Arc<Accounts>>) -> Result<Answer> {
    with_user(&accounts.disable(actor, id).await?)
}

#[post("/api/admin/users/<id>/enable")]
async fn enable(actor: Actor, id: &str, accounts: &State<Arc<Accounts>>) -> Result<Answer> {
    with_user(&accounts.enable(actor, id).await?)
}

#[post("/api/admin/users/<id>/reset-link")]
async fn reset_link(actor: Actor, id: &str, client: Client, accounts: &State<Arc<Accounts>>) -> Result<Answer> {
    Answer::ok(&accounts.reset_link(actor, id, &client.base_url).await?)
}

#[patch("/api/admin/users/<id>/role", data = "<body>")]
async fn change_role(actor: Actor, id: &str, body: Body<RoleBody>, accounts: &State<Arc<Accounts>>) -> Result<Answer> {
    with_user(&accounts.change_role(actor, id, body.0).await?)
}

#[get("/api/admin/stats")]
fn stats(actor: Actor, accounts: &State<Arc<Accounts>>) -> Result<Answer> {
    Answer::ok(&accounts.stats(actor)?)
}

#[get("/api/admin/infected-files")]
fn infected_files(actor: Actor, query: Query<PageQuery>, accounts: &State<Arc<Accounts>>) -> Result<Answer> {
    let list = accounts.infected_files(actor, &query.0)?;
    Answer::ok(&list.items)?.page(&list.page)
}
