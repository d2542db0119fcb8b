//! For whoever operates the server: is it alive, can it write, and how is it doing.

use super::{answer::Answer, operator::Operator};
use crate::{
    config::Config,
    contract::Emission,
    error::{Code, Result},
    metrics::Metrics,
    store::Store,
};
use rocket::{Route, State, get, http::ContentType, routes};
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
        "calls": { "enabled": config.calls.enabled },
        "limits": {
            "editWindow": config.chat.edit_window.as_secs(),
            "groupMembers": config.chat.group_members,
            "urgentRepeat": config.chat.urgent_repeat.as_secs(),
            "fileSize": config.files.max_size.0,
            "fileCount": config.files.max_count,
        },
    }))
}

#[get("/metrics")]
fn figures(_operator: Operator, metrics: &State<Arc<Metrics>>) -> Result<(ContentType, String)> {
    let kind = ContentType::new("application", "openmetrics-text").with_params([("version", "1.0.0"), ("charset", "utf-8")]);
    Ok((kind, metrics.text().map_err(|_| Code::Internal)?))
}
