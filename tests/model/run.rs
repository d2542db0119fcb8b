//! Takes each step on both sides and compares: the answer, and who was told what; at the end everything that everybody sees.

use super::{
    op::{At, NAMES, PageKind, Step},
    real::{Real, SendIds},
    sight::ANYTHING,
    world::{Answer, Letter, Named, Person, World},
};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, HashMap},
    fmt::Write as _,
};

/// The difference that was found, in words.
pub type Found<T = ()> = Result<T, String>;

/// What changes without the message being touched.
const TICKS: &[&str] = &["status", "read", "readAt", "deliveredAt"];

pub struct Run {
    world: World,
    real: Real,
    /// Who is going through their list while its order changes.
    strolls: HashMap<usize, Stroll>,
}

/// How far somebody has come in the list.
struct Stroll {
    cursor: Option<String>,
    /// What stood in the list when it was begun.
    began: Vec<Value>,
    shown: Vec<Value>,
}

/// Takes all steps; the first difference, with the step that showed it.
pub async fn run(steps: &[Step], on_disk: bool) -> Found {
    let mut run = Run::new(on_disk, steps.iter().any(|step| matches!(step, Step::WholeHistory))).await;
    for (number, step) in steps.iter().enumerate() {
        run.world.now = run.real.now();
        let same = match run.step(step).await {
            Ok(()) => run.same_told(),
            Err(difference) => Err(difference),
        };
        same.map_err(|difference| format!("step {number}, {step:?}:\n{difference}"))?;
    }
    run.same_sight().map_err(|difference| format!("at the end:\n{difference}"))
}

fn cast() -> Vec<Person> {
    let person = |first, last, role, approved| Person { id: String::new(), first, last, role, approved, active: true };
    vec![
        person("Ama", "Perera", "mom", true),
        person("Dora", "Fernando", "doctor", true),
        person("Sam", "Kandy", "service_provider", true),
        person("Mia", "Jayasuriya", "midwife", true),
        person("Zoe", "Silva", "mom", true),
        person("Pia", "Later", "doctor", false),
        person("Ada", "Office", "admin", true),
    ]
}

impl Run {
    async fn new(on_disk: bool, whole_history: bool) -> Self {
        let mut people = cast();
        let real = Real::new(on_disk, whole_history, &mut people).await;
        Self { world: World { whole_history, people, ..World::default() }, real, strolls: HashMap::new() }
    }

    /// Who acts where: mostly a member, now and then somebody else.
    fn resolve(&self, at: At) -> (usize, Named) {
        let count = self.world.chats.len();
        let anybody = at.by * 5 % self.world.people.len();
        if count == 0 {
            return (anybody, Named { chat: 0, seq: 1 });
        }
        let chat = at.chat % count;
        let members = self.world.everybody(chat);
        let drawn = at.by % (3 * members.len() + 1);
        let by = if drawn == 3 * members.len() { anybody } else { members[drawn % members.len()] };
        let last = self.world.chats[chat].messages.len();
        // One place beyond each end is drawn too.
        let seq = (last + 1 - at.back % (last + 2) + last + 2) % (last + 2);
        (by, Named { chat, seq: if at.back == 0 { last } else { seq.saturating_sub(1) } })
    }

    /// A group, if there is one, and mostly who looks after it.
    fn group(&self, at: At) -> (usize, usize) {
        let groups: Vec<usize> = (0..self.world.chats.len()).filter(|chat| self.world.chats[*chat].group.is_some()).collect();
        let (by, named) = self.resolve(at);
        if groups.is_empty() || at.back > 20 {
            return (by, named.chat);
        }
        let chat = groups[at.chat % groups.len()];
        let by = self.resolve(At { chat, ..at }).0;
        let admin = self.world.leader(chat);
        (admin.filter(|_| !at.by.is_multiple_of(4)).unwrap_or(by), chat)
    }

    fn people(&self, bits: usize) -> Vec<usize> {
        (0..self.world.people.len()).filter(|who| bits >> who & 1 == 1).collect()
    }

    fn ids(&self, people: &[usize]) -> Vec<String> {
        people.iter().map(|who| self.world.people[*who].id.clone()).collect()
    }

    fn anybody(&self, drawn: usize) -> usize {
        drawn % self.world.people.len()
    }

