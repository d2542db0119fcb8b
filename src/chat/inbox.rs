//! The list of a person's conversations.

mod walk;

use super::{
    Rules, Seat,
    view::{People, View},
};
use crate::{
    clock::Timestamp,
    contract::{ConversationPage, Page, request::InboxQuery},
    error::{Error, Result},
    fold::{matches, searched},
    ids::{ChatId, UserId},
    store::{Direction, Read, StoreError, records::ChatKind, tables},
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
    /// Put away.
    Archived,
    /// Between more than two, put away or not.
    Groups,
}

impl Filter {
    const WORDS: &'static [(&'static str, Self)] =
        &[("all", Self::All), ("unread", Self::Unread), ("pinned", Self::Pinned), ("archived", Self::Archived), ("groups", Self::Groups)];

    fn read(text: Option<&str>) -> Result<Self> {
        let word = text.filter(|word| !word.is_empty()).unwrap_or("all");
        let known = Self::WORDS.iter().find(|(known, _)| *known == word);
        let words = || Self::WORDS.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(", ");
        known.map(|(_, filter)| *filter).ok_or_else(|| Error::field("filter", format!("must be one of {}", words())))
    }
}

/// A valid wish for a page of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    page: u64,
    /// Goes on behind this; then there is no number of a page.
    mark: Option<walk::Mark>,
    limit: usize,
    /// Folded.
    search: String,
    filter: Filter,
}

impl Wish {
    /// Reads a query.
    pub fn new(query: &InboxQuery) -> Result<Self> {
        Ok(Self {
            page: super::page_number(query.page)?,
            mark: query.cursor.as_deref().filter(|text| !text.is_empty()).map(str::parse).transpose()?,
            limit: usize::try_from(super::limit(query.limit, USUAL_LIMIT, MAX_LIMIT)?).unwrap_or(usize::MAX),
            search: searched("search", query.search.as_deref())?,
            filter: Filter::read(query.filter.as_deref())?,
        })
    }
}

/// A person's seats in all conversations, in the order of their ids.
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
pub fn list(read: &impl Read, rules: &Rules, now: Timestamp, user: UserId, wish: &Wish) -> Result<ConversationPage> {
    let people = People::new(read, rules, now);
    let all = seats(read, user)?;
    let look = walk::Look::at(&all);
    let activity: Vec<_> = all.iter().map(|seat| (seat.id, seat.chat.last_activity)).collect();
    let mut found = Vec::new();
    for seat in all {
        // Who looks for somebody finds them also where they were put away.
        let is_here = !seat.me.archived || !wish.search.is_empty();
        let is_wanted = match wish.filter {
            Filter::All => is_here,
            Filter::Unread => is_here && seat.unread(read)? > 0,
            Filter::Pinned => is_here && seat.me.pinned,
            Filter::Archived => seat.me.archived,
            Filter::Groups => seat.chat.kind == ChatKind::Group,
        };
        if is_wanted && (wish.search.is_empty() || is_called(&people, &seat, &wish.search)?) {
            found.push(seat);
        }
    }
    found.sort_unstable_by_key(walk::place);
    let (total, limit) = (found.len() as u64, wish.limit as u64);
    let before = usize::try_from(wish.page.saturating_sub(1).saturating_mul(limit)).unwrap_or(usize::MAX);
    let step = match &wish.mark {
        Some(mark) => walk::on(found, &activity, look, mark, wish.limit),
        None => walk::from(found, look, before, wish.limit),
    };
    let items = step.seats.iter().map(|seat| View::new(&people, seat)?.conversation()).collect::<Result<_>>()?;
    let number = if wish.mark.is_some() { step.before as u64 / limit + 1 } else { wish.page };
    Ok(ConversationPage { items, page: Page::new(number, limit, total), next_cursor: step.next.map(|mark| mark.to_string()) })
}

/// Whether all the words are in the name of the group, or in name and specialty of one of the others.
fn is_called(people: &People<'_, impl Read>, seat: &Seat, words: &str) -> Result<bool, StoreError> {
    if seat.chat.name.as_ref().is_some_and(|name| matches(name, words)) {
        return Ok(true);
    }
    for other in seat.others() {
        let text = people.get(other)?.map(|person| format!("{} {}", person.name, person.specialty.as_deref().unwrap_or_default()));
        if text.is_some_and(|text| matches(&text, words)) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether two people share a conversation.
pub fn shares(read: &impl Read, user: UserId, other: UserId) -> Result<bool> {
    if read.get(tables::DIRECT, &(user.min(other), user.max(other)))?.is_some() {
        return Ok(true);
    }
    for ((_, id), ()) in read.scan(tables::MEMBERSHIPS, (user, ChatId::MIN)..=(user, ChatId::MAX), Direction::Ascending, MOST)? {
        if read.get(tables::MEMBERS, &(id, other))?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Everybody who shares a conversation with a person.
pub fn contacts(read: &impl Read, user: UserId) -> Result<BTreeSet<UserId>> {
    Ok(seats(read, user)?.iter().flat_map(|seat| seat.others().collect::<Vec<_>>()).collect())
}
