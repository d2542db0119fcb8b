//! The Socket.IO protocol on top of the engine: namespaces, events, acknowledgements and attachments.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use bytes::Bytes;
use parking_lot::Mutex;
use serde_json::value::RawValue;
use tokio::sync::Semaphore;

use super::config::Config;
use super::counters::Counters;
use super::engine::{Engine, Protocol};
use super::frame::{Frame, Message, Text};
use super::handler::{Args, ConnectRequest, Event, Handler, Permit, Rejection};
use super::limits::{Admission, Bucket};
use super::link::{Session, random_id};
use super::packet::{self, Header, Kind, Packet};
use super::session::CloseReason;
use super::socket::{Ack, Reply, Socket};

/// A Socket.IO server: the engine with an application behind it. A clone is another handle to the same server.
pub struct Server<H: Handler> {
    engine: Arc<Engine<SocketIo<H>>>,
}

impl<H: Handler> Clone for Server<H> {
    fn clone(&self) -> Self {
        Self { engine: self.engine.clone() }
    }
}

impl<H: Handler> Server<H> {
    /// A server without clients. Mount its [`engine`](Self::engine) to let them in.
    #[must_use]
    pub fn new(config: Config, handler: H) -> Self {
        Self { engine: Engine::new(config.clone(), SocketIo { config, handler }) }
    }

    /// The engine, for mounting it on an HTTP server.
    #[must_use]
    pub fn engine(&self) -> &Arc<Engine<SocketIo<H>>> {
        &self.engine
    }

    /// The application.
    #[must_use]
    pub fn handler(&self) -> &H {
        &self.engine.protocol().handler
    }

    /// What has been counted.
    #[must_use]
    pub fn counters(&self) -> &Arc<Counters> {
        self.engine.counters()
    }

    /// Sends a packet to every socket of the main namespace.
    pub fn broadcast(&self, packet: &Packet) {
        for session in self.engine.sessions() {
            let sockets = session.state().inner.lock().sockets.clone();
            for socket in sockets.iter().filter(|socket| socket.namespace() == packet::MAIN) {
                socket.emit(packet);
            }
        }
    }

    /// Refuses new sessions, sends `last` to every socket of the main namespace, closes all sessions and waits for them,
    /// at most for `within`. Returns how many had to be cut because they did not end in time.
    pub async fn shutdown(&self, last: Option<&Packet>, within: Duration) -> usize {
        self.engine.refuse_new();
        if let Some(last) = last {
            self.broadcast(last);
        }
        self.engine.shutdown(within).await
    }
}

/// The Socket.IO protocol for one application.
pub struct SocketIo<H> {
    config: Config,
    handler: H,
}

/// What is kept for one session.
pub struct Connections<S> {
    /// Held during the calls of the handler, which therefore come one after the other and not after the end. Nothing that
    /// a handler can call takes it.
    inner: Mutex<Inner<S>>,
    in_flight: Arc<Semaphore>,
}

struct Inner<S> {
    sockets: Vec<Arc<Socket<S>>>,
    partial: Option<Box<Partial>>,
    bucket: Bucket,
    ended: bool,
}

impl<S> Inner<S> {
    fn socket(&self, namespace: &str) -> Option<&Arc<Socket<S>>> {
        self.sockets.iter().find(|socket| socket.namespace() == namespace)
    }
}

/// A packet whose attachments are still coming.
struct Partial {
    kind: Kind,
    socket: Arc<str>,
    id: Option<u64>,
    text: Text,
    start: usize,
    missing: usize,
    bytes: usize,
    attachments: Vec<Bytes>,
    /// It was refused, and its attachments go the same way.
    throttled: bool,
}

type SessionOf<H> = Arc<Session<Connections<<H as Handler>::State>>>;

impl<H: Handler> Protocol for SocketIo<H> {
    type State = Connections<H::State>;

    fn state(&self, config: &Config) -> Self::State {
        Connections {
            inner: Mutex::new(Inner { sockets: Vec::new(), partial: None, bucket: Bucket::new(config.rate, Instant::now()), ended: false }),
            in_flight: Arc::new(Semaphore::new(config.events_in_flight)),
        }
    }

    fn open(&self, _: &SessionOf<H>) {}

    async fn message(&self, session: &SessionOf<H>, message: Message) -> Result<(), CloseReason> {
        match message {
            Message::Text(text) => self.text(session, text).await,
            Message::Binary(bytes) => self.binary(session, bytes).await,
        }
    }

