//! What one person sees of the model, in the contract's words. Fields that are not named here are not compared.

use super::{
    op::{EMOJI, PageKind},
    world::{Answer, Member, Message, Named, Person, Receipt, World, time},
};
use serde_json::{Value, json};

/// Stands for a value that may be anything: what the server need not remember.
pub const ANYTHING: &str = "(anything)";

/// Of older steps in reading than these the server need not know the time.
const STEPS: usize = 16;

impl World {
    /// A message as a person sees it.
    pub fn view(&self, at: Named, by: usize) -> Value {
        let chat = &self.chats[at.chat];
        let message = &chat.messages[at.seq - 1];
        let sender = &self.people[message.by];
        let mut view = json!({
            "id": message.id, "_id": message.id, "seq": at.seq, "conversationId": chat.id,
            "clientMessageId": message.client_id.as_ref().filter(|_| message.by == by),
            "senderId": sender.id, "senderName": sender.name(), "senderRole": sender.role,
            "sender": side(message.by, by),
            "content": message.content, "messageType": "text", "type": "text",
            "timestamp": time(message.at), "createdAt": time(message.at), "updatedAt": time(message.updated),
            "replyTo": message.answers.filter(|seq| self.sees(at.chat, *seq, by)).map(|seq| self.quote(at.chat, seq, by)),
            "forwardedFrom": message.origin.map(|who| json!({ "senderId": self.people[who].id, "senderName": self.people[who].name() })),
            "reactions": self.reactions(at),
            "isEdited": message.edited.is_some(), "editedAt": message.edited.map(time), "isDeleted": message.deleted,
            "priority": if message.urgent { "urgent" } else { "normal" },
            "requiresAck": message.urgent, "acks": self.acks(at),
            "isSystemMessage": message.system.is_some(), "systemType": message.system.as_ref().map(|_| "group"),
            "systemData": message.system.as_ref().map(|(action, people, name)| {
                let (ids, names): (Vec<_>, Vec<_>) = people.iter().map(|who| (&self.people[*who].id, self.people[*who].name())).unzip();
                json!({ "action": action, "actorId": sender.id, "actorName": sender.name(), "userIds": ids, "names": names, "name": name })
            }),
        });
        let peer = if chat.group.is_some() { None } else { self.others(at.chat, message.by).first().map(|who| &self.people[*who].id) };
        view["recipientId"] = json!(peer);
        self.add_ticks(&mut view, at);
        view
    }

    /// The places of the messages that a member sees.
    pub fn places(&self, chat: usize, by: usize) -> std::ops::RangeInclusive<usize> {
        self.seat(chat, by).map_or(0, |seat| seat.hidden) + 1..=self.chats[chat].messages.len()
    }

    /// The same as an event tells it to all recipients alike.
    pub fn as_told(&self, at: Named, who: usize) -> Value {
        let mut view = self.view(at, who);
        if let Some(quote) = view["replyTo"].as_object_mut() {
            quote.remove("sender");
        }
        view
    }

    fn add_ticks(&self, view: &mut Value, at: Named) {
        let chat = &self.chats[at.chat];
        let message = &chat.messages[at.seq - 1];
        let reached = |read| self.boundary(at.chat, message.by, read) >= at.seq;
        let status = match (reached(true), reached(false)) {
            (true, _) => "read",
            (false, true) => "delivered",
            _ => "sent",
        };
        view["status"] = json!(status);
        view["read"] = json!(status == "read");
        let recipients: Vec<_> = chat.members.iter().filter(|member| member.who != message.by && member.from < at.seq).collect();
        let forgotten = recipients.iter().any(|member| member.steps >= STEPS);
        let shown = |when: fn(&Receipt) -> Option<u64>, is: bool| {
            let last = recipients.iter().filter_map(|member| message.receipts.get(&member.who).and_then(when)).max();
            match last.filter(|_| is) {
                Some(_) if forgotten => json!(ANYTHING),
                Some(at) => time(at),
                None => Value::Null,
            }
        };
        view["deliveredAt"] = shown(|receipt| receipt.delivered, status != "sent");
        view["readAt"] = shown(|receipt| receipt.read, status == "read");
    }

    /// Whether a person sees a place.
    pub fn sees(&self, chat: usize, seq: usize, by: usize) -> bool {
        self.seat(chat, by).is_ok_and(|seat| seat.hidden < seq)
    }

    fn quote(&self, chat: usize, seq: usize, by: usize) -> Value {
        let original = &self.chats[chat].messages[seq - 1];
        json!({ "id": original.id, "sender": side(original.by, by), "senderId": self.people[original.by].id, "content": original.content,
            "messageType": "text" })
    }

    pub fn reactions(&self, at: Named) -> Value {
        let reactions = &self.chats[at.chat].messages[at.seq - 1].reactions;
        let view = |(who, emoji, at): &(usize, usize, u64)| {
            let id = &self.people[*who].id;
            json!({ "userId": id, "user": id, "emoji": EMOJI[*emoji], "createdAt": time(*at) })
        };
        reactions.iter().map(view).collect()
    }

