//! What an application implements.

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use tokio::sync::OwnedSemaphorePermit;

use super::frame::Text;
use super::handshake::Handshake;
use super::session::CloseReason;
use super::socket::{Ack, Socket};

/// The application behind a [`Server`](super::Server).
///
/// For one socket, `connected` comes first and `disconnected` last, each exactly once, and events come in the order in
/// which they arrived. Only `connect` may wait; the others are called while the socket's session is locked and must
/// return soon: they hand the work to somebody else.
pub trait Handler: Send + Sync + 'static {
    /// What is kept for each socket, for example who it belongs to.
    type State: Send + Sync + 'static;

    /// A client asks to join a namespace: decides, and has no effects. The future is dropped if the client leaves.
    fn connect(&self, request: ConnectRequest) -> impl Future<Output = Result<Self::State, Rejection>> + Send;

    /// A socket has joined its namespace. What is emitted here is the first that the client gets.
    fn connected(&self, socket: &Arc<Socket<Self::State>>) {
        let _ = socket;
    }

    /// A client sent an event.
    fn event(&self, socket: &Arc<Socket<Self::State>>, event: Event);

    /// A client sent an event over [`Config::rate`](super::Config::rate). Its content has not been read and will not be.
    fn throttled(&self, socket: &Arc<Socket<Self::State>>, ack: Option<Ack>) {
        let _ = (socket, ack);
    }

    /// A socket has left, or its connection has ended.
    fn disconnected(&self, socket: &Arc<Socket<Self::State>>, reason: CloseReason);
}

/// A client that asks to join a namespace.
#[derive(Debug)]
pub struct ConnectRequest {
    /// The id that the socket gets if it is let in, which the client then knows as `socket.id`.
    pub id: Arc<str>,
    /// The namespace, with its slash.
    pub namespace: Box<str>,
    /// What the client gave as `auth`, a JSON object.
    pub auth: Option<Box<RawValue>>,
    /// The HTTP request that opened the session.
    pub handshake: Arc<Handshake>,
}

/// Why a client may not join; it becomes the client's `connect_error`.
#[derive(Clone, Debug, Serialize)]
pub struct Rejection {
    /// For people.
    pub message: String,
    /// For programs: `error.data`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<Box<RawValue>>,
}

impl Rejection {
    /// A rejection without data.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), data: None }
    }
}

/// An event from a client. It owns its bytes, so it can be sent to another task as it is.
#[derive(Debug)]
pub struct Event {
    /// The name that the client gave.
    pub name: String,
    /// The arguments behind the name.
    pub args: Args,
    /// Binary attachments; the arguments refer to them as `{"_placeholder":true,"num":INDEX}`.
    pub attachments: Vec<Bytes>,
    /// Present if the client wants an answer.
    pub ack: Option<Ack>,
    /// Keep this until the event is dealt with.
    pub permit: Permit,
}

/// Counts an event as unfinished until it is dropped.
///
/// When [`Config::events_in_flight`](super::Config::events_in_flight) events of one client are unfinished, the engine stops
/// reading from it. The client's own system then slows it down, and nothing piles up here.
#[derive(Debug)]
#[must_use = "dropping the permit says that the event is finished"]
pub struct Permit {
    /// Only dropped.
    pub(crate) _slot: OwnedSemaphorePermit,
}

/// The arguments of an event or of an answer, as JSON that nobody has interpreted yet.
#[derive(Debug)]
pub struct Args {
    pub(crate) text: Text,
    pub(crate) ranges: Vec<Range<usize>>,
}

impl Args {
    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ranges.len()
    }

    /// There are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// One argument as JSON.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<&str> {
        self.text.as_str().get(self.ranges.get(index)?.clone())
    }

    /// All arguments as JSON.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.ranges.iter().filter_map(|range| self.text.as_str().get(range.clone()))
    }

    /// Reads one argument. A missing one reads as `null`, which is what a client means that leaves it out.
    pub fn parse<T: DeserializeOwned>(&self, index: usize) -> Result<T, serde_json::Error> {
        serde_json::from_str(self.get(index).unwrap_or("null"))
    }
}
