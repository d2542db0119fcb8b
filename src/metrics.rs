//! Figures for whoever watches the server. No content, names, tokens or ids.

use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::{Registry, Unit},
};
use std::{fmt, time::Duration};

/// Everything that is counted as it happens. What others count themselves is read when asked, through [`Metrics::text`].
pub struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Histogram>,
    /// Messages that were sent and made safe.
    pub messages: Counter,
    /// Open sockets.
    pub sockets: Gauge,
    /// Seconds from handing an operation to the store until it is safe.
    pub commits: Histogram,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    method: String,
    route: String,
    status: u16,
}

/// Upper bounds in seconds: a disk's fdatasync takes between a tenth of a millisecond and tens of them.
const SECONDS: [f64; 13] = [0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];

fn seconds() -> Histogram {
    Histogram::new(SECONDS)
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("mommycare");
        let metrics = Self {
            requests: Family::new_with_constructor(seconds),
            messages: Counter::default(),
            sockets: Gauge::default(),
            commits: seconds(),
            registry: Registry::default(),
        };
        registry.register_with_unit("request_duration", "Time to answer a request", Unit::Seconds, metrics.requests.clone());
        registry.register("messages", "Messages sent and made safe", metrics.messages.clone());
        registry.register("sockets", "Open Socket.IO connections", metrics.sockets.clone());
        registry.register_with_unit("commit_duration", "Time until an operation is safe on disk", Unit::Seconds, metrics.commits.clone());
        Self { registry, ..metrics }
    }
}

impl Metrics {
    /// Counts an answered request. The route is its pattern, so that there are few of them.
    pub fn request(&self, method: &str, route: &str, status: u16, took: Duration) {
        let labels = RequestLabels { method: method.into(), route: route.into(), status };
        self.requests.get_or_create(&labels).observe(took.as_secs_f64());
    }

    /// All figures as Prometheus reads them.
    pub fn text(&self) -> Result<String, fmt::Error> {
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}
