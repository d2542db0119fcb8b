//! Delivery: from events to the sockets of those who may have them.
//!
//! [`Hub::publish`] is called in commit order, by the writer of the store among others, and never waits. One task takes
//! what was published, in the same order, encodes each event once, and hands the packet to every socket concerned; only what has
//! files in it is encoded for each, since their addresses are for one reader.
//! A socket that does not read is cut by the engine; it catches up by the change feed.

use super::{
    connection::{Client, Connection},
    doing::Doings,
    lines::Lines,
};
use crate::{
    contract::{Audience, Emission, Event, Notification, WithFiles},
    files::Links,
    ids::{Device, UserId},
    socketio::Packet,
    store::records::Verification,
};
use dashmap::{DashMap, DashSet};
use parking_lot::Mutex;
use std::sync::{Arc, Weak};
use tokio::sync::mpsc;

/// Everybody's sockets, and the way to them.
pub struct Hub {
    people: DashMap<UserId, Vec<Arc<Client>>>,
    /// Those whom the clinic has turned away: they hear of their account, and of nothing else.
    turned_away: DashSet<UserId>,
    queue: mpsc::UnboundedSender<Vec<Emission>>,
    waiting: Mutex<Option<mpsc::UnboundedReceiver<Vec<Emission>>>>,
    pub(super) doings: Doings,
    pub(super) lines: Lines,
}

impl Hub {
    /// A hub without sockets. What is published waits until it starts.
    #[must_use]
    pub fn new() -> Arc<Self> {
        let (queue, inbox) = mpsc::unbounded_channel();
        Arc::new(Self {
            people: DashMap::new(),
            turned_away: DashSet::new(),
            queue,
            waiting: Mutex::new(Some(inbox)),
            doings: Doings::default(),
            lines: Lines::default(),
        })
    }

    /// Begins to deliver, inside the runtime. The task ends with the hub.
    pub(super) fn start(self: &Arc<Self>, links: Arc<Links>) {
        if let Some(inbox) = self.waiting.lock().take() {
            tokio::spawn(deliver_all(Arc::downgrade(self), links, inbox));
        }
    }

    /// Sends events on their way, after all that were published before.
    pub fn publish(&self, emissions: Vec<Emission>) {
        if !emissions.is_empty() {
            // The receiver lives as long as the hub.
            let _ = self.queue.send(emissions);
        }
    }

    /// How many sockets a person has.
    pub(super) fn sockets_of_person(&self, user: UserId) -> usize {
        self.people.get(&user).map_or(0, |sockets| sockets.len())
    }

    pub(super) fn add(&self, user: UserId, socket: Arc<Client>) {
        self.let_in(user, socket.state().actor.admitted().is_ok());
        self.people.entry(user).or_default().push(socket);
    }

    fn let_in(&self, user: UserId, is_let_in: bool) {
        if is_let_in {
            self.turned_away.remove(&user);
        } else {
            self.turned_away.insert(user);
        }
    }

    pub(super) fn remove(&self, user: UserId, socket: &Arc<Client>) {
        if let Some(mut sockets) = self.people.get_mut(&user) {
            sockets.retain(|known| !Arc::ptr_eq(known, socket));
        }
        self.people.remove_if(&user, |_, sockets| sockets.is_empty());
    }

    /// Whether a person has a socket.
    pub(super) fn has(&self, user: UserId) -> bool {
        self.people.contains_key(&user)
    }

    /// Whether a device is connected.
    pub(super) fn has_device(&self, user: UserId, device: Device) -> bool {
        self.people.get(&user).is_some_and(|sockets| sockets.iter().any(|socket| socket.state().device == device))
    }

