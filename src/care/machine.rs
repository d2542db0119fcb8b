//! What can become of an appointment, as a pure function of its record, who does what, and when.
//!
//! ```text
//!   asked or offered ─► scheduled ─► confirmed ─► in-progress ─► completed
//!                        │    ▲        │ │ │          └─► cancelled, by the professional
//!                        │    └─moved──┘ │ └─► completed, no-show: after its beginning
//!                        └───────────────┴─► cancelled
//! ```
//!
//! Who has named a time has said yes to it; the other one confirms. Whoever names another time is asked nothing, and the other one is again.
//! What is over stays as it is. Whoever repeats a step that was taken already changes nothing and is told so kindly.

use crate::{
    clock::Timestamp,
    contract::Word as _,
    error::{Code, Error},
    ids::UserId,
    store::records::{Appointment, AppointmentAction as Action, AppointmentKind, AppointmentState as State, Place},
};
use serde_json::json;
use std::time::Duration;

/// How long before its beginning an appointment may be started.
const EARLY: Duration = Duration::from_hours(1);
/// How long before its beginning an appointment is brought to mind.
const REMINDERS: [Duration; 2] = [Duration::from_hours(24), Duration::from_hours(1)];

/// Something that one of the two does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Agrees to the time that the other one has named.
    Confirm,
    /// Begins.
    Start,
    /// Is done.
    Complete,
    /// Notes that nobody came.
    NoShow,
    /// Calls it off, with a reason or without.
    Cancel(Option<String>),
    /// Wants it to be like this.
    Amend(Terms),
}

/// What the two agree on.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)] // As in the record.
pub struct Terms {
    pub title: Option<String>,
    pub description: Option<String>,
    pub start: Timestamp,
    pub end: Timestamp,
    pub place: Place,
    pub kind: AppointmentKind,
}

impl Terms {
    /// Those of an appointment.
    #[must_use]
    pub fn of(appointment: &Appointment) -> Self {
        Self {
            title: appointment.title.clone(),
            description: appointment.description.clone(),
            start: appointment.start,
            end: appointment.end,
            place: appointment.place.clone(),
            kind: appointment.kind,
        }
    }

    /// Whether an appointment is at another time.
    #[must_use]
    pub fn moves(&self, appointment: &Appointment) -> bool {
        (self.start, self.end) != (appointment.start, appointment.end)
    }
}

/// Why a step cannot be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Only the professional may.
    NotProvider,
    /// Who has named the time cannot answer for the other one.
    OwnProposal,
    /// The other one has not agreed yet.
    NotConfirmed,
    /// It has not begun.
    TooEarly,
    /// Its time has passed.
    TooLate,
    /// They are together.
    UnderWay,
    /// It is over.
    Over(State),
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        let conflict = |words| Self::with(Code::Conflict, words);
        match refusal {
            Refusal::NotProvider => Self::with(Code::Forbidden, "Only the professional of this appointment can do this."),
            Refusal::OwnProposal => Self::with(Code::Forbidden, "You have named this time. The other person confirms it."),
            Refusal::NotConfirmed => conflict("This appointment has not been confirmed yet."),
            Refusal::TooEarly => conflict("This appointment has not begun yet."),
            Refusal::TooLate => conflict("The time of this appointment has passed."),
            Refusal::UnderWay => conflict("This appointment is under way."),
            Refusal::Over(state) => Self { details: json!({ "status": state.word() }), ..conflict("This appointment is over.") },
        }
    }
}

/// Takes a step. Whoever takes it must be one of the two; a new time must have been looked at. What it was, or nothing where there was
/// nothing to do. A refused step changes nothing.
pub fn take(appointment: &mut Appointment, user: UserId, step: Step, now: Timestamp) -> Result<Option<Action>, Refusal> {
    if is_repeated(appointment, user, &step) {
        return Ok(None);
    }
    if !appointment.state.is_open() {
        return Err(Refusal::Over(appointment.state));
    }
    let is_provider = appointment.provider == user;
    if !is_provider && matches!(step, Step::Start | Step::Complete | Step::NoShow) {
        return Err(Refusal::NotProvider);
    }
    let action = match step {
        Step::Confirm => confirm(appointment, user, now)?,
        Step::Start => {
            check_confirmed(appointment)?;
            check_begun(appointment, now.plus(EARLY))?;
            begin(appointment, State::InProgress, Action::Started)
        }
        Step::Complete => {
            if appointment.state != State::InProgress {
                check_confirmed(appointment)?;
                check_begun(appointment, now)?;
            }
            begin(appointment, State::Completed, Action::Completed)
        }
        Step::NoShow => {
            check_confirmed(appointment)?;
            check_begun(appointment, now)?;
            begin(appointment, State::NoShow, Action::NoShow)
        }
        Step::Cancel(reason) => {
            // What has been is not to be called off afterwards by who did not come.
            if !is_provider && appointment.end <= now {
                return Err(Refusal::TooLate);
            }
            if !is_provider && appointment.state == State::InProgress {
                return Err(Refusal::UnderWay);
            }
            (appointment.reason, appointment.cancelled_by) = (reason, Some(user));
            begin(appointment, State::Cancelled, Action::Cancelled)
        }
        Step::Amend(terms) => amend(appointment, user, terms)?,
    };
    appointment.updated_at = now;
    Ok(Some(action))
}

