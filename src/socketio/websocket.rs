//! Drives one WebSocket from its handshake to its close frame.

use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};
use tokio::time::{sleep, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig, frame::coding::CloseCode};
use tokio_tungstenite::tungstenite::{Error, Message as Wire};

use super::config::Config;
use super::engine::{Engine, Protocol};
use super::frame::{Frame, Incoming, Message, decode};
use super::handshake::Handshake;
use super::limits::Seat;
use super::link::{Session, TransportGuard};
use super::session::{CloseReason, Transport};

/// A connection that has been upgraded to the WebSocket protocol.
pub trait Connection: AsyncRead + AsyncWrite + Unpin + Send + 'static {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send + 'static> Connection for T {}

/// Bytes that are read at once. Each idle connection holds a buffer of this size.
const READ_BUFFER: usize = 4 << 10;
/// Bytes that are gathered before they are written. Packets that wait together leave together.
const WRITE_BUFFER: usize = 16 << 10;
/// How long a client may take to answer a close frame.
const CLOSE_WAIT: Duration = Duration::from_secs(1);

impl<P: Protocol> Engine<P> {
    /// Opens a session on a fresh WebSocket and serves it in a task of its own.
    pub fn websocket<C: Connection>(self: &Arc<Self>, connection: C, handshake: Handshake, seat: Seat) {
        let engine = self.clone();
        self.spawn(async move {
            let mut socket = websocket(connection, engine.config()).await;
            let session = engine.open(Transport::WebSocket, handshake, seat);
            let greeting = engine.greeting(session.id(), "");
            match socket.feed(Wire::text(greeting)).await {
                Ok(()) => run(&engine, &session, socket).await,
                Err(_) => session.link.close(CloseReason::ConnectionLost),
            }
        });
    }
}

/// Speaks the WebSocket protocol on a connection, with limits for what a client may send.
pub(crate) async fn websocket<C: Connection>(connection: C, config: &Config) -> WebSocketStream<C> {
    let config = WebSocketConfig::default()
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(WRITE_BUFFER)
        .max_write_buffer_size(WRITE_BUFFER + config.queue_bytes * 2)
        .max_message_size(Some(config.max_payload))
        .max_frame_size(Some(config.max_payload));
    WebSocketStream::from_raw_socket(connection, Role::Server, Some(config)).await
}

/// Serves a session until it is closed, and says goodbye.
pub(crate) async fn run<P: Protocol, C: Connection>(engine: &Arc<Engine<P>>, session: &Arc<Session<P::State>>, socket: WebSocketStream<C>) {
    let link = &session.link;
    let _guard = TransportGuard(link);
    let (mut sink, mut stream) = socket.split();
    // One task reads and writes: a client that does not read cannot keep the engine from noticing that it sends, nor the
    // other way round.
    tokio::select! {
        () = read(engine, session, &mut stream) => {}
        written = write(session, &mut sink) => if written.is_err() {
            link.close(CloseReason::ConnectionLost);
        },
        () = time_to_go(engine, session) => {}
    }
    // All three end only when the session is closed.
    let reason = link.with(|machine| machine.closed()).unwrap_or(CloseReason::ConnectionLost);
    let Ok(mut socket) = sink.reunite(stream) else { return };
    tokio::select! {
        () = engine.cut.cancelled() => {}
        _ = timeout(CLOSE_WAIT, say_goodbye(&mut socket, reason)) => {}
    }
}