    fn chat_id(&self, chat: usize) -> String {
        self.world.chats.get(chat).map_or_else(|| "0123456789abcdef".to_owned(), |chat| chat.id.clone())
    }

    fn message_id(&self, at: Named) -> String {
        let known = self.world.chats.get(at.chat).and_then(|chat| chat.messages.get(at.seq.checked_sub(1)?));
        known.map_or_else(|| format!("{}{:016x}", self.chat_id(at.chat), at.seq), |message| message.id.clone())
    }

    #[allow(clippy::too_many_lines)] // One step after the other; each is a line or two.
    async fn step(&mut self, step: &Step) -> Found {
        match *step {
            Step::WholeHistory => {}
            Step::Wait(time) => {
                self.real.wait(time);
                self.world.now = self.real.now();
                self.real.do_what_is_due().await;
                self.world.do_what_is_due();
                return self.ids_are_different();
            }
            Step::Reschedule { which, by, words, later } => {
                let (by, id) = self.waiting(which, by);
                let real = self.real.reschedule(by, &id, words, later).await;
                same(&self.world.reschedule(by, &id, words, later), &real)?;
                return same(&Ok(self.world.scheduled(by)), &self.real.scheduled(by));
            }
            Step::Unschedule { which, by } => {
                let (by, id) = self.waiting(which, by);
                let real = self.real.unschedule(by, &id).await;
                return same(&self.world.unschedule(by, &id), &real);
            }
            Step::Stroll { by, limit } => return self.stroll(self.anybody(by), limit),
            Step::Find { at, query, here, from } => {
                let (by, at) = self.resolve(at);
                let from = from.map(|who| self.anybody(who));
                let (chat, person) = (here.then(|| self.chat_id(at.chat)), from.map(|who| self.world.people[who].id.clone()));
                let real = self.real.find(by, query, chat, person).await;
                return same(&self.world.find(by, query, here.then_some(at.chat), from), &real);
            }
            Step::Receipts(at) => {
                let (by, at) = self.resolve(at);
                return same(&self.world.receipts(by, at), &self.real.receipts(by, &self.message_id(at)));
            }
            Step::Archive(at, to) => {
                let (by, at) = self.resolve(at);
                let real = self.real.archive(by, &self.chat_id(at.chat), to).await;
                return same(&self.world.archive(by, at.chat, to), &real);
            }
            Step::Restart { hard } => self.real.restart(hard),
            Step::Sweep => {
                self.real.sweep().await;
                self.world.sweep();
            }
            Step::Judge { who, approved, active } => {
                let who = self.anybody(who);
                (self.world.people[who].approved, self.world.people[who].active) = (approved, active);
                self.real.judge(who, approved, active).await;
            }
            Step::Open { by, with } => return self.open(self.anybody(by), self.anybody(with)).await,
            Step::Send { .. } => return self.send(step).await,
            Step::Group { by, people, name } => {
                let (by, people) = (self.anybody(by), self.people(people));
                let real = self.real.create_group(by, self.ids(&people), NAMES[name]).await;
                let fresh = real.as_ref().ok().and_then(|view| view["id"].as_str()).unwrap_or_default().to_owned();
                same(&self.world.create_group(by, &people, name, &fresh), &real)?;
                return self.ids_are_different();
            }
            Step::Update { at, name, admin } => {
                let (by, chat) = self.group(at);
                let admin = admin.map(|admin| self.anybody(admin));
                let id = admin.map(|who| self.world.people[who].id.clone());
                let real = self.real.update_group(by, &self.chat_id(chat), name.map(|name| NAMES[name]), id).await;
                return same(&self.world.update_group(by, chat, name, admin), &real);
            }
            Step::Add { at, people } => {
                let ((by, chat), people) = (self.group(at), self.people(people));
                let real = self.real.add_people(by, &self.chat_id(chat), self.ids(&people)).await;
                return same(&self.world.add_people(by, chat, &people), &real);
            }
            Step::Remove { at, who } => {
                let (by, chat) = self.group(at);
                let who = who.map_or(by, |who| self.anybody(who));
                let real = self.real.remove_person(by, &self.chat_id(chat), &self.world.people[who].id).await;
                return same(&self.world.remove_person(by, chat, who), &real);
            }
            Step::Feed { at, limit } => {
                let (by, at) = self.resolve(at);
                return self.follow(by, at.chat, limit).map(drop);
            }
            Step::Edit { at, words } => {
                let (by, at) = self.resolve(at);
                let real = self.real.edit(by, &self.message_id(at), words).await;
                return same(&self.world.edit(by, at, words), &real);
            }
            Step::Delete(at) => {
                let (by, at) = self.resolve(at);
                let real = self.real.delete(by, &self.message_id(at)).await;
                return same(&self.world.delete(by, at), &real);
            }
            Step::Versions(at) => {
                let (by, at) = self.resolve(at);
                return same(&self.world.versions(by, at), &self.real.versions(by, &self.message_id(at)));
            }
            Step::React { at, emoji, adds } => {
                let (by, at) = self.resolve(at);
                let real = self.real.react(by, &self.message_id(at), emoji, adds).await;
                return same(&self.world.react(by, at, emoji, adds), &real);
            }
            Step::Mark { at, read } => {
                let (by, at) = self.resolve(at);
                let real = self.real.mark(by, &self.message_id(at), read).await;
                return same(&self.world.mark_message(by, at, read), &real);
            }
            Step::Acknowledge(at) => {
                let (by, at) = self.resolve(at);
                let real = self.real.acknowledge(by, &self.message_id(at)).await;
                return same(&self.world.acknowledge(by, at), &real);
            }
            Step::Read { at, whole } => {
                let (by, at) = self.resolve(at);
                let up_to = (!whole).then_some(at.seq);
                let real = self.real.read(by, &self.chat_id(at.chat), up_to).await;
                return same(&self.world.read(by, at.chat, up_to), &real);
            }
            Step::Mute(at, to) => {
                let (by, at) = self.resolve(at);
                let real = self.real.mute(by, &self.chat_id(at.chat), to).await;
                return same(&self.world.mute(by, at.chat, to), &real);
            }
            Step::Pin(at, to) => {
                let (by, at) = self.resolve(at);
                let real = self.real.pin(by, &self.chat_id(at.chat), to).await;
                return same(&self.world.pin(by, at.chat, to), &real);
            }
            Step::Get(at) => {
                let (by, at) = self.resolve(at);
                return self.get(by, at.chat);
            }
            Step::Page { at, kind, limit, deleted } => {
                let (by, named) = self.resolve(at);
                let place = if matches!(kind, PageKind::Skip) { at.back } else { named.seq } as u64;
                let wish = (kind, place, limit, deleted);
                return same(&self.world.page(by, named.chat, wish), &self.real.page(by, &self.chat_id(named.chat), wish));
            }
            Step::List { by, filter, search, page, limit } => {
                let by = self.anybody(by);
                return same(&Ok(self.world.list(by, filter, search, page, limit)), &self.real.list(by, filter, search, page, limit));
            }
            Step::Unread(by) => {
                let by = self.anybody(by);
                return same(&Ok(self.world.unread_counts(by)), &self.real.unread(by));
            }
            Step::Search { by, query, role } => {
                let by = self.anybody(by);
                return same(&self.world.search(by, query, role), &self.real.search(by, query, role));
            }
        }
        Ok(())
    }

