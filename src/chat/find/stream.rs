//! The hits in one conversation, newest first, a few at a time.

use super::{super::Seat, Position, Wish};
use crate::{
    chat::Db,
    clock::Timestamp,
    error::Result,
    ids::{FileId, Seq},
    search::{
        Directory, Index, Search, Snippet, Subject, Wanted,
        feed::{self, Standing},
        is_searched,
    },
    store::{
        Read, StoreError,
        records::{Chat, Message},
        tables,
    },
};
use std::collections::{BTreeMap, BTreeSet};

/// Messages of a conversation that are read from the tables because the index does not have them yet; and as many changed ones.
const LOOSE: usize = 64;
/// Messages compared with the query in one step.
const READS_AT_A_TIME: u32 = 8;

/// Everything that streams read from.
pub struct Source<'a> {
    pub store: &'a Db,
    pub search: &'a Search,
    pub index: Option<&'a Index>,
    pub wish: &'a Wish,
    pub wanted: Wanted,
}

/// How much work a request may still cost.
pub struct Budget {
    looks: u32,
    reads: u32,
}

impl Budget {
    /// The next request takes up where this one stops, except that each stream may have gone a step further than the page. So
    /// there is enough for two steps of each, and the next request gets further than this one for sure.
    pub fn for_streams(count: usize) -> Self {
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        let for_steps = |least: u32, step: u32| least.saturating_add(count.saturating_mul(2 * step));
        Self { looks: for_steps(1_000, 1), reads: for_steps(2_000, READS_AT_A_TIME) }
    }

    pub fn is_used_up(&self) -> bool {
        self.looks == 0 || self.reads == 0
    }

    fn read(&mut self, count: usize) {
        self.reads = self.reads.saturating_sub(u32::try_from(count).unwrap_or(u32::MAX));
    }
}

/// A message that has what is looked for.
pub struct Hit {
    pub seq: Seq,
    pub message: Message,
    pub snippet: Snippet,
    /// The file of whose name the snippet is; none when it is of what the message says.
    pub file: Option<FileId>,
}

/// What a stream has next: a hit, or what is not newer than its position.
pub struct Entry {
    pub position: Position,
    pub stream: usize,
    pub hit: Option<Hit>,
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.position == other.position
    }
}
impl Eq for Entry {}
impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Entry {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.position.cmp(&other.position)
    }
}

/// One conversation.
pub struct Stream<'a> {
    seat: &'a Seat,
    /// Nothing older is shown.
    low: u64,
    /// Nothing newer is shown, or has been looked at in the index.
    high: u64,
    /// Places that the index has found, newest last.
    candidates: Vec<u64>,
    /// Hits that the index does not have yet, or not as they are.
    loose: BTreeMap<u64, Hit>,
    /// What was read from the tables, hit or not: the index is not asked about it.
    passed: BTreeSet<u64>,
    opened: bool,
    behind: bool,
    /// The first position that may be shown.
    from: Option<Position>,
}

impl<'a> Stream<'a> {
    pub fn new(seat: &'a Seat, wish: &Wish) -> Self {
        Self {
            seat,
            low: seat.me.sees_after.0 + 1,
            high: seat.chat.last_seq.0,
            candidates: Vec::new(),
            loose: BTreeMap::new(),
            passed: BTreeSet::new(),
            opened: false,
            behind: false,
            from: wish.from,
        }
    }

    /// Whether the index lacks more of this conversation than was read beside it.
    pub fn is_behind(&self) -> bool {
        self.behind
    }

    /// Where the stream begins; nowhere when there is nothing in it.
    pub fn begin(&self, stream: usize) -> Option<Entry> {
        let newest = Position { at: self.seat.chat.last_activity, chat: self.seat.id, seq: self.high };
        let position = match self.latest() {
            Some((at, seq)) if at < newest.at => Position { at, chat: self.seat.id, seq: seq.min(self.high) },
            Some((at, seq)) if at == newest.at => Position { seq: seq.min(self.high), ..newest },
            _ => newest,
        };
        (self.low <= self.high).then_some(Entry { position, stream, hit: None })
    }

    /// The latest moment, and of this moment the last place, from which something may be shown here.
    fn latest(&self) -> Option<(Timestamp, u64)> {
        let from = self.from?;
        Some(match self.seat.id.cmp(&from.chat) {
            std::cmp::Ordering::Less => (from.at, u64::MAX),
            std::cmp::Ordering::Equal => (from.at, from.seq),
            std::cmp::Ordering::Greater => (Timestamp(from.at.0.checked_sub(1)?), u64::MAX),
        })
    }

