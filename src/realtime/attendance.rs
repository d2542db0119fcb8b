//! Tells people who share a conversation when somebody comes, goes, or is busy, and remembers when they were last there.
//!
//! Changes are gathered for a moment and told as what they came to, so that thousands who reconnect at once cost one look
//! each, and somebody who only changes the network is not told of at all.

use super::Hub;
use crate::{
    chat::{Chats, Device},
    clock::Timestamp,
    contract::{Emission, Event, Presence},
    ids::UserId,
};
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};
use tokio::{
    sync::mpsc,
    time::{sleep, timeout},
};

/// How long changes are gathered.
const GATHER: Duration = Duration::from_millis(100);
/// How long somebody whose last device has gone counts as there.
const GRACE: Duration = Duration::from_secs(5);
/// Most changes told at once.
const BATCH: usize = 1_000;

/// The watch over who is there.
pub struct Attendance {
    chats: Chats,
    changed: mpsc::UnboundedSender<UserId>,
}

impl Attendance {
    /// Begins to watch. The task ends with this.
    pub fn new(chats: Chats, hub: Arc<Hub>) -> Self {
        let (changed, inbox) = mpsc::unbounded_channel();
        tokio::spawn(announce_all(chats.clone(), hub, inbox));
        Self { chats, changed }
    }

    /// A device has connected.
    pub fn arrive(&self, user: UserId, device: Device) {
        self.chats.roster().arrive(user, device, self.chats.now());
        self.look(user);
    }

    /// A device has gone.
    pub fn leave(&self, user: UserId, device: Device) {
        if self.chats.roster().leave(user, device, self.chats.now()) {
            let (chats, changed) = (self.chats.clone(), self.changed.clone());
            tokio::spawn(async move {
                sleep(GRACE).await;
                if chats.roster().settle(user, device).is_some() {
                    let _ = changed.send(user);
                }
            });
        }
        self.look(user);
    }

    /// The person has turned to or from a device.
    pub fn set_away(&self, user: UserId, device: Device, away: bool) {
        self.chats.roster().set_away(user, device, away);
        self.look(user);
    }

    /// The person does not want to be disturbed, or does again.
    pub fn set_busy(&self, user: UserId, busy: bool) {
        self.chats.roster().set_busy(user, busy);
        self.look(user);
    }

    fn look(&self, user: UserId) {
        // The receiver lives as long as this does.
        let _ = self.changed.send(user);
    }
}

async fn announce_all(chats: Chats, hub: Arc<Hub>, mut inbox: mpsc::UnboundedReceiver<UserId>) {
    let mut told: HashMap<UserId, &'static str> = HashMap::new();
    while let Some(first) = inbox.recv().await {
        let mut people = HashSet::from([first]);
        let _ = timeout(GATHER, async {
            while people.len() < BATCH
                && let Some(user) = inbox.recv().await
            {
                people.insert(user);
            }
        })
        .await;
        let mut news = Vec::new();
        for user in people {
            let presence = chats.roster().presence(user);
            let before = if presence.is_online { told.insert(user, presence.status) } else { told.remove(&user) };
            if before.unwrap_or("offline") != presence.status {
                news.push((user, presence));
            }
        }
        let gone = news.iter().filter(|(_, presence)| !presence.is_online);
        remember(&chats, gone.filter_map(|(user, presence)| Some((*user, presence.last_seen?))).collect()).await;
        // What is told now is still so after a kill.
        for (user, presence) in news {
            announce(&chats, &hub, user, &presence);
        }
    }
}

fn announce(chats: &Chats, hub: &Hub, user: UserId, presence: &Presence) {
    let contacts = match chats.contacts(user) {
        Ok(contacts) => contacts.into_iter().filter(|contact| hub.has(*contact)).collect(),
        // The store has said why already.
        Err(_) => return,
    };
    let Presence { is_online, status, last_seen } = *presence;
    hub.publish(vec![Emission::to_users(contacts, Event::UserStatusChange { user_id: user, is_online, status, last_seen })]);
}

/// Keeps when people were last there. It is no loss if that fails once: the next time comes.
async fn remember(chats: &Chats, gone: Vec<(UserId, Timestamp)>) {
    if !gone.is_empty() && chats.save_last_seen(gone).await.is_err() {
        tracing::warn!("could not remember when people were last there");
    }
}