    /// Mostly one of the messages that wait, and its author.
    fn waiting(&self, which: usize, by: usize) -> (usize, String) {
        let anybody = self.anybody(by);
        let count = self.world.waiting.len();
        let waiting = (count > 0).then(|| &self.world.waiting[which % count]);
        let author = waiting.map_or(anybody, |waiting| if by.is_multiple_of(5) { anybody } else { waiting.by });
        (author, waiting.map_or_else(|| format!("{:032x}", 1), |waiting| waiting.id.clone()))
    }

    /// One page more of the list. Who has gone through has been shown everything that was there all the while.
    fn stroll(&mut self, by: usize, limit: u64) -> Found {
        let ids = |list: &Value| list["items"].as_array().unwrap().iter().map(|view| view["id"].clone()).collect::<Vec<_>>();
        let truth = ids(&self.world.list(by, "all", "", 1, 100));
        let mut stroll = self.strolls.remove(&by).unwrap_or_else(|| Stroll { cursor: None, began: truth.clone(), shown: Vec::new() });
        let (items, next) = self.real.stroll(by, stroll.cursor.take(), limit).map_err(|error| error.to_string())?;
        if items.len() as u64 > limit {
            return Err(format!("{} on a page of {limit}", items.len()));
        }
        for item in items {
            let chat = self.world.chats.iter().position(|chat| item["id"] == chat.id.as_str());
            let expected = chat.map_or(Value::Null, |chat| self.world.conversation(chat, by));
            difference(&expected, &item).map_or(Ok(()), |difference| Err(format!("in the list: {difference}")))?;
            stroll.shown.push(item["id"].clone());
        }
        if next.is_none() {
            let missing = truth.iter().find(|id| stroll.began.contains(id) && !stroll.shown.contains(id));
            return missing.map_or(Ok(()), |id| Err(format!("{id} was never shown")));
        }
        stroll.cursor = next;
        self.strolls.insert(by, stroll);
        Ok(())
    }

