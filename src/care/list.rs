//! Lists of somebody's appointments. Each state has rows of its own by when an appointment begins, with when it ends, and a count; so what
//! is to come costs the same however much has been.

use super::{
    LONGEST,
    wish::{Filter, Mark, Wish},
};
use crate::{
    chat::{self, appointed},
    clock::Timestamp,
    contract::{AppointmentPage, Page},
    error::Result,
    ids::{AppointmentId, ChatId, UserId},
    store::{
        Direction, Read, StoreError,
        records::{Appointment, AppointmentState},
        tables,
    },
};
use std::ops::Bound;

/// Rows that are read at once.
const CHUNK: usize = 256;

/// An appointment in a list: when it begins, and which it is.
type Entry = (Timestamp, AppointmentId);

/// A page of somebody's appointments.
pub fn page(read: &impl Read, rules: &chat::Rules, reader: UserId, wish: &Wish, now: Timestamp) -> Result<AppointmentPage> {
    let limit = usize::try_from(wish.limit).unwrap_or(usize::MAX);
    let total = total(read, reader, wish, now)?;
    let before = if wish.mark.is_some() { 0 } else { (wish.page - 1).saturating_mul(wish.limit) };
    let mut entries: Vec<Entry> = Vec::new();
    if before < total {
        let skip = usize::try_from(before).unwrap_or(usize::MAX);
        let most = skip.saturating_add(limit).saturating_add(1);
        for state in &wish.states {
            entries.extend(rows(read, reader, *state, wish, now, most)?);
        }
        entries.sort_unstable();
        if wish.is_backwards() {
            entries.reverse();
        }
        entries.drain(..skip.min(entries.len()));
    }
    let has_more = entries.len() > limit;
    entries.truncate(limit);
    let next = entries.last().filter(|_| has_more).map(|(start, id)| Mark(*start, *id).to_string());
    let ids: Vec<AppointmentId> = entries.into_iter().map(|(_, id)| id).collect();
    let items = appointed::views(read, rules, now, &ids)?;
    Ok(AppointmentPage { items, page: Page::new(wish.page, wish.limit, total), next_cursor: next })
}

/// How many there are on all pages. Counted row by row is only what is to come, and what lies between two times.
fn total(read: &impl Read, reader: UserId, wish: &Wish, now: Timestamp) -> Result<u64, StoreError> {
    let whole = Wish { mark: None, ..wish.clone() };
    let mut total = 0;
    for state in &wish.states {
        let all = |wish: &Wish| Ok::<_, StoreError>(rows(read, reader, *state, wish, now, usize::MAX)?.len() as u64);
        total += if wish.from.is_some() || wish.to.is_some() || wish.filter == Filter::Upcoming {
            all(&whole)?
        } else {
            let count = read.get(tables::APPOINTMENT_COUNTS, &(reader, state.number()))?.unwrap_or(0);
            let ahead = if wish.filter == Filter::Past { all(&Wish { filter: Filter::Upcoming, ..whole.clone() })? } else { 0 };
            count.saturating_sub(ahead)
        };
    }
    Ok(total)
}

