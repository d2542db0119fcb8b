//! A server for the official protocol test suites (Engine.IO 4 and Socket.IO 5) and for measurements.
//!
//! `/engine.io/` sends every message back. `/socket.io/` has the namespaces `/` and `/custom` with the events that the
//! suites use. The suites expect the short times that are the defaults here; `--relaxed` takes the engine's own defaults
//! instead, for clients that are to stay connected.
//!
//! ```text
//! cargo run --example conformance -- [--port 3000] [--relaxed]
//! ```
#![allow(clippy::unwrap_used, clippy::expect_used)] // A program for tests: stopping is the right answer to a surprise.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use mommycare::socketio::{
    CloseReason, Config, ConnectRequest, Engine, Event, Frame, Handler, MAIN, Message, Origins, Packet, Protocol, Rejection, Server,
    Session, Socket, routes,
};
use serde_json::value::RawValue;

/// The bare engine: what comes in goes out.
struct Echo;

impl Protocol for Echo {
    type State = ();

    fn state(&self, _: &Config) {}

    fn open(&self, session: &Arc<Session<()>>) {
        session.accept();
    }

    async fn message(&self, session: &Arc<Session<()>>, message: Message) -> Result<(), CloseReason> {
        session.send(match message {
            Message::Text(text) => Frame::message(text.as_str()),
            Message::Binary(bytes) => Frame::Binary(bytes),
        });
        Ok(())
    }

    fn close(&self, _: &Arc<Session<()>>, _: CloseReason) {}
}

/// The application that the Socket.IO suite talks to.
struct Suite;

impl Handler for Suite {
    /// What the client gave as `auth`, which the suite wants back.
    type State = Box<RawValue>;

    async fn connect(&self, request: ConnectRequest) -> Result<Self::State, Rejection> {
        if ![MAIN, "/custom"].contains(&&*request.namespace) {
            return Err(Rejection::new("Invalid namespace"));
        }
        Ok(request.auth.unwrap_or_else(|| RawValue::from_string("{}".to_owned()).unwrap()))
    }

    fn connected(&self, socket: &Arc<Socket<Self::State>>) {
        // The suite listens for one message at a time and misses a second one in the same segment, which is how the
        // engine would send these two.
        let socket = socket.clone();
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(20)).await;
            socket.emit(&packet(&socket, "auth", &[socket.state()], Vec::new()));
        });
    }

    fn event(&self, socket: &Arc<Socket<Self::State>>, event: Event) {
        let args: Vec<&RawValue> = event.args.iter().map(|arg| serde_json::from_str(arg).unwrap()).collect();
        match (event.name.as_str(), event.ack) {
            ("message", _) => {
                socket.emit(&packet(socket, "message-back", &args, event.attachments));
            }
            ("message-with-ack", Some(ack)) => ack.send_with(&args, event.attachments).unwrap(),
            // For client libraries: asks back and sends the answer on.
            ("ask-me", _) => {
                let socket = socket.clone();
                tokio::spawn(async move {
                    let reply = socket.request("question", &"how are you?", Duration::from_secs(5)).await;
                    let answer: String = reply.map_or_else(|error| error.to_string(), |reply| reply.args.parse(0).unwrap());
                    socket.emit(&packet(&socket, "answered", &[answer], Vec::new()));
                });
            }
            ("kick", _) => socket.disconnect(),
            ("drop", _) => socket.close(),
            _ => {}
        }
    }

    fn disconnected(&self, _: &Arc<Socket<Self::State>>, _: CloseReason) {}
}

fn packet<S>(socket: &Socket<S>, name: &str, args: &impl serde::Serialize, attachments: Vec<Bytes>) -> Packet {
    Packet::event_with(socket.namespace(), name, args, attachments).unwrap()
}

/// The port, and whether the times are the relaxed ones.
fn arguments() -> (u16, bool) {
    let (mut port, mut relaxed) = (3000, false);
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--port" => port = args.next().and_then(|port| port.parse().ok()).expect("--port wants a number"),
            "--relaxed" => relaxed = true,
            other => panic!("unknown argument {other}"),
        }
    }
    (port, relaxed)
}

#[rocket::main]
async fn main() -> Result<(), Box<rocket::Error>> {
    let (port, relaxed) = arguments();
    let mut config = Config {
        max_payload: 1_000_000,
        attachment_bytes: 4_000_000,
        queue_bytes: 8_000_000,
        sessions_per_address: 16_384,
        origins: Origins::any(),
        ..Config::default()
    };
    if !relaxed {
        config.ping_interval = Duration::from_millis(300);
        config.ping_timeout = Duration::from_millis(200);
        config.connect_timeout = Duration::from_secs(1);
    }
    let echo = Engine::new(config.clone(), Echo);
    let server = Server::new(config, Suite);
    let figment = rocket::Config::figment().merge(("port", port)).merge(("address", "127.0.0.1")).merge(("log_level", "off"));
    let rocket = rocket::custom(figment).mount("/engine.io", routes(&echo)).mount("/socket.io", routes(server.engine())).launch();
    rocket.await.map_err(Box::new)?;
    server.shutdown(None, Duration::from_secs(2)).await;
    echo.shutdown(Duration::from_secs(2)).await;
    Ok(())
}
