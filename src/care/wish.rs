//! What somebody wants of appointments, once its form is right. Everything that is wrong with a form is said at once.

use super::{
    FARTHEST, LONGEST, SHORTEST, USUAL,
    machine::{Step, Terms},
};
use crate::{
    accounts::validate::{Check, PARAGRAPHS, Text},
    chat::{Target, appointed},
    clock::Timestamp,
    contract::{
        Word,
        account::Change,
        appointment::{AmendBody, AppointmentsQuery, BookBody, CancelBody, PlaceBody},
    },
    error::{Error, Result},
    ids::{AppointmentId, UserId},
    store::records::{Appointment, AppointmentKind, AppointmentState, Meeting, Place},
};
use serde_json::Value;
use std::time::Duration;

/// What an appointment is called.
const TITLE: Text = Text { max: 120, lines: false };
const ADDRESS: Text = Text { max: 300, lines: true };
const ROOM: Text = Text { max: 100, lines: false };
/// Why it is called off.
const REASON: Text = Text { max: 500, lines: true };
/// Longest id that a client may give an appointment.
const MAX_CLIENT_ID: usize = 128;
/// Appointments on a page when nothing is said, and at most.
const USUAL_LIMIT: u64 = 20;
const MAX_LIMIT: u64 = 100;

/// An appointment to be made.
#[derive(Debug, Clone)]
pub struct Booking {
    /// With whom.
    pub target: Target,
    /// What is wanted.
    pub terms: Terms,
    /// The client's own id for it.
    pub client_id: Option<String>,
}

impl Booking {
    /// Reads a body of `me`. A person whom nobody can be is answered like one whom nobody knows.
    pub fn new(body: BookBody, me: UserId) -> Result<Self> {
        let mut check = Check::default();
        let given = |id: &Option<String>| id.clone().filter(|id| !id.is_empty());
        let (conversation, own) = (given(&body.conversation_id), me.to_string());
        let mut named = [given(&body.provider_id), given(&body.patient_id)].into_iter().flatten().filter(|id| *id != own);
        let (other, third) = (named.next(), named.next());
        if other.is_none() && conversation.is_none() {
            check.wrong("providerId", "is required, or patientId, or conversationId");
        }
        if third.is_some() {
            check.wrong("patientId", "must be you, or providerId must be");
        }
        let title = check.optional("title", body.title, TITLE);
        let description = check.optional("description", body.description, PARAGRAPHS);
        let kind = word(&mut check, "type", body.kind.as_deref()).unwrap_or(AppointmentKind::Consultation);
        let place = place(&mut check, body.location.unwrap_or_default(), None);
        let start = check.take("startTime", time(&body.start_time)).flatten();
        let end = check.take("endTime", time(&body.end_time)).flatten();
        if start.is_none() && body.start_time.is_null() {
            check.wrong("startTime", "is required");
        }
        let times = start.map(|start| (start, ends(&mut check, start, end, body.duration).unwrap_or_else(|| start.plus(USUAL))));
        let (start, end) = times.unwrap_or_default();
        let client_id = given(&body.client_appointment_id);
        if client_id.as_ref().is_some_and(|id| id.chars().count() > MAX_CLIENT_ID) {
            check.wrong("clientAppointmentId", format!("must have at most {MAX_CLIENT_ID} characters"));
        }
        check.finish()?;
        let target = appointed::target(conversation.as_ref(), other.as_ref())?;
        Ok(Self { target, terms: Terms { title, description, start, end, place, kind }, client_id })
    }
}

/// A change of an appointment.
#[derive(Debug, Clone)]
pub enum Amendment {
    /// A step, and the time for which it is meant, if the client says so.
    Step(Step, Option<Timestamp>),
    /// Other words, another time or another place.
    Terms(Box<Wanted>),
}

/// What is to be different about an appointment.
#[derive(Debug, Clone)]
pub struct Wanted {
    title: Change<String>,
    description: Change<String>,
    start: Option<Timestamp>,
    end: Option<Timestamp>,
    duration: Option<u64>,
    place: Option<PlaceBody>,
    kind: Option<AppointmentKind>,
    /// The state that the client believes it has; a whole appointment may come back.
    state: Option<AppointmentState>,
}

