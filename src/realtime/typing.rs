//! Who is typing where. A start holds for some seconds; then, or with the message, the server says that it is over.

use super::Hub;
use crate::{
    contract::{Emission, Event},
    ids::{ChatId, UserId},
};
use parking_lot::Mutex;
use std::{
    collections::HashMap,
    sync::{Arc, Weak},
    time::Duration,
};
use tokio::time::{Instant, sleep_until};

/// How long somebody counts as typing without a new start.
const HOLDS: Duration = Duration::from_secs(6);

/// Who types in which conversation.
#[derive(Default)]
pub struct Typing(Mutex<HashMap<(ChatId, UserId), Shown>>);

/// Until when, and to whom.
type Shown = (Instant, Vec<UserId>);

impl Typing {
    /// The person has sent the message. What to tell the others, if they saw them typing.
    pub fn sent(&self, chat: ChatId, user: UserId) -> Option<Event> {
        self.0.lock().remove(&(chat, user)).map(|_| indicator(chat, user, false))
    }
}

impl Hub {
    /// Tells the others that somebody types, and after a while that it is over.
    pub fn typing_started(self: &Arc<Self>, chat: ChatId, user: UserId, others: Vec<UserId>) {
        let until = Instant::now() + HOLDS;
        let before = self.typing.0.lock().insert((chat, user), (until, others.clone()));
        self.publish(vec![Emission::to_users(others, indicator(chat, user, true))]);
        if before.is_none() {
            tokio::spawn(watch(Arc::downgrade(self), chat, user, until));
        }
    }

    /// Tells the others that somebody has stopped. Nothing when they did not know of it.
    pub fn typing_stopped(&self, chat: ChatId, user: UserId) {
        let known = self.typing.0.lock().remove(&(chat, user));
        if let Some((_, others)) = known {
            self.publish(vec![Emission::to_users(others, indicator(chat, user, false))]);
        }
    }
}

/// Waits until nothing has been typed for long enough.
async fn watch(hub: Weak<Hub>, chat: ChatId, user: UserId, mut until: Instant) {
    loop {
        sleep_until(until).await;
        let Some(hub) = hub.upgrade() else { return };
        let now = hub.typing.0.lock().get(&(chat, user)).map(|(until, _)| *until);
        match now {
            Some(later) if later > until => until = later,
            Some(_) => return hub.typing_stopped(chat, user),
            None => return,
        }
    }
}

fn indicator(chat: ChatId, user: UserId, is_typing: bool) -> Event {
    Event::TypingIndicator { conversation_id: chat, user_id: user, is_typing }
}
