//! What is written down about appointments: one function for each operation, over one transaction.

use super::{
    list,
    machine::{self, Step, Terms},
    wish::{Amendment, Booking, check_time},
};
use crate::{
    accounts::Actor,
    chat::{self, People, TxOf, appointed},
    clock::Timestamp,
    contract::{AppointmentView, Emission, Event, Notification},
    error::{Code, Error, Result},
    ids::{AppointmentId, UserId},
    store::{
        Read, StoreError,
        records::{Appointment, AppointmentAction as Action, AppointmentChange, AppointmentState as State, Role},
        tables,
    },
};
use serde_json::json;
use sha2::{Digest as _, Sha256};

/// How many appointments of a mother may be to come, and how many of them may wait for one professional's word.
const MOST_AHEAD: usize = 50;
const MOST_ASKED: usize = 5;

/// An appointment that somebody has asked for or offered.
pub struct Booked {
    /// As it is.
    pub view: AppointmentView,
    /// False: it had been made before, this was a repetition.
    pub fresh: bool,
}

/// Asks for an appointment, or offers one, once.
pub fn book(tx: &mut TxOf<'_>, rules: &chat::Rules, actor: &Actor, booking: &Booking) -> Result<Booked> {
    actor.verified()?;
    let name = booking.client_id.as_deref().map(|name| (actor.user, digest(name)));
    if let Some(id) = name.map(|name| tx.get(tables::BOOKED, &name)).transpose()?.flatten() {
        return Ok(Booked { view: view(tx, rules, id, &own(tx, actor.user, id)?)?, fresh: false });
    }
    let seat = appointed::seat(tx, rules, actor, booking.target)?;
    let peer = seat.peer().ok_or(Code::UserNotFound)?;
    let (patient, provider) = sides(tx, actor.user, peer)?;
    let (now, id) = (tx.now(), AppointmentId(tx.fresh()));
    let Terms { title, description, start, end, place, kind } = booking.terms.clone();
    check_time(start, now)?;
    check_room(tx, actor.user, (patient, provider))?;
    let mut appointment = Appointment {
        chat: seat.id,
        patient,
        provider,
        title,
        description,
        start,
        end,
        place,
        kind,
        state: State::Scheduled,
        proposed_by: actor.user,
        reason: None,
        cancelled_by: None,
        due: None,
        created_at: now,
        updated_at: now,
    };
    check_free(tx, actor.user, id, &appointment)?;
    if let Some(name) = name {
        tx.put(tables::BOOKED, &name, &id)?;
    }
    put(tx, id, None, &mut appointment, now)?;
    let view = tell(tx, rules, actor.user, id, &appointment, Action::Requested)?;
    Ok(Booked { view, fresh: true })
}

/// Changes an appointment, or takes a step with it.
pub fn amend(tx: &mut TxOf<'_>, rules: &chat::Rules, actor: &Actor, id: AppointmentId, amendment: &Amendment) -> Result<AppointmentView> {
    let appointment = own(tx, actor.user, id)?;
    let step = match amendment {
        Amendment::Step(_, Some(start)) if *start != appointment.start => {
            return Err(Error::with(Code::Conflict, "The time of this appointment was changed meanwhile. Please look at it again."));
        }
        Amendment::Step(step, _) => step.clone(),
        Amendment::Terms(wanted) => Step::Amend(wanted.terms(&appointment)?),
    };
    take(tx, rules, actor, id, appointment, step)
}

/// Calls an appointment off.
pub fn cancel(tx: &mut TxOf<'_>, rules: &chat::Rules, actor: &Actor, id: AppointmentId, reason: Option<String>) -> Result<AppointmentView> {
    let appointment = own(tx, actor.user, id)?;
    take(tx, rules, actor, id, appointment, Step::Cancel(reason))
}

fn take(
    tx: &mut TxOf<'_>,
    rules: &chat::Rules,
    actor: &Actor,
    id: AppointmentId,
    before: Appointment,
    step: Step,
) -> Result<AppointmentView> {
    actor.verified()?;
    let now = tx.now();
    let mut appointment = before.clone();
    let is_agreed = matches!(step, Step::Confirm | Step::Amend(_));
    let Some(action) = machine::take(&mut appointment, actor.user, step, now)? else {
        return view(tx, rules, id, &before);
    };
    // What two people agree on takes two who may talk to each other. What is over for one of them can always be ended.
    if is_agreed {
        check_meeting(tx, rules, &appointment)?;
    }
    if Terms::of(&appointment).moves(&before) {
        check_time(appointment.start, now)?;
        check_free(tx, actor.user, id, &appointment)?;
    }
    put(tx, id, Some(&before), &mut appointment, now)?;
    tell(tx, rules, actor.user, id, &appointment, action)
}