    /// Goes one step further: to the next hit, or to where the next step begins. Nothing at the end.
    pub fn advance(&mut self, source: &Source<'_>, stream: usize, budget: &mut Budget) -> Result<Option<Entry>> {
        if !self.opened {
            self.open(source, budget)?;
        }
        let mut steps = 0..READS_AT_A_TIME;
        loop {
            let loose = self.loose.last_key_value().map(|(place, _)| *place);
            let indexed = self.candidates.last().copied().or((self.low <= self.high).then_some(self.high));
            let place = match (loose, indexed) {
                (Some(loose), indexed) if indexed.is_none_or(|indexed| loose > indexed) => {
                    let hit = self.loose.remove(&loose);
                    return Ok(hit.map(|hit| self.entry(stream, hit.message.created_at, loose, Some(hit))));
                }
                (_, Some(_)) => {
                    let Some(candidate) = self.candidates.last().copied() else {
                        self.look(source, budget);
                        return self.pause(source, stream);
                    };
                    candidate
                }
                _ => return Ok(None),
            };
            if steps.next().is_none() || budget.is_used_up() {
                return self.pause(source, stream);
            }
            self.candidates.pop();
            if self.passed.contains(&place) {
                continue;
            }
            budget.read(1);
            let subject = source.store.read(|read| {
                let message = read.get(tables::MESSAGES, &(self.seat.id, Seq(place)))?;
                message.map(|message| Subject::read(read, message)).transpose()
            })?;
            if let Some(hit) = subject.and_then(|subject| judge(source.wish, place, subject)) {
                return Ok(Some(self.entry(stream, hit.message.created_at, place, Some(hit))));
            }
        }
    }

    fn entry(&self, stream: usize, at: Timestamp, seq: u64, hit: Option<Hit>) -> Entry {
        Entry { position: Position { at, chat: self.seat.id, seq }, stream, hit }
    }

    /// Where the next step begins.
    fn pause(&self, source: &Source<'_>, stream: usize) -> Result<Option<Entry>> {
        let rest = (self.low <= self.high).then_some(self.high);
        let loose = self.loose.last_key_value().map(|(place, _)| *place);
        let Some(place) = [self.candidates.last().copied(), rest, loose].into_iter().flatten().max() else { return Ok(None) };
        let message = source.store.read(|read| read.get(tables::MESSAGES, &(self.seat.id, Seq(place))))?;
        Ok(message.map(|message| self.entry(stream, message.created_at, place, None)))
    }

    /// Looks into the next segment of the index.
    fn look(&mut self, source: &Source<'_>, budget: &mut Budget) {
        let Some(index) = source.index else {
            self.high = 0;
            return;
        };
        let mut looked = 0;
        let hits = index.look(self.seat.id, &source.wanted, (self.low, self.high), 1, &mut looked);
        budget.looks = budget.looks.saturating_sub(looked);
        match hits {
            Ok(hits) => {
                self.candidates = hits.places;
                self.candidates.reverse();
                self.high = hits.rest.saturating_sub(1);
            }
            Err(error) => self.give_up(source, &error),
        }
    }

    /// Goes on without the index.
    fn give_up(&mut self, source: &Source<'_>, error: &StoreError) {
        source.search.distrust(error);
        self.high = 0;
        self.behind = true;
    }

    /// Finds out what there is: how far the index has come, what stands beside it, and where to begin.
    fn open(&mut self, source: &Source<'_>, budget: &mut Budget) -> Result<()> {
        self.opened = true;
        let directory = match source.index.map(|index| index.directory(self.seat.id)) {
            Some(Ok(directory)) => directory,
            Some(Err(error)) => {
                source.search.distrust(&error);
                Directory::default()
            }
            None => Directory::default(),
        };
        if let Some((at, seq)) = self.latest().filter(|(at, _)| *at <= self.seat.chat.last_activity) {
            self.high = self.last_until(source, at)?.min(seq);
        }
        let rows = source.store.read(|read| self.beside(read, &directory))?;
        budget.read(rows.len());
        for (place, subject) in rows {
            self.passed.insert(place);
            if (self.low..=self.high).contains(&place)
                && let Some(hit) = judge(source.wish, place, subject)
            {
                self.loose.insert(place, hit);
            }
        }
        self.high = self.high.min(directory.last());
        Ok(())
    }

    /// What the index does not have, or not as it is, as far as that is little.
    fn beside(&mut self, read: &impl Read, directory: &Directory) -> Result<feed::Rows> {
        let Some(chat): Option<Chat> = read.get(tables::CHATS, &self.seat.id)? else { return Ok(Vec::new()) };
        if feed::standing(&chat, directory) == Standing::Even {
            return Ok(Vec::new());
        }
        let mut rows = feed::newest(read, self.seat.id, directory.last(), LOOSE + 1)?;
        let (places, complete) = feed::changed(read, self.seat.id, &chat, directory, LOOSE)?;
        self.behind = rows.len() > LOOSE || complete < chat.cursor || feed::standing(&chat, directory) == Standing::Ahead;
        rows.extend(feed::at(read, self.seat.id, &places)?);
        Ok(rows)
    }

    /// The last place of a message that was written up to a moment: times grow with places, so halving finds it.
    fn last_until(&self, source: &Source<'_>, at: Timestamp) -> Result<u64> {
        let (mut low, mut high) = (self.low - 1, self.high);
        while low < high {
            let middle = low + (high - low).div_ceil(2);
            let message = source.store.read(|read| read.get(tables::MESSAGES, &(self.seat.id, Seq(middle))))?;
            let early = message.is_some_and(|message| message.created_at <= at);
            if early { low = middle } else { high = middle - 1 }
        }
        Ok(low)
    }
}

/// The message as a hit, if it is one as it is now.
fn judge(wish: &Wish, place: u64, subject: Subject) -> Option<Hit> {
    if !is_searched(&subject.message) || !wish.filters.fit(&subject.message) {
        return None;
    }
    let (which, snippet) = Snippet::among(&wish.query, subject.texts())?;
    let file = which.checked_sub(1).and_then(|index| subject.files.get(index)).map(|(id, _)| *id);
    Some(Hit { seq: Seq(place), message: subject.message, snippet, file })
}
