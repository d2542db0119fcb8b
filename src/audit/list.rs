//! Reading the log, the newest entry first. A page costs the same wherever it lies: it follows the mark that leaves the fewest entries, and
//! stops with a number when it has looked at enough.

use super::{Mark, is_frequent, ledger::ROW, marks::days, numbers};
use crate::{
    clock::{Day, Timestamp},
    ids::{ChatId, UserId},
    store::{
        Direction, Read, StoreError,
        records::audit::{Action, Author, Chain, Entry},
        tables::{AUDIT, AUDIT_CHAIN},
    },
};

/// Entries looked at for one page. Commits wait for it.
const LOOKS: usize = 1_000;
/// Entries fetched at once.
const BATCH: usize = 100;

/// What is looked for. Everything that is named must fit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wish {
    /// Done by somebody.
    pub by: Option<UserId>,
    /// Done with somebody.
    pub about: Option<UserId>,
    /// Done in a conversation.
    pub chat: Option<ChatId>,
    /// One of these; any when there is none.
    pub actions: Vec<Action>,
    /// Not earlier.
    pub from: Option<Timestamp>,
    /// Earlier than this.
    pub before: Option<Timestamp>,
    /// With a smaller number.
    pub below: Option<u64>,
    /// At most so many.
    pub limit: usize,
}

/// Entries with their numbers, the newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// What fits.
    pub entries: Vec<(u64, Entry)>,
    /// The next page is below this number; nothing when there is none.
    pub next: Option<u64>,
    /// How many entries the whole log has.
    pub all: u64,
}

impl Wish {
    /// What leaves the fewest entries to look at.
    fn mark(&self) -> Option<Mark> {
        let single = match self.actions.as_slice() {
            [action] if !is_frequent(*action) => Some(Mark::Done(*action)),
            _ => None,
        };
        self.chat.map(Mark::In).or(self.about.map(Mark::About)).or(single).or(self.by.map(Mark::By))
    }

    fn fits(&self, entry: &Entry) -> bool {
        self.by.is_none_or(|user| entry.author == Author::Person(user))
            && self.about.is_none_or(|user| entry.person == Some(user))
            && self.chat.is_none_or(|chat| entry.chat == Some(chat))
            && (self.actions.is_empty() || self.actions.contains(&entry.action))
            && self.from.is_none_or(|from| entry.at >= from)
            && self.before.is_none_or(|before| entry.at < before)
    }

    /// Whether everything fits.
    #[must_use]
    pub fn is_all(&self) -> bool {
        self.mark().is_none() && self.actions.is_empty() && self.from.is_none() && self.before.is_none()
    }
}

/// One page.
pub fn newest_first(read: &impl Read, wish: &Wish) -> Result<Found, StoreError> {
    let chain = read.get(AUDIT_CHAIN, &ROW)?.unwrap_or_default();
    let all = (chain.last + 1).saturating_sub(chain.first);
    let (low, high) = bounds(read, &chain, wish)?;
    let mut high = wish.below.map_or(high, |below| high.min(below));
    let (mark, mut entries, mut looked) = (wish.mark(), Vec::new(), 0);
    while looked < LOOKS && entries.len() < wish.limit {
        let batch = batch(read, mark, (low, high), BATCH)?;
        if batch.is_empty() {
            return Ok(Found { entries, next: None, all });
        }
        for (number, entry) in batch {
            high = number;
            looked += 1;
            if wish.fits(&entry) {
                entries.push((number, entry));
                if entries.len() == wish.limit {
                    break;
                }
            }
        }
    }
    let more = !batch(read, mark, (low, high), 1)?.is_empty();
    Ok(Found { entries, next: more.then_some(high), all })
}

/// Entries from `low` to below `high`, the newest first.
fn batch(read: &impl Read, mark: Option<Mark>, (low, high): (u64, u64), limit: usize) -> Result<Vec<(u64, Entry)>, StoreError> {
    if low >= high {
        return Ok(Vec::new());
    }
    let Some(mark) = mark else { return read.scan(AUDIT, low..high, Direction::Descending, limit) };
    let numbers = numbers(read, mark, high, limit)?.into_iter().take_while(|number| *number >= low);
    let mut found = Vec::new();
    for number in numbers {
        found.extend(read.get(AUDIT, &number)?.map(|entry| (number, entry)));
    }
    Ok(found)
}

/// Between which numbers everything is that fits by its time: whole days, of which each knows where it begins.
fn bounds(read: &impl Read, chain: &Chain, wish: &Wish) -> Result<(u64, u64), StoreError> {
    let end = chain.last + 1;
    if wish.from.is_none() && wish.before.is_none() {
        return Ok((chain.first, end));
    }
    let days = days(read)?;
    let ends = days.iter().skip(1).map(|(number, _)| *number).chain([end]);
    let (mut low, mut high) = (end, chain.first);
    for ((begins, day), ends) in days.iter().zip(ends) {
        if wish.from.is_none_or(|from| *day >= Day::of(from)) && wish.before.is_none_or(|before| *day <= Day::of(before)) {
            (low, high) = (low.min(*begins), high.max(ends));
        }
    }
    Ok((low.max(chain.first), high))
}
