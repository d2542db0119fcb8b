//! Who is typing where. A start holds for some seconds; then, or with the message, the server says that it is over.

use super::Hub;
use crate::{
    contract::{Emission, Event},
    error::Result,
    ids::{ChatId, UserId},
};
use parking_lot::Mutex;
use std::{
    borrow::Cow,
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
    /// The person types no more. What to tell those who saw it.
    pub fn over(&self, chat: ChatId, user: UserId) -> Option<Emission> {
        let (_, others) = self.0.lock().remove(&(chat, user))?;
        Some(Emission::to_users(others, indicator(chat, user, false)))
    }

    /// The person is in the conversation no more: sees nobody typing there, and is not seen.
    pub fn gone(&self, chat: ChatId, user: UserId) -> Option<Emission> {
        for ((at, _), (_, others)) in self.0.lock().iter_mut() {
            if *at == chat {
                others.retain(|other| *other != user);
            }
        }
        self.over(chat, user)
    }

    /// An event that is due now. That somebody types is for those only who are still in the conversation.
    pub fn still<'a>(&self, emission: &'a Emission) -> Option<Cow<'a, Emission>> {
        let Event::TypingIndicator { conversation_id, user_id, is_typing: true } = emission.event else {
            return Some(Cow::Borrowed(emission));
        };
        let (_, others) = self.0.lock().get(&(conversation_id, user_id))?.clone();
        Some(Cow::Owned(Emission::to_users(others, emission.event.clone())))
    }
}

impl Hub {
    /// Tells the others that somebody types, and after a while that it is over. Who the others are is asked while nobody can
    /// be taken out of the list, so that somebody who is leaving the conversation at this moment does not stay in it.
    pub fn typing_started(self: &Arc<Self>, user: UserId, others: impl FnOnce() -> Result<(ChatId, Vec<UserId>)>) -> Result<ChatId> {
        let until = Instant::now() + HOLDS;
        let (chat, others, before) = {
            let mut typing = self.typing.0.lock();
            let (chat, others) = others()?;
            (chat, others.clone(), typing.insert((chat, user), (until, others)))
        };
        self.publish(vec![Emission::to_users(others, indicator(chat, user, true))]);
        if before.is_none() {
            tokio::spawn(watch(Arc::downgrade(self), chat, user, until));
        }
        Ok(chat)
    }

    /// Tells the others that somebody has stopped. Nothing when they did not know of it.
    pub fn typing_stopped(&self, chat: ChatId, user: UserId) {
        self.publish(self.typing.over(chat, user).into_iter().collect());
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