    fn deliver(&self, links: &Links, emission: &Emission) {
        if let Event::NewMessage { conversation_id, sender_id, message, .. } = &emission.event {
            // Who has sent the message types no more, and everybody learns that first.
            for stopped in self.doings.sent(*conversation_id, *sender_id, !message.attachments.is_empty()) {
                self.send(links, &stopped);
            }
        }
        if let (Event::ConversationRemoved { conversation_id, .. }, Audience::Users(users)) = (&emission.event, &emission.to) {
            for stopped in users.iter().flat_map(|user| self.doings.gone(*conversation_id, *user)) {
                self.send(links, &stopped);
            }
        }
        if let (Event::Notification(Notification::Verification { status, .. }), Audience::Users(users)) = (&emission.event, &emission.to) {
            for user in users {
                self.let_in(*user, *status != Verification::Rejected);
            }
        }
        if let Event::CallEnded(over) | Event::CallRejected(over) = &emission.event {
            self.lines.close(over.call_id);
        }
        if let Some(emission) = self.doings.still(emission) {
            self.send(links, &emission);
        }
    }

    fn send(&self, links: &Links, emission: &Emission) {
        let mut sockets = self.sockets_of(&emission.to);
        if !is_about_oneself(&emission.event) {
            sockets.retain(|socket| !self.turned_away.contains(&socket.state().actor.user));
        }
        if let Event::IncomingCall(call) = &emission.event {
            // A device that connects at this moment is told both of what rings already and of what begins to.
            sockets.retain(|socket| socket.state().rings(call.call_id));
        }
        if sockets.is_empty() {
            return;
        }
        if emission.event.message().is_some_and(|message| !message.attachments.is_empty()) {
            for socket in &sockets {
                let mut event = emission.event.clone();
                fill(links, socket, &mut event);
                hand_out(&event, std::slice::from_ref(socket));
            }
        } else {
            hand_out(&emission.event, &sockets);
        }
        if matches!(emission.event, Event::SessionRevoked { .. }) {
            for socket in &sockets {
                socket.disconnect();
            }
        }
    }

    fn sockets_of(&self, audience: &Audience) -> Vec<Arc<Client>> {
        let of = |user: &UserId| self.people.get(user).map(|sockets| sockets.clone()).unwrap_or_default();
        match audience {
            Audience::Users(users) if users.len() == 1 => of(&users[0]),
            Audience::Users(users) => users.iter().flat_map(of).collect(),
            Audience::Session(user, session) => self.some_sockets(*user, |socket| socket.actor.session == *session),
            Audience::Device(user, device) => self.some_sockets(*user, |socket| socket.device == *device),
            Audience::OtherDevices(user, device) => self.some_sockets(*user, |socket| socket.device != *device),
        }
    }

    fn some_sockets(&self, user: UserId, is_meant: impl Fn(&Connection) -> bool) -> Vec<Arc<Client>> {
        let sockets = self.people.get(&user).map(|sockets| sockets.clone()).unwrap_or_default();
        sockets.into_iter().filter(|socket| is_meant(socket.state())).collect()
    }
}

/// Whether an event is about one's own account, or ends what one is in, and not about what others say.
fn is_about_oneself(event: &Event) -> bool {
    matches!(event, Event::Notification(Notification::Verification { .. }) | Event::SessionRevoked { .. } | Event::CallEnded(_))
}

/// Puts addresses of files into what a client is about to get, on the host that it used.
pub(super) fn fill(links: &Links, socket: &Client, view: &mut impl WithFiles) {
    let base = links.base(socket.handshake().host.as_deref().unwrap_or_default());
    links.fill(view, socket.state().actor.user, &base);
}

/// Encodes an event once and gives it to all these sockets.
fn hand_out(event: &Event, sockets: &[Arc<Client>]) {
    match Packet::event(event.name(), event) {
        Ok(packet) => {
            for socket in sockets {
                socket.emit(&packet);
            }
        }
        Err(error) => tracing::error!(%error, event = event.name(), "an event cannot be written as JSON"),
    }
}

async fn deliver_all(hub: Weak<Hub>, links: Arc<Links>, mut inbox: mpsc::UnboundedReceiver<Vec<Emission>>) {
    while let Some(emissions) = inbox.recv().await {
        let Some(hub) = hub.upgrade() else { return };
        for emission in &emissions {
            hub.deliver(&links, emission);
        }
    }
}
