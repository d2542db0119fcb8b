//! Figures for whoever watches the server. No content, names, tokens or ids.

use crate::{calls::Live, chat::Everybody, contract::Emission, search::Search, socketio::Counters, store::Store};
use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeLabelSet, EncodeMetric, NoLabelSet, text::encode},
    metrics::{MetricType, counter::ConstCounter, family::Family, gauge::ConstGauge, histogram::Histogram},
    registry::{Registry, Unit},
};
use std::{
    fmt,
    sync::{Arc, atomic::Ordering::Relaxed},
    time::Duration,
};

/// What is counted as requests are answered, and the figures of others, read when somebody asks.
pub struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Histogram>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    method: &'static str,
    route: String,
    status: u16,
}

/// Upper bounds in seconds: a disk's fdatasync takes between a tenth of a millisecond and tens of them.
const SECONDS: [f64; 12] = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];

impl Metrics {
    /// Figures of a server with this store, these people, their calls, these sockets and this index.
    pub fn new(
        store: Arc<Store<Emission>>,
        everybody: Arc<Everybody>,
        calls: Arc<Live>,
        sockets: Arc<Counters>,
        search: Arc<Search>,
    ) -> Self {
        let mut registry = Registry::with_prefix("mommycare");
        let requests = Family::<RequestLabels, Histogram>::new_with_constructor(|| Histogram::new(SECONDS));
        registry.register_with_unit("request_duration", "Time to answer a request", Unit::Seconds, requests.clone());
        registry.register_collector(Box::new(StoreFigures(store)));
        registry.register_collector(Box::new(PeopleFigures(everybody)));
        registry.register_collector(Box::new(CallFigures(calls)));
        registry.register_collector(Box::new(SocketFigures(sockets)));
        registry.register_collector(Box::new(SearchFigures(search)));
        Self { registry, requests }
    }

    /// Counts an answered request. The route is its pattern, so that there are few of them.
    pub fn request(&self, method: &'static str, route: &str, status: u16, took: Duration) {
        let labels = RequestLabels { method, route: route.into(), status };
        self.requests.get_or_create(&labels).observe(took.as_secs_f64());
    }

    /// All figures as Prometheus reads them.
    pub fn text(&self) -> Result<String, fmt::Error> {
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

/// What the store counts about itself.
struct StoreFigures(Arc<Store<Emission>>);

impl fmt::Debug for StoreFigures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StoreFigures")
    }
}

impl Collector for StoreFigures {
    fn encode(&self, mut out: DescriptorEncoder) -> fmt::Result {
        let metrics = self.0.metrics();
        histogram(&mut out, "commit_duration_seconds", "Time until a group of operations is safe on disk", &metrics.commit_micros, 1e6)?;
        histogram(&mut out, "commit_group_operations", "Operations that were made safe together", &metrics.group_size, 1.0)?;
        counter(&mut out, "journal_bytes", "Bytes written to the journal", metrics.journal_bytes())?;
        counter(&mut out, "checkpoints", "Checkpoints made", metrics.checkpoints())?;
        counter(&mut out, "snapshots", "Snapshots made", metrics.snapshots())?;
        counter(&mut out, "disk_full_refusals", "Groups refused because the disk was nearly full", metrics.refused_full())
    }
}

/// How often people come from memory.
#[derive(Debug)]
struct PeopleFigures(Arc<Everybody>);

impl Collector for PeopleFigures {
    fn encode(&self, mut out: DescriptorEncoder) -> fmt::Result {
        let (hits, misses) = self.0.lookups();
        gauge(&mut out, "people", "People with an account, all of them in memory", i64::try_from(self.0.len()).unwrap_or(i64::MAX))?;
        counter(&mut out, "people_cache_hits", "People answered from memory", hits)?;
        counter(&mut out, "people_cache_misses", "People decoded anew, inside the operation that had just changed them", misses)
    }
}

/// Calls that go on.
#[derive(Debug)]
struct CallFigures(Arc<Live>);

