//! Which messages of a segment have a term: sets of places, packed.
//!
//! A place is a distance from the first message of the segment. Rare terms are written as the distances between their places,
//! common ones as a bit for each place, whichever is shorter.

/// A set of places in a segment.
#[derive(Debug, Clone, Default)]
pub struct Places(Vec<u64>);

impl Places {
    /// Room for so many places, all of them in it.
    #[must_use]
    pub fn full(length: u32) -> Self {
        let mut places = Self(vec![u64::MAX; length.div_ceil(64) as usize]);
        if let (Some(last), rest @ 1..) = (places.0.last_mut(), length % 64) {
            *last = (1 << rest) - 1;
        }
        places
    }

    /// Adds a place.
    pub fn insert(&mut self, place: u32) {
        let word = (place / 64) as usize;
        if word >= self.0.len() {
            self.0.resize(word + 1, 0);
        }
        if let Some(word) = self.0.get_mut(word) {
            *word |= 1 << (place % 64);
        }
    }

    /// Keeps what is in the other set too.
    pub fn keep(&mut self, other: &Self) {
        for (index, word) in self.0.iter_mut().enumerate() {
            *word &= other.0.get(index).copied().unwrap_or(0);
        }
    }

    /// Removes what is in the other set.
    pub fn remove(&mut self, other: &Self) {
        for (word, gone) in self.0.iter_mut().zip(&other.0) {
            *word &= !gone;
        }
    }

    /// Removes all places before `from` and all after `to`.
    pub fn clip(&mut self, from: u32, to: u32) {
        for (index, word) in self.0.iter_mut().enumerate() {
            let first = u32::try_from(index).unwrap_or(u32::MAX).saturating_mul(64);
            if from > first {
                *word &= u64::MAX.checked_shl(from - first).unwrap_or(0);
            }
            if to < first {
                *word = 0;
            } else if to - first < 63 {
                *word &= (2 << (to - first)) - 1;
            }
        }
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    /// All places, smallest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = u32> {
        let bits = |(index, word): (usize, &u64)| {
            let word = *word;
            (0..64_u32).filter(move |bit| word >> bit & 1 == 1).map(move |bit| u32::try_from(index).unwrap_or(u32::MAX) * 64 + bit)
        };
        self.0.iter().enumerate().filter(|(_, word)| **word != 0).flat_map(bits)
    }

    /// Appends the packed set: its length and kind, and as many bytes.
    pub fn write(&self, out: &mut Vec<u8>) {
        let mut distances = Vec::new();
        let mut next = 0;
        for place in self.iter() {
            put_number(&mut distances, u64::from(place - next));
            next = place + 1;
        }
        let mut bits: Vec<u8> = self.0.iter().flat_map(|word| word.to_le_bytes()).collect();
        bits.truncate(bits.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1));
        let (kind, bytes) = if bits.len() < distances.len() { (1, bits) } else { (0, distances) };
        put_number(out, (bytes.len() as u64) << 1 | kind);
        out.extend_from_slice(&bytes);
    }

    /// Takes a packed set from the front and adds it to this one; `None` when the bytes hold none.
    pub fn read_into(&mut self, bytes: &mut &[u8]) -> Option<()> {
        let (kind, mut body) = take_packed(bytes)?;
        if kind == 1 {
            for (index, chunk) in body.chunks(8).enumerate() {
                let mut word = [0; 8];
                word.get_mut(..chunk.len())?.copy_from_slice(chunk);
                if index >= self.0.len() {
                    self.0.resize(index + 1, 0);
                }
                *self.0.get_mut(index)? |= u64::from_le_bytes(word);
            }
            return Some(());
        }
        let mut next = 0_u32;
        while !body.is_empty() {
            let place = next.checked_add(u32::try_from(take_number(&mut body)?).ok()?).filter(|place| *place < MOST)?;
            self.insert(place);
            next = place + 1;
        }
        Some(())
    }
}

/// No segment is as long: a damaged number shall not take much memory.
const MOST: u32 = 1 << 20;

/// Passes over a packed set.
pub fn skip(bytes: &mut &[u8]) -> Option<()> {
    take_packed(bytes).map(drop)
}

fn take_packed<'a>(bytes: &mut &'a [u8]) -> Option<(u64, &'a [u8])> {
    let head = take_number(bytes)?;
    let (body, rest) = bytes.split_at_checked(usize::try_from(head >> 1).ok()?)?;
    *bytes = rest;
    Some((head & 1, body))
}

/// Appends a number in as few bytes as it needs.
pub fn put_number(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    out.push(number.to_le_bytes()[0]);
}

/// Takes such a number from the front.
pub fn take_number(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::{collection::btree_set, prelude::*};
    use std::collections::BTreeSet;

    fn places(of: &BTreeSet<u32>) -> Places {
        let mut places = Places::default();
        for place in of {
            places.insert(*place);
        }
        places
    }

    proptest! {
        #[test]
        fn sets_come_back_from_their_bytes(of in prop_oneof![btree_set(0_u32..5_000, 0..60), btree_set(0_u32..600, 0..500)], tail in any::<Vec<u8>>()) {
            let mut bytes = Vec::new();
            places(&of).write(&mut bytes);
            prop_assert!(bytes.len() <= 3 + of.len() * 2);
            bytes.extend(&tail);
            let (mut rest, mut again, mut skipped) = (bytes.as_slice(), Places::default(), bytes.as_slice());
            again.read_into(&mut rest).unwrap();
            skip(&mut skipped).unwrap();
            prop_assert_eq!((rest, skipped), (tail.as_slice(), tail.as_slice()));
            prop_assert_eq!(again.iter().collect::<Vec<_>>(), of.into_iter().collect::<Vec<_>>());
        }

        #[test]
        fn sets_do_what_sets_do(a in btree_set(0_u32..300, 0..200), b in btree_set(0_u32..300, 0..200), from in 0_u32..320, to in 0_u32..320) {
            let list = |places: &Places| places.iter().collect::<BTreeSet<_>>();
            let mut both = places(&a);
            both.keep(&places(&b));
            prop_assert_eq!(list(&both), a.intersection(&b).copied().collect());
            let mut rest = places(&a);
            rest.remove(&places(&b));
            prop_assert_eq!(list(&rest), a.difference(&b).copied().collect());
            let mut clipped = places(&a);
            clipped.clip(from, to);
            prop_assert_eq!(list(&clipped), a.iter().copied().filter(|place| (from..=to).contains(place)).collect());
            prop_assert_eq!(list(&Places::full(from)), (0..from).collect());
            prop_assert_eq!(clipped.is_empty(), list(&clipped).is_empty());
        }

        #[test]
        fn garbage_is_refused_or_read_without_a_panic(bytes in any::<Vec<u8>>()) {
            let _ = Places::default().read_into(&mut bytes.as_slice());
        }
    }
}
