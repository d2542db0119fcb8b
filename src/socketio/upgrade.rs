//! A WebSocket that takes an open session over from polling.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use futures_util::{SinkExt, StreamExt};
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message as Wire;

use super::engine::{Engine, Protocol};
use super::frame::Frame;
use super::link::{Link, Session};
use super::refusal::Refusal;
use super::session::{Machine, Transport};
use super::websocket::{Connection, run, websocket};

/// The right to take a session over. Dropping it leaves the session with polling.
#[derive(Debug)]
pub struct Upgrade<T> {
    session: Arc<Session<T>>,
    /// Another WebSocket has this right already. Such a connection is accepted and closed at once: browsers report a
    /// refused handshake as an error of the whole page.
    surplus: bool,
}

impl<T> Drop for Upgrade<T> {
    fn drop(&mut self) {
        if !self.surplus {
            self.session.link.with(Machine::abandon_upgrade);
            self.session.link.wake.notify_one();
        }
    }
}

impl<P: Protocol> Engine<P> {
    /// A WebSocket asks to take over the session `id`. To be called before the HTTP handshake is answered, so that
    /// whatever the client does next finds the session prepared.
    pub fn begin_upgrade(&self, id: &str) -> Result<Upgrade<P::State>, Refusal> {
        let session = self.session(id)?;
        let link = &session.link;
        let granted = link.with(Machine::begin_upgrade);
        if !granted && link.closing.is_cancelled() {
            return Err(Refusal::UnknownSession);
        }
        Ok(Upgrade { session, surplus: !granted })
    }

    /// Serves the WebSocket of an upgrade in a task of its own.
    pub fn upgrade<C: Connection>(self: &Arc<Self>, connection: C, upgrade: Upgrade<P::State>) {
        let engine = self.clone();
        self.spawn(async move {
            let mut socket = websocket(connection, engine.config()).await;
            let session = upgrade.session.clone();
            let proven = !upgrade.surplus
                && tokio::select! {
                    proven = timeout(engine.config().upgrade_timeout, probe(&session.link, &mut socket)) =>
                        matches!(proven, Ok(Some(()))),
                    () = session.link.closing.cancelled() => false,
                    () = engine.cut.cancelled() => false,
                };
            if !proven || !session.link.with(Machine::upgrade) {
                drop(upgrade);
                let _ = timeout(std::time::Duration::from_secs(1), socket.close(None)).await;
                return;
            }
            // From here on `abandon_upgrade` changes nothing.
            drop(upgrade);
            let counters = engine.counters();
            counters.upgrades.fetch_add(1, Ordering::Relaxed);
            engine.gauge(Transport::Polling).fetch_sub(1, Ordering::Relaxed);
            engine.gauge(Transport::WebSocket).fetch_add(1, Ordering::Relaxed);
            // A GET that still waits must leave.
            session.link.wake.notify_one();
            run(&engine, &session, socket).await;
        });
    }
}

/// The client tests the WebSocket, ends its polling and then switches over.
async fn probe<C: Connection>(link: &Link, socket: &mut WebSocketStream<C>) -> Option<()> {
    expect(socket, "2probe").await?;
    link.with(Machine::probe);
    link.wake.notify_one();
    let Frame::Text(answer) = Frame::PROBE_ANSWER else { return None };
    socket.send(Wire::Text(answer)).await.ok()?;
    expect(socket, "5").await
}

async fn expect<C: Connection>(socket: &mut WebSocketStream<C>, word: &str) -> Option<()> {
    loop {
        match socket.next().await?.ok()? {
            Wire::Text(text) => return (text.as_str() == word).then_some(()),
            Wire::Ping(_) | Wire::Pong(_) => {}
            _ => return None,
        }
    }
}
