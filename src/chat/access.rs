//! Who has opened one's conversations and files, and looked at one's account, newest first.
//!
//! Each conversation has its own list in the audit log, and so has each person; they are merged by number. So nobody waits for what is no
//! business of theirs, however long the log is. What was before one joined was not one's own. Mothers see who of the clinic has
//! looked; what other mothers of a group read, and when, they are not told.

use super::{
    Db, Rules, Seat, inbox,
    view::{People, View},
};
use crate::{
    accounts::Actor,
    audit::{Mark, numbers},
    contract::audit::{AccessQuery, AccessView, CursorView, NamedView},
    error::Result,
    ids::{ChatId, FileId},
    store::{
        Read,
        records::{
            Role,
            audit::{Action, Author, Entry},
        },
        tables,
    },
};
use std::collections::{BinaryHeap, HashMap, VecDeque};

/// At most so many entries on a page.
const MAX_LIMIT: u64 = 100;
/// So many when nothing is said.
const USUAL_LIMIT: u64 = 30;
/// Entries looked at for one page.
const LOOKS: usize = 2_000;
/// Entries looked at in one read. Commits wait for it.
const AT_A_TIME: usize = 50;
/// Lists begun in one read.
const BEGINS: usize = 64;
/// Numbers fetched at once.
const BATCH: usize = 20;

/// A valid wish for a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wish {
    own: bool,
    below: u64,
    limit: usize,
}

impl Wish {
    /// Reads a query.
    pub fn new(query: &AccessQuery) -> Result<Self> {
        let limit = super::limit(query.limit, USUAL_LIMIT, MAX_LIMIT)?;
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        Ok(Self { own: query.own.unwrap_or(false), below: query.cursor.unwrap_or(u64::MAX), limit })
    }
}

/// The list of one conversation, or of what is about the reader.
struct List {
    mark: Mark,
    seat: Option<Seat>,
    waiting: VecDeque<u64>,
}

/// One page.
pub fn page(store: &Db, rules: &Rules, actor: Actor, wish: Wish) -> Result<(Vec<AccessView>, CursorView)> {
    // Who is turned away has no conversations any more, but still an account.
    let seats = if actor.admitted().is_ok() { store.read(|read| inbox::seats(read, actor.user))? } else { Vec::new() };
    let conversations = seats.into_iter().map(|seat| List { mark: Mark::In(seat.id), seat: Some(seat), waiting: VecDeque::new() });
    let about = List { mark: Mark::About(actor.user), seat: None, waiting: VecDeque::new() };
    let mut lists: Vec<List> = std::iter::once(about).chain(conversations).collect();
    let mut heap = BinaryHeap::new();
    for (chunk, part) in lists.chunks_mut(BEGINS).enumerate() {
        store.read(|read| {
            for (index, list) in part.iter_mut().enumerate() {
                let newest = numbers(read, list.mark, wish.below, 1)?;
                heap.extend(newest.first().map(|number| (*number, chunk * BEGINS + index)));
            }
            Ok::<_, crate::error::Error>(())
        })?;
    }
    let (mut items, mut looked, mut names) = (Vec::new(), 0, HashMap::new());
    while items.len() < wish.limit && looked < LOOKS && !heap.is_empty() {
        store.read(|read| {
            let mut sight = Sight { read, rules, people: People::new(read, rules, store.clock().now()), actor, wish, names: &mut names };
            for _ in 0..AT_A_TIME {
                let Some((number, index)) = heap.pop() else { break };
                let Some(list) = lists.get_mut(index) else { break };
                looked += 1;
                if list.waiting.is_empty() {
                    list.waiting = numbers(read, list.mark, number, BATCH)?.into();
                }
                heap.extend(list.waiting.pop_front().map(|next| (next, index)));
                items.extend(sight.of(number, list.seat.as_ref())?);
                if items.len() == wish.limit {
                    break;
                }
            }
            Ok::<_, crate::error::Error>(())
        })?;
    }
    // The next page is below what was looked at last, which is above what comes next.
    let next = heap.peek().map(|(number, _)| number + 1);
    Ok((items, CursorView { limit: wish.limit as u64, total: None, has_more: next.is_some(), next_cursor: next }))
}

/// What one reader is shown of an entry.
struct Sight<'a, R> {
    read: &'a R,
    rules: &'a Rules,
    people: People<'a, R>,
    actor: Actor,
    wish: Wish,
    names: &'a mut HashMap<ChatId, String>,
}

impl<R: Read> Sight<'_, R> {
    fn of(&mut self, number: u64, seat: Option<&Seat>) -> Result<Option<AccessView>> {
        let Some(entry) = self.read.get(tables::AUDIT, &number)?.filter(|entry| is_a_look(entry, seat)) else { return Ok(None) };
        let Author::Person(user) = entry.author else { return Ok(None) };
        let is_own = user == self.actor.user;
        let Some(person) = self.rules.everybody.get(self.read, user)? else { return Ok(None) };
        let is_shown = if is_own { self.wish.own } else { self.actor.role != Role::Mom || person.role != Role::Mom };
        if !is_shown {
            return Ok(None);
        }
        let conversation_name = seat.map(|seat| self.name(seat)).transpose()?;
        let file_name = entry.file.map(|file| self.file(file, seat)).transpose()?.flatten();
        Ok(Some(AccessView {
            id: number.to_string(),
            same_id: number.to_string(),
            opened_at: entry.at,
            action: entry.action,
            is_own,
            person: NamedView::new(user, person.name.clone(), person.role),
            conversation_id: entry.chat,
            conversation_name,
            file_id: entry.file,
            file_name,
        }))
    }

    /// What the reader calls a conversation.
    fn name(&mut self, seat: &Seat) -> Result<String> {
        if let Some(name) = self.names.get(&seat.id) {
            return Ok(name.clone());
        }
        let name = View::new(&self.people, seat)?.reference()?.name;
        self.names.insert(seat.id, name.clone());
        Ok(name)
    }

    /// The name of a file, as long as the reader sees it.
    fn file(&self, id: FileId, seat: Option<&Seat>) -> Result<Option<String>> {
        let Some(seat) = seat else {
            return Ok(self.read.get(tables::DOCUMENTS, &(self.actor.user, id))?.map(|document| document.name));
        };
        let file = self.read.get(tables::FILES, &id)?;
        let file = file.filter(|file| file.message.is_some_and(|(chat, seq)| chat == seat.id && seat.sees(seq)));
        Ok(file.map(|file| file.name))
    }
}

/// Whether an entry tells of somebody who looked: in a conversation since the reader has been in it, or at the reader.
fn is_a_look(entry: &Entry, seat: Option<&Seat>) -> bool {
    match seat {
        Some(seat) => matches!(entry.action, Action::ConversationOpened | Action::FileOpened) && entry.at >= seat.me.joined_at,
        None => {
            matches!(entry.action, Action::AccountViewed | Action::DocumentOpened | Action::ProfileChanged | Action::ResetLinkMade)
        }
    }
}
