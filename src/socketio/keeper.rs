//! The task that looks after one session from its first to its last moment: heartbeat, connect timeout, farewell.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use tokio::time::{sleep_until, timeout};

use super::engine::{Engine, Protocol};
use super::heartbeat::Beat;
use super::limits::Seat;
use super::link::Session;
use super::session::CloseReason;

/// Keeps the session until it is closed, tells the protocol, and forgets it. This is the only place that does, so a
/// session ends exactly once, whoever closed it, and never inside a call of the application.
pub(crate) async fn keep<P: Protocol>(engine: Arc<Engine<P>>, session: Arc<Session<P::State>>, seat: Seat) {
    let _end = End { engine: &engine, session: &session, _seat: seat };
    watch(&engine, &session).await;
    let reason = session.link.with(|machine| machine.closed()).unwrap_or(CloseReason::ConnectionLost);
    engine.counters().closed(reason);
    engine.protocol().close(&session, reason);
    tokio::select! {
        () = engine.cut.cancelled() => {}
        _ = timeout(engine.config().linger, farewell(&session)) => {}
    }
}

/// Forgets the session, also when the protocol panics.
struct End<'a, P: Protocol> {
    engine: &'a Engine<P>,
    session: &'a Session<P::State>,
    _seat: Seat,
}

impl<P: Protocol> Drop for End<'_, P> {
    fn drop(&mut self) {
        let link = &self.session.link;
        link.close(CloseReason::Server);
        let transport = link.with(|machine| {
            machine.bury();
            machine.transport()
        });
        self.engine.forget(&link.id);
        self.engine.gauge(transport).fetch_sub(1, Ordering::Relaxed);
    }
}

/// Pings, and returns when the session is closed.
async fn watch<P: Protocol>(engine: &Engine<P>, session: &Session<P::State>) {
    let link = &session.link;
    let connect_by = Instant::now() + engine.config().connect_timeout;
    loop {
        let now = Instant::now();
        let (beat, accepted) = link.with(|machine| (machine.tick(now, link.is_busy()), machine.is_accepted()));
        let mut next = match beat {
            Beat::Wait(until) => until,
            Beat::Ping => {
                link.wake.notify_one();
                continue;
            }
            Beat::Dead => {
                link.close(CloseReason::PingTimeout);
                return;
            }
        };
        if !accepted {
            if now >= connect_by {
                link.close(CloseReason::ConnectTimeout);
                return;
            }
            next = next.min(connect_by);
        }
        tokio::select! {
            () = link.closing.cancelled() => return,
            () = sleep_until(next.into()) => {}
            () = link.pulse.notified() => {}
        }
    }
}

/// Returns when nobody is expected to fetch a farewell by polling any more.
async fn farewell<T>(session: &Session<T>) {
    let link = &session.link;
    loop {
        let settled = link.settled.notified();
        tokio::pin!(settled);
        settled.as_mut().enable();
        if !link.with(|machine| machine.lingers()) {
            return;
        }
        settled.await;
    }
}
