//! The server's rules, driven without a network: in memory, or on disk with real stops and starts.

use super::{
    chat_support::Clinic,
    op::{EMOJI, PageKind, WORDS},
    world::{Answer, Letter, Person},
};
use mommycare::{
    accounts::Actor,
    chat::{Door, Mark},
    clock::Timestamp,
    config::History,
    contract::{Audience, request::*},
    error::Result,
    ids::UserId,
    store::{
        Options,
        records::{Role, Verification},
    },
};
use serde::Serialize;
use serde_json::{Value, json};
use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

/// Where the data is.
enum Home {
    Memory,
    Disk(tempfile::TempDir),
}

/// The server's side of a run.
pub struct Real {
    /// Always there but during a restart.
    clinic: Option<Clinic>,
    home: Home,
    actors: Vec<Actor>,
    whole_history: bool,
}

/// Small files, so that even short runs reach their ends.
fn options(folder: &Path) -> Options {
    Options {
        cache: 4 << 20,
        journal_file: 64 << 10,
        checkpoint_after: 64 << 10,
        snapshot_after: 128 << 10,
        min_free: 1 << 20,
        ..Options::new(folder)
    }
}

impl Real {
    pub async fn new(on_disk: bool, whole_history: bool, people: &mut [Person]) -> Self {
        let (clinic, home) = if on_disk {
            let folder = tempfile::tempdir().unwrap();
            (Clinic::on_disk(&options(folder.path()), Arc::new(AtomicU64::new(1_795_000_000_000))), Home::Disk(folder))
        } else {
            (Clinic::new(), Home::Memory)
        };
        let clinic = with_history(clinic, whole_history);
        let mut actors = Vec::new();
        for person in people {
            let role = role(person.role);
            let approved = person.approved;
            let actor = clinic
                .person_with(&person.name(), role, |user| {
                    user.verification = if approved { Verification::Approved } else { Verification::Pending };
                })
                .await;
            person.id = actor.user.to_string();
            actors.push(actor);
        }
        Self { clinic: Some(clinic), home, actors, whole_history }
    }

    fn clinic(&self) -> &Clinic {
        self.clinic.as_ref().unwrap()
    }

    pub fn now(&self) -> u64 {
        self.clinic().time().load(Ordering::Relaxed)
    }

    pub fn wait(&self, milliseconds: i64) {
        let now = self.now();
        self.clinic().time().store(now.saturating_add_signed(milliseconds), Ordering::Relaxed);
    }

    /// Stops and starts. In memory the store stays, and everything above it begins anew. On disk a soft restart closes and opens; a
    /// hard one opens what lies on the disk at this moment in another place, where the engine's files are not trusted and everything
    /// comes from the journal.
    pub fn restart(&mut self, hard: bool) {
        let clinic = self.clinic.take().unwrap();
        self.clinic = Some(match &mut self.home {
            Home::Memory => clinic.reopened(),
            Home::Disk(folder) => {
                let time = clinic.time().clone();
                if hard {
                    let copy = tempfile::tempdir().unwrap();
                    copy_into(folder.path(), copy.path());
                    drop(clinic);
                    *folder = copy;
                } else {
                    drop(clinic);
                }
                with_history(Clinic::on_disk(&options(folder.path()), time), self.whole_history)
            }
        });
    }

    pub async fn judge(&mut self, who: usize, approved: bool, active: bool) {
        let actor = &mut self.actors[who];
        actor.verification = if approved { Verification::Approved } else { Verification::Rejected };
        let (id, verification) = (actor.user, actor.verification);
        self.clinic().change_user(id, move |user| (user.verification, user.is_active) = (verification, active)).await;
    }

    /// Who was told what since the last call, in order.
    pub fn told(&self) -> Vec<(UserId, String, Value)> {
        let events = self.clinic().events();
        self.clinic().clear_events();
        let mut told = Vec::new();
        for emission in events {
            let Audience::Users(users) = emission.to else { panic!("{emission:?} is for everybody") };
            let what = serde_json::to_value(&emission.event).unwrap();
            told.extend(users.into_iter().map(|user| (user, emission.event.name().to_owned(), what.clone())));
        }
        told
    }

    /// Does what the house does by itself by now.
    pub async fn do_what_is_due(&self) {
        self.clinic().chats.do_what_is_due(Duration::ZERO).await.unwrap();
    }

    pub async fn sweep(&self) {
        self.clinic().chats.sweep().await.unwrap();
    }

    pub async fn open(&self, by: usize, with: &str) -> Result<(Value, bool)> {
        let body = OpenBody { participant_id: Some(with.to_owned()), ..OpenBody::default() };
        let (view, new) = self.clinic().chats.open(self.actors[by], body).await?;
        Ok((value(&view), new))
    }

