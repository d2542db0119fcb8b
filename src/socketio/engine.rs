//! The Engine.IO server: all sessions, and what every transport needs from them.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use dashmap::DashMap;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::config::Config;
use super::counters::Counters;
use super::frame::{Incoming, Message};
use super::handshake::Handshake;
use super::keeper;
use super::limits::{Seat, Seats};
use super::link::{Link, Session};
use super::origin::Verdict;
use super::refusal::Refusal;
use super::session::{CloseReason, Transport};

/// The protocol that runs on Engine.IO messages.
///
/// For one session, `open` comes first and `close` last; messages come one after the other.
pub trait Protocol: Send + Sync + Sized + 'static {
    /// What is kept for each session.
    type State: Send + Sync + 'static;

    /// Makes the state of a new session.
    fn state(&self, config: &Config) -> Self::State;

    /// A session has opened. Packets that are sent here follow the handshake.
    fn open(&self, session: &Arc<Session<Self::State>>);

    /// Handles one message. The next one is read only when this has finished, which is how a protocol slows a client
    /// down. The future may be dropped at any await when the session ends. An error closes the session.
    fn message(&self, session: &Arc<Session<Self::State>>, message: Message) -> impl Future<Output = Result<(), CloseReason>> + Send;

    /// The session has ended.
    fn close(&self, session: &Arc<Session<Self::State>>, reason: CloseReason);
}

/// All sessions of one endpoint.
pub struct Engine<P: Protocol> {
    config: Config,
    protocol: P,
    sessions: DashMap<Arc<str>, Arc<Session<P::State>>>,
    seats: Arc<Seats>,
    counters: Arc<Counters>,
    tasks: TaskTracker,
    /// Cancelled when there is no more time for goodbyes.
    pub(crate) cut: CancellationToken,
    shutting_down: AtomicBool,
}

impl<P: Protocol> Engine<P> {
    /// An engine without sessions. Mount it on an HTTP server to let clients in.
    #[must_use]
    pub fn new(config: Config, protocol: P) -> Arc<Self> {
        Arc::new(Self {
            seats: Seats::new(config.sessions, config.sessions_per_address),
            config,
            protocol,
            sessions: DashMap::new(),
            counters: Arc::default(),
            tasks: TaskTracker::new(),
            cut: CancellationToken::new(),
            shutting_down: AtomicBool::new(false),
        })
    }

    /// The settings.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The protocol above.
    #[must_use]
    pub fn protocol(&self) -> &P {
        &self.protocol
    }

    /// What has been counted.
    #[must_use]
    pub fn counters(&self) -> &Arc<Counters> {
        &self.counters
    }

    /// Judges where a request comes from. A `Refused` one gets [`Refusal::OriginNotAllowed`].
    #[must_use]
    pub fn judge_origin(&self, origin: Option<&str>, host: Option<&str>) -> Verdict {
        self.config.origins.judge(origin, host)
    }

    /// Finds a seat for a new session, or says why there is none.
    pub fn admit(&self, remote: Option<IpAddr>) -> Result<Seat, Refusal> {
        let seat = if self.shutting_down.load(Ordering::Acquire) { Err(Refusal::ShuttingDown) } else { self.seats.take(remote) };
        if seat.is_err() {
            self.counters.handshakes_refused.fetch_add(1, Ordering::Relaxed);
        }
        seat
    }

    /// Refuses new sessions from now on.
    pub fn refuse_new(&self) {
        self.shutting_down.store(true, Ordering::Release);
    }

    /// Closes all sessions and waits for them, at most for `within`. New ones are refused from now on.
    ///
    /// Each client gets what is queued and a goodbye. Sessions that are left when the time is over are cut; their number
    /// is returned.
    pub async fn shutdown(&self, within: Duration) -> usize {
        self.refuse_new();
        for session in self.sessions() {
            session.link.close(CloseReason::Shutdown);
        }
        self.tasks.close();
        if timeout(within, self.tasks.wait()).await.is_ok() {
            return 0;
        }
        let left = self.tasks.len().min(self.sessions.len().max(1));
        self.cut.cancel();
        self.tasks.wait().await;
        left
    }

    /// The open sessions at this moment.
    pub(crate) fn sessions(&self) -> Vec<Arc<Session<P::State>>> {
        self.sessions.iter().map(|entry| entry.value().clone()).collect()
    }

    pub(crate) fn session(&self, id: &str) -> Result<Arc<Session<P::State>>, Refusal> {
        self.sessions.get(id).map(|entry| entry.value().clone()).ok_or(Refusal::UnknownSession)
    }

    pub(crate) fn forget(&self, id: &str) {
        self.sessions.remove(id);
    }

    /// Opens a session and starts its keeper.
    pub(crate) fn open(self: &Arc<Self>, transport: Transport, handshake: Handshake, seat: Seat) -> Arc<Session<P::State>> {
        let link = Link::new(&self.config, transport, self.counters.clone());
        let session = Arc::new(Session::new(link, handshake, self.protocol.state(&self.config)));
        self.sessions.insert(session.link.id.clone(), session.clone());
        self.counters.sessions_opened.fetch_add(1, Ordering::Relaxed);
        self.gauge(transport).fetch_add(1, Ordering::Relaxed);
        self.protocol.open(&session);
        self.spawn(keeper::keep(self.clone(), session.clone(), seat));
        if self.shutting_down.load(Ordering::Acquire) {
            // It slipped in between the question and the answer.
            session.link.close(CloseReason::Shutdown);
        }
        session
    }

    pub(crate) fn gauge(&self, transport: Transport) -> &std::sync::atomic::AtomicI64 {
        match transport {
            Transport::WebSocket => &self.counters.websocket_sessions,
            Transport::Polling | Transport::Upgrading { .. } => &self.counters.polling_sessions,
        }
    }

    /// Runs a task that a shutdown waits for. It is not tied to the request that caused it, which can so be freed.
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.tasks.spawn(task);
    }

    /// The handshake packet.
    pub(crate) fn greeting(&self, id: &str, upgrades: &str) -> String {
        format!(
            r#"0{{"sid":"{id}","upgrades":[{upgrades}],"pingInterval":{},"pingTimeout":{},"maxPayload":{}}}"#,
            self.config.ping_interval.as_millis(),
            self.config.ping_timeout.as_millis(),
            self.config.max_payload,
        )
    }

    /// Handles one packet from a client. An error is the reason to close the session.
    pub(crate) async fn receive(&self, session: &Arc<Session<P::State>>, packet: Incoming) -> Result<(), CloseReason> {
        match packet {
            Incoming::Message(message) => {
                let _busy = session.link.busy();
                self.protocol.message(session, message).await
            }
            Incoming::Pong => {
                session.link.with(|machine| machine.pong(Instant::now()));
                session.link.pulse.notify_one();
                Ok(())
            }
            Incoming::Noop => Ok(()),
            Incoming::Close => Err(CloseReason::ClientLeft),
            Incoming::Upgrade => Err(CloseReason::Protocol),
        }
    }
}
