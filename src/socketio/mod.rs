//! A Socket.IO server (Engine.IO protocol 4, Socket.IO protocol 5) for Rocket.
//!
//! It knows nothing of the program around it: an application implements [`Handler`], makes a [`Server`] and mounts its
//! engine with [`routes`]. The official clients connect unmodified, by long-polling, by WebSocket, or by the first and
//! then the second.
//!
//! ```text
//!             Handler (the application)
//!                ▲
//!   server · socket · packet          Socket.IO: namespaces, events, acknowledgements, attachments
//!                ▲
//!   engine ── keeper (one task per session: heartbeat, timeouts, end)
//!     │  ╲── link ── session (pure state machine) ── queue, heartbeat
//!     ▼
//!   polling · websocket · upgrade     Engine.IO: the transports
//!                ▲
//!              mount                  Rocket
//! ```
//!
//! What it promises:
//!
//! - Sending never waits. Each client has a bounded queue, and one that lets it fill up is cut: it cannot slow others.
//! - A packet is encoded once, however many clients get it. Acknowledgements and events for one client keep their order.
//! - A client that sends faster than its events are finished is not read any more until they are.
//! - A session ends exactly once, and the handler is told in the order: connected, events, disconnected.
//! - What the engine holds for a client is bounded, and so is the number of clients.
//!
//! The engine can also be used without Socket.IO, through [`Protocol`] and [`Engine`].

mod config;
mod counters;
mod engine;
mod frame;
mod handler;
mod handshake;
mod heartbeat;
mod keeper;
mod limits;
mod link;
mod mount;
mod origin;
mod packet;
mod polling;
mod queue;
mod refusal;
mod server;
mod session;
mod socket;
mod upgrade;
mod websocket;

pub use config::{Config, Rate};
pub use counters::Counters;
pub use engine::{Engine, Protocol};
pub use frame::{Frame, Message, Text};
pub use handler::{Args, ConnectRequest, Event, Handler, Permit, Rejection};
pub use handshake::Handshake;
pub use limits::Seat;
pub use link::Session;
pub use mount::routes;
pub use origin::{Origins, Verdict};
pub use packet::{MAIN, Packet};
pub use polling::Delivery;
pub use refusal::Refusal;
pub use server::{Connections, Server, SocketIo};
pub use session::CloseReason;
pub use socket::{Ack, Reply, RequestError, Socket};
pub use upgrade::Upgrade;
pub use websocket::Connection;