    fn close(&self, session: &SessionOf<H>, reason: CloseReason) {
        let mut inner = session.state().inner.lock();
        inner.ended = true;
        inner.partial = None;
        for socket in std::mem::take(&mut inner.sockets) {
            socket.end();
            self.handler.disconnected(&socket, reason);
        }
    }
}

impl<H: Handler> SocketIo<H> {
    async fn text(&self, session: &SessionOf<H>, text: Text) -> Result<(), CloseReason> {
        let header = packet::parse(text.as_str()).map_err(|_| CloseReason::Protocol)?;
        let throttled = self.admit(session, header)?;
        match header.kind {
            Kind::Connect => self.connect(session, header.namespace, header.data).await,
            Kind::Disconnect => self.disconnect(session, header.namespace),
            Kind::Event if throttled => self.throttle(session, header.namespace, header.id),
            Kind::Event | Kind::Ack => {
                let (kind, id, start) = (header.kind, header.id, header.start);
                let socket = socket(session, header.namespace)?;
                self.complete(session, kind, socket, id, text, start, Vec::new()).await
            }
            Kind::BinaryEvent | Kind::BinaryAck => {
                let socket = socket(session, header.namespace)?;
                let partial = Partial {
                    kind: header.kind,
                    socket: socket.namespace().into(),
                    id: header.id,
                    start: header.start,
                    missing: header.attachments,
                    bytes: 0,
                    attachments: Vec::new(),
                    throttled: throttled && header.kind == Kind::BinaryEvent,
                    text,
                };
                self.begin(session, socket, partial).await
            }
            Kind::ConnectError => Err(CloseReason::Protocol),
        }
    }

    /// Asks the bucket, before any JSON is read. `true`: the event is to be refused.
    fn admit(&self, session: &SessionOf<H>, header: Header<'_>) -> Result<bool, CloseReason> {
        let mut inner = session.state().inner.lock();
        if inner.partial.is_some() {
            // The attachments of one packet come before the next packet.
            return Err(CloseReason::Protocol);
        }
        let is_event = matches!(header.kind, Kind::Event | Kind::BinaryEvent);
        match inner.bucket.take(self.config.rate, Instant::now()) {
            Admission::Admit => Ok(false),
            Admission::Refuse if header.kind != Kind::Connect => Ok(is_event),
            Admission::Refuse | Admission::Close => Err(CloseReason::Flood),
        }
    }

