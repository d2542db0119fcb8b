//! The state of one session, and what each thing that happens does to it. Pure: no I/O, no clock, no waiting.

use std::time::Instant;

use bytes::Bytes;

use super::config::Config;
use super::frame::Frame;
use super::heartbeat::{Beat, Heartbeat};
use super::queue::Queue;

/// Why a session, or a socket in it, ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CloseReason {
    /// The client said goodbye.
    ClientLeft,
    /// The connection broke.
    ConnectionLost,
    /// No pong came in time.
    PingTimeout,
    /// The client joined no namespace in time.
    ConnectTimeout,
    /// The client broke the protocol.
    Protocol,
    /// The client sent a message over the limit.
    TooLarge,
    /// The client did not read fast enough.
    SlowClient,
    /// The client sent too many messages and did not stop.
    Flood,
    /// The application closed it.
    Server,
    /// The server is shutting down.
    Shutdown,
}

/// Packets in one answer to a GET. The Python client refuses more.
const POLL_PACKETS: usize = 16;

impl CloseReason {
    /// The client still gets what is queued, and a goodbye.
    pub(crate) fn is_graceful(self) -> bool {
        matches!(self, Self::Server | Self::Shutdown | Self::Flood)
    }
}

/// How the client is connected at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transport {
    Polling,
    /// Polling, and a WebSocket is about to take over. `probed`: it has shown that it works, so the client stops
    /// polling and the waiting poll should end.
    Upgrading {
        probed: bool,
    },
    WebSocket,
}

/// The GET of a polling client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Poll {
    None,
    /// It waits for packets.
    Waiting,
    /// It has packets, and it is not yet known whether they leave this machine.
    Delivering,
}

/// How a new GET is received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arrival {
    /// It may wait for packets.
    Wait,
    /// The one before it is being delivered; look again when that is settled.
    Later,
    Unknown,
}

/// What a waiting GET shall do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Nothing to say yet.
    Wait,
    /// A WebSocket wants to take over: end with a NOOP unless it does so in a moment.
    WaitForUpgrade,
    Deliver(Vec<Frame>),
    /// The WebSocket has taken over; this GET came too late.
    Leave,
}

/// Everything about one session that changes.
#[derive(Debug)]
pub(crate) struct Machine {
    queue: Queue,
    transport: Transport,
    poll: Poll,
    posting: bool,
    accepted: bool,
    closed: Option<CloseReason>,
    /// What a GET of a closed session is told, once.
    farewell: Option<&'static str>,
    /// The farewell waits for a GET that has yet to come.
    lingers: bool,
    heartbeat: Heartbeat,
}

impl Machine {
    pub(crate) fn new(config: &Config, transport: Transport, now: Instant) -> Self {
        Self {
            queue: Queue::new(config.queue_packets, config.queue_bytes),
            transport,
            poll: Poll::None,
            posting: false,
            accepted: false,
            closed: None,
            farewell: None,
            lingers: false,
            heartbeat: Heartbeat::new(now, config.ping_interval, config.ping_timeout),
        }
    }

    /// Queues a packet. Does nothing once the session is closed. A full queue closes it: `false`.
    pub(crate) fn send(&mut self, frame: Frame, attachments: &[Bytes]) -> bool {
        if self.closed.is_some() {
            return true;
        }
        if self.queue.push(frame, attachments).is_err() {
            self.close(CloseReason::SlowClient);
            return false;
        }
        true
    }

    /// Takes packets for a WebSocket.
    pub(crate) fn take(&mut self, budget: usize) -> Vec<Frame> {
        self.queue.take(usize::MAX, budget, Frame::size)
    }

    pub(crate) fn transport(&self) -> Transport {
        self.transport
    }

    /// The application knows this client; the time for joining a namespace no longer matters.
    pub(crate) fn accept(&mut self) {
        self.accepted = true;
    }

    pub(crate) fn is_accepted(&self) -> bool {
        self.accepted
    }

    pub(crate) fn closed(&self) -> Option<CloseReason> {
        self.closed
    }

    /// Closes the session; the first reason stays.
    pub(crate) fn close(&mut self, reason: CloseReason) {
        if self.closed.is_some() {
            return;
        }
        self.closed = Some(reason);
        if self.transport == Transport::WebSocket {
            return;
        }
        // A client that closes with a POST has usually a GET in flight, which may arrive before or after. It is answered
        // in both cases, so it is remembered for a while that there was such a session.
        self.lingers = reason.is_graceful() || reason == CloseReason::ClientLeft;
        if self.lingers || self.poll == Poll::Waiting {
            self.farewell = Some(if reason == CloseReason::ClientLeft { "6" } else { "1" });
        }
    }

    /// Somebody may still come and fetch the farewell.
    pub(crate) fn lingers(&self) -> bool {
        self.farewell.is_some() || self.poll == Poll::Delivering
    }