    async fn open(&mut self, by: usize, with: usize) -> Found {
        let id = self.world.people[with].id.clone();
        let real = self.real.open(by, &id).await.map_err(|error| error.code.name());
        let fresh = real.as_ref().ok().and_then(|(view, _)| view["id"].as_str()).unwrap_or_default().to_owned();
        let opened = self.world.open(by, with, &fresh);
        let expected = opened.map(|(chat, new)| json!([self.world.conversation(chat, by), new]));
        same(&expected, &real.map(|(view, new)| json!([view, new])))?;
        self.ids_are_different()
    }

    async fn send(&mut self, step: &Step) -> Found {
        let Step::Send { at, to, words, id, replies, forwards, socket, urgent, later } = *step else { unreachable!() };
        let (by, at) = self.resolve(at);
        let letter = Letter {
            chat: at.chat,
            to: to.map(|to| self.anybody(to)),
            words,
            id,
            replies_to: replies.then_some(at),
            forwards: forwards.map(|at| self.resolve(at).1),
            socket,
            urgent,
            later,
        };
        let ids = SendIds {
            person: letter.to.map(|to| self.world.people[to].id.clone()),
            chat: letter.to.is_none().then(|| self.chat_id(at.chat)),
            reply: letter.replies_to.map(|at| self.message_id(at)),
            forwards: letter.forwards.map(|at| self.message_id(at)),
        };
        let real = self.real.send(by, &letter, ids).await.map_err(|error| error.code.name());
        let field = |name: &str| real.as_ref().ok().and_then(|(view, _)| view[name].as_str()).unwrap_or_default().to_owned();
        let before = self.world.clone();
        let expected = self.world.send(by, &letter, &field("conversationId"), &field("id"));
        if expected.is_err() {
            // A refused message has not opened a conversation either.
            self.world = before;
        }
        same(&expected.map(|(view, fresh)| json!([view, fresh])), &real.map(|(view, fresh)| json!([view, fresh])))?;
        self.ids_are_different()
    }

    /// What the server called new things must not be the name of something else.
    fn ids_are_different(&self) -> Found {
        let mut ids: Vec<&str> = self.world.chats.iter().map(|chat| chat.id.as_str()).collect();
        ids.extend(self.world.chats.iter().flat_map(|chat| chat.messages.iter().map(|message| message.id.as_str())));
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        if ids.len() == count { Ok(()) } else { Err("an id was given twice".into()) }
    }

    fn get(&mut self, by: usize, chat: usize) -> Found {
        let real = self.real.get(by, &self.chat_id(chat));
        same(&self.world.get(by, chat), &real)?;
        match real {
            Ok(view) => self.cursor_moves(chat, view["cursor"].as_u64().unwrap_or_default()),
            Err(_) => Ok(()),
        }
    }

    /// The cursor never goes back, and moves with everything that the feed tells.
    fn cursor_moves(&mut self, chat: usize, cursor: u64) -> Found {
        let chat = &mut self.world.chats[chat];
        let (before, touched) = std::mem::replace(&mut chat.seen, (cursor, chat.touched));
        if cursor < before || (cursor == before && touched != chat.touched) {
            return Err(format!("the cursor was {before} and is {cursor}; the last change was {touched} and is {}", chat.touched));
        }
        Ok(())
    }