impl Amendment {
    /// Reads a body. What a state means beside other fields is known when the appointment is.
    pub fn new(body: AmendBody) -> Result<Self> {
        let mut check = Check::default();
        let state: Option<AppointmentState> = word(&mut check, "status", body.status.as_deref());
        let kind = word(&mut check, "type", body.kind.as_deref());
        let start = check.take("startTime", time(&body.start_time)).flatten();
        let end = check.take("endTime", time(&body.end_time)).flatten();
        let title = check.change("title", body.title, TITLE);
        let description = check.change("description", body.description, PARAGRAPHS);
        if let Some(body) = body.location.clone() {
            place(&mut check, body, None);
        }
        let reason = check.optional("cancellationReason", body.cancellation_reason, REASON);
        check.finish()?;
        let names_more = title != Change::Keep || description != Change::Keep || end.is_some() || body.duration.is_some();
        let is_alone = !names_more && kind.is_none() && body.location.is_none();
        if let Some(step) = state.filter(|_| is_alone).and_then(|state| step(state, reason)) {
            return Ok(Self::Step(step, start));
        }
        Ok(Self::Terms(Box::new(Wanted { title, description, start, end, duration: body.duration, place: body.location, kind, state })))
    }
}

/// The step that leads to a state. Who wants another time names it.
fn step(state: AppointmentState, reason: Option<String>) -> Option<Step> {
    match state {
        AppointmentState::Scheduled => None,
        AppointmentState::Confirmed => Some(Step::Confirm),
        AppointmentState::InProgress => Some(Step::Start),
        AppointmentState::Completed => Some(Step::Complete),
        AppointmentState::NoShow => Some(Step::NoShow),
        AppointmentState::Cancelled => Some(Step::Cancel(reason)),
    }
}

impl Wanted {
    /// What an appointment is to be like.
    pub fn terms(&self, appointment: &Appointment) -> Result<Terms> {
        let mut check = Check::default();
        let moves = self.state == Some(AppointmentState::Scheduled) && self.start.is_some();
        if self.state.is_some_and(|state| state != appointment.state) && !moves {
            check.wrong("status", "must be as it is, or another one without other fields");
        }
        let mut terms = Terms::of(appointment);
        for (field, change) in [(&mut terms.title, &self.title), (&mut terms.description, &self.description)] {
            match change {
                Change::Keep => {}
                Change::Clear => *field = None,
                Change::Set(text) => *field = Some(text.clone()),
            }
        }
        terms.kind = self.kind.unwrap_or(terms.kind);
        if let Some(body) = self.place.clone() {
            terms.place = place(&mut check, body, Some(&appointment.place));
        }
        terms.start = self.start.unwrap_or(appointment.start);
        // Who names another beginning means as long as before.
        let length = appointment.end.since(appointment.start);
        terms.end = ends(&mut check, terms.start, self.end, self.duration).unwrap_or_else(|| terms.start.plus(length));
        check.finish()?;
        Ok(terms)
    }
}

/// Why an appointment is called off.
pub fn reason(body: CancelBody) -> Result<Option<String>> {
    let mut check = Check::default();
    let reason = check.optional("cancellationReason", body.cancellation_reason.or(body.reason), REASON);
    check.finish()?;
    Ok(reason)
}

/// Refuses times at which nobody can meet any more, or that nobody can plan for.
pub fn check_time(start: Timestamp, now: Timestamp) -> Result<()> {
    if start <= now {
        return Err(Error::field("startTime", "must lie in the future"));
    }
    if start > now.plus(FARTHEST) {
        return Err(Error::field("startTime", "must lie within a year"));
    }
    Ok(())
}

/// When it ends: said as a time, as minutes, as both where they agree, or not at all.
fn ends(check: &mut Check, start: Timestamp, end: Option<Timestamp>, minutes: Option<u64>) -> Option<Timestamp> {
    let (shortest, longest) = (SHORTEST.as_secs() / 60, LONGEST.as_secs() / 60);
    if let Some(minutes) = minutes.filter(|minutes| !(shortest..=longest).contains(minutes)) {
        check.wrong("duration", format!("must be {shortest} to {longest} minutes, not {minutes}"));
        return None;
    }
    let by_length = minutes.map(|minutes| start.plus(Duration::from_secs(minutes * 60)));
    let Some(end) = end else { return by_length };
    if end <= start {
        check.wrong("endTime", "must be after startTime");
    } else if !(SHORTEST..=LONGEST).contains(&end.since(start)) {
        check.wrong("endTime", format!("must be {shortest} to {longest} minutes after startTime"));
    } else if by_length.is_some_and(|by_length| by_length != end) {
        check.wrong("duration", "must be the minutes from startTime to endTime");
    }
    Some(end)
}

/// Reads a time. Nothing, also as an empty text, is none.
fn time(value: &Value) -> Result<Option<Timestamp>, String> {
    match value {
        Value::Null => Ok(None),
        value => serde_json::from_value(value.clone()).map(Some).map_err(|_| "must be a time such as 2026-11-22T14:10:43.123Z".into()),
    }
}

