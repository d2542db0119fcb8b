//! `/api/auth`: who one is.

use super::{Answer, Body, Client, Newcomer};
use crate::{
    accounts::{Accounts, Actor, Device, Door},
    contract::{
        SignedIn,
        account::{ForgotBody, LoginBody, PasswordBody, ProfileBody, RefreshBody, RegisterBody, ResetBody, SetupBody},
    },
    error::Result,
};
use rocket::{Route, State, delete, get, post, put, routes};
use serde_json::json;
use std::sync::Arc;

/// The routes of this file.
pub(super) fn routes() -> Vec<Route> {
    routes![
        setup_wanted,
        setup,
        register,
        login,
        admin_login,
        refresh,
        logout,
        me,
        update_profile,
        change_password,
        forgot_password,
        reset_password,
        sessions,
        end_session
    ]
}

/// What stands beside `data` after signing in, for clients that look there.
fn with_tokens(answer: Answer, signed_in: &SignedIn) -> Result<Answer> {
    answer
        .top("token", &signed_in.token)?
        .top("user", &signed_in.user)?
        .top("refreshToken", &signed_in.refresh_token)?
        .top("expiresAt", &signed_in.expires_at)
}

fn device(client: &Client) -> Device {
    Device { user_agent: client.user_agent.clone(), address: client.address.to_string() }
}

#[get("/api/auth/setup")]
fn setup_wanted(accounts: &State<Arc<Accounts>>) -> Result<Answer> {
    Answer::ok(&json!({ "required": accounts.setup_required()? }))
}

#[post("/api/auth/setup", data = "<body>")]
async fn setup(newcomer: Newcomer, body: Body<SetupBody>, accounts: &State<Arc<Accounts>>) -> Result<Answer> {
    let signed_in = accounts.setup(body.0, &device(&newcomer.0)).await?;
    with_tokens(Answer::ok(&signed_in)?, &signed_in)
}

#[post("/api/auth/register", data = "<body>")]
async fn register(newcomer: Newcomer, body: Body<RegisterBody>, accounts: &State<Arc<Accounts>>) -> Result<Answer> {
    let signed_in = accounts.register(body.0, &device(&newcomer.0)).await?;
    with_tokens(Answer::created(&signed_in)?, &signed_in)
}

#[post("/api/auth/login", data = "<body>")]
async fn login(newcomer: Newcomer, body: Body<LoginBody>, accounts: &State<Arc<Accounts>>) -> Result<Answer> {
    let signed_in = accounts.login(body.0, Door::Everybody, &device(&newcomer.0)).await?;
    with_tokens(Answer::ok(&signed_in)?, &signed_in)
}

#[post("/api/admin/login", data = "<body>")]
async fn admin_login(newcomer: Newcomer, body: Body<LoginBody>, accounts: &State<Arc<Accounts>>) -> Result<Answer> {
    let signed_in = accounts.login(body.0, Door::Administrators, &device(&newcomer.0)).await?;
    with_tokens(Answer::ok(&signed_in)?, &signed_in)?.top("admin", &signed_in.user)
}

#[post("/api/auth/refresh", data = "<body>")]
async fn refresh(newcomer: Newcomer, body: Body<RefreshBody>, accounts: &State<Arc<Accounts>>) -> Result<Answer> {
    let signed_in = accounts.refresh(body.0, &device(&newcomer.0)).await?;
    with_tokens(Answer::ok(&signed_in)?, &signed_in)
}

#[post("/api/auth/logout")]
async fn logout(actor: Actor, accounts: &State<Arc<Accounts>>) -> Result<Answer> {
    accounts.logout(actor).await?;
    Answer::done("You have signed out.")
}

#[get("/api/auth/me")]
fn me(actor: Actor, accounts: &State<Arc<Accounts>>) -> Result<Answer> {
    let user = accounts.me(actor)?;
    Answer::ok(&user)?.top("user", &user)
}

#[put("/api/auth/profile", data = "<body>")]
async fn update_profile(actor: Actor, body: Body<ProfileBody>, accounts: &State<Arc<Accounts>>) -> Result<Answer> {
    let user = accounts.update_me(actor, body.0).await?;
    Answer::ok(&user)?.top("user", &user)
}

#[put("/api/auth/password", data = "<body>")]
async fn change_password(actor: Actor, body: Body<PasswordBody>, accounts: &State<Arc<Accounts>>) -> Result<Answer> {
    accounts.change_password(actor, body.0).await?;
    Answer::done("Your password was changed. All other devices have been signed out.")
}

#[post("/api/auth/forgot-password", data = "<body>")]
fn forgot_password(newcomer: Newcomer, body: Body<ForgotBody>, accounts: &State<Arc<Accounts>>) -> Result<Answer> {
    accounts.forgot_password(body.0, &device(&newcomer.0))?;
    Answer::done("If there is an account with this e-mail, the clinic will give you a link for a new password.")
}

#[post("/api/auth/reset-password", data = "<body>")]
async fn reset_password(newcomer: Newcomer, body: Body<ResetBody>, accounts: &State<Arc<Accounts>>) -> Result<Answer> {
    accounts.reset_password(body.0, &device(&newcomer.0)).await?;
    Answer::done("Your password was changed. Please sign in with it.")
}

#[get("/api/auth/sessions")]
fn sessions(actor: Actor, accounts: &State<Arc<Accounts>>) -> Result<Answer> {
    Answer::ok(&accounts.sessions(actor)?)
}

#[delete("/api/auth/sessions/<id>")]
async fn end_session(actor: Actor, id: &str, accounts: &State<Arc<Accounts>>) -> Result<Answer> {
    accounts.end_session(actor, id).await?;
    Answer::done("This sign-in has ended.")
}
