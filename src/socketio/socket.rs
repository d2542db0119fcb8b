//! One client in one namespace, as the application sees it.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use parking_lot::Mutex;
use serde::Serialize;
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::frame::Frame;
use super::handler::Args;
use super::handshake::Handshake;
use super::link::Link;
use super::packet::{Kind, Packet};
use super::session::CloseReason;

/// A client that has joined a namespace, with the application's state for it.
pub struct Socket<S> {
    id: Arc<str>,
    namespace: Arc<str>,
    link: Arc<Link>,
    handshake: Arc<Handshake>,
    state: S,
    requests: Mutex<Requests>,
}

/// Answers that are awaited from the client.
#[derive(Default)]
struct Requests {
    next: u64,
    waiting: HashMap<u64, oneshot::Sender<Reply>>,
    max: usize,
    ended: bool,
}

/// A client's answer to a request of the server.
#[derive(Debug)]
pub struct Reply {
    /// The arguments of the answer.
    pub args: Args,
    /// Binary attachments of the answer.
    pub attachments: Vec<Bytes>,
}

/// Why there is no answer.
#[derive(Debug)]
pub enum RequestError {
    /// The client did not answer in time.
    Timeout,
    /// The client has left.
    Disconnected,
    /// Too many answers are awaited from this client already.
    TooMany,
    /// The payload cannot be written as JSON.
    Json(serde_json::Error),
}

impl fmt::Display for RequestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Timeout => f.write_str("the client did not answer in time"),
            Self::Disconnected => f.write_str("the client has left"),
            Self::TooMany => f.write_str("too many answers are awaited from this client"),
            Self::Json(error) => write!(f, "the payload cannot be written as JSON: {error}"),
        }
    }
}

impl std::error::Error for RequestError {}

impl<S> Socket<S> {
    pub(crate) fn new(id: Arc<str>, namespace: &str, link: Arc<Link>, handshake: Arc<Handshake>, state: S, max_requests: usize) -> Self {
        let requests = Mutex::new(Requests { max: max_requests, ..Requests::default() });
        Self { id, namespace: namespace.into(), link, handshake, state, requests }
    }

    /// The id of this socket, which the client knows as `socket.id`.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The namespace, with its slash.
    #[must_use]
    pub fn namespace(&self) -> &str {
        &self.namespace
    }

    /// What [`Handler::connect`](super::Handler::connect) returned for this socket.
    #[must_use]
    pub fn state(&self) -> &S {
        &self.state
    }

    /// The HTTP request that opened the session.
    #[must_use]
    pub fn handshake(&self) -> &Arc<Handshake> {
        &self.handshake
    }

    /// Queues a packet; never waits and never blocks. `false`: the client does not read fast enough, and its session is
    /// being closed for it. A packet for a socket that has left goes nowhere.
    ///
    /// The packet must have been made for this socket's namespace.
    #[allow(clippy::must_use_candidate)] // Most callers have nothing to do about a client that is cut.
    pub fn emit(&self, packet: &Packet) -> bool {
        self.link.send(Frame::Text(packet.text.clone()), &packet.attachments)
    }

    /// Sends an event and waits for the client's answer.
    pub async fn request(&self, name: &str, payload: &impl Serialize, within: Duration) -> Result<Reply, RequestError> {
        let (id, answer) = {
            let mut requests = self.requests.lock();
            if requests.ended {
                return Err(RequestError::Disconnected);
            }
            requests.waiting.retain(|_, sender| !sender.is_closed());
            if requests.waiting.len() >= requests.max {
                return Err(RequestError::TooMany);
            }
            let id = requests.next;
            requests.next += 1;
            let (sender, answer) = oneshot::channel();
            requests.waiting.insert(id, sender);
            (id, answer)
        };
        let packet = Packet::request(&self.namespace, id, name, payload).map_err(RequestError::Json)?;
        self.emit(&packet);
        match timeout(within, answer).await {
            Ok(Ok(reply)) => Ok(reply),
            Ok(Err(_)) => Err(RequestError::Disconnected),
            Err(_) => Err(RequestError::Timeout),
        }
    }

    /// Ends the connection and tells the client that this was meant: it does not come back by itself. What is queued is
    /// delivered first.
    pub fn disconnect(&self) {
        self.emit(&Packet::plain(Kind::Disconnect, &self.namespace, ""));
        self.link.close(CloseReason::Server);
    }

    /// Ends the connection as if the network had: the client comes back by itself. What is queued is delivered first.
    pub fn close(&self) {
        self.link.close(CloseReason::Server);
    }

    /// A client's answer has come. An answer that nobody awaits (any more) is dropped.
    pub(crate) fn answered(&self, id: u64, reply: Reply) {
        let waiting = self.requests.lock().waiting.remove(&id);
        if let Some(sender) = waiting {
            // An error means that the request was given up.
            let _ = sender.send(reply);
        }
    }

    /// Nothing will be answered any more.
    pub(crate) fn end(&self) {
        let mut requests = self.requests.lock();
        requests.ended = true;
        requests.waiting.clear();
    }
}

impl<S> fmt::Debug for Socket<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Socket").field("id", &self.id).field("namespace", &self.namespace).finish_non_exhaustive()
    }
}

/// The means to answer one event, from anywhere and at any time. Dropping it leaves the event unanswered.
#[derive(Debug)]
#[must_use = "the client waits for this answer"]
pub struct Ack {
    pub(crate) link: Arc<Link>,
    pub(crate) namespace: Arc<str>,
    pub(crate) id: u64,
}

impl Ack {
    /// Answers with one value. It goes through the same queue as events, in order. Fails only if `value` cannot be
    /// written as JSON; a client that has left meanwhile is no error.
    pub fn send(self, value: &impl Serialize) -> Result<(), serde_json::Error> {
        self.send_with(&[value], Vec::new())
    }

    /// Answers with any number of values, which must be written as a JSON array, and with attachments.
    pub fn send_with(self, arguments: &impl Serialize, attachments: Vec<Bytes>) -> Result<(), serde_json::Error> {
        let packet = Packet::ack(&self.namespace, self.id, arguments, attachments)?;
        self.link.send(Frame::Text(packet.text), &packet.attachments);
        Ok(())
    }
}
