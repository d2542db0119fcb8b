//! The index: for every conversation the terms of its messages, in segments, and how far it has come.
//!
//! | table | key → value |
//! |---|---|
//! | 25 | conversation → its directory: the cursor up to which changes are in, and length, size and checksum of each segment |
//! | 26 | conversation, first place of a segment, name of a page → the page |
//!
//! Segments follow each other without a gap from the first place on. New messages become a segment, and segments that are not longer
//! than those behind them are joined, so that a conversation has few of them and each message is written a few times in all.

use super::{
    doc::{Doc, Wanted},
    postings::{Places, put_number, take_number},
    segment::{Damaged, Page, Segment, look_up, look_up_all},
};
use crate::{
    ids::{ChatId, Cursor},
    store::{Derived, Direction, Key as _, Kv, Pair, StoreError, TableId, Write},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    ops::{Bound, Range},
};

/// Directories of conversations.
const DIRECTORIES: TableId = TableId(25);
/// Pages of segments.
const PAGES: TableId = TableId(26);
/// A segment with so many messages is not joined any more …
const FULL_LENGTH: u32 = 4_096;
/// … and neither is one with so many bytes.
const FULL_BYTES: u64 = 512 << 10;
/// More pages than a segment has.
const MANY: usize = 1 << 20;
/// Pages that are read at a time where terms that begin alike go on over several.
const NEIGHBOURS: usize = 8;

/// What a segment is known by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Entry {
    /// Messages, deleted ones too.
    length: u32,
    /// Bytes of its pages.
    bytes: u64,
    /// Their CRC-32.
    sum: u32,
}

/// How far the index has come in a conversation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Directory {
    /// Every message that is in the index is in it as it was after this change, or as it was later.
    pub cursor: Cursor,
    segments: Vec<Entry>,
}

impl Directory {
    /// The last place that is in the index; zero before the first.
    #[must_use]
    pub fn last(&self) -> u64 {
        self.segments.iter().map(|segment| u64::from(segment.length)).sum()
    }

    /// Each segment with its first place, newest first.
    fn newest_first(&self) -> impl Iterator<Item = (u64, Entry)> {
        let mut end = self.last();
        self.segments.iter().rev().map(move |segment| {
            let first = end + 1 - u64::from(segment.length);
            end = first - 1;
            (first, *segment)
        })
    }

    fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(16 + self.segments.len() * 10);
        put_number(&mut out, self.cursor.0);
        for Entry { length, bytes, sum } in &self.segments {
            put_number(&mut out, u64::from(*length));
            put_number(&mut out, *bytes);
            out.extend_from_slice(&sum.to_le_bytes());
        }
        out
    }

    fn decode(mut bytes: &[u8]) -> Option<Self> {
        let mut directory = Self { cursor: Cursor(take_number(&mut bytes)?), segments: Vec::new() };
        while !bytes.is_empty() {
            let length = u32::try_from(take_number(&mut bytes)?).ok().filter(|length| *length > 0)?;
            let size = take_number(&mut bytes)?;
            let (sum, rest) = bytes.split_first_chunk()?;
            bytes = rest;
            directory.segments.push(Entry { length, bytes: size, sum: u32::from_le_bytes(*sum) });
        }
        Some(directory)
    }
}

/// What has happened in a conversation since its directory was written.
#[derive(Debug, Default)]
pub struct Update {
    /// The messages behind the last place that is in the index, without a gap.
    pub new: Vec<Doc>,
    /// Messages up to that place that have changed, as they are now.
    pub changed: BTreeMap<u64, Doc>,
    /// The change up to which `changed` is complete.
    pub cursor: Cursor,
}

/// Places that a look into the index has found.
#[derive(Debug, PartialEq, Eq)]
pub struct Hits {
    /// Newest first.
    pub places: Vec<u64>,
    /// Below this place nothing has been looked at; zero when there is nothing left.
    pub rest: u64,
}

/// The index over its database.
pub struct Index(Derived);

impl Index {
    /// Over a database that nobody else writes.
    pub fn new(derived: Derived) -> Self {
        Self(derived)
    }

    /// How far the index has come in a conversation.
    pub fn directory(&self, chat: ChatId) -> Result<Directory, StoreError> {
        self.0.read(|kv| directory(kv, chat))
    }

    /// Directories of conversations after one, in order of their ids, at most `limit`.
    pub fn directories(&self, after: Option<ChatId>, limit: usize) -> Result<Vec<(ChatId, Directory)>, StoreError> {
        let after = after.map(|chat| chat.to_bytes());
        let from = after.as_deref().map_or(Bound::Unbounded, Bound::Excluded);
        let rows = self.0.read(|kv| kv.scan(DIRECTORIES, from, Bound::Unbounded, Direction::Ascending, limit))?;
        rows.iter()
            .map(|(key, value)| Ok((ChatId::read(&mut key.as_slice()).ok_or(damaged())?, Directory::decode(value).ok_or(damaged())?)))
            .collect()
    }

