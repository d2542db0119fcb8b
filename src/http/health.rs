//! For whoever operates the server: is it alive, can it write, and how is it doing.

use super::{answer::Answer, arrival::Encryption, operator::Operator};
use crate::{
    config::Config,
    contract::Emission,
    error::{Code, Result},
    metrics::Metrics,
    store::Store,
    tls::Tls,
};
use rocket::{Route, State, get, http::ContentType, routes};
use serde_json::json;
use std::{sync::Arc, time::Duration};
use tokio::{sync::Mutex, time::Instant};

/// The routes of operation.
pub fn routes() -> Vec<Route> {
    routes![live, ready, figures, clinic]
}

/// The process answers.
#[get("/health")]
fn live() -> Result<Answer> {
    Answer::ok(&json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION") }))?.top("version", env!("CARGO_PKG_VERSION"))
}

/// What the store has said last. To ask it costs a write that is made safe, and anybody may want to know.
pub struct Readiness {
    last: Mutex<Option<(Instant, Result<()>)>>,
    /// How long that counts.
    fresh: Duration,
}

impl Default for Readiness {
    fn default() -> Self {
        Self { last: Mutex::default(), fresh: Duration::from_secs(1) }
    }
}

impl Readiness {
    /// What was found out a moment ago, or what `probe` finds out now. Whoever asks meanwhile waits for the same answer.
    async fn ask(&self, probe: impl Future<Output = Result<()>>) -> Result<()> {
        let mut last = self.last.lock().await;
        if let Some((at, found)) = &*last
            && at.elapsed() < self.fresh
        {
            return found.clone();
        }
        let found = probe.await;
        *last = Some((Instant::now(), found.clone()));
        found
    }
}

/// The store takes a write, makes it safe and reads it back; at most once a second, however many ask.
#[get("/health/ready")]
async fn ready(store: &State<Arc<Store<Emission>>>, readiness: &State<Readiness>) -> Result<Answer> {
    readiness.ask(async { Ok(store.probe().await?) }).await?;
    Answer::ok(&json!({ "status": "ready" }))
}

/// What the app shows before anybody has signed in.
#[get("/api/clinic")]
fn clinic(config: &State<Arc<Config>>, encryption: &State<Encryption>) -> Result<Answer> {
    let authority = encryption.0.as_deref().and_then(Tls::authority);
    Answer::ok(&json!({
        "name": config.clinic.name,
        "emergencyPhone": config.clinic.emergency_phone,
        "approveProfessionals": config.accounts.approve_professionals.word(),
        "version": env!("CARGO_PKG_VERSION"),
        "calls": { "enabled": config.calls.enabled },
        "authority": authority.map(|authority| json!({ "url": "/connect/authority.crt", "fingerprint": authority.fingerprint() })),
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// How often the store is asked when many want to know, each of which gets `found`.
    async fn asked(fresh: Duration, found: Result<()>) -> usize {
        let (readiness, asked) = (Readiness { fresh, ..Readiness::default() }, AtomicUsize::new(0));
        let probe = async || {
            asked.fetch_add(1, Ordering::Relaxed);
            tokio::task::yield_now().await;
            found.clone()
        };
        let answers = futures_util::future::join_all((0..50).map(|_| readiness.ask(probe()))).await;
        assert!(answers.iter().all(|answer| answer.as_ref().err().map(|e| e.code) == found.as_ref().err().map(|e| e.code)));
        asked.into_inner()
    }

    #[tokio::test]
    async fn many_questions_are_one_write() {
        assert_eq!(asked(Duration::from_hours(1), Ok(())).await, 1);
        assert_eq!(asked(Duration::from_hours(1), Err(Code::StorageFull.into())).await, 1);
        assert_eq!(asked(Duration::ZERO, Ok(())).await, 50, "what is no longer fresh is found out again");
    }
}
