//! The list of a person's conversations.

use super::{
    Rules, Seat,
    view::{People, View},
};
use crate::{
    clock::Timestamp,
    contract::{ConversationView, Listing, Page, request::InboxQuery},
    error::{Error, Result},
    fold::{fold, matches},
    ids::{ChatId, UserId},
    store::{Direction, Read, StoreError, tables},
};
use std::collections::BTreeSet;

/// At most so many conversations on a page.
const MAX_LIMIT: u64 = 100;
/// So many when nothing is said.
const USUAL_LIMIT: u64 = 20;
/// More conversations than anybody has.
const MOST: usize = 100_000;

/// Which conversations are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filter {
    /// All of them.
    All,
    /// With something unread.
    Unread,
    /// Pinned.
    Pinned,
}

/// A valid wish for a page of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    page: u64,
    limit: u64,
    /// Folded.
    search: String,
    filter: Filter,
}

impl Wish {
    /// Reads a query.
    pub fn new(query: &InboxQuery) -> Result<Self> {
        let filter = match query.filter.as_deref() {
            None | Some("" | "all") => Filter::All,
            Some("unread") => Filter::Unread,
            Some("pinned") => Filter::Pinned,
            Some(_) => return Err(Error::field("filter", "must be one of all, unread, pinned")),
        };
        Ok(Self {
            page: super::page_number(query.page)?,
            limit: super::limit(query.limit, USUAL_LIMIT, MAX_LIMIT)?,
            search: fold(query.search.as_deref().unwrap_or_default()),
            filter,
        })
    }
}

/// A person's seats in all conversations, in no particular order.
pub fn seats(read: &impl Read, user: UserId) -> Result<Vec<Seat>> {
    let ids = read.scan(tables::MEMBERSHIPS, (user, ChatId::MIN)..=(user, ChatId::MAX), Direction::Ascending, MOST)?;
    let mut seats = Vec::with_capacity(ids.len());
    for ((_, id), ()) in ids {
        match Seat::find(read, user, id) {
            Ok(seat) => seats.push(seat),
            // Left between the two reads.
            Err(error) if error.code == crate::error::Code::ConversationNotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(seats)
}

/// One page: pinned first, then the newest activity; of equals always the same first.
pub fn list(read: &impl Read, rules: &Rules, now: Timestamp, user: UserId, wish: &Wish) -> Result<Listing<ConversationView>> {
    let people = People::new(read, rules, now);
    let mut found = Vec::new();
    for seat in seats(read, user)? {
        let is_wanted = match wish.filter {
            Filter::All => true,
            Filter::Unread => seat.unread(read)? > 0,
            Filter::Pinned => seat.me.pinned,
        };
        if is_wanted && (wish.search.is_empty() || is_called(&people, &seat, &wish.search)?) {
            found.push(seat);
        }
    }
    let mut seats = found;
    seats.sort_unstable_by_key(|seat| (!seat.me.pinned, std::cmp::Reverse(seat.chat.last_activity), seat.id));
    let Listing { items, page } = Listing::cut(seats, wish.page, wish.limit);
    let items = items.iter().map(|seat| View::new(&people, seat)?.conversation()).collect::<Result<_>>()?;
    Ok(Listing { items, page: Page { ..page } })
}

/// Whether the group or one of the others has a name with all the words in it.
fn is_called(people: &People<'_, impl Read>, seat: &Seat, words: &str) -> Result<bool, StoreError> {
    if seat.chat.name.as_ref().is_some_and(|name| matches(name, words)) {
        return Ok(true);
    }
    for other in seat.others() {
        if people.get(other)?.is_some_and(|person| matches(&person.name, words)) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Everybody who shares a conversation with a person.
pub fn contacts(read: &impl Read, user: UserId) -> Result<BTreeSet<UserId>> {
    Ok(seats(read, user)?.iter().flat_map(|seat| seat.others().collect::<Vec<_>>()).collect())
}
