//! Checking the log: every number is there, every entry fits to the one before, and is found by its marks; and both ends are what they say.
//!
//! It reads in small steps, so nobody waits for it, and what is written meanwhile is left to the next time.

use super::{
    Mark,
    ledger::{HASH, ROW, beginning, hash},
};
use crate::{
    ids::hex,
    store::{
        Direction, Key as _, Pair, Read, Store, StoreError, decode,
        records::audit::{Action, Chain, Entry},
        tables::{AUDIT, AUDIT_CHAIN, AUDIT_INDEX},
    },
};
use std::{fmt, ops::Bound, str::FromStr};

/// Entries of one step. Commits wait for it.
const STEP: usize = 200;

/// An end of the log as somebody has noted it earlier: `NUMBER:HASH`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Anchor {
    /// Which entry.
    pub number: u64,
    /// Its hash.
    pub hash: [u8; HASH],
}

impl FromStr for Anchor {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (number, digits) = text.trim().split_once(':').ok_or(())?;
        let digits = digits.trim();
        if digits.len() != HASH * 2 || !digits.is_ascii() {
            return Err(());
        }
        let mut bytes = [0; HASH];
        for (index, byte) in bytes.iter_mut().enumerate() {
            let pair = digits.get(index * 2..index * 2 + 2).ok_or(())?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| ())?;
        }
        Ok(Self { number: number.trim().parse().map_err(|_| ())?, hash: bytes })
    }
}

impl fmt::Display for Anchor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.number, hex(&self.hash))
    }
}

/// What came out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The oldest entry that is kept.
    pub first: u64,
    /// The end of the log when the check began.
    pub head: Anchor,
    /// The first entry that is not as it was written, and what is wrong with it.
    pub broken: Option<(u64, &'static str)>,
}

impl Verdict {
    /// How many entries the log says it has.
    #[must_use]
    pub fn entries(&self) -> u64 {
        (self.head.number + 1).saturating_sub(self.first)
    }
}

/// A part of the log.
struct Step {
    /// Where it begins now.
    chain: Chain,
    rows: Vec<Pair>,
    /// The first of them that is not found by its marks.
    lost: Option<u64>,
}

/// Checks everything that there is now.
pub(super) fn verify<E: Send + 'static>(store: &Store<E>, anchor: Option<Anchor>) -> Result<Verdict, StoreError> {
    let Ends { chain, behind, begins } = store.read(|read| ends(read))?;
    let head = Anchor { number: chain.last, hash: chain.head };
    let verdict = |broken| Ok(Verdict { first: chain.first, head, broken });
    if behind.is_some() {
        return verdict(behind);
    }
    if let Some(anchor) = anchor.filter(|anchor| anchor.number > chain.last) {
        return verdict(Some((anchor.number, "it was there once and is missing now")));
    }
    let (mut next, mut before) = (chain.first, chain.before);
    while next <= chain.last {
        let Step { chain: now, rows, lost } = store.read(|read| step(read, next))?;
        if now.first > next {
            // Swept meanwhile.
            (next, before) = (now.first, now.before);
            continue;
        }
        if rows.is_empty() {
            return verdict(Some((next, MISSING)));
        }
        for (key, bytes) in rows {
            if key != next.to_bytes() {
                return verdict(Some((next, MISSING)));
            }
            let own = hash(&before, next, &bytes);
            if !bytes.ends_with(&own) {
                return verdict(Some((next, "it is not as it was written")));
            }
            if lost == Some(next) {
                return verdict(Some((next, "it cannot be found by whom and what it is about")));
            }
            if anchor.is_some_and(|anchor| anchor.number == next && anchor.hash != own) {
                return verdict(Some((next, "it is not the one that was noted")));
            }
            (before, next) = (own, next + 1);
            if next > chain.last {
                break;
            }
        }
    }
    if before != chain.head {
        return verdict(Some((chain.last, "the end of the log is another one")));
    }
    verdict(begins)
}

const MISSING: &str = "it is missing";

fn step(read: &impl Read, next: u64) -> Result<Step, StoreError> {
    let chain = read.get(AUDIT_CHAIN, &ROW)?.unwrap_or_default();
    let rows = read.scan_bytes(AUDIT.id, Bound::Included(&next.to_bytes()), Bound::Unbounded, Direction::Ascending, STEP)?;
    let mut lost = None;
    for (number, (_, bytes)) in (next..).zip(&rows) {
        // One that cannot be read is found out by its hash.
        let Ok(entry) = decode::<Entry>(AUDIT.id, bytes) else { continue };
        for mark in Mark::of(&entry) {
            if read.get_bytes(AUDIT_INDEX.id, &mark.row(number).to_bytes())?.is_none() {
                lost = lost.or(Some(number));
            }
        }
    }
    Ok(Step { chain, rows, lost })
}

/// Both ends, and what is wrong with them.
struct Ends {
    chain: Chain,
    behind: Option<(u64, &'static str)>,
    begins: Option<(u64, &'static str)>,
}

fn ends(read: &impl Read) -> Result<Ends, StoreError> {
    let chain = match read.get(AUDIT_CHAIN, &ROW) {
        Ok(chain) => chain.unwrap_or_default(),
        Err(StoreError::Damaged { .. } | StoreError::NewerRecord { .. }) => {
            let behind = Some((0, "what says where the log begins and ends cannot be read"));
            return Ok(Ends { chain: Chain::default(), behind, begins: None });
        }
        Err(error) => return Err(error),
    };
    let row = |from, to| Ok::<_, StoreError>(!read.scan_bytes(AUDIT.id, from, to, Direction::Ascending, 1)?.is_empty());
    let (first, last) = (chain.first.to_bytes(), chain.last.to_bytes());
    let behind = row(Bound::Excluded(&last), Bound::Unbounded)?.then_some((chain.last + 1, "it stands behind the end of the log"));
    let is_before = row(Bound::Unbounded, Bound::Excluded(&first))?;
    let cut = read.get(AUDIT, &chain.cut).ok().flatten();
    let says_so = cut.is_some_and(|cut| cut.action == Action::AuditSwept && cut.detail == Some(beginning(&chain)));
    let is_whole = chain.first == 1 && chain.cut == 0 && chain.before == [0; HASH];
    let begins = (is_before || !says_so && !is_whole).then_some((chain.first, "the log does not say that it begins here"));
    Ok(Ends { chain, behind, begins })
}