    /// One question to the feed; whether there is more.
    fn follow(&mut self, by: usize, chat: usize, limit: u64) -> Found<bool> {
        let id = self.chat_id(chat);
        let Ok(seat) = self.world.seat(chat, by) else {
            return same(&Err("CONVERSATION_NOT_FOUND"), &self.real.changes(by, &id, 0, limit)).map(|()| false);
        };
        let (cursor, complete) = (seat.follows.cursor, seat.follows.complete);
        let answer = self.real.changes(by, &id, cursor, limit).map_err(|code| format!("the feed refuses: {code}"))?;
        let messages = answer["messages"].as_array().unwrap().clone();
        let (more, next) = (answer["hasMore"] == true, answer["cursor"].as_u64().unwrap());
        if messages.len() as u64 > limit || (more && next <= cursor) || next < cursor {
            return Err(format!("the feed does not lead on from {cursor}: {answer}"));
        }
        let mut last = complete;
        for message in &messages {
            let seq = message["seq"].as_u64().unwrap();
            let at = Named { chat, seq: usize::try_from(seq).unwrap() };
            let truth = self.world.view(at, by);
            difference(&truth, message).map_or(Ok(()), |difference| Err(format!("the feed tells of {seq}: {difference}")))?;
            let touched = self.world.chats[chat].messages[at.seq - 1].touched;
            if !(cursor + 1..=next).contains(&message["cursor"].as_u64().unwrap()) {
                return Err(format!("the change of {seq} is not between {cursor} and {next}"));
            }
            if touched <= last {
                return Err(format!("the feed tells of {seq} again, or not in its order"));
            }
            last = touched;
            self.world.seat_mut(chat, by).unwrap().follows.messages.insert(seq, message.clone());
        }
        let marks = Value::from(self.world.marks(chat));
        difference(&marks, &answer["marks"]).map_or(Ok(()), |difference| Err(format!("marks in the feed: {difference}")))?;
        let count = self.world.count;
        self.world.seat_mut(chat, by).unwrap().follows.cursor = next;
        if !more {
            self.followed_all(by, chat)?;
            self.world.seat_mut(chat, by).unwrap().follows.complete = count;
        }
        Ok(more)
    }

    /// Who has followed to the end has everything, as it is now; ticks follow from the marks.
    fn followed_all(&self, by: usize, chat: usize) -> Found {
        let seat = self.world.seat(chat, by).unwrap();
        let known: Vec<&Value> = seat.follows.messages.values().collect();
        let seen = self.world.places(chat, by);
        if known.len() != seen.clone().count() {
            return Err(format!("the feed has told of {} messages of {}", known.len(), seen.count()));
        }
        for (seq, known) in seen.zip(known) {
            let mut truth = self.world.view(Named { chat, seq }, by);
            for tick in TICKS {
                truth.as_object_mut().unwrap().remove(*tick);
            }
            let known = up_to_date(known, &seat.follows.messages);
            difference(&truth, &known).map_or(Ok(()), |difference| Err(format!("who follows has of {seq}: {difference}")))?;
        }
        Ok(())
    }

    /// Compares who was told what.
    fn same_told(&mut self) -> Found {
        let mut expected: BTreeMap<String, Vec<(String, Value)>> = BTreeMap::new();
        for (who, name, what) in self.world.told.drain(..) {
            expected.entry(self.world.people[who].id.clone()).or_default().push((name.to_owned(), what));
        }
        let mut real: BTreeMap<String, Vec<(String, Value)>> = BTreeMap::new();
        for (who, name, what) in self.real.told() {
            real.entry(who.to_string()).or_default().push((name, what));
        }
        for person in &self.world.people {
            let (expected, real) = (expected.remove(&person.id).unwrap_or_default(), real.remove(&person.id).unwrap_or_default());
            let names = |told: &[(String, Value)]| told.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
            if names(&expected) != names(&real) {
                return Err(format!("{} is told {:?} and not {:?}", person.first, names(&real), names(&expected)));
            }
            for ((name, expected), (_, real)) in expected.iter().zip(&real) {
                if let Some(difference) = difference(expected, real) {
                    return Err(format!("{} is told {name}: {difference}", person.first));
                }
            }
        }
        if real.is_empty() { Ok(()) } else { Err(format!("somebody unknown is told {real:?}")) }
    }

