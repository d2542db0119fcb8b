//! A run of messages and the terms in them, packed: terms in order, each written as what differs from the one before, with the
//! places of the messages that have it. Cut into pages of a few KiB, so that looking up a term reads one page.

use super::postings::{Places, put_number, skip, take_number};
use std::{collections::BTreeMap, ops::ControlFlow};

/// Bytes after which a page ends. With its last set a page stays below what the engine keeps in a file of its own.
const PAGE: usize = 3_000;

/// Terms of a run of messages while it is built or changed.
#[derive(Debug, Default)]
pub struct Segment(BTreeMap<String, Places>);

/// The bytes of something are not what was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Damaged;

/// A page and what it is found by: the first term on it, except for the first page, whose name is empty.
pub type Page = (String, Vec<u8>);

impl Segment {
    /// Enters a message under its terms.
    pub fn insert(&mut self, place: u32, terms: impl IntoIterator<Item = String>) {
        for term in terms {
            self.0.entry(term).or_default().insert(place);
        }
    }

    /// Takes messages out, whatever their terms were.
    pub fn remove(&mut self, gone: &Places) {
        self.0.retain(|_, places| {
            places.remove(gone);
            !places.is_empty()
        });
    }

    /// Adds a page of a segment whose first place is `shift` here.
    pub fn read_page(&mut self, page: &[u8], shift: u32) -> Result<(), Damaged> {
        let mut damaged = false;
        let whole = each_term(page, |term, packed| {
            let mut places = Places::default();
            damaged |= places.read_into(&mut &*packed).is_none();
            if !self.0.contains_key(term) {
                self.0.insert(term.to_owned(), Places::default());
            }
            if let Some(all) = self.0.get_mut(term) {
                places.iter().for_each(|place| all.insert(place + shift));
            }
            ControlFlow::Continue(())
        });
        if damaged || whole.is_err() { Err(Damaged) } else { Ok(()) }
    }

    /// Packs all of it.
    #[must_use]
    pub fn pages(&self) -> Vec<Page> {
        let mut pages: Vec<Page> = Vec::new();
        let mut before = "";
        for (term, places) in &self.0 {
            if pages.last().is_none_or(|(_, page)| page.len() >= PAGE) {
                let name = if pages.is_empty() { String::new() } else { term.clone() };
                pages.push((name, Vec::with_capacity(PAGE + 512)));
                before = "";
            }
            let Some((_, page)) = pages.last_mut() else { break };
            let shared = term.bytes().zip(before.bytes()).take_while(|(a, b)| a == b).count();
            let rest = term.as_bytes().get(shared..).unwrap_or_default();
            put_number(page, shared as u64);
            put_number(page, rest.len() as u64);
            page.extend_from_slice(rest);
            places.write(page);
            before = term;
        }
        pages
    }
}

/// Adds the places of one term on a page to a set.
pub fn look_up(page: &[u8], wanted: &str, into: &mut Places) -> Result<(), Damaged> {
    collect(page, into, |term| match term.cmp(wanted.as_bytes()) {
        std::cmp::Ordering::Less => Some(false),
        std::cmp::Ordering::Equal => Some(true),
        std::cmp::Ordering::Greater => None,
    })
}

/// Adds the places of all terms on a page that begin so to a set. False when later terms, on the next page, cannot.
pub fn look_up_all(page: &[u8], beginning: &str, into: &mut Places) -> Result<bool, Damaged> {
    let mut goes_on = true;
    collect(page, into, |term| {
        let begins = term.starts_with(beginning.as_bytes());
        goes_on = begins || term < beginning.as_bytes();
        goes_on.then_some(begins)
    })?;
    Ok(goes_on)
}

/// Adds the places of terms for which `wants` says true, until it says nothing.
fn collect(page: &[u8], into: &mut Places, mut wants: impl FnMut(&[u8]) -> Option<bool>) -> Result<(), Damaged> {
    let mut damaged = false;
    each(page, |term, packed| match wants(term) {
        Some(true) => {
            damaged |= into.read_into(&mut &*packed).is_none();
            ControlFlow::Continue(())
        }
        Some(false) => ControlFlow::Continue(()),
        None => ControlFlow::Break(()),
    })?;
    if damaged { Err(Damaged) } else { Ok(()) }
}

/// Visits every term of a page as text.
fn each_term(page: &[u8], mut visit: impl FnMut(&str, &[u8]) -> ControlFlow<()>) -> Result<(), Damaged> {
    let mut text = true;
    each(page, |term, packed| {
        if let Ok(term) = std::str::from_utf8(term) {
            return visit(term, packed);
        }
        text = false;
        ControlFlow::Break(())
    })?;
    if text { Ok(()) } else { Err(Damaged) }
}