    /// Looks for messages between two places, newest first. Looks into one segment after the other until it has found something in
    /// one, or has looked into `most` of them; `looked` says into how many.
    pub fn look(&self, chat: ChatId, wanted: &Wanted, (from, to): (u64, u64), most: u32, looked: &mut u32) -> Result<Hits, StoreError> {
        self.0.read(|kv| {
            let directory = directory(kv, chat)?;
            let concerned = directory.newest_first().filter(|(first, _)| *first <= to);
            for (first, segment) in concerned.take_while(|(first, segment)| first + u64::from(segment.length) > from) {
                if *looked >= most {
                    return Ok(Hits { places: Vec::new(), rest: (first + u64::from(segment.length)).min(to + 1) });
                }
                *looked += 1;
                let place = |seq: u64| u32::try_from(seq.saturating_sub(first)).unwrap_or(u32::MAX);
                let mut places = Places::full(segment.length);
                places.clip(place(from), place(to));
                Look { kv, chat, first }.narrow(wanted, &mut places)?;
                if !places.is_empty() {
                    let places = places.iter().rev().map(|place| first + u64::from(place)).collect();
                    return Ok(Hits { places, rest: if first > from { first } else { 0 } });
                }
            }
            Ok(Hits { places: Vec::new(), rest: 0 })
        })
    }

    /// Takes what has happened in a conversation, as one step. Answers the new directory.
    pub fn apply(&self, chat: ChatId, update: &Update) -> Result<Directory, StoreError> {
        let mut directory = self.directory(chat)?;
        let mut writes = Vec::new();
        let kept = directory.segments.len() - joined(&directory.segments, &update.new);
        let mut first = 1;
        for segment in directory.segments.iter_mut().take(kept) {
            let next = first + u64::from(segment.length);
            if update.changed.range(first..next).next().is_some() {
                *segment = self.rewrite(chat, &[first], first..next, (&update.changed, &[]), &mut writes)?;
            }
            first = next;
        }
        if !update.new.is_empty() {
            let end = directory.last() + 1;
            let mut old: Vec<u64> = directory.newest_first().map(|(old, _)| old).take_while(|old| *old >= first).collect();
            old.reverse();
            let segment = self.rewrite(chat, &old, first..end, (&update.changed, &update.new), &mut writes)?;
            directory.segments.truncate(kept);
            directory.segments.push(segment);
        }
        directory.cursor = directory.cursor.max(update.cursor);
        writes.push(Write { table: DIRECTORIES, key: chat.to_bytes(), value: Some(directory.encode()) });
        self.0.commit(&writes)?;
        Ok(directory)
    }

    /// Makes one segment of those that begin at the places `old` and fill `range`, as far as they have changed anew, and of the new
    /// messages behind them.
    fn rewrite(
        &self,
        chat: ChatId,
        old: &[u64],
        range: Range<u64>,
        (changed, new): (&BTreeMap<u64, Doc>, &[Doc]),
        writes: &mut Vec<Write>,
    ) -> Result<Entry, StoreError> {
        let place = |seq: u64| u32::try_from(seq - range.start).unwrap_or(u32::MAX);
        let (mut segment, mut stale) = (Segment::default(), BTreeSet::new());
        for from in old {
            for (key, page) in self.0.read(|kv| pages(kv, chat, *from))? {
                segment.read_page(&page, place(*from)).map_err(|Damaged| damaged())?;
                stale.insert(key);
            }
        }
        let mut gone = Places::default();
        changed.range(range.clone()).for_each(|(seq, _)| gone.insert(place(*seq)));
        segment.remove(&gone);
        let present = changed.range(range.clone()).map(|(seq, doc)| (*seq, doc)).chain((range.end..).zip(new));
        for (seq, doc) in present {
            segment.insert(place(seq), doc.terms());
        }
        let pages = segment.pages();
        let entry = entry(place(range.end) + u32::try_from(new.len()).unwrap_or(u32::MAX), &pages);
        for (name, page) in pages {
            let key = page_key(chat, range.start, &name);
            stale.remove(&key);
            writes.push(Write { table: PAGES, key, value: Some(page) });
        }
        writes.extend(stale.into_iter().map(|key| Write { table: PAGES, key, value: None }));
        Ok(entry)
    }