/// Does what is due about an appointment at a time, if that time has come.
pub fn do_due(tx: &mut TxOf<'_>, rules: &chat::Rules, due: Timestamp, id: AppointmentId) -> Result<()> {
    let now = tx.now();
    if due > now {
        return Ok(());
    }
    let Some(mut appointment) = tx.get(tables::APPOINTMENTS, &id)?.filter(|appointment| appointment.due == Some(due)) else {
        tx.delete(tables::APPOINTMENTS_DUE, &(due, id));
        return Ok(());
    };
    let before = appointment.clone();
    put(tx, id, Some(&before), &mut appointment, due)?;
    let done = tx.attempt(|tx| {
        if machine::reminds(&before, due, now) {
            return tell(tx, rules, appointment.provider, id, &appointment, Action::Reminder).map(drop);
        }
        link(tx, rules, &appointment)
    });
    match done {
        // What the rules refuse now they would refuse again, and everybody else's reminders stand behind it.
        Err(why) if why.code.status() < 500 => Ok(()),
        done => done,
    }
}

/// Who of two people is the mother and who the professional.
fn sides(read: &impl Read, actor: UserId, peer: UserId) -> Result<(UserId, UserId)> {
    let role = |user| Ok::<_, Error>(read.get(tables::USERS, &user)?.ok_or(Code::UserNotFound)?.role);
    match (role(actor)?, role(peer)?) {
        (Role::Mom, professional) if cares(professional) => Ok((actor, peer)),
        (professional, Role::Mom) if cares(professional) => Ok((peer, actor)),
        _ => Err(Error::with(Code::Forbidden, "Appointments are between a mother and a doctor, midwife or service provider.")),
    }
}

fn cares(role: Role) -> bool {
    matches!(role, Role::Doctor | Role::Midwife | Role::ServiceProvider)
}

/// Refuses when one of the two is not there any more, or has another part now.
fn check_meeting(tx: &TxOf<'_>, rules: &chat::Rules, appointment: &Appointment) -> Result<()> {
    let reached = |user| {
        let person = rules.everybody.get(tx, user)?;
        Ok::<_, Error>(person.filter(|person| person.is_active && person.verification == crate::store::records::Verification::Approved))
    };
    let (patient, provider) = (reached(appointment.patient)?, reached(appointment.provider)?);
    let meet = patient.zip(provider).is_some_and(|(patient, provider)| {
        let reach = rules.policy.reach(patient.role, provider.role);
        patient.role == Role::Mom && cares(provider.role) && reach != chat::Reach::Never
    });
    if meet { Ok(()) } else { Err(Error::with(Code::Forbidden, "This person cannot be reached at present.")) }
}

/// Refuses to fill a calendar with wishes.
fn check_room(tx: &TxOf<'_>, actor: UserId, (patient, provider): (UserId, UserId)) -> Result<()> {
    let ahead = list::ahead(tx, patient, tx.now(), MOST_AHEAD)?;
    if ahead.len() >= MOST_AHEAD {
        return Err(Error::with(Code::Conflict, format!("There are {MOST_AHEAD} appointments to come already.")));
    }
    let asks = |it: &Appointment| it.provider == provider && it.proposed_by == patient && it.state == State::Scheduled;
    if actor == patient && ahead.iter().filter(|(_, appointment)| asks(appointment)).count() >= MOST_ASKED {
        return Err(Error::with(Code::Conflict, format!("{MOST_ASKED} of your requests wait for an answer already.")));
    }
    Ok(())
}

/// Refuses a time at which one of the two has another appointment. Which it is, everybody learns of their own only.
fn check_free(read: &impl Read, actor: UserId, id: AppointmentId, appointment: &Appointment) -> Result<()> {
    let time = (appointment.start, appointment.end);
    if let Some(own) = list::clash(read, actor, time, Some(id))? {
        let mut error = Error::with(Code::Conflict, "You have another appointment at that time.");
        error.details = json!({ "clash": "own", "appointmentId": own });
        return Err(error);
    }
    if list::clash(read, appointment.other(actor), time, Some(id))?.is_some() {
        let mut error = Error::with(Code::Conflict, "The other person has another appointment at that time. Please choose another one.");
        error.details = json!({ "clash": "other" });
        return Err(error);
    }
    Ok(())
}

