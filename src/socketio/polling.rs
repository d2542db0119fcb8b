//! HTTP long-polling: GETs that wait for packets and POSTs that bring some.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::time::sleep;

use super::engine::{Engine, Protocol};
use super::frame::{Frame, decode, encode_payload, split_payload};
use super::handshake::Handshake;
use super::limits::Seat;
use super::link::{Link, Session};
use super::refusal::Refusal;
use super::session::{Arrival, CloseReason, Machine, Step, Transport};

/// How long a waiting GET gives a WebSocket to take over before it ends with a NOOP, as the reference server does. A
/// client that takes over at once then never sees its GET answered by both.
const UPGRADE_GRACE: Duration = Duration::from_millis(100);

/// The answer to a GET, together with the duty to get it to the client.
///
/// An HTTP server may notice only after the handler has returned that the client is gone. So whoever writes the body
/// calls [`Delivery::confirm`] when it is out; if this is dropped before, the packets go back to the front of the queue
/// and the next GET carries them.
#[derive(Debug)]
pub struct Delivery {
    link: Option<Arc<Link>>,
    frames: Vec<Frame>,
    body: Bytes,
}

impl Delivery {
    /// The body, in UTF-8.
    #[must_use]
    pub fn body(&self) -> Bytes {
        self.body.clone()
    }

    /// The body has been handed to the network. A second call does nothing.
    pub fn confirm(&mut self) {
        let Some(link) = self.link.take() else { return };
        link.counters.sent(self.frames.len(), self.body.len());
        link.with(Machine::delivered);
        link.settled.notify_waiters();
    }

    fn plain(body: String) -> Self {
        Self { link: None, frames: Vec::new(), body: body.into() }
    }
}

impl Drop for Delivery {
    fn drop(&mut self) {
        if let Some(link) = self.link.take() {
            let frames = std::mem::take(&mut self.frames);
            link.with(|machine| machine.undelivered(frames));
            link.settled.notify_waiters();
        }
    }
}

/// Ends the wait of a GET, also when its future is dropped.
struct Waiting<'a>(&'a Link);

impl<'a> Waiting<'a> {
    fn begin(link: &'a Link) -> Self {
        link.counters.polls_waiting.fetch_add(1, Relaxed);
        Self(link)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.counters.polls_waiting.fetch_sub(1, Relaxed);
        self.0.with(Machine::stop_waiting);
        // A wake-up that this GET did not use belongs to whoever comes after it, and so does its place.
        self.0.wake.notify_one();
        self.0.settled.notify_waiters();
    }
}

/// Ends a POST, also when its future is dropped.
struct Posting<'a>(&'a Link);

impl Drop for Posting<'_> {
    fn drop(&mut self) {
        self.0.with(Machine::posted);
    }
}

impl<P: Protocol> Engine<P> {
    /// The first GET of a client: opens a session.
    pub fn poll_open(self: &Arc<Self>, handshake: Handshake, seat: Seat) -> Delivery {
        let session = self.open(Transport::Polling, handshake, seat);
        Delivery::plain(self.greeting(session.id(), r#""websocket""#))
    }

    /// A GET of an open session: waits until there is something to carry.
    pub async fn poll(&self, id: &str) -> Result<Delivery, Refusal> {
        let session = self.session(id)?;
        let link = &session.link;
        arrive(link, self.config().linger).await?;
        let _waiting = Waiting::begin(link);
        let mut grace_is_over = false;
        loop {
            match link.with(|machine| machine.next(self.config().max_payload)) {
                Step::Deliver(frames) => {
                    let body = encode_payload(&frames).into();
                    return Ok(Delivery { link: Some(link.clone()), frames, body });
                }
                Step::Leave => return Err(Refusal::UnknownSession),
                Step::Wait => link.wake.notified().await,
                Step::WaitForUpgrade if grace_is_over => return Ok(Delivery::plain("6".to_owned())),
                Step::WaitForUpgrade => tokio::select! {
                    () = link.wake.notified() => {}
                    () = sleep(UPGRADE_GRACE) => grace_is_over = true,
                },
            }
        }
    }

    /// A POST of an open session: hands over its packets, one after the other.
    pub async fn post(&self, id: &str, body: &str) -> Result<(), Refusal> {
        let session = self.session(id)?;
        let link = &session.link;
        if !link.with(Machine::post) {
            if body == "1" && link.with(Machine::leave) {
                link.settled.notify_waiters();
                return Ok(());
            }
            return Err(Refusal::UnknownSession);
        }
        let _posting = Posting(link);
        self.counters().received(body.len());
        for part in split_payload(body) {
            match self.hand_over(&session, part).await {
                Ok(()) => {}
                Err(reason) => {
                    link.close(reason);
                    return if reason == CloseReason::ClientLeft { Ok(()) } else { Err(Refusal::BadRequest) };
                }
            }
        }
        Ok(())
    }

    /// A POST whose body cannot be used: its client does not speak this protocol.
    pub fn post_garbage(&self, id: &str) {
        if let Ok(session) = self.session(id) {
            session.link.close(CloseReason::Protocol);
        }
    }

    async fn hand_over(&self, session: &Arc<Session<P::State>>, part: &str) -> Result<(), CloseReason> {
        let packet = decode(part.into()).map_err(|_| CloseReason::Protocol)?;
        tokio::select! {
            biased;
            result = self.receive(session, packet) => result,
            // Closed from elsewhere while the message waited for its turn. The reason is known already.
            () = session.link.closing.cancelled() => Err(CloseReason::ConnectionLost),
        }
    }
}

/// Waits until the GET before this one is settled. That may be never, if its client does not read; so the session's end
/// ends this too, after `linger` for a farewell.
async fn arrive(link: &Link, linger: Duration) -> Result<(), Refusal> {
    loop {
        let settled = link.settled.notified();
        tokio::pin!(settled);
        settled.as_mut().enable();
        match link.with(|machine| machine.get(Instant::now())) {
            Arrival::Wait => return Ok(()),
            Arrival::Later => {
                let closed = link.closing.is_cancelled();
                tokio::select! {
                    () = settled => {}
                    () = link.closing.cancelled(), if !closed => {}
                    () = sleep(linger), if closed => return Err(Refusal::UnknownSession),
                }
            }
            Arrival::Unknown => return Err(Refusal::UnknownSession),
        }
    }
}