    /// Nobody came.
    pub(crate) fn bury(&mut self) {
        self.farewell = None;
    }

    pub(crate) fn tick(&mut self, now: Instant, busy: bool) -> Beat {
        let beat = self.heartbeat.tick(now, busy);
        if beat == Beat::Ping {
            self.queue.push_control(Frame::PING);
        }
        beat
    }

    pub(crate) fn pong(&mut self, now: Instant) {
        self.heartbeat.pong(now);
    }

    // ---- polling ----

    pub(crate) fn get(&mut self, now: Instant) -> Arrival {
        if self.heartbeat.overdue(now) {
            // The client knows as well as the server that its time is over, even if the timer that says so is late.
            self.close(CloseReason::PingTimeout);
        }
        if self.closed.is_some() && (self.farewell.is_none() || !self.lingers) || self.transport == Transport::WebSocket {
            return Arrival::Unknown;
        }
        match self.poll {
            Poll::None => {
                self.poll = Poll::Waiting;
                Arrival::Wait
            }
            Poll::Delivering => Arrival::Later,
            // There is something for the one that waits: it is about to end, one way or the other.
            Poll::Waiting if !self.queue.is_empty() => Arrival::Later,
            // Two GETs at once: somebody else uses the session id, or the client is confused. Both are turned away.
            Poll::Waiting => {
                self.close(CloseReason::Protocol);
                Arrival::Unknown
            }
        }
    }

    pub(crate) fn next(&mut self, budget: usize) -> Step {
        if self.farewell.is_some() && self.closed.is_some_and(CloseReason::is_graceful) && !self.queue.is_empty() {
            // The farewell comes by itself, after the rest: clients act on it before they have looked at what is with it.
            let frames = self.queue.take(POLL_PACKETS, budget, Frame::polling_size);
            return self.deliver(frames);
        }
        if let Some(word) = self.farewell.take() {
            self.lingers = false;
            return self.deliver(vec![Frame::Text(word.into())]);
        }
        if self.closed.is_some() {
            return Step::Leave;
        }
        match self.transport {
            Transport::WebSocket => Step::Leave,
            _ if !self.queue.is_empty() => {
                let frames = self.queue.take(POLL_PACKETS, budget, Frame::polling_size);
                self.deliver(frames)
            }
            Transport::Upgrading { probed: true } => Step::WaitForUpgrade,
            _ => Step::Wait,
        }
    }

    fn deliver(&mut self, frames: Vec<Frame>) -> Step {
        self.poll = Poll::Delivering;
        Step::Deliver(frames)
    }

    /// The waiting GET ends with nothing to carry.
    pub(crate) fn stop_waiting(&mut self) {
        if self.poll == Poll::Waiting {
            self.poll = Poll::None;
        }
    }

    /// What the GET carried is on its way.
    pub(crate) fn delivered(&mut self) {
        self.poll = Poll::None;
    }

    /// The client of the GET was gone: its packets wait for the next one.
    pub(crate) fn undelivered(&mut self, frames: Vec<Frame>) {
        self.poll = Poll::None;
        if self.closed.is_none() || self.farewell.is_some() {
            self.queue.restore(frames);
        }
    }

    /// A POST begins to hand over its packets. Two at once would mix up their order.
    pub(crate) fn post(&mut self) -> bool {
        if self.closed.is_some() || self.transport == Transport::WebSocket {
            return false;
        }
        if self.posting {
            self.close(CloseReason::Protocol);
            return false;
        }
        self.posting = true;
        true
    }

    /// The client of a closed session says goodbye itself. `true`: a farewell was waiting for it, and need not any more.
    pub(crate) fn leave(&mut self) -> bool {
        self.farewell.take().is_some()
    }

    pub(crate) fn posted(&mut self) {
        self.posting = false;
    }

    // ---- upgrade ----

    /// A WebSocket asks to take over. At most one may.
    pub(crate) fn begin_upgrade(&mut self) -> bool {
        let free = self.closed.is_none() && self.transport == Transport::Polling;
        if free {
            self.transport = Transport::Upgrading { probed: false };
        }
        free
    }

    pub(crate) fn probe(&mut self) {
        if matches!(self.transport, Transport::Upgrading { .. }) {
            self.transport = Transport::Upgrading { probed: true };
        }
    }

    /// The WebSocket has taken over.
    pub(crate) fn upgrade(&mut self) -> bool {
        let fits = self.closed.is_none() && matches!(self.transport, Transport::Upgrading { .. });
        if fits {
            self.transport = Transport::WebSocket;
        }
        fits
    }

    pub(crate) fn abandon_upgrade(&mut self) {
        if matches!(self.transport, Transport::Upgrading { .. }) {
            self.transport = Transport::Polling;
        }
    }
}

#[cfg(test)]
#[path = "session_tests.rs"]
mod tests;
