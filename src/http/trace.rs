//! Watches requests: their ids in the answer and in the log, their times in the metrics. Never a body, a token or a query.

use super::{guard::state, request_id::RequestId};
use crate::metrics::Metrics;
use rocket::{
    Data, Request, Response,
    fairing::{Fairing, Info, Kind},
};
use std::{sync::Arc, time::Instant};

/// Watches every request.
pub struct Trace;

struct Began(Instant);

#[rocket::async_trait]
impl Fairing for Trace {
    fn info(&self) -> Info {
        Info { name: "request ids, times and the log", kind: Kind::Request | Kind::Response }
    }

    async fn on_request(&self, request: &mut Request<'_>, _: &mut Data<'_>) {
        request.local_cache(|| Began(Instant::now()));
    }

    async fn on_response<'r>(&self, request: &'r Request<'_>, response: &mut Response<'r>) {
        let took = request.local_cache(|| Began(Instant::now())).0.elapsed();
        let id = RequestId::of(request).as_str();
        response.set_raw_header("X-Request-Id", id.to_owned());
        let status = response.status().code;
        // The route's pattern, not the path: a path may hold what belongs to a person.
        let route = request.route().map_or_else(|| "none".into(), |route| route.uri.to_string());
        if let Ok(metrics) = state::<Arc<Metrics>>(request) {
            metrics.request(request.method().as_str(), &route, status, took);
        }
        if status >= 500 {
            tracing::error!(id, method = %request.method(), route, status, ms = took.as_millis(), "request failed");
        } else {
            tracing::debug!(id, method = %request.method(), route, status, ms = took.as_millis(), "request");
        }
    }
}
