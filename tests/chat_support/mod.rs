//! A clinic in memory, with made-up people, for the tests of the rules.
#![allow(clippy::unwrap_used, clippy::expect_used)] // a test may stop at the first surprise
#![allow(dead_code)] // Each test file uses its part.

use mommycare::{
    accounts::Actor,
    audit::Whence,
    chat::{Chats, Db, Door, Policy},
    clock::{Clock, Timestamp},
    config::{self, Config},
    contract::{Audience, ConversationView, Emission, Event, MessagePage, Status, request::*},
    error::{Code, Error, Result},
    ids::{ChatId, MessageId, SessionId, UserId},
    store::{
        Options, Publish, Read as _, Store,
        records::{Role, User, Verification},
        tables,
    },
};
use serde_json::Value;
use std::{
    pin::pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{sync::Notify, time::timeout};

/// How long anything may take before a test gives up. Far more than anything takes.
pub const PATIENCE: Duration = Duration::from_mins(2);

pub struct Clinic {
    pub store: Arc<Db>,
    pub chats: Chats,
    time: Arc<AtomicU64>,
    events: Arc<Mutex<Vec<Emission>>>,
    told: Arc<Notify>,
    people: AtomicU64,
    settings: config::Chat,
}

impl Clinic {
    pub fn new() -> Self {
        Self::with(Policy::default())
    }

    pub fn with(policy: Policy) -> Self {
        Self::made(policy, Arc::new(AtomicU64::new(1_795_000_000_000)), Store::in_memory)
    }

    /// On disk, at a time that goes on when the clinic is closed and opened again.
    pub fn on_disk(options: &Options, time: Arc<AtomicU64>) -> Self {
        Self::made(Policy::default(), time, |clock, publish| Store::open(options, clock, publish).unwrap().0)
    }

    fn made(policy: Policy, time: Arc<AtomicU64>, store: impl FnOnce(Clock, Publish<Emission>) -> Db) -> Self {
        let events: Arc<Mutex<Vec<Emission>>> = Arc::default();
        let told: Arc<Notify> = Arc::default();
        let (moment, log, tell) = (time.clone(), events.clone(), told.clone());
        let clock = Clock::new(move || Timestamp(moment.load(Ordering::Relaxed)));
        let publish = move |new| {
            log.lock().unwrap().extend(new);
            tell.notify_waiters();
        };
        let store = Arc::new(store(clock, Box::new(publish)));
        Self { time, events, told, ..Self::over(store, policy) }
    }

    /// Waits until something holds, which may become so when an event is published.
    pub async fn until(&self, holds: impl Fn(&Self) -> bool) {
        let watch = async {
            loop {
                let mut told = pin!(self.told.notified());
                told.as_mut().enable();
                if holds(self) {
                    return;
                }
                told.await;
            }
        };
        assert!(timeout(PATIENCE, watch).await.is_ok(), "it did not come; came: {:#?}", self.events());
    }

    /// Sets the clock, forward or back.
    pub fn set_clock(&self, now: Timestamp) {
        self.time.store(now.0, Ordering::Relaxed);
    }

    /// Over any store. Its time is not ours to move, and its events go elsewhere.
    pub fn over(store: Arc<Db>, policy: Policy) -> Self {
        let settings = Config::default().chat;
        let chats = Chats::new(store.clone(), policy, settings.clone()).unwrap();
        Self { store, chats, time: Arc::default(), events: Arc::default(), told: Arc::default(), people: AtomicU64::new(0), settings }
    }

    /// With nothing in memory but what the store says, as after a restart.
    pub fn reopened(self) -> Self {
        let settings = self.settings;
        let over = Self::over(self.store, Policy::default()).set(|new| *new = settings);
        Self { time: self.time, events: self.events, told: self.told, people: self.people, ..over }
    }

    /// The same clinic with other settings.
    pub fn set(mut self, adapt: impl FnOnce(&mut config::Chat)) -> Self {
        adapt(&mut self.settings);
        self.chats = Chats::new(self.store.clone(), Policy::default(), self.settings.clone()).unwrap();
        self
    }

    /// The clock, which tests move.
    pub fn time(&self) -> &Arc<AtomicU64> {
        &self.time
    }

    /// Lets milliseconds pass.
    pub fn wait(&self, milliseconds: u64) {
        self.time.fetch_add(milliseconds, Ordering::Relaxed);
    }

    pub async fn person(&self, name: &str, role: Role) -> Actor {
        self.person_with(name, role, |_| ()).await
    }

    pub async fn person_with(&self, name: &str, role: Role, adapt: impl FnOnce(&mut User)) -> Actor {
        let id = UserId(self.people.fetch_add(1, Ordering::Relaxed) + 1);
        let (first, last) = name.split_once(' ').unwrap();
        let now = self.store.clock().now();
        let mut user = User::new(format!("{first}@clinic.example"), (first.into(), last.into()), role, Verification::Approved, now);
        adapt(&mut user);
        let verification = user.verification;
        self.put_user(id, user).await;
        Actor { user: id, session: SessionId(id.0), role, verification, whence: Whence::default() }
    }

    pub async fn put_user(&self, id: UserId, user: User) {
        self.store.write(move |tx| tx.put(tables::USERS, &id, &user)).await.unwrap();
    }

    pub fn user(&self, id: UserId) -> User {
        self.store.read(|read| read.get(tables::USERS, &id)).unwrap().unwrap()
    }

    /// Changes a person's record, as the clinic's decisions do.
    pub async fn change_user(&self, id: UserId, change: impl Fn(&mut User) + Send + 'static) {
        let changed = self.store.write::<_, _, Error>(move |tx| {
            let mut user = tx.get(tables::USERS, &id)?.unwrap();
            change(&mut user);
            Ok(tx.put(tables::USERS, &id, &user)?)
        });
        changed.await.unwrap();
    }

    pub async fn open(&self, actor: Actor, with: Actor) -> Result<(ConversationView, bool)> {
        self.chats.open(actor, OpenBody { participant_id: Some(with.user.to_string()), ..OpenBody::default() }).await
    }

    /// Sends "message 1", "message 2" …
    pub async fn say(&self, from: Actor, to: Actor, count: usize) -> Vec<MessageId> {
        let mut ids = Vec::new();
        for number in 1..=count {
            let body =
                SendBody { recipient_id: Some(to.user.to_string()), content: Some(format!("message {number}")), ..SendBody::default() };
            ids.push(self.chats.send(from, body, Door::Rest).await.unwrap().message.id);
        }
        ids
    }

    pub fn page(&self, reader: Actor, chat: ChatId, query: MessagesQuery) -> MessagePage {
        self.chats.messages(reader, &chat.to_string(), &query).unwrap()
    }

    pub fn statuses(&self, reader: Actor, chat: ChatId) -> Vec<Status> {
        self.page(reader, chat, MessagesQuery::default()).items.iter().map(|message| message.status).collect()
    }

    pub fn events(&self) -> Vec<Emission> {
        self.events.lock().unwrap().clone()
    }

    pub fn clear_events(&self) {
        self.events.lock().unwrap().clear();
    }

    pub fn events_for(&self, person: Actor, name: &str) -> Vec<Event> {
        let concerns = |to: &Audience| matches!(to, Audience::Users(users) if users.contains(&person.user));
        self.events().into_iter().filter(|e| concerns(&e.to) && e.event.name() == name).map(|e| e.event).collect()
    }

    pub fn unknown_conversation() -> Value {
        Error::new(Code::ConversationNotFound).body()
    }

    pub fn unknown_message() -> Value {
        Error::new(Code::MessageNotFound).body()
    }
}

/// The fields that an error names.
pub fn fields(error: &Error) -> Vec<String> {
    assert_eq!(error.code, Code::Validation, "{error}");
    error.details["errors"].as_array().unwrap().iter().map(|e| e["field"].as_str().unwrap().to_owned()).collect()
}