    pub async fn create_group(&self, by: usize, people: Vec<String>, name: &str) -> Answer {
        let body =
            OpenBody { kind: Some("group".to_owned()), name: Some(name.to_owned()), participant_ids: Some(people), ..OpenBody::default() };
        answer(self.clinic().chats.open(self.actors[by], body).await.map(|(view, _)| view))
    }

    pub async fn update_group(&self, by: usize, id: &str, name: Option<&str>, admin: Option<String>) -> Answer {
        let body = UpdateBody { name: name.map(str::to_owned), group_admin: admin, ..UpdateBody::default() };
        answer(self.clinic().chats.update(self.actors[by], id, body).await)
    }

    pub async fn add_people(&self, by: usize, id: &str, people: Vec<String>) -> Answer {
        answer(self.clinic().chats.add_people(self.actors[by], id, PeopleBody { user_ids: people, ..PeopleBody::default() }).await)
    }

    pub async fn remove_person(&self, by: usize, id: &str, person: &str) -> Answer {
        answer(self.clinic().chats.remove_person(self.actors[by], id, person).await)
    }

    pub async fn send(&self, by: usize, letter: &Letter, ids: SendIds) -> Result<(Value, bool)> {
        let body = SendBody {
            recipient_id: ids.person,
            conversation_id: ids.chat,
            content: Some(WORDS[letter.words].to_owned()),
            client_message_id: letter.client_id(),
            reply_to: ids.reply.map_or(Value::Null, Value::from),
            forwarded_from: ids.forwards.map_or(Value::Null, Value::from),
            priority: letter.urgent.then(|| "urgent".to_owned()),
            scheduled_for: letter.later.map_or(Value::Null, |later| self.moment(later)),
            ..SendBody::default()
        };
        let door = if letter.socket { Door::Socket } else { Door::Rest };
        let placed = self.clinic().chats.send(self.actors[by], body, door).await?;
        Ok((value(&placed.message), placed.fresh))
    }

    /// A moment that is so many milliseconds away, as clients say it.
    fn moment(&self, later: i64) -> Value {
        Value::from(Timestamp(self.now().saturating_add_signed(later)).to_string())
    }

    pub fn scheduled(&self, by: usize) -> Answer {
        answer(self.clinic().chats.scheduled(self.actors[by]))
    }

    pub async fn reschedule(&self, by: usize, id: &str, words: Option<usize>, later: Option<i64>) -> Answer {
        let body = ScheduledBody {
            content: words.map(|words| WORDS[words].to_owned()),
            scheduled_for: later.map_or(Value::Null, |later| self.moment(later)),
        };
        answer(self.clinic().chats.reschedule(self.actors[by], id, body).await)
    }

    pub async fn unschedule(&self, by: usize, id: &str) -> Answer {
        answer(self.clinic().chats.unschedule(self.actors[by], id).await)
    }

    pub fn receipts(&self, by: usize, id: &str) -> Answer {
        answer(self.clinic().chats.receipts(self.actors[by], id))
    }

    /// All that is found.
    pub async fn find(&self, by: usize, query: &str, chat: Option<String>, from: Option<String>) -> Answer {
        let query = FindQuery { q: Some(query.to_owned()), conversation_id: chat, from, limit: Some(50), ..FindQuery::default() };
        let (mut found, mut query) = (Vec::new(), query);
        loop {
            let page = self.clinic().chats.find(self.actors[by], &query).await.map_err(|error| error.code.name())?;
            found.extend(page.items.iter().map(|hit| value(&hit.message)));
            match page.next_cursor {
                Some(next) => query.cursor = Some(next),
                None => return Ok(Value::from(found)),
            }
        }
    }

    pub async fn edit(&self, by: usize, id: &str, words: usize) -> Answer {
        let body = EditBody { content: Some(WORDS[words].to_owned()) };
        answer(self.clinic().chats.edit(self.actors[by], id, body).await)
    }

    pub async fn delete(&self, by: usize, id: &str) -> Answer {
        answer(self.clinic().chats.delete(self.actors[by], id).await)
    }

    pub fn versions(&self, by: usize, id: &str) -> Answer {
        answer(self.clinic().chats.versions(self.actors[by], id))
    }

    pub async fn react(&self, by: usize, id: &str, emoji: usize, adds: bool) -> Answer {
        let body = EmojiBody { emoji: Some(EMOJI[emoji].to_owned()) };
        answer(self.clinic().chats.react(self.actors[by], id, body, adds).await)
    }

    pub async fn mark(&self, by: usize, id: &str, read: bool) -> Answer {
        let mark = if read { Mark::Read } else { Mark::Delivered };
        answer(self.clinic().chats.mark(self.actors[by], id, mark).await)
    }

