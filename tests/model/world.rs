//! The model: a clinic as the contract describes it, in plain lists. Every message knows of each of its recipients when they
//! received and read it; nothing here is a watermark, a cursor or an index.
//!
//! Functions answer as the server should (the data, or the code of the error) and note who is told what.

use super::{
    agenda::{Paper, REPEAT, Waiting, check_time},
    op::{EMOJI, WORDS},
    sight::ANYTHING,
};
use mommycare::clock::Timestamp;
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};

/// The data of a success, or the code of an error.
pub type Answer = Result<Value, &'static str>;

const EDIT_WINDOW: u64 = 15 * 60_000;
const COPY_WINDOW: u64 = 10_000;
const REMEMBERED: u64 = 48 * 3_600_000;

#[derive(Clone)]
pub struct Person {
    pub id: String,
    pub first: &'static str,
    pub last: &'static str,
    pub role: &'static str,
    pub approved: bool,
    pub active: bool,
}

impl Person {
    pub fn name(&self) -> String {
        format!("{} {}", self.first, self.last)
    }

    /// Whether anybody can reach the person.
    pub fn is_there(&self) -> bool {
        self.approved && self.active
    }
}

/// When a recipient received and read a message.
#[derive(Default, Clone, Copy)]
pub struct Receipt {
    pub delivered: Option<u64>,
    pub read: Option<u64>,
}

#[derive(Clone)]
pub struct Message {
    pub id: String,
    pub by: usize,
    pub content: String,
    pub client_id: Option<String>,
    pub at: u64,
    pub updated: u64,
    pub answers: Option<usize>,
    /// Who wrote the words first, when they were passed on.
    pub origin: Option<usize>,
    pub urgent: bool,
    /// Of all who were there when it was written, but its sender; of what the system says, of everybody.
    pub receipts: HashMap<usize, Receipt>,
    /// What happened to a group, when nobody wrote this: the word for it, to whom, and the name.
    pub system: Option<(&'static str, Vec<usize>, Option<&'static str>)>,
    pub reactions: Vec<(usize, usize, u64)>,
    pub acks: Vec<(usize, u64)>,
    /// What it said before, and since when.
    pub versions: Vec<(String, u64)>,
    pub edited: Option<u64>,
    pub deleted: bool,
    /// When it was last created or changed, counted over everything that happens.
    pub touched: u64,
    /// The house has sent it at its time, and its author had not received, or not read, what was before.
    pub asleep: (bool, bool),
    /// When those are asked again who have not acknowledged it, and how often they were.
    pub repeat: Option<(u64, u64)>,
}

impl Message {
    /// What nobody wrote. Its id follows from its place, since no answer tells it.
    pub fn system(by: usize, at: u64, what: (&'static str, Vec<usize>, Option<&'static str>), chat: &str, seq: usize) -> Self {
        Self {
            id: format!("{chat}{seq:016x}"),
            by,
            content: ANYTHING.to_owned(),
            client_id: None,
            at,
            updated: at,
            answers: None,
            origin: None,
            urgent: false,
            receipts: HashMap::new(),
            system: Some(what),
            reactions: Vec::new(),
            acks: Vec::new(),
            versions: Vec::new(),
            edited: None,
            deleted: false,
            touched: 0,
            asleep: (false, false),
            repeat: None,
        }
    }
}

#[derive(Clone)]
pub struct Member {
    pub who: usize,
    /// The newest place when the person came: what follows has been sent to them.
    pub from: usize,
    /// The newest place that they do not see.
    pub hidden: usize,
    pub muted: bool,
    pub pinned: bool,
    pub archived: bool,
    /// Messages by REST whose copy by socket may still come: place and time.
    pub posts: Vec<(usize, u64)>,
    pub has_written: bool,
    /// How often the person has gone on in reading; of very old steps the server need not know the time.
    pub steps: usize,
    /// What the person's device, which only follows the feed, has got.
    pub follows: Follower,
}

