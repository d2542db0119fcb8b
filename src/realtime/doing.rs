//! What people are doing where at this moment: typing, or sending a file. A start holds for some seconds; then, or with the message, the
//! server says that it is over.

use super::Hub;
use crate::{
    contract::{Emission, Event},
    error::Result,
    files::Kind,
    ids::{ChatId, UserId},
};
use parking_lot::Mutex;
use std::{
    borrow::Cow,
    collections::HashMap,
    sync::{Arc, Weak},
    time::Duration,
};
use tokio::{
    task::AbortHandle,
    time::{Instant, sleep_until},
};

/// Something that others see somebody do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Deed {
    /// Writes a message.
    Typing,
    /// Sends a file.
    Sending,
}

impl Deed {
    const ALL: [Self; 2] = [Self::Typing, Self::Sending];

    /// How long it counts without a new start. What a client repeats while a file is on its way comes less often than keys.
    fn holds(self) -> Duration {
        match self {
            Self::Typing => Duration::from_secs(6),
            Self::Sending => Duration::from_secs(10),
        }
    }

    /// Whether a message ends it: words end typing, a file ends sending.
    fn ends_with(self, brings_files: bool) -> bool {
        self == Self::Typing || brings_files
    }
}

/// Who does what in which conversation.
#[derive(Default)]
pub struct Doings(Mutex<HashMap<(ChatId, UserId, Deed), Shown>>);

/// What others have been shown.
#[derive(Clone)]
struct Shown {
    until: Instant,
    to: Vec<UserId>,
    /// What kind of file; of no meaning while typing.
    file: Kind,
    /// Who waits for it to be over.
    watcher: Option<AbortHandle>,
}

impl Doings {
    /// The person does it no more. What to tell those who saw it.
    fn over(&self, chat: ChatId, user: UserId, deed: Deed) -> Option<Emission> {
        let shown = self.0.lock().remove(&(chat, user, deed))?;
        if let Some(watcher) = shown.watcher {
            watcher.abort();
        }
        Some(Emission::to_users(shown.to, indicator(chat, user, deed, shown.file, false)))
    }

    /// What has ended with a message of the person.
    pub fn sent(&self, chat: ChatId, user: UserId, brings_files: bool) -> Vec<Emission> {
        let ended = Deed::ALL.into_iter().filter(|deed| deed.ends_with(brings_files));
        ended.filter_map(|deed| self.over(chat, user, deed)).collect()
    }

    /// The person is in the conversation no more: sees nobody do anything there, and is not seen.
    pub fn gone(&self, chat: ChatId, user: UserId) -> Vec<Emission> {
        for ((at, ..), shown) in self.0.lock().iter_mut() {
            if *at == chat {
                shown.to.retain(|other| *other != user);
            }
        }
        Deed::ALL.into_iter().filter_map(|deed| self.over(chat, user, deed)).collect()
    }

    /// An event that is due now. What somebody does is for those only who are still in the conversation.
    pub fn still<'a>(&self, emission: &'a Emission) -> Option<Cow<'a, Emission>> {
        let key = match emission.event {
            Event::TypingIndicator { conversation_id, user_id, is_typing: true } => (conversation_id, user_id, Deed::Typing),
            Event::FileSendingIndicator { conversation_id, user_id, is_sending: true, .. } => (conversation_id, user_id, Deed::Sending),
            _ => return Some(Cow::Borrowed(emission)),
        };
        let shown = self.0.lock().get(&key)?.clone();
        Some(Cow::Owned(Emission::to_users(shown.to, emission.event.clone())))
    }
}

impl Hub {
    /// Tells the others that somebody does something, and after a while that it is over. Who the others are is asked while nobody can
    /// be taken out of the list, so that somebody who is leaving the conversation at this moment does not stay in it.
    pub fn started(
        self: &Arc<Self>,
        user: UserId,
        (deed, file): (Deed, Kind),
        others: impl FnOnce() -> Result<(ChatId, Vec<UserId>)>,
    ) -> Result<ChatId> {
        let until = Instant::now() + deed.holds();
        let (chat, to) = {
            let mut doings = self.doings.0.lock();
            let (chat, to) = others()?;
            let key = (chat, user, deed);
            let begin = || tokio::spawn(watch(Arc::downgrade(self), key, until)).abort_handle();
            let watcher = doings.remove(&key).and_then(|before| before.watcher).unwrap_or_else(begin);
            doings.insert(key, Shown { until, to: to.clone(), file, watcher: Some(watcher) });
            (chat, to)
        };
        self.publish(vec![Emission::to_users(to, indicator(chat, user, deed, file, true))]);
        Ok(chat)
    }

    /// Tells the others that somebody has stopped. Nothing when they did not know of it.
    pub fn stopped(&self, chat: ChatId, user: UserId, deed: Deed) {
        self.publish(self.doings.over(chat, user, deed).into_iter().collect());
    }
}

/// Waits until there has been no new start for long enough.
async fn watch(hub: Weak<Hub>, key: (ChatId, UserId, Deed), mut until: Instant) {
    loop {
        sleep_until(until).await;
        let Some(hub) = hub.upgrade() else { return };
        let now = hub.doings.0.lock().get(&key).map(|shown| shown.until);
        match now {
            Some(later) if later > until => until = later,
            Some(_) => return hub.stopped(key.0, key.1, key.2),
            None => return,
        }
    }
}

fn indicator(chat: ChatId, user: UserId, deed: Deed, file: Kind, begins: bool) -> Event {
    match deed {
        Deed::Typing => Event::TypingIndicator { conversation_id: chat, user_id: user, is_typing: begins },
        Deed::Sending => Event::FileSendingIndicator { conversation_id: chat, user_id: user, file_type: file.word(), is_sending: begins },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::Audience;

    const CHAT: ChatId = ChatId(1);
    const ME: UserId = UserId(1);

    fn busy(deeds: &[Deed]) -> Doings {
        let doings = Doings::default();
        let shown = Shown { until: Instant::now(), to: vec![UserId(2), UserId(3)], file: Kind::Audio, watcher: None };
        doings.0.lock().extend(deeds.iter().map(|deed| ((CHAT, ME, *deed), shown.clone())));
        doings
    }

    fn names(emissions: &[Emission]) -> Vec<&'static str> {
        emissions.iter().map(|emission| emission.event.name()).collect()
    }

    #[test]
    fn words_end_typing_and_only_a_file_ends_sending() {
        let doings = busy(&Deed::ALL);
        assert_eq!(names(&doings.sent(CHAT, UserId(2), true)), [""; 0], "somebody else's message");
        assert_eq!(names(&doings.sent(CHAT, ME, false)), ["typing_indicator"]);
        let over = doings.sent(CHAT, ME, true);
        assert_eq!(names(&over), ["file_sending_indicator"]);
        assert!(matches!(over[0].event, Event::FileSendingIndicator { file_type: "audio", is_sending: false, .. }));
        assert!(doings.0.lock().is_empty());
    }

    #[tokio::test]
    async fn who_has_left_neither_sees_nor_is_seen() {
        let doings = busy(&Deed::ALL);
        let told = Emission::to_users(vec![UserId(2), UserId(3)], indicator(CHAT, ME, Deed::Sending, Kind::Audio, true));
        assert!(doings.gone(CHAT, UserId(2)).is_empty());
        assert_eq!(doings.still(&told).map(|event| event.to.clone()), Some(Audience::Users(vec![UserId(3)])));
        assert_eq!(names(&doings.gone(CHAT, ME)), ["typing_indicator", "file_sending_indicator"]);
        assert!(doings.still(&told).is_none(), "what was due is not sent any more");
    }
}
