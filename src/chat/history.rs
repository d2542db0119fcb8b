//! Pages of a conversation, and what has changed in it. The cost of a page does not grow with its depth.

use super::{
    Rules, Seat,
    view::{People, View},
};
use crate::{
    clock::Timestamp,
    contract::{ChangesView, MarkView, MessagePage, MessageView, request::MessagesQuery},
    error::Result,
    ids::{ChatId, Cursor, Seq, UserId},
    store::{Direction, Read, StoreError, records::Message, tables},
};
use std::collections::BTreeMap;

/// At most so many messages in one answer.
pub const MAX_MESSAGES: u64 = 200;
/// So many when nothing is said.
const USUAL_MESSAGES: u64 = 50;
/// How many rows are looked at for one answer at most, when deleted ones are passed over.
const MAX_ROWS: usize = 2_000;

/// Which page of a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Counted back from the newest.
    Skip(u64),
    /// The newest before a place.
    Before(Seq),
    /// The oldest after a place.
    After(Seq),
}

/// A valid wish for a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wish {
    /// Where.
    pub place: Place,
    /// How many.
    pub limit: u64,
    /// Whether deleted ones are shown.
    pub deleted: bool,
}

impl Wish {
    /// Reads a query. `before` and `after` win over `skip`.
    pub fn new(query: &MessagesQuery) -> Result<Self> {
        let place = match (query.before, query.after) {
            (Some(before), _) => Place::Before(Seq(before)),
            (None, Some(after)) => Place::After(Seq(after)),
            (None, None) => Place::Skip(query.skip.unwrap_or(0)),
        };
        let limit = super::limit(query.limit, USUAL_MESSAGES, MAX_MESSAGES)?;
        Ok(Self { place, limit, deleted: query.deleted.unwrap_or(false) })
    }
}

/// One page, oldest first.
pub fn page(read: &impl Read, rules: &Rules, now: Timestamp, user: UserId, id: ChatId, wish: Wish) -> Result<MessagePage> {
    let seat = Seat::find(read, user, id)?;
    let people = People::new(read, rules, now);
    let view = View::new(&people, &seat)?;
    let (first, last) = (seat.me.sees_after.0 + 1, seat.chat.last_seq.0);
    // The range of places that the page may show, and how many rows of it to take.
    let (low, high, forward) = match wish.place {
        Place::Skip(skip) => {
            let high = last.saturating_sub(skip);
            (first.max(high.saturating_sub(wish.limit - 1)), high, false)
        }
        Place::Before(seq) => (first, last.min(seq.0.saturating_sub(1)), false),
        Place::After(seq) => (first.max(seq.0.saturating_add(1)), last, true),
    };
    let rows = rows(read, id, low..=high, forward, wish)?;
    let shown = (rows.messages.first().map(|(seq, _)| seq.0), rows.messages.last().map(|(seq, _)| seq.0));
    let items = rows.messages.iter().map(|(seq, message)| view.message(*seq, message)).collect::<Result<Vec<_>>>()?;
    // Rows that were looked at and not shown belong to the page too.
    let (oldest, newest) = if forward { (shown.0.unwrap_or(low), rows.end) } else { (rows.end, shown.1.unwrap_or(high)) };
    let older = (oldest > first && high >= first).then_some(oldest.min(last + 1));
    let newer = (newest < last).then_some(newest);
    let (next_cursor, prev_cursor) = if forward { (newer, older) } else { (older, newer) };
    Ok(MessagePage {
        items,
        limit: wish.limit,
        skip: if let Place::Skip(skip) = wish.place { skip } else { 0 },
        total: (last + 1).saturating_sub(first).saturating_sub(if wish.deleted { 0 } else { seat.chat.deleted - seat.me.deleted_unseen }),
        has_more: next_cursor.is_some(),
        next_cursor,
        prev_cursor,
    })
}

struct Rows {
    /// Oldest first.
    messages: Vec<(Seq, Message)>,
    /// The last place that was looked at, in the direction of looking.
    end: u64,
}

/// Takes messages from one end of a range of places.
fn rows(read: &impl Read, id: ChatId, range: std::ops::RangeInclusive<u64>, forward: bool, wish: Wish) -> Result<Rows, StoreError> {
    let limit = usize::try_from(wish.limit).unwrap_or(usize::MAX);
    let (mut low, mut high) = range.into_inner();
    let mut found = Rows { messages: Vec::new(), end: if forward { low.saturating_sub(1) } else { high.saturating_add(1) } };
    let mut looked = 0;
    while low <= high && found.messages.len() < limit && looked < MAX_ROWS {
        let want = limit - found.messages.len();
        let direction = if forward { Direction::Ascending } else { Direction::Descending };
        let rows = read.scan(tables::MESSAGES, (id, Seq(low))..=(id, Seq(high)), direction, want)?;
        looked += rows.len();
        let Some(((_, end), _)) = rows.last() else { break };
        found.end = end.0;
        if forward {
            low = end.0 + 1;
        } else {
            high = end.0 - 1;
        }
        let shown = rows.into_iter().filter(|(_, message)| wish.deleted || message.deleted_at.is_none());
        found.messages.extend(shown.map(|((_, seq), message)| (seq, message)));
    }
    if !forward {
        found.messages.reverse();
    }
    Ok(found)
}

