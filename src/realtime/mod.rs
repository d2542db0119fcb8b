//! The door for Socket.IO: who is connected, what they ask for, and what they are told.

mod attendance;
mod calls;
mod connection;
mod dispatch;
mod doing;
mod hub;
mod lines;

pub use dispatch::EVENTS;
pub use hub::Hub;

use crate::{
    accounts::{Accounts, Actor},
    calls::Calls,
    chat::{Chats, Device},
    error::{Code, Error, Result},
    files::Links,
    limit::Limiter,
    socketio::{Ack, CloseReason, ConnectRequest, Event, Handler, MAIN, Packet, Rejection},
};
use attendance::Attendance;
use connection::{Client, Connection};
use serde::Deserialize;
use serde_json::{json, value::to_raw_value};
use std::sync::Arc;

/// The application behind the Socket.IO engine. A clone is another handle to the same.
#[derive(Clone)]
pub struct Realtime(Arc<Inner>);

struct Inner {
    accounts: Arc<Accounts>,
    chats: Chats,
    calls: Calls,
    hub: Arc<Hub>,
    links: Arc<Links>,
    attendance: Attendance,
    limiter: Arc<Limiter>,
}

impl Realtime {
    /// Nobody is connected yet. Must be made inside the runtime.
    #[must_use]
    pub fn new(accounts: Arc<Accounts>, chats: Chats, calls: Calls, hub: Arc<Hub>, links: Arc<Links>, limiter: Arc<Limiter>) -> Self {
        hub.start(links.clone());
        let attendance = Attendance::new(chats.clone(), hub.clone());
        Self(Arc::new(Inner { accounts, chats, calls, hub, links, attendance, limiter }))
    }

    /// Remembers when those were last there who are there now, since the server stops.
    pub async fn close(&self) {
        let present = self.0.chats.roster().present();
        if !present.is_empty() && self.0.chats.save_last_seen(present).await.is_err() {
            tracing::warn!("could not remember when people were last there");
        }
    }

    /// Tells a new device what is urgent and not acknowledged, which it need not have been there for.
    fn remind(&self, socket: &Client) {
        // When the store cannot answer, the next repetition comes all the same.
        for reminder in self.0.chats.reminders(socket.state().actor).unwrap_or_default() {
            tell(socket, "notification", &reminder);
        }
    }

    /// Who connects: the token of the handshake's `auth`, or of the `Authorization` header. Never of the address.
    fn authenticate(&self, request: &ConnectRequest) -> Result<Actor> {
        #[derive(Deserialize)]
        struct Auth {
            token: Option<String>,
        }
        let auth = request.auth.as_ref().and_then(|auth| serde_json::from_str::<Auth>(auth.get()).ok());
        let header = request.handshake.authorization.as_deref();
        let token = auth.and_then(|auth| auth.token).or_else(|| header.map(str::to_owned)).ok_or(Code::Unauthorized)?;
        let token = token.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")).map_or(token.as_str(), |(_, t)| t);
        Ok(self.0.accounts.authenticate(token.trim())?.at(request.handshake.remote))
    }
}

impl Handler for Realtime {
    type State = Connection;

    async fn connect(&self, request: ConnectRequest) -> Result<Connection, Rejection> {
        if &*request.namespace != MAIN {
            return Err(Rejection::new("Invalid namespace"));
        }
        let actor = self.authenticate(&request).map_err(|error| rejection(&error))?;
        self.0.limiter.device(self.0.hub.sockets_of_person(actor.user)).map_err(|error| rejection(&error))?;
        Ok(Connection::new(actor, Device::named(&request.id)))
    }

    fn connected(&self, socket: &Arc<Client>) {
        let Connection { actor, device, .. } = socket.state();
        self.0.hub.add(actor.user, socket.clone());
        self.0.attendance.arrive(actor.user, *device);
        if actor.admitted().is_ok() {
            self.tell_ringing(socket);
            self.remind(socket);
        }
        // Signed out between the question and the answer: nobody would tell this socket any more.
        if self.0.accounts.actor(actor.user, actor.session).is_err() {
            socket.disconnect();
        }
    }

    fn event(&self, socket: &Arc<Client>, event: Event) {
        connection::accept(self, socket, event);
    }

    fn throttled(&self, socket: &Arc<Client>, ack: Option<Ack>) {
        dispatch::refuse(socket, "", ack, &Error::new(Code::RateLimited).retry_after(1));
    }

    fn disconnected(&self, socket: &Arc<Client>, _: CloseReason) {
        let Connection { actor, device, .. } = socket.state();
        self.0.hub.remove(actor.user, socket);
        self.0.attendance.leave(actor.user, *device);
        self.gone(socket);
    }
}

/// A refusal of the handshake: the sentence for people, the error for programs.
fn rejection(error: &Error) -> Rejection {
    let data = json!({ "code": error.code.name(), "retryAfter": error.retry_after });
    Rejection { message: error.message.clone(), data: to_raw_value(&data).ok() }
}

/// Sends one socket an event of its own.
fn tell(socket: &Client, name: &str, payload: &impl serde::Serialize) {
    match Packet::event(name, payload) {
        Ok(packet) => {
            socket.emit(&packet);
        }
        Err(error) => tracing::error!(%error, event = name, "an event cannot be written as JSON"),
    }
}