impl Member {
    pub fn new(who: usize, from: usize) -> Self {
        Self {
            who,
            from,
            hidden: from,
            muted: false,
            pinned: false,
            archived: false,
            posts: Vec::new(),
            has_written: false,
            steps: 0,
            follows: Follower::default(),
        }
    }
}

#[derive(Clone, Default)]
pub struct Follower {
    pub cursor: u64,
    /// Everything touched up to here has been told.
    pub complete: u64,
    pub messages: BTreeMap<u64, Value>,
}

#[derive(Clone)]
pub struct Group {
    pub name: &'static str,
    pub admin: Option<usize>,
    /// How far the last companion of somebody who is alone had received and read.
    pub left: (usize, usize),
}

#[derive(Clone)]
pub struct Chat {
    pub id: String,
    pub group: Option<Group>,
    pub members: Vec<Member>,
    /// The message at place `seq` is `messages[seq - 1]`.
    pub messages: Vec<Message>,
    pub activity: u64,
    pub created: u64,
    /// What clients named their messages: sender and id, to what it was, and a time.
    pub sent: HashMap<(usize, String), (Kept, u64)>,
    /// When something that the feed tells has last happened.
    pub touched: u64,
    /// The cursor that was last seen, and how things stood then.
    pub seen: (u64, u64),
}

/// What a client's own id stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kept {
    /// The message at a place.
    Place(usize),
    /// A message that waits, or has been taken back: its id.
    Waiting(String),
}

#[derive(Clone, Default)]
pub struct World {
    pub now: u64,
    /// Whether who joins sees what was before.
    pub whole_history: bool,
    /// Messages whose time has not come, in the order in which they were written.
    pub waiting: Vec<Waiting>,
    pub people: Vec<Person>,
    pub chats: Vec<Chat>,
    /// Counts what happens.
    pub count: u64,
    /// Who is told what, in order.
    pub told: Vec<(usize, &'static str, Value)>,
}

/// A place that was named: in which conversation, and where; perhaps where nothing is.
#[derive(Clone, Copy, Debug)]
pub struct Named {
    pub chat: usize,
    /// From 1; 0 and beyond the last are nowhere.
    pub seq: usize,
}

pub fn time(at: u64) -> Value {
    json!(Timestamp(at).to_string())
}

/// How far one role reaches another: `y`es, in `a`nswer, or `n`ot.
fn reach(from: &str, to: &str) -> char {
    let column = ["mom", "doctor", "midwife", "service_provider", "admin"].iter().position(|role| *role == to).unwrap();
    let row = match from {
        "mom" => "nyyyn",
        "doctor" | "midwife" => "yyyyy",
        "service_provider" => "ayyny",
        _ => "nyyyy",
    };
    row.chars().nth(column).unwrap()
}

impl World {
    pub fn verified(&self, by: usize) -> Result<(), &'static str> {
        if self.people[by].approved { Ok(()) } else { Err("VERIFICATION_PENDING") }
    }

