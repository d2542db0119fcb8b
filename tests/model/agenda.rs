//! What the house does at a set time, in the model: messages that wait, and urgent ones that are repeated.

use super::op::WORDS;
use super::world::{Answer, Kept, Named, World, time};
use serde_json::{Value, json};

/// How often those are told again who have not acknowledged an urgent message: the usual setting.
pub const REPEAT: u64 = 2 * 60_000;
/// A repetition that lies this much farther off than its interval is made at once: the clock was set back.
const SLACK: u64 = 2_000;
const YEAR: u64 = 366 * 24 * 3_600_000;

/// What a message says, before it has a place.
#[derive(Clone)]
pub struct Paper {
    pub content: String,
    pub origin: Option<usize>,
    pub client_id: Option<String>,
    pub answers: Option<usize>,
    pub urgent: bool,
}

/// A message that its author sends later.
#[derive(Clone)]
pub struct Waiting {
    pub id: String,
    pub by: usize,
    pub chat: usize,
    pub content: String,
    pub origin: Option<usize>,
    pub client_id: Option<String>,
    pub answers: Option<usize>,
    pub urgent: bool,
    pub due: u64,
    pub created: u64,
    pub updated: u64,
    /// Its time has come, and it could not be sent.
    pub failed: bool,
}

pub fn check_time(now: u64, due: u64) -> Result<(), &'static str> {
    if due > now && due <= now + YEAR { Ok(()) } else { Err("VALIDATION_ERROR") }
}

impl World {
    pub fn waiting_view(&self, waiting: &Waiting) -> Value {
        json!({ "id": waiting.id, "seq": 0, "conversationId": self.chats[waiting.chat].id, "clientMessageId": waiting.client_id,
            "senderId": self.people[waiting.by].id, "content": waiting.content, "status": "scheduled", "scheduledFor": time(waiting.due),
            "createdAt": time(waiting.created), "updatedAt": time(waiting.updated), "priority": if waiting.urgent { "urgent" } else { "normal" },
            "forwardedFrom": waiting.origin.map(|who| json!({ "senderId": self.people[who].id, "senderName": self.people[who].name() })) })
    }

    /// Puts a message that waits into the list, and tells its author.
    pub fn keep(&mut self, waiting: Waiting, action: &str) -> Value {
        if let Some(id) = &waiting.client_id {
            self.chats[waiting.chat].sent.insert((waiting.by, id.clone()), (Kept::Waiting(waiting.id.clone()), waiting.due));
        }
        let view = self.tell_waiting(&waiting, action);
        self.waiting.retain(|other| other.id != waiting.id);
        self.waiting.push(waiting);
        view
    }

    fn tell_waiting(&mut self, waiting: &Waiting, action: &str) -> Value {
        let view = self.waiting_view(waiting);
        self.tell([waiting.by], "scheduled_message_changed", &json!({ "action": action, "message": view }));
        view
    }

    /// What somebody has scheduled, soonest first; of the same time what was written first.
    pub fn scheduled(&self, by: usize) -> Value {
        let mut own: Vec<&Waiting> = self.waiting.iter().filter(|waiting| waiting.by == by).collect();
        own.sort_by_key(|waiting| (waiting.due, waiting.id[16..].to_owned(), waiting.id.clone()));
        own.into_iter().map(|waiting| self.waiting_view(waiting)).collect()
    }

