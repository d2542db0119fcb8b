//! Messages that nobody wrote: they say what happened to a group or an appointment, or how a call was over, in words for people and in facts
//! for programs.
//! They take a place among the others and make nothing unread.

use super::{
    Rules, Seat,
    db::TxOf,
    send,
    view::{People, View},
};
use crate::{
    contract::{Emission, Event, MessageView},
    error::Result,
    ids::UserId,
    store::{
        StoreError,
        records::{GroupAction, GroupChange, Message, System},
        tables,
    },
};

/// How many people a sentence names; programs know all of them.
const NAMED: usize = 3;

/// Writes that the member of the seat has done something with the group, and saves the conversation.
pub fn write(tx: &mut TxOf<'_>, rules: &Rules, seat: &mut Seat, change: GroupChange) -> Result<MessageView> {
    let content = {
        let people = People::new(&*tx, rules, tx.now());
        sentence(&people.name(seat.user)?, &change, &names(&people, &change.people)?)
    };
    place(tx, rules, seat, System::Group(change), content)
}

/// Writes a message that nobody wrote, as the doing of the member of the seat, and saves the conversation.
pub fn place(tx: &mut TxOf<'_>, rules: &Rules, seat: &mut Seat, system: System, content: String) -> Result<MessageView> {
    let at = tx.now().max(seat.chat.last_activity);
    let cursor = seat.next_cursor();
    let seq = seat.chat.last_seq.next();
    let appointment = appointment(&system);
    let message = Message { system: Some(system), appointment, ..Message::new(seat.user, content, at, cursor) };
    seat.chat.last_seq = seq;
    seat.chat.last_quiet = seq;
    seat.chat.last_activity = at;
    seat.chat.preview = Some(send::preview(seq, &message));
    tx.put(tables::MESSAGES, &(seat.id, seq), &message)?;
    tx.put(tables::QUIET, &(seat.id, seq), &())?;
    seat.save_chat(tx)?;
    let people = People::new(&*tx, rules, at);
    View::of_new(&people, seat).message(seq, &message)
}

/// Sends it to all members, to each device of the one who did it too.
pub fn tell(tx: &mut TxOf<'_>, seat: &Seat, message: MessageView) {
    if seat.chat.members.contains(&seat.user) {
        tx.emit(Emission::to_users(vec![seat.user], Event::own_new_message(message.clone())));
    }
    tx.emit(Emission::to_users(seat.others().collect(), Event::new_message(message)));
}

/// The word for a system message.
pub fn kind(system: &System) -> String {
    match system {
        System::Other(kind) => kind.clone(),
        System::Group(_) => "group".into(),
        System::Call(_) => "call".into(),
        System::Appointment(_) => "appointment".into(),
    }
}

/// The appointment that a system message is about.
fn appointment(system: &System) -> Option<String> {
    match system {
        System::Appointment(change) => Some(change.id.to_string()),
        _ => None,
    }
}

/// The names of people; nothing for one who is gone.
pub fn names(people: &People<'_, impl crate::store::Read>, ids: &[UserId]) -> Result<Vec<String>, StoreError> {
    ids.iter().map(|id| people.name(*id)).collect()
}

/// What happened, for clients that show nothing but words.
fn sentence(actor: &str, change: &GroupChange, people: &[String]) -> String {
    let whom = list(people);
    let name = change.name.as_deref();
    match (change.action, name) {
        (GroupAction::Created, name) => format!("{actor} created the group “{}”.", name.unwrap_or_default()),
        (GroupAction::Added, _) => format!("{actor} added {whom}."),
        (GroupAction::Removed, _) => format!("{actor} removed {whom}."),
        (GroupAction::Left, _) => format!("{actor} left the group."),
        (GroupAction::Renamed, name) => format!("{actor} renamed the group to “{}”.", name.unwrap_or_default()),
        (GroupAction::Avatar, _) => format!("{actor} changed the picture of the group."),
        (GroupAction::Admin, _) => format!("{whom} now looks after the group."),
    }
}

/// `Ama, Bea and Mia`; of many only the first.
fn list(people: &[String]) -> String {
    let (first, rest) = people.split_at(people.len().min(NAMED));
    match (first, rest.len()) {
        ([one], 0) => one.clone(),
        ([start @ .., last], 0) => format!("{} and {last}", start.join(", ")),
        (first, 0) => first.join(", "),
        (first, 1) => format!("{} and 1 other", first.join(", ")),
        (first, more) => format!("{} and {more} others", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_name_a_few() {
        let said = |action, people: &[&str]| {
            let change = GroupChange { action, people: Vec::new(), name: Some("Care".into()) };
            sentence("Dora Sample", &change, &people.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>())
        };
        assert_eq!(said(GroupAction::Created, &["Ama"]), "Dora Sample created the group “Care”.");
        assert_eq!(said(GroupAction::Added, &["Ama"]), "Dora Sample added Ama.");
        assert_eq!(said(GroupAction::Added, &["Ama", "Bea"]), "Dora Sample added Ama and Bea.");
        assert_eq!(said(GroupAction::Added, &["Ama", "Bea", "Mia"]), "Dora Sample added Ama, Bea and Mia.");
        assert_eq!(said(GroupAction::Added, &["Ama", "Bea", "Mia", "Zoë"]), "Dora Sample added Ama, Bea, Mia and 1 other.");
        assert_eq!(said(GroupAction::Added, &["Ama", "Bea", "Mia", "Zoë", "Eve"]), "Dora Sample added Ama, Bea, Mia and 2 others.");
        assert_eq!(said(GroupAction::Left, &["Dora Sample"]), "Dora Sample left the group.");
        assert_eq!(said(GroupAction::Admin, &["Ama"]), "Ama now looks after the group.");
    }
}