    /// The seat of a person, or that there is no such conversation.
    pub fn seat(&self, chat: usize, by: usize) -> Result<&Member, &'static str> {
        let chat = self.chats.get(chat).ok_or("CONVERSATION_NOT_FOUND")?;
        chat.members.iter().find(|member| member.who == by).ok_or("CONVERSATION_NOT_FOUND")
    }

    pub fn seat_mut(&mut self, chat: usize, by: usize) -> Result<&mut Member, &'static str> {
        let chat = self.chats.get_mut(chat).ok_or("CONVERSATION_NOT_FOUND")?;
        chat.members.iter_mut().find(|member| member.who == by).ok_or("CONVERSATION_NOT_FOUND")
    }

    /// A message that a person sees.
    pub fn message(&self, at: Named, by: usize) -> Result<&Message, &'static str> {
        self.seat(at.chat, by).ok().filter(|seat| at.seq > seat.hidden).ok_or("MESSAGE_NOT_FOUND")?;
        at.seq.checked_sub(1).and_then(|index| self.chats[at.chat].messages.get(index)).ok_or("MESSAGE_NOT_FOUND")
    }

    fn at(&mut self, at: Named) -> &mut Message {
        &mut self.chats[at.chat].messages[at.seq - 1]
    }

    /// One's own message, to be changed.
    fn own(&self, at: Named, by: usize) -> Result<&Message, &'static str> {
        let message = self.message(at, by)?;
        if message.by == by && message.system.is_none() { Ok(message) } else { Err("FORBIDDEN") }
    }

    /// Something has happened that the feed tells; of the message, if there is one.
    pub fn touch(&mut self, chat: usize, seq: Option<usize>) {
        self.count += 1;
        let (count, now) = (self.count, self.now);
        self.chats[chat].touched = count;
        if let Some(seq) = seq {
            let message = &mut self.chats[chat].messages[seq - 1];
            (message.touched, message.updated) = (count, now);
        }
    }

    pub fn tell(&mut self, to: impl IntoIterator<Item = usize>, name: &'static str, what: &Value) {
        self.told.extend(to.into_iter().map(|who| (who, name, what.clone())));
    }

    pub fn others(&self, chat: usize, by: usize) -> Vec<usize> {
        self.everybody(chat).into_iter().filter(|who| *who != by).collect()
    }

    /// Everybody but one who sees a place.
    fn readers(&self, at: Named, but: usize) -> Vec<usize> {
        let seats = self.chats[at.chat].members.iter();
        seats.filter(|seat| seat.who != but && seat.hidden < at.seq).map(|seat| seat.who).collect()
    }

    pub fn everybody(&self, chat: usize) -> Vec<usize> {
        self.chats[chat].members.iter().map(|member| member.who).collect()
    }

    pub fn direct(&self, a: usize, b: usize) -> Option<usize> {
        self.chats.iter().position(|chat| chat.group.is_none() && chat.members.iter().all(|member| member.who == a || member.who == b))
    }

    /// Whether `from` finds `to` and may open a conversation.
    pub fn may_open(&self, from: usize, to: usize) -> bool {
        from != to && self.people[to].is_there() && reach(self.people[from].role, self.people[to].role) == 'y'
    }

    /// Whether a search of `from` shows `to`.
    pub fn finds(&self, from: usize, to: usize) -> bool {
        let wrote = || self.direct(from, to).is_some_and(|chat| self.seat(chat, to).is_ok_and(|seat| seat.has_written));
        match reach(self.people[from].role, self.people[to].role) {
            'y' => self.may_open(from, to),
            'a' => self.people[to].is_there() && wrote(),
            _ => false,
        }
    }

    pub fn may_write(&self, chat: usize, by: usize) -> bool {
        if self.chats[chat].group.is_some() {
            // The group itself is the permission.
            return true;
        }
        let peer = self.others(chat, by)[0];
        self.people[peer].is_there()
            && match reach(self.people[by].role, self.people[peer].role) {
                'y' => true,
                'a' => self.seat(chat, peer).is_ok_and(|seat| seat.has_written),
                _ => false,
            }
    }

    /// Opens a conversation, which the server has called `id` if it is new. True when it is.
    pub fn open(&mut self, by: usize, with: usize, id: &str) -> Result<(usize, bool), &'static str> {
        self.verified(by)?;
        if by == with {
            return Err("VALIDATION_ERROR");
        }
        if let Some(chat) = self.direct(by, with) {
            return Ok((chat, false));
        }
        if !self.may_open(by, with) {
            return Err("USER_NOT_FOUND");
        }
        let chat = self.add_chat(id, None, &[by, with]);
        for who in [by, with] {
            let view = json!({ "conversation": self.conversation(chat, who) });
            self.tell([who], "conversation_updated", &view);
        }
        Ok((chat, true))
    }

    pub fn add_chat(&mut self, id: &str, group: Option<Group>, members: &[usize]) -> usize {
        self.chats.push(Chat {
            id: id.to_owned(),
            group,
            members: members.iter().map(|who| Member::new(*who, 0)).collect(),
            messages: Vec::new(),
            activity: self.now,
            created: self.now,
            sent: HashMap::new(),
            touched: 0,
            seen: (0, 0),
        });
        self.chats.len() - 1
    }

    /// Takes a message, which the server has called `fresh` if it is new, in a conversation that it has called `fresh_chat`.
    #[allow(clippy::too_many_arguments)]
    pub fn send(&mut self, by: usize, letter: &Letter, fresh_chat: &str, fresh: &str) -> Result<(Value, bool), &'static str> {
        if letter.forwards.is_none() && WORDS[letter.words].trim().is_empty() {
            return Err("VALIDATION_ERROR");
        }
        self.verified(by)?;
        let chat = if let Some(person) = letter.to {
            self.open(by, person, fresh_chat)?.0
        } else {
            self.seat(letter.chat, by)?;
            letter.chat
        };
        match self.repeated(chat, by, letter) {
            Some(Kept::Place(seq)) => {
                let mut view = self.view(Named { chat, seq }, by);
                if !self.sees(chat, seq, by) {
                    // Sent before leaving and coming back: nothing of what others have done with it.
                    (view["reactions"], view["acks"]) = (json!([]), json!([]));
                }
                return Ok((view, false));
            }
            Some(Kept::Waiting(id)) => {
                let waiting = self.waiting.iter().find(|waiting| waiting.id == id).ok_or("CONFLICT")?;
                return Ok((self.waiting_view(waiting), false));
            }
            None => {}
        }
        let answers = match letter.replies_to {
            // The message must stand in the conversation that this one goes to.
            Some(at) if at.chat == chat && self.message(at, by).is_ok() => Some(at.seq),
            Some(_) => return Err("VALIDATION_ERROR"),
            None => None,
        };
        let (content, author) = self.words(by, letter)?;
        let origin = author.map(|author| self.named(chat, by, author));
        if !self.may_write(chat, by) {
            return Err("FORBIDDEN");
        }
        if let Some(later) = letter.later {
            let (due, now) = (self.now.saturating_add_signed(later), self.now);
            check_time(now, due)?;
            let waiting = Waiting {
                id: fresh.to_owned(),
                by,
                chat,
                content,
                origin,
                client_id: letter.client_id(),
                answers,
                urgent: letter.urgent,
                due,
                created: now,
                updated: now,
                failed: false,
            };
            return Ok((self.keep(waiting, "created"), true));
        }
        let paper = Paper { content, origin, client_id: letter.client_id(), answers, urgent: letter.urgent };
        self.place(chat, by, paper, fresh, Some(letter.socket));
        let seq = self.chats[chat].messages.len();
        Ok((self.view(Named { chat, seq }, by), true))
    }

    /// Writes a message into a conversation and tells everybody. `socket` says by which door it came; by none, when its time had come.
    pub fn place(&mut self, chat: usize, by: usize, paper: Paper, fresh: &str, socket: Option<bool>) {
        let Paper { content, origin, client_id, answers, urgent } = paper;
        let at = self.now.max(self.chats[chat].activity);
        let seq = self.chats[chat].messages.len() + 1;
        let others = self.others(chat, by);
        for who in self.everybody(chat) {
            // What was put away comes back, unless it is muted.
            let seat = self.chats[chat].members.iter_mut().find(|seat| seat.who == who && seat.archived && !seat.muted && who != by);
            if let Some(seat) = seat {
                seat.archived = false;
                let told = json!({ "conversationId": self.chats[chat].id, "isArchived": false });
                self.tell([who], "chat_archive_status_changed", &told);
            }
        }
        // Who answers has read what came before; not who has it sent by the house, and is perhaps asleep.
        let asleep = socket.is_none().then(|| (self.mark(chat, by, false) + 1 != seq, self.mark(chat, by, true) + 1 != seq));
        if asleep.is_none() {
            self.go_on(chat, by, seq - 1, true, at);
        }
        self.chats[chat].messages.push(Message {
            id: fresh.to_owned(),
            by,
            content,
            origin,
            client_id: client_id.clone(),
            at,
            updated: at,
            answers,
            urgent,
            receipts: others.iter().map(|who| (*who, Receipt::default())).collect(),
            system: None,
            reactions: Vec::new(),
            acks: Vec::new(),
            versions: Vec::new(),
            edited: None,
            deleted: false,
            touched: 0,
            asleep: asleep.unwrap_or_default(),
            repeat: (urgent && !others.is_empty()).then_some((self.now + REPEAT, 0)),
        });
        self.chats[chat].activity = at;
        self.touch(chat, Some(seq));
        self.at(Named { chat, seq }).updated = at;
        if let Some(id) = client_id.clone() {
            self.chats[chat].sent.insert((by, id), (Kept::Place(seq), at));
        }
        let own = self.seat_mut(chat, by).expect("who writes is there");
        own.has_written = true;
        if socket == Some(false) {
            own.posts.retain(|(_, posted)| at.saturating_sub(*posted) <= COPY_WINDOW);
            own.posts.push((seq, at));
        }
        for who in others {
            let told = json!({ "conversationId": self.chats[chat].id, "message": self.as_told(Named { chat, seq }, who) });
            self.tell([who], "new_message", &told);
        }
        let view = self.view(Named { chat, seq }, by);
        let sent = json!({ "conversationId": self.chats[chat].id, "id": fresh, "clientMessageId": client_id, "message": view });
        self.tell([by], "message_sent", &sent);
    }

    /// Whom those in a conversation are told of as the author of words that are passed on.
    fn named(&self, chat: usize, by: usize, author: usize) -> usize {
        let together = self.everybody(chat).contains(&author);
        let never = |reader: usize| reach(self.people[reader].role, self.people[author].role) == 'n';
        if author != by && !together && self.others(chat, by).into_iter().any(never) { by } else { author }
    }

    /// The words of a letter, and who wrote them first if they are passed on.
    fn words(&self, by: usize, letter: &Letter) -> Result<(String, Option<usize>), &'static str> {
        let Some(at) = letter.forwards else { return Ok((WORDS[letter.words].to_owned(), None)) };
        let original = self.message(at, by)?;
        if original.deleted || original.system.is_some() {
            Err("CONFLICT")
        } else {
            Ok((original.content.clone(), original.origin.or(Some(original.by))))
        }
    }

    /// What the message was if it has come before.
    fn repeated(&mut self, chat: usize, by: usize, letter: &Letter) -> Option<Kept> {
        if let Some(id) = letter.client_id() {
            return self.chats[chat].sent.get(&(by, id)).map(|(kept, _)| kept.clone());
        }
        if !letter.socket || letter.forwards.is_some() || letter.later.is_some() {
            return None;
        }
        let now = self.now;
        let words: Vec<String> = self.chats[chat].messages.iter().map(|message| message.content.clone()).collect();
        let posts = &mut self.seat_mut(chat, by).ok()?.posts;
        let copied = posts.iter().position(|(seq, at)| now.saturating_sub(*at) <= COPY_WINDOW && words[seq - 1] == WORDS[letter.words])?;
        Some(Kept::Place(posts.remove(copied).0))
    }

    /// The hourly sweep.
    pub fn sweep(&mut self) {
        let now = self.now;
        for chat in &mut self.chats {
            chat.sent.retain(|_, (_, at)| now.saturating_sub(*at) <= REMEMBERED);
        }
    }

    /// The newest place that a person has read (or received), or written, or found there.
    pub fn mark(&self, chat: usize, who: usize, read: bool) -> usize {
        let passed = |message: &Message| {
            (message.by == who && message.system.is_none() && !(if read { message.asleep.1 } else { message.asleep.0 }))
                || message.receipts.get(&who).is_some_and(|r| if read { r.read } else { r.delivered }.is_some())
        };
        let from = self.seat(chat, who).map_or(0, |seat| seat.from);
        self.chats[chat].messages.iter().rposition(passed).map_or(0, |index| index + 1).max(from)
    }

    pub fn unread(&self, chat: usize, who: usize) -> usize {
        // Who took a message back has left nothing to read, and what the system says, or oneself, is nothing to read.
        let counts = |message: &&Message| !message.deleted && message.system.is_none() && message.by != who;
        self.chats[chat].messages[self.mark(chat, who, true)..].iter().filter(counts).count()
    }

    /// How far the messages of somebody have come: as far as the slowest of the others.
    pub fn boundary(&self, chat: usize, of: usize, read: bool) -> usize {
        let left = self.chats[chat].group.as_ref().map_or(0, |group| if read { group.left.1 } else { group.left.0 });
        self.others(chat, of).into_iter().map(|who| self.mark(chat, who, read)).min().unwrap_or(left)
    }

    /// For each member: how far their messages are delivered and read.
    pub fn boundaries(&self, chat: usize) -> HashMap<usize, (usize, usize)> {
        let both = |who| (who, (self.boundary(chat, who, false), self.boundary(chat, who, true)));
        self.everybody(chat).into_iter().map(both).collect()
    }

    /// Tells everybody whose messages have come further than `before`, of places up to `most` that they see.
    pub fn tell_progress(&mut self, chat: usize, before: &HashMap<usize, (usize, usize)>, most: usize) {
        for who in self.everybody(chat) {
            let (was, is) = (before.get(&who).copied().unwrap_or((usize::MAX, usize::MAX)), self.boundaries(chat)[&who]);
            let is = (is.0.min(most), is.1.min(most));
            let mut news = Vec::new();
            if is.0 > was.0 && is.0 > is.1 {
                news.push((is.0, "delivered"));
            }
            if is.1 > was.1 {
                news.push((is.1, "read"));
            }
            for (seq, status) in news {
                if self.seat(chat, who).is_ok_and(|seat| seat.hidden < seq) {
                    let told = json!({ "conversationId": self.chats[chat].id, "messageId": self.chats[chat].messages[seq - 1].id, "seq": seq,
                        "status": status });
                    self.tell([who], "message_status_update", &told);
                }
            }
        }
    }

    /// A person has received, or read, everything up to a place. Never back.
    fn go_on(&mut self, chat: usize, by: usize, seq: usize, read: bool, at: u64) -> bool {
        let before = self.boundaries(chat);
        let mut moved = false;
        for message in &mut self.chats[chat].messages[..seq] {
            if message.by == by && message.system.is_none() {
                moved |= if read { message.asleep.1 } else { message.asleep.0 };
                message.asleep = (false, message.asleep.1 && !read);
            }
            let Some(receipt) = message.receipts.get_mut(&by) else { continue };
            moved |= if read { receipt.read } else { receipt.delivered }.is_none();
            receipt.delivered.get_or_insert(at);
            if read {
                receipt.read.get_or_insert(at);
            }
        }
        if !moved {
            return false;
        }
        if let Ok(seat) = self.seat_mut(chat, by) {
            seat.steps += 1;
        }
        self.touch(chat, None);
        let status = if read { "read" } else { "delivered" };
        let mut told = json!({ "conversationId": self.chats[chat].id, "messageId": self.chats[chat].messages[seq - 1].id, "seq": seq,
            "status": status, "userId": self.people[by].id, "readAt": read.then(|| time(self.now)) });
        if self.chats[chat].group.is_some() {
            self.tell_progress(chat, &before, seq);
        } else {
            self.tell(self.others(chat, by), "message_status_update", &told);
        }
        if read {
            told["unreadCount"] = json!(self.unread(chat, by));
            self.tell([by], "message_status_update", &told);
            let message = &self.chats[chat].messages[seq - 1];
            let told = json!({ "conversationId": self.chats[chat].id, "messageId": message.id, "readAt": time(self.now) });
            let of_group = Some(message.by).filter(|sender| *sender != by && message.system.is_none());
            let sender = match self.chats[chat].group {
                // As soon as everybody has read it.
                Some(_) => of_group.filter(|sender| self.sees(chat, seq, *sender) && self.boundary(chat, *sender, true) >= seq),
                None => self.others(chat, by).first().copied(),
            };
            self.tell(sender, "message_read", &told);
        }
        true
    }

    pub fn mark_message(&mut self, by: usize, at: Named, read: bool) -> Answer {
        let message = self.message(at, by)?;
        if message.by == by && message.system.is_none() {
            return Err("FORBIDDEN");
        }
        self.go_on(at.chat, by, at.seq, read, self.now);
        let view = self.view(at, by);
        Ok(json!({ "id": view["id"], "conversationId": view["conversationId"], "status": view["status"],
            "deliveredAt": view["deliveredAt"], "readAt": view["readAt"] }))
    }

    pub fn read(&mut self, by: usize, chat: usize, up_to: Option<usize>) -> Answer {
        self.seat(chat, by)?;
        let before = self.unread(chat, by);
        let seq = up_to.unwrap_or(usize::MAX).min(self.chats[chat].messages.len());
        self.go_on(chat, by, seq, true, self.now);
        let count = before - self.unread(chat, by);
        Ok(json!({ "conversationId": self.chats[chat].id, "markedCount": count, "readAt": time(self.now) }))
    }

    pub fn edit(&mut self, by: usize, at: Named, words: usize) -> Answer {
        let (now, words) = (self.now, WORDS[words]);
        let message = self.own(at, by)?;
        self.verified(by)?;
        if message.deleted || message.origin.is_some_and(|author| author != by) {
            return Err("CONFLICT");
        }
        if now.saturating_sub(message.at) > EDIT_WINDOW {
            return Err("EDIT_WINDOW_EXPIRED");
        }
        if words.trim().is_empty() {
            return Err("VALIDATION_ERROR");
        }
        if message.content != words {
            let message = self.at(at);
            let since = message.edited.unwrap_or(message.at);
            message.versions.push((std::mem::replace(&mut message.content, words.to_owned()), since));
            message.edited = Some(now);
            self.touch(at.chat, Some(at.seq));
            for who in self.readers(at, by).into_iter().chain([by]) {
                let message = if who == by { self.view(at, by) } else { self.as_told(at, who) };
                let told = json!({ "conversationId": self.chats[at.chat].id, "messageId": message["id"], "content": words,
                    "newContent": words, "editedAt": time(now), "message": message });
                self.tell([who], "message_edited", &told);
            }
        }
        Ok(self.view(at, by))
    }

    pub fn versions(&self, by: usize, at: Named) -> Answer {
        let message = self.message(at, by)?;
        Ok(message.versions.iter().map(|(content, since)| json!({ "content": content, "createdAt": time(*since) })).collect())
    }

    pub fn delete(&mut self, by: usize, at: Named) -> Answer {
        self.own(at, by)?;
        let message = self.at(at);
        let id = message.id.clone();
        if !message.deleted {
            message.deleted = true;
            message.content.clear();
            message.reactions.clear();
            message.acks.clear();
            message.versions.clear();
            message.repeat = None;
            self.touch(at.chat, Some(at.seq));
            let told = json!({ "conversationId": self.chats[at.chat].id, "messageId": id });
            self.tell(self.readers(at, usize::MAX), "message_deleted", &told);
        }
        Ok(json!({ "id": id }))
    }

    pub fn react(&mut self, by: usize, at: Named, emoji: usize, adds: bool) -> Answer {
        self.verified(by)?;
        if emoji == EMOJI.len() - 1 {
            return Err("VALIDATION_ERROR");
        }
        let now = self.now;
        if self.message(at, by)?.deleted {
            return Err("CONFLICT");
        }
        let reactions = &mut self.at(at).reactions;
        let there = reactions.iter().position(|(who, what, _)| (*who, *what) == (by, emoji));
        let changed = match (there, adds) {
            (None, true) => {
                if reactions.iter().filter(|(who, ..)| *who == by).count() == 5 {
                    return Err("CONFLICT");
                }
                reactions.push((by, emoji, now));
                true
            }
            (Some(place), false) => {
                reactions.remove(place);
                true
            }
            _ => false,
        };
        if changed {
            self.touch(at.chat, Some(at.seq));
        }
        let view = json!({ "conversationId": self.chats[at.chat].id, "messageId": self.at(at).id, "reactions": self.reactions(at) });
        if changed {
            let mut told = view.clone();
            told["userId"] = json!(self.people[by].id);
            told["emoji"] = json!(EMOJI[emoji]);
            told["action"] = json!(if adds { "added" } else { "removed" });
            self.tell(self.readers(at, usize::MAX), "message_reaction_updated", &told);
        }
        Ok(view)
    }

    pub fn acknowledge(&mut self, by: usize, at: Named) -> Answer {
        let message = self.message(at, by)?;
        if message.by == by {
            return Err("FORBIDDEN");
        }
        if message.deleted || !message.urgent {
            return Err("CONFLICT");
        }
        let now = self.now;
        let known = message.acks.iter().find(|(who, _)| *who == by).map(|(_, at)| *at);
        if known.is_none() {
            self.at(at).acks.push((by, now));
            if self.silent(at).is_empty() {
                self.at(at).repeat = None;
            }
            self.touch(at.chat, Some(at.seq));
            let told = json!({ "conversationId": self.chats[at.chat].id, "messageId": self.at(at).id, "userId": self.people[by].id,
                "at": time(now), "acks": self.acks(at) });
            self.tell(self.readers(at, usize::MAX), "message_acknowledged", &told);
        }
        // Who has seen it has read what came before.
        self.go_on(at.chat, by, at.seq, true, now);
        Ok(json!({ "id": self.at(at).id, "conversationId": self.chats[at.chat].id, "acks": self.acks(at),
            "acknowledgedAt": time(known.unwrap_or(now)) }))
    }

    pub fn mute(&mut self, by: usize, chat: usize, to: Option<bool>) -> Answer {
        let seat = self.seat_mut(chat, by)?;
        seat.muted = to.unwrap_or(!seat.muted);
        let view = json!({ "conversationId": self.chats[chat].id, "isMuted": self.seat(chat, by)?.muted });
        self.tell([by], "chat_mute_status_changed", &view);
        Ok(view)
    }

    pub fn archive(&mut self, by: usize, chat: usize, to: Option<bool>) -> Answer {
        let seat = self.seat_mut(chat, by)?;
        seat.archived = to.unwrap_or(!seat.archived);
        let view = json!({ "conversationId": self.chats[chat].id, "isArchived": self.seat(chat, by)?.archived });
        self.tell([by], "chat_archive_status_changed", &view);
        Ok(view)
    }

    pub fn pin(&mut self, by: usize, chat: usize, to: Option<bool>) -> Answer {
        let seat = self.seat_mut(chat, by)?;
        seat.pinned = to.unwrap_or(!seat.pinned);
        let view = json!({ "conversationId": self.chats[chat].id, "isPinned": self.seat(chat, by)?.pinned });
        self.tell([by], "chat_pin_status_changed", &view);
        Ok(view)
    }
}

/// What somebody wants to send.
#[derive(Debug, Clone)]
pub struct Letter {
    pub chat: usize,
    pub to: Option<usize>,
    pub words: usize,
    pub id: Option<usize>,
    pub replies_to: Option<Named>,
    pub forwards: Option<Named>,
    pub socket: bool,
    pub urgent: bool,
    pub later: Option<i64>,
}

impl Letter {
    pub fn client_id(&self) -> Option<String> {
        self.id.map(|number| format!("number {number}"))
    }
}