    pub fn acks(&self, at: Named) -> Value {
        let acks = &self.chats[at.chat].messages[at.seq - 1].acks;
        acks.iter().map(|(who, at)| json!({ "userId": self.people[*who].id, "at": time(*at) })).collect()
    }

    /// A conversation as a member sees it.
    pub fn conversation(&self, at: usize, by: usize) -> Value {
        let chat = &self.chats[at];
        let others = self.others(at, by);
        let peer = if chat.group.is_some() { None } else { others.first().map(|who| &self.people[*who]) };
        let Ok(seat) = self.seat(at, by) else { return Value::Null };
        let newest = chat.messages.iter().rposition(|message| !message.deleted);
        let last = newest.filter(|index| *index >= seat.hidden).map(|index| {
            let view = self.view(Named { chat: at, seq: index + 1 }, by);
            let field = |name: &str| view[name].clone();
            json!({ "id": field("id"), "content": field("content"), "messageType": "text", "timestamp": field("timestamp"),
                "sender": field("sender"), "senderId": field("senderId"), "status": field("status") })
        });
        let everybody: Vec<Value> = others.iter().chain([&by]).map(|who| participant(&self.people[*who])).collect();
        let group = chat.group.as_ref();
        let admin = self.leader(at).map(|who| &self.people[who].id);
        let name = peer.map_or_else(|| group.map_or("", |group| group.name).to_owned(), Person::name);
        let is_active = peer.map_or(chat.members.len() > 1, Person::is_there);
        json!({ "id": chat.id, "_id": chat.id, "type": if group.is_some() { "group" } else { "direct" }, "name": name,
            "groupName": group.map(|group| group.name), "groupAdmin": admin, "participants": everybody, "lastMessage": last,
            "unreadCount": self.unread(at, by), "isMuted": seat.muted, "isPinned": seat.pinned, "isArchived": seat.archived,
            "lastActivity": time(chat.activity), "createdAt": time(chat.created), "isActive": is_active, "seq": chat.messages.len() })
    }

    pub fn get(&self, by: usize, chat: usize) -> Answer {
        self.seat(chat, by)?;
        Ok(self.conversation(chat, by))
    }

    /// The places of a page, oldest first.
    pub fn page(&self, by: usize, chat: usize, wish: (PageKind, u64, u64, bool)) -> Answer {
        let first = self.seat(chat, by)?.hidden + 1;
        let (kind, place, limit, deleted) = wish;
        let (place, limit) = (usize::try_from(place).unwrap(), usize::try_from(limit).unwrap());
        let shown = |seq: &usize| deleted || !self.chats[chat].messages[seq - 1].deleted;
        let last = self.chats[chat].messages.len();
        let mut page: Vec<usize> = match kind {
            // Counted over places, deleted ones too: the cost must not grow with the depth.
            PageKind::Skip => {
                let high = last.saturating_sub(place);
                (first..=high).rev().take(limit).filter(shown).collect()
            }
            PageKind::Before => (first..place.min(last + 1)).rev().filter(shown).take(limit).collect(),
            PageKind::After => (first.max(place + 1)..=last).filter(shown).take(limit).collect(),
        };
        page.sort_unstable();
        let total = (first..=last).filter(shown).count();
        let items: Vec<Value> = page.into_iter().map(|seq| self.view(Named { chat, seq }, by)).collect();
        Ok(json!({ "items": items, "total": total }))
    }

    pub fn list(&self, by: usize, filter: &str, search: &str, page: u64, limit: u64) -> Value {
        let mut all: Vec<usize> = (0..self.chats.len()).filter(|chat| self.seat(*chat, by).is_ok()).collect();
        all.retain(|chat| {
            let Ok(seat) = self.seat(*chat, by) else { return false };
            let is_here = !seat.archived || !search.is_empty();
            match filter {
                "unread" => is_here && self.unread(*chat, by) > 0,
                "pinned" => is_here && seat.pinned,
                "archived" => seat.archived,
                "groups" => self.chats[*chat].group.is_some(),
                _ => is_here,
            }
        });
        let named = |chat: &usize| self.chats[*chat].group.as_ref().is_some_and(|group| has_words(group.name, search));
        all.retain(|chat| {
            search.is_empty() || named(chat) || self.others(*chat, by).iter().any(|who| is_called(&self.people[*who], search))
        });
        all.sort_by_key(|chat| {
            let pinned = self.seat(*chat, by).is_ok_and(|seat| seat.pinned);
            (!pinned, std::cmp::Reverse(self.chats[*chat].activity), self.chats[*chat].id.clone())
        });
        let total = all.len();
        let skip = usize::try_from((page - 1) * limit).unwrap();
        let items: Vec<Value> =
            all.into_iter().skip(skip).take(usize::try_from(limit).unwrap()).map(|chat| self.conversation(chat, by)).collect();
        json!({ "items": items, "total": total })
    }