/// At most so many of a state, in the order of the list.
fn rows(
    read: &impl Read,
    reader: UserId,
    state: AppointmentState,
    wish: &Wish,
    now: Timestamp,
    most: usize,
) -> Result<Vec<Entry>, StoreError> {
    let from = wish.from.unwrap_or(Timestamp(0));
    // Before that nothing begins that has not ended; after now nothing has ended.
    let (from, to) = match wish.filter {
        Filter::Upcoming if !state.is_open() => return Ok(Vec::new()),
        Filter::Upcoming => (from.max(earliest(now)), None),
        Filter::Past if state.is_open() => (from, Some(now)),
        Filter::Past | Filter::All => (from, None),
    };
    let is_meant = |start: Timestamp, end: Timestamp| match wish.filter {
        _ if wish.to.is_some_and(|to| start >= to) => false,
        Filter::Upcoming => end > now,
        Filter::Past => !state.is_open() || end <= now,
        Filter::All => true,
    };
    let key = |at: Timestamp, id| (reader, state.number(), at, id);
    let last = wish.to.into_iter().chain(to).min().unwrap_or(Timestamp(u64::MAX));
    let (mut low, mut high) = (Bound::Included(key(from, AppointmentId::MIN)), Bound::Included(key(last, AppointmentId::MAX)));
    let direction = if wish.is_backwards() { Direction::Descending } else { Direction::Ascending };
    let go_on = |at, id, low: &mut Bound<_>, high: &mut Bound<_>| {
        *(if direction == Direction::Ascending { low } else { high }) = Bound::Excluded(key(at, id));
    };
    // A cursor that lies before all that is meant changes nothing.
    if let Some(Mark(at, id)) = wish.mark.filter(|mark| if wish.is_backwards() { mark.0 <= last } else { mark.0 >= from }) {
        go_on(at, id, &mut low, &mut high);
    }
    let mut found = Vec::new();
    loop {
        let some = read.scan(tables::APPOINTMENTS_OF_PERSON, (low, high), direction, CHUNK)?;
        let (full, end) = (some.len() == CHUNK, some.last().map(|((_, _, at, id), _)| (*at, *id)));
        found.extend(some.into_iter().filter(|((_, _, start, _), end)| is_meant(*start, *end)).map(|((_, _, start, id), _)| (start, id)));
        match end {
            Some((at, id)) if full && found.len() < most => go_on(at, id, &mut low, &mut high),
            _ => break,
        }
    }
    found.truncate(most);
    Ok(found)
}

/// Nothing that is not over began before.
fn earliest(now: Timestamp) -> Timestamp {
    Timestamp(now.0.saturating_sub(u64::try_from(LONGEST.as_millis()).unwrap_or(0)))
}

/// The appointment of a person that takes some of a time, if one does, without the one that is to be there.
pub fn clash(
    read: &impl Read,
    person: UserId,
    (start, end): (Timestamp, Timestamp),
    own: Option<AppointmentId>,
) -> Result<Option<AppointmentId>, StoreError> {
    for state in AppointmentState::ALL.into_iter().filter(|state| state.is_open()) {
        let key = |at, id| (person, state.number(), at, id);
        let range = key(earliest(start), AppointmentId::MIN)..key(end, AppointmentId::MIN);
        // As many as there can be one after the other are far fewer than this.
        let near = read.scan(tables::APPOINTMENTS_OF_PERSON, range, Direction::Ascending, CHUNK)?;
        let meets = |((_, _, _, id), until): &((_, _, _, AppointmentId), Timestamp)| *until > start && Some(*id) != own;
        if let Some(((_, _, _, id), _)) = near.into_iter().find(meets) {
            return Ok(Some(id));
        }
    }
    Ok(None)
}

/// Somebody's appointments that are to come or under way.
pub fn ahead(read: &impl Read, person: UserId, now: Timestamp, most: usize) -> Result<Vec<(AppointmentId, Appointment)>, StoreError> {
    let wish = Wish { filter: Filter::Upcoming, states: Vec::new(), from: None, to: None, page: 1, limit: 1, mark: None };
    let mut entries = Vec::new();
    for state in AppointmentState::ALL {
        entries.extend(rows(read, person, state, &wish, now, most)?);
    }
    entries.sort_unstable();
    let mut found = Vec::with_capacity(entries.len());
    for (_, id) in entries {
        found.extend(read.get(tables::APPOINTMENTS, &id)?.map(|appointment| (id, appointment)));
    }
    Ok(found)
}

/// The next appointment of a mother in a conversation.
pub fn next_of(read: &impl Read, patient: UserId, chat: ChatId, now: Timestamp) -> Result<Option<AppointmentId>, StoreError> {
    let ahead = ahead(read, patient, now, usize::MAX)?;
    Ok(ahead.into_iter().find(|(_, appointment)| appointment.chat == chat).map(|(id, _)| id))
}