/// Hands messages to the protocol, one after the other, until the session is closed.
async fn read<P: Protocol, C: Connection>(
    engine: &Engine<P>,
    session: &Arc<Session<P::State>>,
    stream: &mut SplitStream<WebSocketStream<C>>,
) {
    let reason = loop {
        let packet = match stream.next().await {
            Some(Ok(message)) => {
                engine.counters().received(message.len());
                match message {
                    Wire::Text(text) => decode(text),
                    Wire::Binary(bytes) => Ok(Incoming::Message(Message::Binary(bytes))),
                    Wire::Close(_) => break CloseReason::ClientLeft,
                    Wire::Ping(_) | Wire::Pong(_) | Wire::Frame(_) => continue,
                }
            }
            Some(Err(error)) => break reason_of(&error),
            None => break CloseReason::ConnectionLost,
        };
        let Ok(packet) = packet else { break CloseReason::Protocol };
        if let Err(reason) = engine.receive(session, packet).await {
            break reason;
        }
    };
    session.link.close(reason);
    // An earlier reason may have left something to write.
    std::future::pending::<()>().await;
}

fn reason_of(error: &Error) -> CloseReason {
    match error {
        Error::Capacity(_) => CloseReason::TooLarge,
        Error::Utf8(_) => CloseReason::Protocol,
        Error::Protocol(error) => {
            use tokio_tungstenite::tungstenite::error::ProtocolError::ResetWithoutClosingHandshake;
            if *error == ResetWithoutClosingHandshake { CloseReason::ConnectionLost } else { CloseReason::Protocol }
        }
        _ => CloseReason::ConnectionLost,
    }
}

/// Writes what is queued, until the session is closed and the queue is empty.
async fn write<T, C: Connection>(session: &Session<T>, sink: &mut SplitSink<WebSocketStream<C>, Wire>) -> Result<(), Error> {
    let link = &session.link;
    loop {
        let closed = link.closing.is_cancelled();
        loop {
            let frames = link.with(|machine| machine.take(WRITE_BUFFER));
            if frames.is_empty() {
                break;
            }
            link.counters.sent(frames.len(), frames.iter().map(Frame::size).sum());
            for frame in frames {
                sink.feed(match frame {
                    Frame::Text(text) => Wire::Text(text),
                    Frame::Binary(bytes) => Wire::Binary(bytes),
                })
                .await?;
            }
        }
        sink.flush().await?;
        if closed {
            return Ok(());
        }
        link.wake.notified().await;
    }
}

/// Returns when there is no more time to write: a while after a graceful close, at once after any other.
async fn time_to_go<P: Protocol>(engine: &Engine<P>, session: &Session<P::State>) {
    session.link.closing.cancelled().await;
    if session.link.with(|machine| machine.closed()).is_some_and(CloseReason::is_graceful) {
        tokio::select! {
            () = sleep(engine.config().linger) => {}
            () = engine.cut.cancelled() => {}
        }
    }
}

/// Sends a close frame and waits for the client to close its side.
async fn say_goodbye<C: Connection>(socket: &mut WebSocketStream<C>, reason: CloseReason) {
    let (code, text) = match reason {
        // Nothing can be written to these.
        CloseReason::ConnectionLost | CloseReason::SlowClient => return,
        CloseReason::ClientLeft | CloseReason::Server => (CloseCode::Normal, ""),
        CloseReason::Shutdown => (CloseCode::Away, "server shutting down"),
        CloseReason::PingTimeout => (CloseCode::Away, "ping timeout"),
        CloseReason::ConnectTimeout => (CloseCode::Policy, "connect timeout"),
        CloseReason::Flood => (CloseCode::Policy, "too many messages"),
        CloseReason::Protocol => (CloseCode::Protocol, "protocol error"),
        CloseReason::TooLarge => (CloseCode::Size, "message too large"),
    };
    let closed = socket.close(Some(CloseFrame { code, reason: text.into() })).await;
    if closed.is_err() || socket.flush().await.is_err() {
        return;
    }
    if reason == CloseReason::TooLarge {
        // The message is still on its way. Closing now would make the kernel reset the connection, and the client would
        // lose the close frame; so the rest is read and thrown away, for as long as goodbyes may take.
        let mut scrap = [0; 2048];
        while matches!(socket.get_mut().read(&mut scrap).await, Ok(1..)) {}
    } else {
        while matches!(socket.next().await, Some(Ok(_))) {}
    }
}