impl Collector for CallFigures {
    fn encode(&self, mut out: DescriptorEncoder) -> fmt::Result {
        let (ringing, talking) = self.0.count();
        gauge(&mut out, "calls_ringing", "Calls that nobody has answered yet", i64::try_from(ringing).unwrap_or(i64::MAX))?;
        gauge(&mut out, "calls_active", "Calls in which people talk", i64::try_from(talking).unwrap_or(i64::MAX))
    }
}

/// What the Socket.IO engine counts about itself.
#[derive(Debug)]
struct SocketFigures(Arc<Counters>);

impl Collector for SocketFigures {
    fn encode(&self, mut out: DescriptorEncoder) -> fmt::Result {
        let sockets = &self.0;
        gauge(&mut out, "sockets_websocket", "Open connections over WebSocket", sockets.websocket_sessions.load(Relaxed))?;
        gauge(&mut out, "sockets_polling", "Open connections over polling", sockets.polling_sessions.load(Relaxed))?;
        gauge(&mut out, "polls_waiting", "Polls that wait for news", sockets.polls_waiting.load(Relaxed))?;
        for (name, help, value) in [
            ("sockets_opened", "Connections ever opened", &sockets.sessions_opened),
            ("sockets_refused", "Handshakes refused because of origin, limits or shutdown", &sockets.handshakes_refused),
            ("sockets_upgraded", "Connections that went on from polling to a WebSocket", &sockets.upgrades),
            ("sockets_closed_slow", "Connections cut because their client did not read", &sockets.closed_slow),
            ("sockets_closed_timeout", "Connections ended because no sign of life came", &sockets.closed_timeout),
            ("sockets_closed_abuse", "Connections closed because the client broke the protocol or flooded", &sockets.closed_abuse),
            ("socket_events_throttled", "Events refused because their client sends too many", &sockets.events_throttled),
            ("socket_packets_in", "Packets from clients", &sockets.packets_in),
            ("socket_packets_out", "Packets to clients", &sockets.packets_out),
            ("socket_bytes_in", "Bytes from clients", &sockets.bytes_in),
            ("socket_bytes_out", "Bytes to clients", &sockets.bytes_out),
        ] {
            counter(&mut out, name, help, value.load(Relaxed))?;
        }
        Ok(())
    }
}

/// How far the search index has come.
struct SearchFigures(Arc<Search>);

impl fmt::Debug for SearchFigures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SearchFigures")
    }
}

impl Collector for SearchFigures {
    fn encode(&self, mut out: DescriptorEncoder) -> fmt::Result {
        let gauged = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        gauge(&mut out, "search_documents", "Messages in the search index", gauged(self.0.documents()))?;
        gauge(&mut out, "search_backlog", "Messages that the search index has yet to take", gauged(self.0.backlog()))?;
        counter(&mut out, "search_rebuilds", "How often the search index was begun anew", self.0.rebuilds())
    }
}

fn counter(out: &mut DescriptorEncoder<'_>, name: &str, help: &str, value: u64) -> fmt::Result {
    let metric = ConstCounter::new(value);
    metric.encode(out.encode_descriptor(name, help, None, metric.metric_type())?)
}

fn gauge(out: &mut DescriptorEncoder<'_>, name: &str, help: &str, value: i64) -> fmt::Result {
    let metric = ConstGauge::new(value);
    metric.encode(out.encode_descriptor(name, help, None, metric.metric_type())?)
}

/// Writes a histogram of whole numbers, each divided by `unit`.
#[allow(clippy::cast_precision_loss)] // figures for charts
fn histogram<const N: usize>(
    out: &mut DescriptorEncoder<'_>,
    name: &str,
    help: &str,
    values: &crate::store::Histogram<N>,
    unit: f64,
) -> fmt::Result {
    let mut below = 0;
    let mut buckets = Vec::with_capacity(N + 1);
    for (bound, up_to) in values.cumulative() {
        buckets.push((bound as f64 / unit, up_to - below));
        below = up_to;
    }
    let count = values.count().max(below);
    buckets.push((f64::MAX, count - below));
    out.encode_descriptor(name, help, None, MetricType::Histogram)?.encode_histogram::<NoLabelSet>(
        values.sum() as f64 / unit,
        count,
        &buckets,
        None,
    )
}