/// Whether a step has been taken already.
fn is_repeated(appointment: &Appointment, user: UserId, step: &Step) -> bool {
    match step {
        // Who has named a time that was agreed to has nothing to confirm, nor to repeat.
        Step::Confirm => appointment.state == State::Confirmed && appointment.proposed_by != user,
        Step::Start => appointment.state == State::InProgress && appointment.provider == user,
        Step::Complete => appointment.state == State::Completed && appointment.provider == user,
        Step::NoShow => appointment.state == State::NoShow && appointment.provider == user,
        Step::Cancel(_) => appointment.state == State::Cancelled && appointment.cancelled_by == Some(user),
        Step::Amend(terms) => *terms == Terms::of(appointment),
    }
}

fn confirm(appointment: &mut Appointment, user: UserId, now: Timestamp) -> Result<Action, Refusal> {
    if appointment.state == State::InProgress {
        return Err(Refusal::UnderWay);
    }
    if appointment.proposed_by == user {
        return Err(Refusal::OwnProposal);
    }
    if appointment.end <= now {
        return Err(Refusal::TooLate);
    }
    Ok(begin(appointment, State::Confirmed, Action::Confirmed))
}

/// Another time, and whatever a mother changes about where and what for, has to be agreed to; where and what for is the professional's to say.
fn amend(appointment: &mut Appointment, user: UserId, terms: Terms) -> Result<Action, Refusal> {
    let elsewhere = terms.place != appointment.place || terms.kind != appointment.kind;
    let is_asked = terms.moves(appointment) || (elsewhere && user == appointment.patient);
    if is_asked && appointment.state == State::InProgress {
        return Err(Refusal::UnderWay);
    }
    let Terms { title, description, start, end, place, kind } = terms;
    *appointment = Appointment { title, description, start, end, place, kind, ..appointment.clone() };
    if !is_asked {
        return Ok(Action::Updated);
    }
    appointment.proposed_by = user;
    Ok(begin(appointment, State::Scheduled, Action::Moved))
}

fn begin(appointment: &mut Appointment, state: State, action: Action) -> Action {
    appointment.state = state;
    action
}

fn check_confirmed(appointment: &Appointment) -> Result<(), Refusal> {
    match appointment.state {
        State::Scheduled => Err(Refusal::NotConfirmed),
        State::InProgress => Err(Refusal::UnderWay),
        _ => Ok(()),
    }
}

fn check_begun(appointment: &Appointment, now: Timestamp) -> Result<(), Refusal> {
    if appointment.start <= now { Ok(()) } else { Err(Refusal::TooEarly) }
}

/// When something happens about an appointment by itself after a moment: it is brought to mind, and at last its time is over.
#[must_use]
pub fn due(appointment: &Appointment, after: Timestamp) -> Option<Timestamp> {
    if !appointment.state.is_open() {
        return None;
    }
    let before = REMINDERS.iter().filter(|_| appointment.state != State::InProgress);
    let reminders = before.map(|before| Timestamp(appointment.start.0.saturating_sub(u64::try_from(before.as_millis()).unwrap_or(0))));
    reminders.chain([appointment.end]).find(|at| *at > after)
}

/// Whether an appointment is brought to mind at a moment that was [`due`]. When the server comes back late, only the newest reminder is of
/// use, and none of what has begun.
#[must_use]
pub fn reminds(appointment: &Appointment, at: Timestamp, now: Timestamp) -> bool {
    let next = due(appointment, at);
    at < appointment.start && now < appointment.start && next.is_some_and(|next| now < next)
}

#[cfg(test)]
#[path = "machine_tests.rs"]
mod tests;
