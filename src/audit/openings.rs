//! Looking at things. What somebody looks at again within the hour is in the log already.
//!
//! The first look is written before it is answered. That costs one commit for each person, sign-in, conversation and hour, and it is what
//! lets the clinic promise a mother that her list is complete. If it cannot be written, because the disk is full, reading goes on all
//! the same, and what was looked at is kept here until it can.

use super::{By, Deed, note};
use crate::{
    clock::Timestamp,
    error::Result,
    ids::{ChatId, FileId, UserId},
    store::{Store, StoreError, records::audit::Action},
};
use dashmap::DashMap;
use futures_util::future::join_all;
use parking_lot::Mutex;
use std::{
    collections::VecDeque,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

/// How long one entry stands for everything of its kind.
pub(super) const WINDOW: Duration = Duration::from_hours(1);
/// Most things that are remembered as looked at. With more of them some are written again within the hour.
const REMEMBERED: usize = 65_536;
/// Most entries that wait because they cannot be written; of more the newest are lost, and the log of the system says so.
const ASIDE: usize = 10_000;

/// What is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Thing {
    /// Messages of a conversation.
    Conversation(ChatId),
    /// A file, and the conversation that it is in.
    File(FileId, Option<ChatId>),
    /// Somebody's account.
    Account(UserId),
    /// A document that proves who somebody is.
    Document(UserId, FileId),
    /// This log.
    Log,
    /// Accounts that there are not, by guessing.
    Unknown,
}

impl Thing {
    fn deed(self) -> Deed {
        match self {
            Self::Conversation(chat) => Deed::new(Action::ConversationOpened).chat(chat),
            Self::File(file, Some(chat)) => Deed::new(Action::FileOpened).chat(chat).file(file),
            Self::File(file, None) => Deed::new(Action::FileOpened).file(file),
            Self::Account(person) => Deed::new(Action::AccountViewed).person(person),
            Self::Document(person, file) => Deed::new(Action::DocumentOpened).person(person).file(file),
            Self::Log => Deed::new(Action::AuditViewed),
            Self::Unknown => Deed::new(Action::SignInFailed),
        }
    }
}

/// Who in which sign-in, and what. From where does not count: a telephone that moves is still the same.
type Key = (By, Thing);

/// An hour that has begun with a look.
struct Hour {
    until: Timestamp,
    is_safe: AtomicBool,
    /// Held by the one who writes it down; the others wait, so that none of them is answered before.
    writing: tokio::sync::Mutex<()>,
}

/// What has been looked at lately.
#[derive(Default)]
pub(super) struct Openings {
    recent: DashMap<Key, Arc<Hour>>,
    aside: Mutex<VecDeque<(By, Deed)>>,
}

impl Openings {
    /// Writes down what has not been looked at within the hour.
    pub async fn note<E: Send + 'static>(&self, store: &Store<E>, by: By, things: impl IntoIterator<Item = Thing>) {
        let now = store.clock().now();
        let fresh = things.into_iter().map(|thing| (thing, self.hour((key(by), thing), now)));
        let fresh: Vec<_> = fresh.filter(|(_, hour)| !hour.is_safe.load(Ordering::Acquire)).collect();
        // Together, so that they become safe together.
        join_all(fresh.into_iter().map(|(thing, hour)| self.write(store, by, thing, hour))).await;
    }

    async fn write<E: Send + 'static>(&self, store: &Store<E>, by: By, thing: Thing, hour: Arc<Hour>) {
        let _writing = hour.writing.lock().await;
        if hour.is_safe.load(Ordering::Acquire) {
            return;
        }
        let deed = thing.deed();
        if let Err(error) = store.write(move |tx| note(tx, &by, &deed)).await {
            self.put_aside(by, thing.deed().at(store.clock().now()), &error);
        }
        hour.is_safe.store(true, Ordering::Release);
    }

    /// Whether something is the first of its kind within the hour.
    pub fn is_first(&self, by: By, thing: Thing, now: Timestamp) -> bool {
        !self.hour((key(by), thing), now).is_safe.swap(true, Ordering::AcqRel)
    }

    fn hour(&self, key: Key, now: Timestamp) -> Arc<Hour> {
        if let Some(hour) = self.recent.get(&key).filter(|hour| now < hour.until && now.plus(WINDOW) >= hour.until) {
            return hour.clone();
        }
        if self.recent.len() >= REMEMBERED {
            self.forget(now);
        }
        let begun = || Arc::new(Hour { until: now.plus(WINDOW), is_safe: AtomicBool::default(), writing: tokio::sync::Mutex::default() });
        let mut entry = self.recent.entry(key).or_insert_with(begun);
        // Somebody else may have begun it meanwhile. A clock that was set back ends an hour too.
        if now >= entry.until || now.plus(WINDOW) < entry.until {
            *entry = begun();
        }
        entry.clone()
    }

    /// Keeps what cannot be written.
    pub fn put_aside(&self, by: By, deed: Deed, why: &StoreError) {
        let mut aside = self.aside.lock();
        if aside.is_empty() {
            tracing::warn!(%why, "the audit log cannot be written; what is looked at is kept in memory until it can");
        }
        match aside.len().cmp(&ASIDE) {
            std::cmp::Ordering::Less => aside.push_back((by, deed)),
            std::cmp::Ordering::Equal => {
                tracing::error!("more is looked at than can be kept until the audit log can be written; some of it is lost");
                aside.push_back((by, deed));
            }
            std::cmp::Ordering::Greater => {}
        }
    }

    /// Writes what has been kept.
    pub async fn catch_up<E: Send + 'static>(&self, store: &Store<E>) -> Result<()> {
        loop {
            let Some((by, deed)) = self.aside.lock().pop_front() else { return Ok(()) };
            let row = deed.clone();
            if let Err(error) = store.write(move |tx| note(tx, &by, &row)).await {
                self.aside.lock().push_front((by, deed));
                return Err(error.into());
            }
        }
    }

    /// Forgets what is older than an hour; everything, if that leaves too much.
    pub fn forget(&self, now: Timestamp) {
        self.recent.retain(|_, hour| now < hour.until);
        if self.recent.len() >= REMEMBERED {
            self.recent.clear();
        }
    }
}

/// One sign-in is one, wherever it is. Who has none is told apart by where they are.
fn key(by: By) -> By {
    if by.session.is_some() { By { whence: super::Whence::default(), ..by } } else { by }
}