    /// How far a message has come with each of its recipients.
    pub fn receipts(&self, by: usize, at: Named) -> Answer {
        let message = self.message(at, by)?;
        let recipients = self.chats[at.chat].members.iter().filter(|member| member.who != message.by && member.from < at.seq);
        let view = |member: &Member| {
            let reached = |read| self.mark(at.chat, member.who, read) >= at.seq;
            let status = match (reached(true), reached(false)) {
                (true, _) => "read",
                (false, true) => "delivered",
                _ => "sent",
            };
            let shown = |when: fn(&Receipt) -> Option<u64>| match message.receipts.get(&member.who).and_then(when) {
                Some(_) if member.steps >= STEPS => json!(ANYTHING),
                Some(at) => time(at),
                None => Value::Null,
            };
            json!({ "userId": self.people[member.who].id, "status": status, "deliveredAt": shown(|receipt| receipt.delivered),
                "readAt": shown(|receipt| receipt.read) })
        };
        Ok(recipients.map(view).collect())
    }

    /// The messages that have all the words, of the last one the beginning unless it is finished; newest first.
    pub fn find(&self, by: usize, query: &str, here: Option<usize>, from: Option<usize>) -> Answer {
        if let Some(chat) = here {
            self.seat(chat, by)?;
        }
        let query = query.to_lowercase();
        let (is_open, words) = (!query.ends_with(' '), query.split_whitespace().collect::<Vec<_>>());
        let fits = |message: &Message| {
            let said = message.content.to_lowercase();
            let said: Vec<&str> = said.split(|c: char| " <>".contains(c)).filter(|word| !word.is_empty()).collect();
            let (last, whole) = words.split_last().expect("words");
            whole.iter().all(|word| said.contains(word))
                && said.iter().any(|word| if is_open { word.starts_with(last) } else { word == last })
        };
        let mut found: Vec<(u64, &str, usize, usize)> = Vec::new();
        for chat in (0..self.chats.len()).filter(|chat| here.is_none_or(|here| here == *chat) && self.seat(*chat, by).is_ok()) {
            for seq in self.places(chat, by) {
                let message = &self.chats[chat].messages[seq - 1];
                let is_wanted = !message.deleted && message.system.is_none() && from.is_none_or(|from| from == message.by);
                if is_wanted && fits(message) {
                    found.push((message.at, &self.chats[chat].id, seq, chat));
                }
            }
        }
        found.sort_unstable();
        Ok(found.into_iter().rev().map(|(_, _, seq, chat)| self.view(Named { chat, seq }, by)).collect())
    }

    pub fn unread_counts(&self, by: usize) -> Value {
        let mine = (0..self.chats.len()).filter(|chat| self.seat(*chat, by).is_ok());
        let counts: serde_json::Map<String, Value> = mine
            .map(|chat| (self.chats[chat].id.clone(), self.unread(chat, by)))
            .filter(|(_, count)| *count > 0)
            .map(|(id, count)| (id, json!(count)))
            .collect();
        let total: u64 = counts.values().filter_map(Value::as_u64).sum();
        json!({ "total": total, "unreadCount": total, "conversations": counts })
    }

    /// How far every member has come.
    pub fn marks(&self, chat: usize) -> Vec<Value> {
        let mark = |who: usize| json!({ "userId": self.people[who].id, "readSeq": self.mark(chat, who, true), "deliveredSeq": self.mark(chat, who, false) });
        self.everybody(chat).into_iter().map(mark).collect()
    }

    /// Whom a search shows, by name.
    pub fn search(&self, by: usize, query: &str, role: &str) -> Answer {
        if !self.people[by].approved {
            return Err("VERIFICATION_PENDING");
        }
        let mut found: Vec<&Person> = (0..self.people.len())
            .filter(|who| *who != by && self.finds(by, *who))
            .map(|who| &self.people[who])
            .filter(|person| role.is_empty() || role.split(',').any(|role| role == person.role))
            .filter(|person| matches!(query, "." | "*") || is_called(person, query))
            .collect();
        found.sort_by_key(|person| (person.name().to_lowercase(), person.id.clone()));
        Ok(found.into_iter().map(participant).collect())
    }
}

fn side(sender: usize, reader: usize) -> &'static str {
    if sender == reader { "user" } else { "provider" }
}

fn participant(person: &Person) -> Value {
    json!({ "id": person.id, "_id": person.id, "name": person.name(), "firstName": person.first, "lastName": person.last,
        "role": person.role })
}

/// Whether every word of a search begins a part of the name.
fn is_called(person: &Person, search: &str) -> bool {
    has_words(&person.name(), search)
}

fn has_words(name: &str, search: &str) -> bool {
    let (name, search) = (name.to_lowercase(), search.to_lowercase());
    search.split_whitespace().all(|word| name.split_whitespace().any(|part| part.starts_with(word)))
}
