//! One socket of a person, and the work it has given us.

use super::Realtime;
use crate::{
    accounts::Actor,
    chat::Device,
    ids::CallId,
    socketio::{Event, Socket},
};
use futures_util::{StreamExt as _, stream::FuturesUnordered};
use parking_lot::Mutex;
use std::{collections::VecDeque, future::poll_fn, sync::Arc, task::Poll};
use tokio::sync::Notify;

/// A socket whose owner is known.
pub type Client = Socket<Connection>;

/// What is kept for a socket.
pub struct Connection {
    /// Whose it is. Proved at the handshake, and again at each event.
    pub actor: Actor,
    /// Which of the person's devices.
    pub device: Device,
    work: Mutex<Work>,
    /// Rings when there is more of it.
    more: Notify,
    /// The call that it was told of last.
    rung: Mutex<Option<CallId>>,
    /// The call that it has just got into, until it has been answered so.
    pub line: Mutex<Option<CallId>>,
}

#[derive(Default)]
struct Work {
    waiting: VecDeque<Event>,
    /// A task is at it.
    running: bool,
}

impl Connection {
    /// A new socket of somebody.
    pub fn new(actor: Actor, device: Device) -> Self {
        Self { actor, device, work: Mutex::default(), more: Notify::new(), rung: Mutex::default(), line: Mutex::default() }
    }

    /// Begins to ring. False when it does so already.
    pub fn rings(&self, call: CallId) -> bool {
        self.rung.lock().replace(call) != Some(call)
    }
}

/// Takes an event in. Events of one socket begin in the order in which they came, and so reach the store in that order,
/// but none waits until the one before is safe on disk.
pub fn accept(realtime: &Realtime, client: &Arc<Client>, event: Event) {
    let mut work = client.state().work.lock();
    work.waiting.push_back(event);
    if work.running {
        client.state().more.notify_one();
    } else {
        work.running = true;
        tokio::spawn(work_off(realtime.clone(), client.clone()));
    }
}

async fn work_off(realtime: Realtime, client: Arc<Client>) {
    let mut begun = FuturesUnordered::new();
    loop {
        while let Some(event) = next(&client, begun.is_empty()) {
            let mut task = Box::pin(realtime.handle(&client, event));
            // An operation is handed to the store when its future is first polled.
            if poll_fn(|context| Poll::Ready(task.as_mut().poll(context))).await.is_pending() {
                begun.push(task);
            }
        }
        if begun.is_empty() {
            return;
        }
        tokio::select! {
            _ = begun.next() => {}
            () = client.state().more.notified() => {}
        }
    }
}

/// The next event. When there is none and nothing is under way, the task ends: the next event starts a new one.
fn next(client: &Client, idle: bool) -> Option<Event> {
    let mut work = client.state().work.lock();
    let event = work.waiting.pop_front();
    work.running = event.is_some() || !idle;
    event
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        audit::Whence,
        ids::{SessionId, UserId},
        store::records::{Role, Verification},
    };

    #[test]
    fn a_device_begins_to_ring_once() {
        let actor = Actor {
            user: UserId(1),
            session: SessionId(1),
            role: Role::Mom,
            verification: Verification::Approved,
            whence: Whence::default(),
        };
        let connection = Connection::new(actor, Device(1));
        assert_eq!([CallId(1), CallId(1), CallId(2), CallId(2)].map(|call| connection.rings(call)), [true, false, true, false]);
    }
}