fn word<T: Word>(check: &mut Check, field: &str, text: Option<&str>) -> Option<T> {
    let text = text.filter(|text| !text.is_empty())?;
    let value = T::from_word(text);
    if value.is_none() {
        check.wrong(field, format!("must be one of {}", words::<T>()));
    }
    value
}

fn words<T: Word>() -> String {
    T::WORDS.iter().map(|(_, word)| *word).collect::<Vec<_>>().join(", ")
}

/// A place; what is not said of it is as it was.
fn place(check: &mut Check, body: PlaceBody, before: Option<&Place>) -> Place {
    let meeting = word(check, "location.type", body.meeting.as_deref());
    let mut text = |field: &str, text: Option<String>, before: Option<&String>, rule| match text {
        None => before.cloned(),
        text => check.optional(field, text, rule),
    };
    let address = text("location.address", body.address, before.and_then(|place| place.address.as_ref()), ADDRESS);
    let room = text("location.room", body.room, before.and_then(|place| place.room.as_ref()), ROOM);
    Place { meeting: meeting.or(before.map(|place| place.meeting)).unwrap_or(Meeting::InPerson), address, room }
}

/// Which appointments are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filter {
    /// Still to come, or under way.
    Upcoming,
    /// Ended by somebody, or by time.
    Past,
    /// All of them.
    All,
}

/// Where the page before has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark(pub Timestamp, pub AppointmentId);

/// A valid wish for a page of appointments.
#[derive(Debug, Clone)]
pub struct Wish {
    /// Which.
    pub filter: Filter,
    /// In which states.
    pub states: Vec<AppointmentState>,
    /// Beginning then or later.
    pub from: Option<Timestamp>,
    /// Beginning before.
    pub to: Option<Timestamp>,
    /// Which page, from 1.
    pub page: u64,
    /// How many on each.
    pub limit: u64,
    /// Where to go on, in place of a page.
    pub mark: Option<Mark>,
}

impl Wish {
    /// Reads a query.
    pub fn new(query: &AppointmentsQuery) -> Result<Self> {
        let mut check = Check::default();
        let filter = match query.filter.as_deref() {
            None | Some("" | "all") => Filter::All,
            Some("upcoming") => Filter::Upcoming,
            Some("past") => Filter::Past,
            Some(_) => {
                check.wrong("filter", "must be one of upcoming, past, all");
                Filter::All
            }
        };
        let mut states = Vec::new();
        for name in query.status.as_deref().unwrap_or_default().split(',').map(str::trim).filter(|name| !name.is_empty()) {
            match AppointmentState::from_word(name) {
                Some(state) if states.contains(&state) => {}
                Some(state) => states.push(state),
                None => check.wrong("status", format!("must be of {}", words::<AppointmentState>())),
            }
        }
        let moment = |text: Option<&String>| match text.filter(|text| !text.is_empty()) {
            None => Ok(None),
            Some(text) => text.parse().map(Some).map_err(|_| "must be a time or a date such as 2026-11-22".to_owned()),
        };
        let from = check.take("from", moment(query.from.as_ref())).flatten();
        let to = check.take("to", moment(query.to.as_ref())).flatten();
        if from.zip(to).is_some_and(|(from, to)| from >= to) {
            check.wrong("to", "must be after from");
        }
        let mark = match query.cursor.as_deref().filter(|text| !text.is_empty()) {
            None => None,
            Some(text) => check.take("cursor", text.parse()),
        };
        check.finish()?;
        if states.is_empty() {
            states = AppointmentState::ALL.to_vec();
        }
        let page = crate::chat::page_number(query.page)?;
        let limit = crate::chat::limit(query.limit, USUAL_LIMIT, MAX_LIMIT)?;
        Ok(Self { filter, states, from, to, page, limit, mark })
    }

    /// Whether the latest comes first: what is past is read backwards.
    pub fn is_backwards(&self) -> bool {
        self.filter == Filter::Past
    }
}

impl std::fmt::Display for Mark {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:016x}{}", self.0.0, self.1)
    }
}

impl std::str::FromStr for Mark {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        // Two numbers of the same form.
        let parts = text.split_at_checked(16).and_then(|(at, id)| Some((at.parse().ok()?, id.parse().ok()?)));
        let (AppointmentId(at), id) = parts.ok_or_else(|| "must be a nextCursor of this list".to_owned())?;
        Ok(Self(Timestamp(at), id))
    }
}
