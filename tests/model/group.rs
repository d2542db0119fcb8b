//! Groups in the model: made, changed, joined and left. What happens stands among the messages.

use super::op::NAMES;
use super::world::{Answer, Group, Member, Message, Named, Receipt, World};
use serde_json::json;
use std::collections::HashMap;

/// Something that happened to a group: the word for it, to whom, and the name.
type Happened = (&'static str, Vec<usize>, Option<&'static str>);

impl World {
    /// Makes a group, which the server has called `id`.
    pub fn create_group(&mut self, by: usize, people: &[usize], name: usize, id: &str) -> Answer {
        let people: Vec<usize> = people.iter().copied().filter(|who| *who != by).collect();
        if people.is_empty() {
            return Err("VALIDATION_ERROR");
        }
        self.verified(by)?;
        self.reaches_all(by, &people)?;
        let members = [&[by], people.as_slice()].concat();
        let chat = self.add_chat(id, Some(Group { name: NAMES[name], admin: Some(by), left: (0, 0) }), &members);
        self.write(chat, by, vec![("created", people, Some(NAMES[name]))]);
        Ok(self.conversation(chat, by))
    }

    pub fn update_group(&mut self, by: usize, chat: usize, name: Option<usize>, admin: Option<usize>) -> Answer {
        self.led(chat, by)?;
        let mut happened: Vec<Happened> = Vec::new();
        if let Some(admin) = admin
            && !(self.seat(chat, admin).is_ok() && self.people[admin].is_there())
        {
            return Err("VALIDATION_ERROR");
        }
        let group = self.chats[chat].group.as_mut().ok_or("FORBIDDEN")?;
        if let Some(name) = name.filter(|name| NAMES[*name] != group.name) {
            group.name = NAMES[name];
            happened.push(("renamed", Vec::new(), Some(NAMES[name])));
        }
        if let Some(admin) = admin.filter(|admin| Some(*admin) != group.admin) {
            group.admin = Some(admin);
            happened.push(("admin", vec![admin], None));
        }
        if !happened.is_empty() {
            self.write(chat, by, happened);
        }
        Ok(self.conversation(chat, by))
    }

    pub fn add_people(&mut self, by: usize, chat: usize, people: &[usize]) -> Answer {
        self.led(chat, by)?;
        let new: Vec<usize> = people.iter().copied().filter(|who| self.seat(chat, *who).is_err()).collect();
        if !new.is_empty() {
            self.reaches_all(by, &new)?;
            let before = self.boundaries(chat);
            let from = self.chats[chat].messages.len();
            let hidden = if self.whole_history { 0 } else { from };
            self.chats[chat].members.extend(new.iter().map(|who| Member { hidden, ..Member::new(*who, from) }));
            self.write(chat, by, vec![("added", new, None)]);
            self.tell_progress(chat, &before, usize::MAX);
        }
        Ok(self.conversation(chat, by))
    }

    pub fn remove_person(&mut self, by: usize, chat: usize, who: usize) -> Answer {
        if by == who {
            self.of_group(chat, by)?;
        } else {
            self.led(chat, by)?;
        }
        self.seat(chat, who).map_err(|_| "USER_NOT_FOUND")?;
        let before = self.boundaries(chat);
        let marks = (self.mark(chat, who, false), self.mark(chat, who, true));
        let id = self.chats[chat].id.clone();
        let (action, reason) = if by == who { ("left", "left") } else { ("removed", "removed") };
        self.tell([who], "conversation_removed", &json!({ "conversationId": id, "reason": reason }));
        self.chats[chat].members.retain(|member| member.who != who);
        for message in &mut self.chats[chat].messages {
            message.receipts.remove(&who);
        }
        let mut happened: Vec<Happened> = vec![(action, vec![who], None)];
        // Who has been there longest looks after it now, if possible somebody who can.
        let members = self.everybody(chat);
        let heir = members.iter().copied().find(|member| self.people[*member].is_there()).or(members.first().copied());
        let group = self.chats[chat].group.as_mut().ok_or("FORBIDDEN")?;
        if members.len() == 1 {
            group.left = (group.left.0.max(marks.0), group.left.1.max(marks.1));
        }
        if group.admin == Some(who) {
            group.admin = heir;
            happened.extend(heir.map(|heir| ("admin", vec![heir], None)));
        }
        if !members.is_empty() {
            self.write(chat, by, happened);
            self.tell_progress(chat, &before, usize::MAX);
        }
        if by == who { Ok(json!({ "id": id, "left": true })) } else { Ok(self.conversation(chat, by)) }
    }

    fn of_group(&self, chat: usize, by: usize) -> Result<&Group, &'static str> {
        self.seat(chat, by)?;
        self.chats[chat].group.as_ref().ok_or("FORBIDDEN")
    }

    /// Whether a person looks after a group.
    fn led(&self, chat: usize, by: usize) -> Result<(), &'static str> {
        self.of_group(chat, by)?;
        if self.leader(chat) == Some(by) { self.verified(by) } else { Err("FORBIDDEN") }
    }

    /// Who looks after a group: its admin, or the longest member who can while the admin cannot.
    pub fn leader(&self, chat: usize) -> Option<usize> {
        let admin = self.chats[chat].group.as_ref()?.admin?;
        let able = std::iter::once(admin).chain(self.everybody(chat)).find(|who| self.people[*who].is_there());
        able.or(Some(admin))
    }

    fn reaches_all(&self, by: usize, people: &[usize]) -> Result<(), &'static str> {
        if people.iter().all(|who| self.may_open(by, *who)) { Ok(()) } else { Err("USER_NOT_FOUND") }
    }

    /// Writes what has happened into a group, shows everybody the group, and tells them what was written.
    fn write(&mut self, chat: usize, by: usize, happened: Vec<Happened>) {
        let first = self.chats[chat].messages.len() + 1;
        for what in happened {
            let at = self.now.max(self.chats[chat].activity);
            let receipts: HashMap<usize, Receipt> = self.everybody(chat).into_iter().map(|who| (who, Receipt::default())).collect();
            let seq = self.chats[chat].messages.len() + 1;
            let message = Message { receipts, ..Message::system(by, at, what, &self.chats[chat].id, seq) };
            self.chats[chat].messages.push(message);
            self.chats[chat].activity = at;
            self.touch(chat, Some(seq));
            self.chats[chat].messages[seq - 1].updated = at;
        }
        for who in self.everybody(chat) {
            let told = json!({ "conversation": self.conversation(chat, who) });
            self.tell([who], "conversation_updated", &told);
        }
        for seq in first..=self.chats[chat].messages.len() {
            for who in self.everybody(chat) {
                let mut message = self.view(Named { chat, seq }, who);
                // Nobody can have received yet what has just been written.
                for tick in ["status", "read", "readAt", "deliveredAt"] {
                    message.as_object_mut().unwrap().remove(tick);
                }
                let told = json!({ "conversationId": self.chats[chat].id, "message": message });
                self.tell([who], "new_message", &told);
            }
        }
    }
}