    /// Everything that everybody sees.
    fn same_sight(&mut self) -> Found {
        for by in 0..self.world.people.len() {
            let mut found = || -> Found {
                for filter in ["all", "unread", "pinned", "archived", "groups"] {
                    same(&Ok(self.world.list(by, filter, "", 1, 100)), &self.real.list(by, filter, "", 1, 100))?;
                }
                same(&Ok(self.world.unread_counts(by)), &self.real.unread(by))?;
                same(&Ok(self.world.scheduled(by)), &self.real.scheduled(by))?;
                same(&self.world.search(by, ".", ""), &self.real.search(by, ".", ""))?;
                for chat in 0..self.world.chats.len() {
                    self.same_conversation(by, chat)?;
                }
                Ok(())
            };
            found().map_err(|difference| format!("{}: {difference}", cast()[by].first))?;
        }
        Ok(())
    }

    fn same_conversation(&mut self, by: usize, chat: usize) -> Found {
        self.get(by, chat)?;
        while self.follow(by, chat, 3)? {}
        if self.world.seat(chat, by).is_err() {
            return Ok(());
        }
        let id = self.chat_id(chat);
        for deleted in [true, false] {
            let walked = self.walk(by, &id, deleted)?;
            let truth = self.world.page(by, chat, (PageKind::After, 0, u64::MAX >> 1, deleted)).map_err(str::to_owned)?;
            difference(&truth["items"], &Value::from(walked)).map_or(Ok(()), |difference| Err(format!("page by page: {difference}")))?;
        }
        for seq in self.world.places(chat, by) {
            let at = Named { chat, seq };
            same(&self.world.versions(by, at), &self.real.versions(by, &self.message_id(at)))?;
            same(&self.world.receipts(by, at), &self.real.receipts(by, &self.message_id(at)))?;
        }
        Ok(())
    }

    /// All messages, by going back page by page.
    fn walk(&self, by: usize, id: &str, deleted: bool) -> Found<Vec<Value>> {
        let mut all: Vec<Value> = Vec::new();
        let mut wish = (PageKind::Skip, 0, 7, deleted);
        loop {
            let page = self.real.page(by, id, wish).map_err(str::to_owned)?;
            let mut items = page["items"].as_array().unwrap().clone();
            items.append(&mut all);
            all = items;
            match page["nextCursor"].as_u64() {
                Some(next) => wish = (PageKind::Before, next, 7, deleted),
                None => return Ok(all),
            }
        }
    }
}

/// A message with the words of its quote taken from the original, whose changes the feed tells of the original only.
fn up_to_date(message: &Value, known: &BTreeMap<u64, Value>) -> Value {
    let mut message = message.clone();
    if let Some(original) = known.values().find(|original| original["id"] == message["replyTo"]["id"]) {
        message["replyTo"]["content"] = original["content"].clone();
    }
    message
}

fn same(expected: &Answer, real: &Answer) -> Found {
    let words = |answer: &Answer| match answer {
        Ok(view) => format!("answered {view}"),
        Err(code) => format!("refused with {code}"),
    };
    match (expected, real) {
        (Ok(expected), Ok(real)) => difference(expected, real).map_or(Ok(()), Err),
        (Err(expected), Err(real)) if expected == real => Ok(()),
        _ => Err(format!("should be {}\nand is {}", words(expected), words(real))),
    }
}

/// Where the server's answer says something else than the model's. The server may say more.
fn difference(expected: &Value, real: &Value) -> Option<String> {
    fn at(path: &mut String, expected: &Value, real: &Value) -> Option<String> {
        let length = path.len();
        match (expected, real) {
            (Value::String(anything), _) if anything == ANYTHING => return None,
            (Value::Object(expected), Value::Object(real)) => {
                for (name, value) in expected {
                    let _ = write!(path, ".{name}");
                    if let Some(found) = at(path, value, real.get(name).unwrap_or(&Value::Null)) {
                        return Some(found);
                    }
                    path.truncate(length);
                }
                return None;
            }
            (Value::Array(expected), Value::Array(real)) if expected.len() == real.len() => {
                for (index, (expected, real)) in expected.iter().zip(real).enumerate() {
                    let _ = write!(path, "[{index}]");
                    if let Some(found) = at(path, expected, real) {
                        return Some(found);
                    }
                    path.truncate(length);
                }
                return None;
            }
            _ if expected == real => return None,
            _ => {}
        }
        Some(format!("{path} should be {expected} and is {real}"))
    }
    at(&mut String::new(), expected, real)
}
