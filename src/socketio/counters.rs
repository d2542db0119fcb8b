//! What the engine counts, for the metrics of the program around it.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed};

use super::session::CloseReason;

/// Plain numbers since the start; gauges are marked. A packet is an Engine.IO packet, bytes are without framing.
#[derive(Debug, Default)]
pub struct Counters {
    /// Gauge: open sessions that use polling.
    pub polling_sessions: AtomicI64,
    /// Gauge: open sessions that use a WebSocket.
    pub websocket_sessions: AtomicI64,
    /// Gauge: GETs that wait for packets.
    pub polls_waiting: AtomicI64,
    /// Sessions ever opened.
    pub sessions_opened: AtomicU64,
    /// Sessions that changed from polling to a WebSocket.
    pub upgrades: AtomicU64,
    /// Handshakes refused because of origin, limits or shutdown.
    pub handshakes_refused: AtomicU64,
    /// Packets from clients.
    pub packets_in: AtomicU64,
    /// Bytes from clients.
    pub bytes_in: AtomicU64,
    /// Packets to clients.
    pub packets_out: AtomicU64,
    /// Bytes to clients.
    pub bytes_out: AtomicU64,
    /// Events that were refused because their client sends too many.
    pub events_throttled: AtomicU64,
    /// Sessions cut because their queue was full.
    pub closed_slow: AtomicU64,
    /// Sessions ended because no pong came.
    pub closed_timeout: AtomicU64,
    /// Sessions closed because the client broke the protocol, sent too much at once or flooded.
    pub closed_abuse: AtomicU64,
}

impl Counters {
    /// All open sessions.
    #[must_use]
    pub fn sessions(&self) -> i64 {
        self.polling_sessions.load(Relaxed) + self.websocket_sessions.load(Relaxed)
    }

    pub(crate) fn received(&self, bytes: usize) {
        self.packets_in.fetch_add(1, Relaxed);
        self.bytes_in.fetch_add(bytes as u64, Relaxed);
    }

    pub(crate) fn sent(&self, packets: usize, bytes: usize) {
        self.packets_out.fetch_add(packets as u64, Relaxed);
        self.bytes_out.fetch_add(bytes as u64, Relaxed);
    }

    pub(crate) fn closed(&self, reason: CloseReason) {
        let counter = match reason {
            CloseReason::SlowClient => &self.closed_slow,
            CloseReason::PingTimeout => &self.closed_timeout,
            CloseReason::Protocol | CloseReason::TooLarge | CloseReason::Flood => &self.closed_abuse,
            _ => return,
        };
        counter.fetch_add(1, Relaxed);
    }
}