    async fn connect(&self, session: &SessionOf<H>, namespace: &str, data: &str) -> Result<(), CloseReason> {
        {
            let inner = session.state().inner.lock();
            if inner.socket(namespace).is_some() || inner.sockets.len() >= self.config.namespaces {
                return Err(CloseReason::Protocol);
            }
        }
        let auth = match data {
            "" => None,
            data => Some(RawValue::from_string(data.to_owned()).map_err(|_| CloseReason::Protocol)?),
        };
        let handshake = session.handshake().clone();
        let id = random_id();
        let request = ConnectRequest { id: id.clone(), namespace: namespace.into(), auth, handshake: handshake.clone() };
        // On the heap, so that sessions which wait for other things do not carry the room for it.
        let decision = Box::pin(self.handler.connect(request)).await;
        let state = match decision {
            Ok(state) => state,
            Err(rejection) => {
                reject(session, namespace, &rejection);
                return Ok(());
            }
        };
        let mut inner = session.state().inner.lock();
        if inner.ended || inner.socket(namespace).is_some() {
            return Err(CloseReason::Protocol);
        }
        let link = session.link.clone();
        let socket = Arc::new(Socket::new(id, namespace, link, handshake, state, self.config.requests_in_flight));
        inner.sockets.push(socket.clone());
        let welcome = format!(r#"{{"sid":"{}"}}"#, socket.id());
        session.send(Frame::Text(Packet::plain(Kind::Connect, namespace, &welcome).text));
        session.accept();
        self.handler.connected(&socket);
        Ok(())
    }

    fn disconnect(&self, session: &SessionOf<H>, namespace: &str) -> Result<(), CloseReason> {
        let mut inner = session.state().inner.lock();
        let at = inner.sockets.iter().position(|socket| socket.namespace() == namespace);
        let socket = inner.sockets.swap_remove(at.ok_or(CloseReason::Protocol)?);
        socket.end();
        self.handler.disconnected(&socket, CloseReason::ClientLeft);
        Ok(())
    }

    fn throttle(&self, session: &SessionOf<H>, namespace: &str, id: Option<u64>) -> Result<(), CloseReason> {
        session.link.counters.events_throttled.fetch_add(1, Ordering::Relaxed);
        let inner = session.state().inner.lock();
        let socket = inner.socket(namespace).ok_or(CloseReason::Protocol)?;
        self.handler.throttled(socket, ack(session, socket, id));
        Ok(())
    }

    async fn begin(&self, session: &SessionOf<H>, socket: Arc<Socket<H::State>>, partial: Partial) -> Result<(), CloseReason> {
        if partial.missing > self.config.attachments {
            return Err(CloseReason::TooLarge);
        }
        if partial.missing == 0 {
            let Partial { kind, id, text, start, .. } = partial;
            return self.complete(session, kind, socket, id, text, start, Vec::new()).await;
        }
        session.state().inner.lock().partial = Some(Box::new(partial));
        Ok(())
    }

    /// An attachment for the packet that waits for it.
    async fn binary(&self, session: &SessionOf<H>, bytes: Bytes) -> Result<(), CloseReason> {
        let partial = {
            let mut inner = session.state().inner.lock();
            let mut partial = inner.partial.take().ok_or(CloseReason::Protocol)?;
            partial.missing -= 1;
            partial.bytes += bytes.len();
            if partial.bytes > self.config.attachment_bytes {
                return Err(CloseReason::TooLarge);
            }
            if !partial.throttled {
                partial.attachments.push(bytes);
            }
            if partial.missing > 0 {
                inner.partial = Some(partial);
                return Ok(());
            }
            partial
        };
        if partial.throttled {
            return self.throttle(session, &partial.socket, partial.id);
        }
        let Partial { kind, socket: namespace, id, text, start, attachments, .. } = *partial;
        let socket = socket(session, &namespace)?;
        self.complete(session, kind, socket, id, text, start, attachments).await
    }

    /// All parts of an event or an answer are here.
    #[allow(clippy::too_many_arguments)] // The parts of a packet, used in one place.
    async fn complete(
        &self,
        session: &SessionOf<H>,
        kind: Kind,
        socket: Arc<Socket<H::State>>,
        id: Option<u64>,
        text: Text,
        start: usize,
        attachments: Vec<Bytes>,
    ) -> Result<(), CloseReason> {
        let mut ranges = packet::elements(&text.as_str()[start..]).map_err(|_| CloseReason::Protocol)?;
        for range in &mut ranges {
            *range = range.start + start..range.end + start;
        }
        if matches!(kind, Kind::Ack | Kind::BinaryAck) {
            let id = id.ok_or(CloseReason::Protocol)?;
            socket.answered(id, Reply { args: Args { text, ranges }, attachments });
            return Ok(());
        }
        if ranges.is_empty() {
            return Err(CloseReason::Protocol);
        }
        let name = ranges.remove(0);
        let name = serde_json::from_str(&text.as_str()[name]).map_err(|_| CloseReason::Protocol)?;
        let slot = session.state().in_flight.clone().acquire_owned().await.map_err(|_| CloseReason::Server)?;
        let ack = ack(session, &socket, id);
        let event = Event { name, args: Args { text, ranges }, attachments, ack, permit: Permit { _slot: slot } };
        let inner = session.state().inner.lock();
        if inner.ended {
            return Err(CloseReason::ConnectionLost);
        }
        self.handler.event(&socket, event);
        Ok(())
    }
}

/// The socket of a session in a namespace. A packet for a namespace that was not joined breaks the protocol.
fn socket<S>(session: &Session<Connections<S>>, namespace: &str) -> Result<Arc<Socket<S>>, CloseReason> {
    session.state().inner.lock().socket(namespace).cloned().ok_or(CloseReason::Protocol)
}

fn ack<S>(session: &Session<Connections<S>>, socket: &Socket<S>, id: Option<u64>) -> Option<Ack> {
    id.map(|id| Ack { link: session.link.clone(), namespace: socket.namespace().into(), id })
}

fn reject<S>(session: &Session<Connections<S>>, namespace: &str, rejection: &Rejection) {
    let data = serde_json::to_string(rejection).unwrap_or_else(|_| r#"{"message":"rejected"}"#.to_owned());
    session.send(Frame::Text(Packet::plain(Kind::ConnectError, namespace, &data).text));
}
