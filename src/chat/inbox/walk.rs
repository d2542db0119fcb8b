//! Going through the list page by page while its order changes.
//!
//! A mark says behind what the next page begins, and what the list looked like: when it was last moved, and what stood where by
//! the person's own wish. What has moved up since, over the place that was reached, is shown first on the next page, since it
//! may not have been shown; after a change that does not say which ones moved, the list begins anew. So everything is shown, and
//! most of it once.

use super::super::Seat;
use crate::{
    clock::Timestamp,
    error::{Error, Result},
    ids::ChatId,
};
use std::{cmp::Reverse, fmt, str::FromStr};

/// Where a conversation stands in the list: pinned first, then the newest activity; of equals always the same first.
type Place = (bool, Reverse<Timestamp>, ChatId);

/// The place of a conversation in its owner's list.
pub fn place(seat: &Seat) -> Place {
    (!seat.me.pinned, Reverse(seat.chat.last_activity), seat.id)
}

/// How far somebody has come in the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    place: Place,
    look: Look,
}

/// What can be told of a list at a glance, to see whether it has moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// The newest activity.
    newest: Timestamp,
    /// Which conversations have it: several may, at the same moment.
    topmost: u64,
    /// Which are pinned or put away.
    sorted: u64,
}

impl Look {
    /// At all conversations of somebody, in the order of their ids.
    pub fn at(all: &[Seat]) -> Self {
        let newest = all.iter().map(|seat| seat.chat.last_activity).max().unwrap_or_default();
        let flags = |seat: &Seat| u64::from(seat.me.pinned) | u64::from(seat.me.archived) << 1;
        Self {
            newest,
            topmost: digest(all.iter().filter(|seat| seat.chat.last_activity == newest).map(|seat| seat.id.0)),
            sorted: digest(all.iter().filter(|seat| flags(seat) != 0).flat_map(|seat| [seat.id.0, flags(seat)])),
        }
    }

    /// Whether a conversation may have moved since, now that the list looks like `now`.
    fn may_have_moved(&self, seat: &Seat, at_that_moment: u64) -> bool {
        let activity = seat.chat.last_activity;
        activity > self.newest || (activity == self.newest && at_that_moment != self.topmost)
    }
}

/// One page of a sorted list, and where the next one begins.
pub struct Step {
    /// What stands on the page.
    pub seats: Vec<Seat>,
    /// How many of the list stand before the page.
    pub before: usize,
    /// From where to go on; nothing at the end.
    pub next: Option<Mark>,
}

/// The first `limit` conversations from a number on.
pub fn from(sorted: Vec<Seat>, look: Look, before: usize, limit: usize) -> Step {
    let more = sorted.len().saturating_sub(before) > limit;
    let seats: Vec<Seat> = sorted.into_iter().skip(before).take(limit).collect();
    let next = seats.last().filter(|_| more).map(|last| Mark { place: place(last), look });
    Step { seats, before, next }
}

/// The next `limit` conversations behind a mark. `all` are those of the person whether listed or not, in the order of their ids.
pub fn on(sorted: Vec<Seat>, all: &[(ChatId, Timestamp)], look: Look, mark: &Mark, limit: usize) -> Step {
    let at_that_moment = digest(all.iter().filter(|(_, activity)| *activity == mark.look.newest).map(|(id, _)| id.0));
    let before = sorted.partition_point(|seat| place(seat) <= mark.place);
    let moved = |seat: &&Seat| mark.look.may_have_moved(seat, at_that_moment);
    let moved: Vec<Seat> = sorted[..before].iter().filter(moved).cloned().collect();
    if mark.look.sorted != look.sorted || moved.len() >= limit {
        return from(sorted, look, 0, limit);
    }
    let room = limit - moved.len();
    let Step { seats, next, .. } = from(sorted, look, before, room);
    Step { seats: moved.into_iter().chain(seats).collect(), before, next }
}

/// FNV-1a over numbers: to see whether they are the same as before, not to hide them.
fn digest(numbers: impl Iterator<Item = u64>) -> u64 {
    numbers.fold(0xcbf2_9ce4_8422_2325, |hash, number| {
        number.to_be_bytes().iter().fold(hash, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
    })
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (unpinned, Reverse(at), id) = self.place;
        let Look { newest, topmost, sorted } = self.look;
        write!(f, "{}-{:x}-{:x}-{:x}-{topmost:x}-{sorted:x}", u8::from(unpinned), at.0, id.0, newest.0)
    }
}

impl FromStr for Mark {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let wrong = || Error::field("cursor", "must be a nextCursor of this list");
        let number = |part: &str| {
            let digits = part.bytes().all(|b| b.is_ascii_hexdigit());
            u64::from_str_radix(part, 16).ok().filter(|_| digits).ok_or_else(wrong)
        };
        let numbers = text.split('-').map(number).collect::<Result<Vec<_>>>()?;
        let &[unpinned @ (0 | 1), at, id, newest, topmost, sorted] = &numbers[..] else { return Err(wrong()) };
        let look = Look { newest: Timestamp(newest), topmost, sorted };
        Ok(Self { place: (unpinned == 1, Reverse(Timestamp(at)), ChatId(id)), look })
    }
}
