//! The handle to one session that everything else shares: senders, transports and the session's keeper.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::config::Config;
use super::counters::Counters;
use super::frame::Frame;
use super::handshake::Handshake;
use super::session::{CloseReason, Machine, Transport};

/// The part of a session that does not depend on what the application keeps in it.
///
/// The machine is behind a mutex of the blocking kind: it is held for a few instructions and never across an await.
#[derive(Debug)]
pub(crate) struct Link {
    pub(crate) id: Arc<str>,
    machine: Mutex<Machine>,
    /// There is something for the transport to look at: a packet, or a change of transport.
    pub(crate) wake: Notify,
    /// The times of the keeper have changed.
    pub(crate) pulse: Notify,
    /// A delivery by polling has been settled.
    pub(crate) settled: Notify,
    /// Cancelled when the session is closed.
    pub(crate) closing: CancellationToken,
    /// The engine handles a message of this client right now and does not read the next one.
    busy: AtomicBool,
    pub(crate) counters: Arc<Counters>,
}

impl Link {
    pub(crate) fn new(config: &Config, transport: Transport, counters: Arc<Counters>) -> Arc<Self> {
        Arc::new(Self {
            id: random_id(),
            machine: Mutex::new(Machine::new(config, transport, Instant::now())),
            wake: Notify::new(),
            pulse: Notify::new(),
            settled: Notify::new(),
            closing: CancellationToken::new(),
            busy: AtomicBool::new(false),
            counters,
        })
    }

    /// Runs one step of the machine and tells the others if it closed the session.
    pub(crate) fn with<T>(&self, step: impl FnOnce(&mut Machine) -> T) -> T {
        let mut machine = self.machine.lock();
        let result = step(&mut machine);
        let closed = machine.closed().is_some();
        drop(machine);
        if closed && !self.closing.is_cancelled() {
            self.closing.cancel();
            self.wake.notify_one();
        }
        result
    }

    /// Queues a packet; never waits. `false`: the client does not read, and the session is being closed for it.
    pub(crate) fn send(&self, frame: Frame, attachments: &[Bytes]) -> bool {
        let sent = self.with(|machine| machine.send(frame, attachments));
        self.wake.notify_one();
        sent
    }

    pub(crate) fn close(&self, reason: CloseReason) {
        self.with(|machine| machine.close(reason));
    }

    pub(crate) fn is_busy(&self) -> bool {
        self.busy.load(Ordering::Acquire)
    }

    /// Marks the session as busy until the guard is dropped.
    pub(crate) fn busy(&self) -> BusyGuard<'_> {
        self.busy.store(true, Ordering::Release);
        BusyGuard(self)
    }
}

/// Ends the busy time also when the future that holds it is dropped.
pub(crate) struct BusyGuard<'a>(&'a Link);

impl Drop for BusyGuard<'_> {
    fn drop(&mut self) {
        self.0.busy.store(false, Ordering::Release);
    }
}

/// Closes the session when its transport ends for whatever reason, a panic of the protocol above included.
pub(crate) struct TransportGuard<'a>(pub(crate) &'a Link);

impl Drop for TransportGuard<'_> {
    fn drop(&mut self) {
        self.0.close(CloseReason::ConnectionLost);
    }
}

/// One Engine.IO session with what the protocol above keeps for it.
#[derive(Debug)]
pub struct Session<T> {
    pub(crate) link: Arc<Link>,
    pub(crate) handshake: Arc<Handshake>,
    state: T,
}

impl<T> Session<T> {
    pub(crate) fn new(link: Arc<Link>, handshake: Handshake, state: T) -> Self {
        Self { link, handshake: Arc::new(handshake), state }
    }

    /// The session id, which only the client and the server know.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.link.id
    }

    /// What the protocol above keeps for this session.
    #[must_use]
    pub fn state(&self) -> &T {
        &self.state
    }

    /// The request that opened the session.
    #[must_use]
    pub fn handshake(&self) -> &Arc<Handshake> {
        &self.handshake
    }

    /// Queues a packet; never waits. `false`: the client does not read, and the session is being closed for it.
    pub fn send(&self, frame: Frame) -> bool {
        self.link.send(frame, &[])
    }

    /// The application knows this client, so `connect_timeout` no longer ends the session.
    pub fn accept(&self) {
        self.link.with(Machine::accept);
        self.link.pulse.notify_one();
    }

    /// Closes the session. The client gets what is queued first.
    pub fn close(&self) {
        self.link.close(CloseReason::Server);
    }
}

/// 120 random bits: nobody guesses a session.
pub(crate) fn random_id() -> Arc<str> {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 15]>()).into()
}