    pub async fn acknowledge(&self, by: usize, id: &str) -> Answer {
        answer(self.clinic().chats.acknowledge(self.actors[by], id).await)
    }

    pub async fn read(&self, by: usize, id: &str, seq: Option<usize>) -> Answer {
        answer(self.clinic().chats.read(self.actors[by], id, ReadBody { seq: seq.map(|seq| seq as u64) }).await)
    }

    pub async fn mute(&self, by: usize, id: &str, to: Option<bool>) -> Answer {
        answer(self.clinic().chats.mute(self.actors[by], id, to).await)
    }

    pub async fn pin(&self, by: usize, id: &str, to: Option<bool>) -> Answer {
        answer(self.clinic().chats.pin(self.actors[by], id, to).await)
    }

    pub async fn archive(&self, by: usize, id: &str, to: Option<bool>) -> Answer {
        answer(self.clinic().chats.archive(self.actors[by], id, to).await)
    }

    /// The next page of the whole list behind a cursor, and the cursor for the one after it.
    pub fn stroll(&self, by: usize, cursor: Option<String>, limit: u64) -> Result<(Vec<Value>, Option<String>)> {
        let query = InboxQuery { limit: Some(limit), cursor, ..InboxQuery::default() };
        let page = self.clinic().chats.list(self.actors[by], &query)?;
        Ok((page.items.iter().map(value).collect(), page.next_cursor))
    }

    pub fn get(&self, by: usize, id: &str) -> Answer {
        answer(self.clinic().chats.get(self.actors[by], id))
    }

    /// The page, with its messages beside its figures.
    pub fn page(&self, by: usize, id: &str, wish: (PageKind, u64, u64, bool)) -> Answer {
        let (kind, place, limit, deleted) = wish;
        let mut query = MessagesQuery { limit: Some(limit), deleted: Some(deleted), ..MessagesQuery::default() };
        *match kind {
            PageKind::Skip => &mut query.skip,
            PageKind::Before => &mut query.before,
            PageKind::After => &mut query.after,
        } = Some(place);
        let page = self.clinic().chats.messages(self.actors[by], id, &query).map_err(|error| error.code.name())?;
        let mut view = value(&page);
        view["items"] = value(&page.items);
        Ok(view)
    }

    pub fn list(&self, by: usize, filter: &str, search: &str, page: u64, limit: u64) -> Answer {
        #[allow(clippy::needless_update)] // There may be more to ask for one day.
        let query = InboxQuery {
            page: Some(page),
            limit: Some(limit),
            search: Some(search.to_owned()),
            filter: Some(filter.to_owned()),
            ..InboxQuery::default()
        };
        let list = self.clinic().chats.list(self.actors[by], &query).map_err(|error| error.code.name())?;
        Ok(json!({ "items": value(&list.items), "total": list.page.total }))
    }

    pub fn unread(&self, by: usize) -> Answer {
        answer(self.clinic().chats.unread(self.actors[by]))
    }

    pub fn changes(&self, by: usize, id: &str, since: u64, limit: u64) -> Answer {
        let query = ChangesQuery { since: Some(since), limit: Some(limit) };
        answer(self.clinic().chats.changes(self.actors[by], id, &query))
    }

    pub fn search(&self, by: usize, query: &str, role: &str) -> Answer {
        let query = SearchQuery { query: Some(query.to_owned()), role: Some(role.to_owned()), ..SearchQuery::default() };
        let list = self.clinic().chats.search(self.actors[by], &query).map_err(|error| error.code.name())?;
        Ok(value(&list.items))
    }
}

/// The ids that a message is sent with.
#[derive(Default)]
pub struct SendIds {
    pub person: Option<String>,
    pub chat: Option<String>,
    pub reply: Option<String>,
    pub forwards: Option<String>,
}

fn with_history(clinic: Clinic, whole: bool) -> Clinic {
    if whole { clinic.set(|settings| settings.group_history = History::All) } else { clinic }
}

fn role(word: &str) -> Role {
    match word {
        "mom" => Role::Mom,
        "doctor" => Role::Doctor,
        "midwife" => Role::Midwife,
        "service_provider" => Role::ServiceProvider,
        _ => Role::Admin,
    }
}

fn value(view: &impl Serialize) -> Value {
    serde_json::to_value(view).unwrap()
}

fn answer<T: Serialize>(result: Result<T>) -> Answer {
    result.map(|view| value(&view)).map_err(|error| error.code.name())
}

fn copy_into(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            std::fs::create_dir(&target).unwrap();
            copy_into(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), &target).unwrap();
        }
    }
}