/// Writes an appointment, the lists and counts that it stands in, and when something happens about it next, after a moment.
fn put(
    tx: &mut TxOf<'_>,
    id: AppointmentId,
    before: Option<&Appointment>,
    appointment: &mut Appointment,
    after: Timestamp,
) -> Result<(), StoreError> {
    appointment.due = machine::due(appointment, after);
    for user in [appointment.patient, appointment.provider] {
        if let Some(before) = before {
            tx.delete(tables::APPOINTMENTS_OF_PERSON, &(user, before.state.number(), before.start, id));
            count(tx, user, before.state, |count| count.saturating_sub(1))?;
        }
        tx.put(tables::APPOINTMENTS_OF_PERSON, &(user, appointment.state.number(), appointment.start, id), &appointment.end)?;
        count(tx, user, appointment.state, |count| count + 1)?;
    }
    if let Some(due) = before.and_then(|before| before.due) {
        tx.delete(tables::APPOINTMENTS_DUE, &(due, id));
    }
    if let Some(due) = appointment.due {
        tx.put(tables::APPOINTMENTS_DUE, &(due, id), &())?;
    }
    tx.put(tables::APPOINTMENTS, &id, appointment)
}

fn count(tx: &mut TxOf<'_>, user: UserId, state: State, change: impl Fn(u64) -> u64) -> Result<(), StoreError> {
    let key = (user, state.number());
    let count = tx.get(tables::APPOINTMENT_COUNTS, &key)?.unwrap_or(0);
    tx.put(tables::APPOINTMENT_COUNTS, &key, &change(count))
}

/// Links the conversation with what is next, writes into it what was done, and tells all devices of both.
fn tell(
    tx: &mut TxOf<'_>,
    rules: &chat::Rules,
    user: UserId,
    id: AppointmentId,
    appointment: &Appointment,
    action: Action,
) -> Result<AppointmentView> {
    link(tx, rules, appointment)?;
    let words = words(tx, rules, user, appointment, action)?;
    let change = AppointmentChange { id, action, start: appointment.start, end: appointment.end };
    let message_id = appointed::note(tx, rules, (appointment.chat, user), change, words)?;
    let view = view(tx, rules, id, appointment)?;
    let actor_id = (action != Action::Reminder).then_some(user);
    let told = Notification::Appointment { action, actor_id, message_id, appointment: Box::new(view.clone()) };
    tx.emit(Emission::to_users(vec![appointment.patient, appointment.provider], Event::Notification(told)));
    Ok(view)
}

fn link(tx: &mut TxOf<'_>, rules: &chat::Rules, appointment: &Appointment) -> Result<()> {
    let next = list::next_of(tx, appointment.patient, appointment.chat, tx.now())?;
    appointed::link(tx, rules, (appointment.chat, appointment.patient), next)
}

/// What was done, for clients that show nothing but words. They do not know the reader's zone, so they name theirs.
fn words(tx: &TxOf<'_>, rules: &chat::Rules, user: UserId, appointment: &Appointment, action: Action) -> Result<String> {
    let who = People::new(tx, rules, tx.now()).name(user)?;
    let start = appointment.start.to_string();
    let when = format!("{} {} UTC", start.get(..10).unwrap_or_default(), start.get(11..16).unwrap_or_default());
    Ok(match action {
        Action::Requested if user == appointment.patient => format!("{who} asked for an appointment on {when}."),
        Action::Requested => format!("{who} offered an appointment on {when}."),
        Action::Confirmed => format!("{who} confirmed the appointment on {when}."),
        Action::Moved => format!("{who} proposed another time for the appointment: {when}."),
        Action::Updated => format!("{who} changed the appointment on {when}."),
        Action::Started => format!("The appointment on {when} has begun."),
        Action::Completed => format!("The appointment on {when} is done."),
        Action::Cancelled => format!("{who} cancelled the appointment on {when}."),
        Action::NoShow => format!("The appointment on {when} was missed."),
        Action::Reminder => format!("Reminder: appointment on {when}."),
    })
}

/// An appointment as its two see it.
pub fn view(read: &impl Read, rules: &chat::Rules, id: AppointmentId, appointment: &Appointment) -> Result<AppointmentView> {
    // Names do not depend on the moment.
    Ok(appointed::view(&People::new(read, rules, Timestamp(0)), id, appointment)?)
}

/// Somebody's own appointment. Everybody else gets what they get for one that there is not.
pub fn own(read: &impl Read, user: UserId, id: AppointmentId) -> Result<Appointment> {
    read.get(tables::APPOINTMENTS, &id)?.filter(|appointment| appointment.is_of(user)).ok_or_else(absent)
}

/// What is answered for an appointment that there is not, or that is somebody else's.
pub fn absent() -> Error {
    Error::with(Code::NotFound, "There is no such appointment.")
}

fn digest(name: &str) -> [u8; 16] {
    let whole = Sha256::digest(name.as_bytes());
    std::array::from_fn(|index| whole[index])
}
