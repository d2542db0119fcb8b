//! Finding messages by their words, in all conversations of a person or in one, newest first.
//!
//! Each conversation is a stream of hits that come newest first; the streams are merged by time. A stream is asked only when it could
//! have the next hit, and then in small steps, so that one request does bounded work however common or rare the words are. Where a
//! request stops, early or at the end of its page, is a moment in time and a place: the next one goes on there, whatever has been
//! sent meanwhile.

mod files;
mod stream;
mod wish;

pub use files::{FilesWish, files};
pub use wish::Wish;

use super::{
    Db, Rules, Seat, inbox,
    view::{People, View},
};
use crate::{
    accounts::Actor,
    clock::Timestamp,
    contract::{FoundPage, FoundView, HighlightView},
    error::Result,
    ids::ChatId,
    search::{Search, Wanted},
};
use std::collections::BinaryHeap;
use stream::{Budget, Entry, Hit, Stream};

/// Views made in one read. Commits wait for it.
const VIEWS_AT_A_TIME: usize = 20;

/// Where a hit stands among all hits. The newest comes first; of the same moment always the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    at: Timestamp,
    chat: ChatId,
    seq: u64,
}

/// One page of hits.
pub fn find(store: &Db, search: &Search, rules: &Rules, actor: Actor, wish: &Wish) -> Result<FoundPage> {
    let seats = store.read(|read| match wish.chat {
        Some(chat) => Ok(vec![Seat::find(read, actor.user, chat)?]),
        None => inbox::seats(read, actor.user),
    })?;
    let index = search.index();
    let source = stream::Source { store, search, index: index.as_deref(), wish, wanted: Wanted::new(&wish.query, &wish.filters) };
    let mut streams: Vec<Stream<'_>> = seats.iter().map(|seat| Stream::new(seat, wish)).collect();
    let mut budget = Budget::for_streams(streams.len());
    let mut heap: BinaryHeap<Entry> = streams.iter().enumerate().filter_map(|(index, stream)| stream.begin(index)).collect();
    let mut hits: Vec<(usize, Hit)> = Vec::with_capacity(wish.limit);
    // The next page begins with what this one does not show. A hit is looked for there too, so that a page that is announced is
    // not empty, unless that would be too much work.
    let mut next = None;
    while let Some(entry) = heap.pop() {
        if entry.position.at < wish.after {
            break;
        }
        let full = hits.len() == wish.limit;
        if full && entry.hit.is_some() || budget.is_used_up() {
            next = Some(entry.position);
            break;
        }
        let Some(stream) = streams.get_mut(entry.stream) else { continue };
        if let Some(hit) = entry.hit {
            hits.push((entry.stream, hit));
        }
        heap.extend(stream.advance(&source, entry.stream, &mut budget)?);
    }
    Ok(FoundPage {
        items: views(store, rules, &seats, &hits)?,
        limit: wish.limit as u64,
        has_more: next.is_some(),
        next_cursor: next.map(|position| wish::cursor_text(&position)),
        total: None,
        indexing: !search.is_even() || streams.iter().any(Stream::is_behind),
    })
}

/// The hits as the person sees them.
fn views(store: &Db, rules: &Rules, seats: &[Seat], hits: &[(usize, Hit)]) -> Result<Vec<FoundView>> {
    let mut views = Vec::with_capacity(hits.len());
    for hits in hits.chunks(VIEWS_AT_A_TIME) {
        store.read(|read| {
            let people = People::new(read, rules, store.clock().now());
            for (seat, hit) in hits {
                let Some(seat) = seats.get(*seat) else { continue };
                let view = View::new(&people, seat)?;
                views.push(FoundView {
                    message: view.message(hit.seq, &hit.message)?,
                    conversation: view.reference()?,
                    snippet: hit.snippet.text.clone(),
                    file_id: hit.file,
                    highlights: hit.snippet.highlights.iter().map(|range| HighlightView { start: range.start, end: range.end }).collect(),
                });
            }
            Ok::<(), crate::error::Error>(())
        })?;
    }
    Ok(views)
}