/// Visits every term of a page with its packed set, in order.
fn each(mut page: &[u8], mut visit: impl FnMut(&[u8], &[u8]) -> ControlFlow<()>) -> Result<(), Damaged> {
    let mut term = Vec::with_capacity(64);
    while !page.is_empty() {
        let packed = next(&mut page, &mut term).ok_or(Damaged)?;
        if visit(&term, packed).is_break() {
            break;
        }
    }
    Ok(())
}

/// Takes one term and its packed set from the front.
fn next<'a>(page: &mut &'a [u8], term: &mut Vec<u8>) -> Option<&'a [u8]> {
    let shared = usize::try_from(take_number(page)?).ok().filter(|shared| *shared <= term.len())?;
    let length = usize::try_from(take_number(page)?).ok()?;
    let (rest, after) = page.split_at_checked(length)?;
    term.truncate(shared);
    term.extend_from_slice(rest);
    let mut behind = after;
    skip(&mut behind)?;
    let packed = after.get(..after.len() - behind.len())?;
    *page = behind;
    Some(packed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::{
        collection::{btree_map, btree_set},
        prelude::*,
    };
    use std::collections::BTreeSet;

    type Model = BTreeMap<u32, BTreeSet<String>>;

    fn built(model: &Model) -> Segment {
        let mut segment = Segment::default();
        for (place, terms) in model {
            segment.insert(*place, terms.iter().cloned());
        }
        segment
    }

    fn messages() -> impl Strategy<Value = Model> {
        btree_map(0_u32..700, btree_set("[abcක-ෆ]{1,5}", 0..20), 0..80)
    }

    fn having(model: &Model, wanted: impl Fn(&str) -> bool) -> Vec<u32> {
        model.iter().filter(|(_, terms)| terms.iter().any(|term| wanted(term))).map(|(place, _)| *place).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn every_term_is_found_as_a_naive_scan_finds_it(model in messages(), wanted in "[abcක-ෆ]{1,3}") {
            let pages = built(&model).pages();
            let (mut exact, mut begun, mut goes_on) = (Places::default(), Places::default(), true);
            let from = pages.iter().rposition(|(name, _)| *name <= wanted).unwrap_or(0);
            for (index, (_, page)) in pages.iter().enumerate().skip(from) {
                if index == from {
                    look_up(page, &wanted, &mut exact).unwrap();
                }
                if goes_on {
                    goes_on = look_up_all(page, &wanted, &mut begun).unwrap();
                }
            }
            prop_assert_eq!(exact.iter().collect::<Vec<_>>(), having(&model, |term| term == wanted));
            prop_assert_eq!(begun.iter().collect::<Vec<_>>(), having(&model, |term| term.starts_with(&wanted)));
        }

        #[test]
        fn segments_come_back_from_their_pages_behind_each_other(first in messages(), second in messages(), gone in btree_set(0_u32..700, 0..40)) {
            let mut joined = Segment::default();
            for (model, shift) in [(&first, 0), (&second, 700)] {
                for (_, page) in built(model).pages() {
                    joined.read_page(&page, shift).unwrap();
                }
            }
            let mut places = Places::default();
            for place in &gone {
                places.insert(*place);
            }
            joined.remove(&places);
            let mut model = first;
            model.extend(second.into_iter().map(|(place, terms)| (place + 700, terms)));
            model.retain(|place, _| !gone.contains(place));
            let terms = |segment: &Segment| segment.0.iter().map(|(term, places)| (term.clone(), places.iter().collect())).collect::<Vec<(_, Vec<_>)>>();
            prop_assert_eq!(terms(&joined), terms(&built(&model)));
        }

        #[test]
        fn garbage_is_refused_or_read_without_a_panic(page in any::<Vec<u8>>(), wanted in ".{0,3}") {
            let _ = Segment::default().read_page(&page, 7);
            let _ = look_up(&page, &wanted, &mut Places::default());
            let _ = look_up_all(&page, &wanted, &mut Places::default());
        }
    }

    #[test]
    fn pages_stay_small() {
        let mut segment = Segment::default();
        for place in 0..8_000 {
            segment.insert(place, (0..8).map(|n| format!("word{}", (place * 7 + n * n * 31) % 5_000)));
        }
        let pages = segment.pages();
        assert!(pages.len() > 5 && pages.iter().all(|(_, page)| page.len() < 4_500));
    }
}
