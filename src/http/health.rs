//! For whoever operates the server: is it alive, can it write, and how is it doing.

use super::{answer::Answer, guard::Client};
use crate::{
    config::Config,
    contract::Emission,
    error::{Code, Result},
    metrics::Metrics,
    store::Store,
};
use rocket::{
    Route, State, get,
    http::{ContentType, Status},
    request::{FromRequest, Outcome, Request},
    routes,
};
use serde_json::json;
use std::sync::Arc;

/// The routes of operation.
pub fn routes() -> Vec<Route> {
    routes![live, ready, figures, clinic]
}

/// The process answers.
#[get("/health")]
fn live() -> Result<Answer> {
    Answer::ok(&json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION") }))?.top("version", env!("CARGO_PKG_VERSION"))
}

/// The store takes a write, makes it safe and reads it back.
#[get("/health/ready")]
async fn ready(store: &State<Arc<Store<Emission>>>) -> Result<Answer> {
    store.probe().await?;
    Answer::ok(&json!({ "status": "ready" }))
}

/// What the app shows before anybody has signed in.
#[get("/api/clinic")]
fn clinic(config: &State<Arc<Config>>) -> Result<Answer> {
    Answer::ok(&json!({
        "name": config.clinic.name,
        "emergencyPhone": config.clinic.emergency_phone,
        "approveProfessionals": match config.accounts.approve_professionals {
            crate::config::Approval::Manual => "manual",
            crate::config::Approval::Auto => "auto",
        },
        "version": env!("CARGO_PKG_VERSION"),
    }))
}

/// Figures are for this machine, or for whoever knows the token.
struct Operator;

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Operator {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let Some(config) = request.rocket().state::<Arc<Config>>() else { return Outcome::Error((Status::InternalServerError, ())) };
        let client = request.guard::<Client>().await.succeeded();
        let given = request.headers().get_one("authorization").and_then(|value| value.strip_prefix("Bearer "));
        let allowed = match &config.server.metrics_token {
            Some(token) => given.is_some_and(|given| same(given.as_bytes(), token.as_bytes())),
            None => client.is_some_and(|client| client.address.to_canonical().is_loopback()),
        };
        if allowed { Outcome::Success(Self) } else { Outcome::Error((Status::Forbidden, ())) }
    }
}

/// Compares without telling by its time how much was right.
fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |difference, (a, b)| difference | (a ^ b)) == 0
}

#[get("/metrics")]
fn figures(_operator: Operator, metrics: &State<Arc<Metrics>>) -> Result<(ContentType, String)> {
    let kind = ContentType::new("application", "openmetrics-text").with_params([("version", "1.0.0"), ("charset", "utf-8")]);
    Ok((kind, metrics.text().map_err(|_| Code::Internal)?))
}