    /// Whether every segment of a conversation is as it was written.
    pub fn is_whole(&self, chat: ChatId, directory: &Directory) -> Result<bool, StoreError> {
        for (first, segment) in directory.newest_first() {
            let pages = self.0.read(|kv| pages(kv, chat, first))?.into_iter().map(|(_, page)| (String::new(), page)).collect::<Vec<_>>();
            if entry(segment.length, &pages) != segment {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Forgets a conversation, so that it is taken anew from its beginning.
    pub fn forget(&self, chat: ChatId) -> Result<(), StoreError> {
        loop {
            let (from, to) = (page_key(chat, 0, ""), page_key(chat, u64::MAX, ""));
            let range = (Bound::Included(from.as_slice()), Bound::Included(to.as_slice()));
            let rows = self.0.read(|kv| kv.scan(PAGES, range.0, range.1, Direction::Ascending, 256))?;
            let mut writes: Vec<_> = rows.into_iter().map(|(key, _)| Write { table: PAGES, key, value: None }).collect();
            let last = writes.is_empty();
            writes.push(Write { table: DIRECTORIES, key: chat.to_bytes(), value: None });
            self.0.commit(&writes)?;
            if last {
                return Ok(());
            }
        }
    }

    /// Closes the database and leaves it ready for the next start.
    pub fn close(&self) -> Result<(), StoreError> {
        self.0.close()
    }
}

/// How many of the newest segments become one with the new messages.
fn joined(segments: &[Entry], new: &[Doc]) -> usize {
    let mut length = u32::try_from(new.len()).unwrap_or(u32::MAX);
    let mut bytes: u64 = new.iter().map(Doc::size).sum();
    let mut joined = 0;
    for segment in segments.iter().rev() {
        let full = segment.length >= FULL_LENGTH || segment.bytes >= FULL_BYTES;
        if new.is_empty() || full || segment.length / 2 >= length || bytes + segment.bytes > 2 * FULL_BYTES {
            break;
        }
        length += segment.length;
        bytes += segment.bytes;
        joined += 1;
    }
    joined
}

fn entry(length: u32, pages: &[Page]) -> Entry {
    let mut sum = crc32fast::Hasher::new();
    for (_, page) in pages {
        sum.update(page);
    }
    Entry { length, bytes: pages.iter().map(|(_, page)| page.len() as u64).sum(), sum: sum.finalize() }
}

/// One look into a segment.
struct Look<'a> {
    kv: &'a dyn Kv,
    chat: ChatId,
    first: u64,
}

impl Look<'_> {
    /// Keeps the places that have everything that is wanted.
    fn narrow(&self, wanted: &Wanted, places: &mut Places) -> Result<(), StoreError> {
        for term in &wanted.all {
            if places.is_empty() {
                return Ok(());
            }
            places.keep(&self.having(term)?);
        }
        for term in &wanted.none {
            if places.is_empty() {
                return Ok(());
            }
            places.remove(&self.having(term)?);
        }
        if let Some(beginning) = wanted.prefix.as_ref().filter(|_| !places.is_empty()) {
            places.keep(&self.beginning(beginning)?);
        }
        Ok(())
    }

    /// The messages with a term.
    fn having(&self, term: &str) -> Result<Places, StoreError> {
        let mut places = Places::default();
        if let Some((_, page)) = self.page_of(term)? {
            look_up(&page, term, &mut places).map_err(|Damaged| damaged())?;
        }
        Ok(places)
    }

    /// The messages with a term that begins so.
    fn beginning(&self, beginning: &str) -> Result<Places, StoreError> {
        let mut places = Places::default();
        let Some((mut key, page)) = self.page_of(beginning)? else { return Ok(places) };
        let mut goes_on = look_up_all(&page, beginning, &mut places).map_err(|Damaged| damaged())?;
        // What begins so sorts before the same beginning with a byte that is in no text behind it.
        let mut end = page_key(self.chat, self.first, beginning);
        end.push(0xff);
        while goes_on {
            let range = (Bound::Excluded(key.as_slice()), Bound::Excluded(end.as_slice()));
            let pages = self.kv.scan(PAGES, range.0, range.1, Direction::Ascending, NEIGHBOURS)?;
            goes_on = pages.len() == NEIGHBOURS;
            for (_, page) in &pages {
                look_up_all(page, beginning, &mut places).map_err(|Damaged| damaged())?;
            }
            let Some((last, _)) = pages.into_iter().next_back() else { break };
            key = last;
        }
        Ok(places)
    }

    /// The page on which a term is, if it is on any.
    fn page_of(&self, term: &str) -> Result<Option<Pair>, StoreError> {
        let (from, to) = (page_key(self.chat, self.first, ""), page_key(self.chat, self.first, term));
        let pages = self.kv.scan(PAGES, Bound::Included(&from), Bound::Included(&to), Direction::Descending, 1)?;
        Ok(pages.into_iter().next())
    }
}

fn directory(kv: &dyn Kv, chat: ChatId) -> Result<Directory, StoreError> {
    match kv.get(DIRECTORIES, &chat.to_bytes())? {
        Some(bytes) => Directory::decode(&bytes).ok_or(damaged()),
        None => Ok(Directory::default()),
    }
}

/// All pages of a segment, in order.
fn pages(kv: &dyn Kv, chat: ChatId, first: u64) -> Result<Vec<Pair>, StoreError> {
    let (from, to) = (page_key(chat, first, ""), page_key(chat, first + 1, ""));
    kv.scan(PAGES, Bound::Included(&from), Bound::Excluded(&to), Direction::Ascending, MANY)
}

fn page_key(chat: ChatId, first: u64, name: &str) -> Vec<u8> {
    (chat, first, name.to_owned()).to_bytes()
}

fn damaged() -> StoreError {
    StoreError::Damaged { table: PAGES, what: "the index is not as it was written" }
}

#[cfg(test)]
#[path = "index_tests.rs"]
mod tests;
