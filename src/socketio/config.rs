//! What can be set, with defaults for a server that is reachable from the internet.

use std::time::Duration;

use super::origin::Origins;

/// The settings of an engine. All sizes are in bytes.
#[derive(Clone, Debug)]
pub struct Config {
    /// Time between a pong and the next ping. Clients are told.
    pub ping_interval: Duration,
    /// Time that a client has to answer a ping. Clients are told.
    pub ping_timeout: Duration,
    /// Time that a client has to join its first namespace.
    pub connect_timeout: Duration,
    /// Time that a WebSocket has to take a session over from polling.
    pub upgrade_timeout: Duration,
    /// Time that the body of a POST has to arrive.
    pub body_timeout: Duration,
    /// Time for the last packets and the goodbye of a session that the server closes.
    pub linger: Duration,
    /// Largest WebSocket message and largest polling body from a client. Clients are told.
    pub max_payload: usize,
    /// Packets that may wait for one client. A client that lets more pile up is cut.
    pub queue_packets: usize,
    /// Bytes that may wait for one client.
    pub queue_bytes: usize,
    /// Events of one client that may be unfinished before the engine stops reading from it.
    pub events_in_flight: usize,
    /// Answers that the server may await from one client.
    pub requests_in_flight: usize,
    /// Namespaces that one client may join.
    pub namespaces: usize,
    /// Binary attachments that one packet may have.
    pub attachments: usize,
    /// Sum of the attachments of one packet.
    pub attachment_bytes: usize,
    /// How many messages a client may send.
    pub rate: Option<Rate>,
    /// Sessions that may be open at once.
    pub sessions: usize,
    /// Sessions that may be open at once from one address (an IPv4 address or an IPv6 /64 network). A whole clinic may
    /// share one.
    pub sessions_per_address: usize,
    /// Which web pages may connect.
    pub origins: Origins,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            ping_interval: Duration::from_secs(25),
            ping_timeout: Duration::from_secs(20),
            connect_timeout: Duration::from_secs(45),
            upgrade_timeout: Duration::from_secs(10),
            body_timeout: Duration::from_secs(30),
            linger: Duration::from_secs(2),
            max_payload: 64 << 10,
            queue_packets: 1024,
            queue_bytes: 1 << 20,
            events_in_flight: 64,
            requests_in_flight: 64,
            namespaces: 4,
            attachments: 8,
            attachment_bytes: 256 << 10,
            rate: None,
            sessions: 16_384,
            sessions_per_address: 4_096,
            origins: Origins::same_only(),
        }
    }
}

/// A token bucket for the messages of one client. It is asked before any JSON is read.
#[derive(Clone, Copy, Debug)]
pub struct Rate {
    /// Messages per second in the long run.
    pub per_second: u32,
    /// Messages at once.
    pub burst: u32,
    /// Refused messages in a row after which the session is closed.
    pub patience: u32,
}