    fn own_waiting(&self, by: usize, id: &str) -> Result<Waiting, &'static str> {
        self.waiting.iter().find(|waiting| waiting.id == id && waiting.by == by).cloned().ok_or("MESSAGE_NOT_FOUND")
    }

    pub fn reschedule(&mut self, by: usize, id: &str, words: Option<usize>, later: Option<i64>) -> Answer {
        let mut waiting = self.own_waiting(by, id)?;
        let mut changed = false;
        if let Some(words) = words.map(|words| WORDS[words]).filter(|words| *words != waiting.content) {
            if waiting.origin.is_some_and(|author| author != by) {
                return Err("CONFLICT");
            }
            // Whether it may be without words is known when the message is: one with files may.
            if words.trim().is_empty() {
                return Err("VALIDATION_ERROR");
            }
            words.clone_into(&mut waiting.content);
            changed = true;
        }
        if let Some(later) = later {
            let due = self.now.saturating_add_signed(later);
            check_time(self.now, due)?;
            changed |= due != waiting.due || waiting.failed;
            (waiting.due, waiting.failed) = (due, false);
        }
        if !changed {
            return Ok(self.waiting_view(&waiting));
        }
        waiting.updated = self.now;
        Ok(self.keep(waiting, "updated"))
    }

    pub fn unschedule(&mut self, by: usize, id: &str) -> Answer {
        let waiting = self.own_waiting(by, id)?;
        self.waiting.retain(|other| other.id != id);
        self.tell_waiting(&waiting, "cancelled");
        Ok(json!({ "id": id }))
    }

    /// Those whom a message has reached and who have not acknowledged it.
    pub fn silent(&self, at: Named) -> Vec<usize> {
        let message = &self.chats[at.chat].messages[at.seq - 1];
        let seats = self.chats[at.chat].members.iter().filter(|seat| seat.who != message.by && seat.from < at.seq);
        seats.map(|seat| seat.who).filter(|who| message.acks.iter().all(|(acked, _)| acked != who)).collect()
    }

    /// Does what is due: first what is urgent, each in the order of its time.
    pub fn do_what_is_due(&mut self) {
        let now = self.now;
        let mut repeats: Vec<(bool, u64, String, Named)> = Vec::new();
        for (chat, has) in self.chats.iter().enumerate() {
            for (index, message) in has.messages.iter().enumerate() {
                let Some((due, _)) = message.repeat else { continue };
                let too_far = due > now + REPEAT + SLACK;
                if due <= now || too_far {
                    repeats.push((too_far, due, has.id.clone(), Named { chat, seq: index + 1 }));
                }
            }
        }
        repeats.sort_by_key(|(too_far, due, id, at)| (*too_far, *due, id.clone(), at.seq));
        for (.., at) in repeats {
            self.repeat(at);
        }
        let mut due: Vec<Waiting> = self.waiting.iter().filter(|waiting| !waiting.failed && waiting.due <= now).cloned().collect();
        due.sort_by_key(|waiting| (waiting.due, self.people[waiting.by].id.clone(), waiting.id.clone()));
        for waiting in due {
            self.deliver(waiting);
        }
    }

    fn repeat(&mut self, at: Named) {
        let silent = self.silent(at);
        let next = self.now + REPEAT;
        let message = &mut self.chats[at.chat].messages[at.seq - 1];
        if silent.is_empty() {
            message.repeat = None;
            return;
        }
        let attempt = message.repeat.map_or(0, |(_, attempt)| attempt) + 1;
        message.repeat = Some((next, attempt));
        let (id, sent, sender) = (message.id.clone(), message.at, message.by);
        let told = json!({ "kind": "urgent", "conversationId": self.chats[at.chat].id, "messageId": id, "attempt": attempt,
            "senderId": self.people[sender].id, "senderName": self.people[sender].name(), "sentAt": time(sent) });
        self.tell(silent, "notification", &told);
    }

    /// Sends a message whose time has come, with the rights that its author has now.
    fn deliver(&mut self, mut waiting: Waiting) {
        let (chat, by) = (waiting.chat, waiting.by);
        let may = self.people[by].is_there() && self.seat(chat, by).is_ok() && self.may_write(chat, by);
        if !may {
            (waiting.failed, waiting.updated) = (true, self.now);
            self.tell_waiting(&waiting, "failed");
            if let Some(kept) = self.waiting.iter_mut().find(|kept| kept.id == waiting.id) {
                *kept = waiting;
            }
            return;
        }
        let fresh = format!("{}{:016x}", self.chats[chat].id, self.chats[chat].messages.len() + 1);
        let Waiting { content, origin, client_id, answers, urgent, .. } = waiting.clone();
        self.place(chat, by, Paper { content, origin, client_id, answers, urgent }, &fresh, None);
        self.waiting.retain(|kept| kept.id != waiting.id);
        self.tell_waiting(&waiting, "sent");
    }
}
