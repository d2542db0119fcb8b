//! What appointments ask of conversations: the one of the two, the message that tells of a change, and which appointment is next.

use super::{
    Rules, Seat,
    db::TxOf,
    draft::{self, Target},
    open, send, system, toggles,
    view::{self, People},
};
use crate::{
    accounts::Actor,
    clock::Timestamp,
    contract::AppointmentView,
    error::{Code, Error, Result},
    ids::{AppointmentId, ChatId, MessageId, UserId},
    store::{
        Read, StoreError,
        records::{Appointment, AppointmentChange, ChatKind, System},
        tables,
    },
};

/// With whom an appointment is to be, once that is well said. The same answers as for a message.
pub fn target(conversation: Option<&String>, person: Option<&String>) -> Result<Target> {
    draft::target(conversation, person)
}

/// The seat of a person in the conversation with another, if they may write to them. The conversation is opened if there is none.
pub fn seat(tx: &mut TxOf<'_>, rules: &Rules, actor: &Actor, target: Target) -> Result<Seat> {
    actor.verified()?;
    let seat = send::seat(tx, rules, actor, target)?;
    if seat.chat.kind != ChatKind::Direct {
        return Err(Error::with(Code::Forbidden, "Appointments are between two people. Please choose one of the members."));
    }
    rules.policy.check_write(tx, actor, &seat)?;
    Ok(seat)
}

/// Writes of a change into the conversation, as somebody's doing, and tells both. Which message it is.
pub fn note(
    tx: &mut TxOf<'_>,
    rules: &Rules,
    (chat, user): (ChatId, UserId),
    change: AppointmentChange,
    words: String,
) -> Result<MessageId> {
    let mut seat = Seat::find(tx, user, chat)?;
    toggles::bring_back(tx, &mut seat)?;
    let message = system::place(tx, rules, &mut seat, System::Appointment(change), words)?;
    let id = message.id;
    system::tell(tx, &seat, message);
    Ok(id)
}

/// Links a conversation with the next appointment of its two, or with none, and tells both if that is news. What a client has named
/// itself, and is no appointment of theirs, stays until there is one.
pub fn link(tx: &mut TxOf<'_>, rules: &Rules, (chat, user): (ChatId, UserId), next: Option<AppointmentId>) -> Result<()> {
    let mut seat = Seat::find(tx, user, chat)?;
    let name = next.map(|id| id.to_string());
    let is_news = seat.chat.appointment != name;
    if !is_news || (name.is_none() && of(tx, &seat, seat.chat.appointment.as_deref())?.is_none()) {
        return Ok(());
    }
    seat.chat.appointment = name;
    seat.save_chat(tx)?;
    open::announce(tx, rules, &seat)
}

/// The appointment of the two in a conversation that has this name.
fn of(read: &impl Read, seat: &Seat, name: Option<&str>) -> Result<Option<(AppointmentId, Appointment)>, StoreError> {
    let Some(id) = name.and_then(|name| name.parse().ok()) else { return Ok(None) };
    Ok(read.get(tables::APPOINTMENTS, &id)?.filter(|appointment| appointment.chat == seat.id).map(|appointment| (id, appointment)))
}

/// The next appointment of the two in a conversation.
pub fn next(read: &impl Read, seat: &Seat, now: Timestamp) -> Result<Option<(AppointmentId, Appointment)>, StoreError> {
    Ok(of(read, seat, seat.chat.appointment.as_deref())?.filter(|(_, appointment)| appointment.is_ahead(now)))
}

/// Whether a client may link a conversation with a name: not in place of the next appointment, and not with one that is over.
pub fn takes_name(read: &impl Read, seat: &Seat, name: &str, now: Timestamp) -> Result<bool, StoreError> {
    Ok(next(read, seat, now)?.is_none() && of(read, seat, Some(name))?.is_none())
}

/// Whether somebody who only answers may write in a conversation: the other one has written, or the two have an appointment to come.
pub fn may_answer(read: &impl Read, seat: &Seat, peer: UserId, now: Timestamp) -> Result<bool, StoreError> {
    Ok(seat.has_written(read, peer)? || next(read, seat, now)?.is_some())
}

/// An appointment with the names of its two.
pub fn view(people: &People<'_, impl Read>, id: AppointmentId, appointment: &Appointment) -> Result<AppointmentView, StoreError> {
    let names = (people.name(appointment.patient)?, people.name(appointment.provider)?);
    Ok(AppointmentView::new(id, appointment, names))
}

/// Some appointments, as they are at a moment.
pub fn views(read: &impl Read, rules: &Rules, now: Timestamp, ids: &[AppointmentId]) -> Result<Vec<AppointmentView>> {
    let people = view::People::new(read, rules, now);
    let mut views = Vec::with_capacity(ids.len());
    for id in ids {
        if let Some(appointment) = read.get(tables::APPOINTMENTS, id)? {
            views.push(view(&people, *id, &appointment)?);
        }
    }
    Ok(views)
}