/// What was created or changed after a cursor, each message once, in the order of its newest change.
pub fn changes(
    read: &impl Read,
    rules: &Rules,
    now: Timestamp,
    (user, id): (UserId, ChatId),
    since: Cursor,
    limit: u64,
) -> Result<ChangesView> {
    let seat = Seat::find(read, user, id)?;
    let people = People::new(read, rules, now);
    let view = View::new(&people, &seat)?;
    let feed = Feed { read, seat: &seat, since, limit: usize::try_from(limit).unwrap_or(usize::MAX) };
    let (mut entries, created_to) = feed.created()?;
    let (changed, changed_to) = feed.changed()?;
    entries.extend(changed);
    // Nothing behind the nearer of the two ends is known to be complete.
    let end = created_to.min(changed_to);
    entries.retain(|cursor, _| *cursor <= end);
    let cursor = if entries.len() > feed.limit { entries.keys().nth(feed.limit - 1).copied().unwrap_or(end) } else { end };
    let messages: Result<Vec<MessageView>> = entries.range(..=cursor).map(|(_, (seq, message))| view.message(*seq, message)).collect();
    let marks = view.members().iter().map(|(user_id, member)| MarkView {
        user_id: *user_id,
        read_seq: member.read.seq,
        delivered_seq: member.delivered.seq,
    });
    Ok(ChangesView { messages: messages?, marks: marks.collect(), cursor, has_more: cursor < seat.chat.cursor })
}

/// Messages by the change that last touched them.
type Entries = BTreeMap<Cursor, (Seq, Message)>;

/// One look at what came after a cursor, up to the state of the conversation that the seat shows.
struct Feed<'a, R> {
    read: &'a R,
    seat: &'a Seat,
    since: Cursor,
    limit: usize,
}

impl<R: Read> Feed<'_, R> {
    /// Messages that were created after the cursor and not touched since, and up to where they are complete.
    fn created(&self) -> Result<(Entries, Cursor), StoreError> {
        let mut entries = Entries::new();
        let mut next = self.first_created()?;
        let mut looked = 0;
        while next <= self.seat.chat.last_seq {
            let range = (self.seat.id, next)..=(self.seat.id, self.seat.chat.last_seq);
            let rows = self.read.scan(tables::MESSAGES, range, Direction::Ascending, self.limit + 1)?;
            looked += rows.len();
            let Some(((_, end), last)) = rows.last() else { break };
            next = end.next();
            let horizon = last.created;
            let untouched = rows.into_iter().filter(|(_, message)| message.changed == message.created);
            entries.extend(untouched.map(|((_, seq), message)| (message.created, (seq, message))));
            if next <= self.seat.chat.last_seq && (entries.len() > self.limit || looked >= MAX_ROWS) {
                return Ok((entries, horizon));
            }
        }
        Ok((entries, self.seat.chat.cursor))
    }

    /// Messages that were touched after the cursor, and up to where they are complete.
    fn changed(&self) -> Result<(Entries, Cursor), StoreError> {
        let range = (self.seat.id, self.since.next())..=(self.seat.id, self.seat.chat.cursor);
        let rows = if self.since < self.seat.chat.cursor {
            self.read.scan(tables::CHANGES, range, Direction::Ascending, self.limit + 1)?
        } else {
            Vec::new()
        };
        let horizon = rows.last().filter(|_| rows.len() > self.limit).map_or(self.seat.chat.cursor, |((_, cursor), _)| *cursor);
        let mut entries = Entries::new();
        for ((_, cursor), seq) in rows {
            let message = self.read.get(tables::MESSAGES, &(self.seat.id, seq))?;
            // One that was touched again meanwhile comes with that later change.
            if let Some(message) = message.filter(|message| message.changed == cursor && self.seat.sees(seq)) {
                entries.insert(cursor, (seq, message));
            }
        }
        Ok((entries, horizon))
    }

    /// The first message that was created after the cursor. Places and the changes that created them grow together, so
    /// halving finds it; and every change creates one message at most, which leaves few places for a recent cursor.
    fn first_created(&self) -> Result<Seq, StoreError> {
        let (chat, since) = (&self.seat.chat, self.since.0);
        let newer = chat.cursor.0.saturating_sub(since);
        let mut low = chat.last_seq.0.saturating_sub(newer).max(self.seat.me.sees_after.0) + 1;
        let mut high = (chat.last_seq.0 + 1).min(since.saturating_add(1)).max(low);
        while low < high {
            let middle = low + (high - low) / 2;
            let created = self.read.get(tables::MESSAGES, &(self.seat.id, Seq(middle)))?.map_or(Cursor::MAX, |message| message.created);
            if created > self.since { high = middle } else { low = middle + 1 }
        }
        Ok(Seq(low))
    }
}
