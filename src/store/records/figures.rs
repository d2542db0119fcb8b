//! Counts of what people have done, by day.

use super::super::{
    Record,
    older::{self, Figures1},
};
use serde::{Deserialize, Serialize};

/// What was done on a day, by a person or by everybody.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// Messages sent.
    pub sent: u64,
    /// Messages received: each counts once for every recipient.
    pub received: u64,
    /// Of those sent, the urgent ones.
    pub urgent: u64,
    /// Acknowledgements given.
    pub acknowledged: u64,
    /// Conversations opened.
    pub opened: u64,
    /// Calls made.
    pub calls: u64,
    /// Calls that were answered, made and received; of everybody, each once.
    pub answered: u64,
    /// Calls missed.
    pub missed: u64,
    /// Seconds talked in calls; of everybody, each call once.
    pub talked: u64,
}
impl Record for Figures {
    const VERSION: u8 = 2;

    fn upgrade(version: u8, bytes: &[u8]) -> Option<Self> {
        older::first::<Figures1, _>(version, bytes)
    }
}

/// What a person has sent in a conversation on the newest day on which that happened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// The day, in days since 1970.
    pub day: u64,
    /// Messages.
    pub sent: u64,
    /// Of them, the urgent ones.
    pub urgent: u64,
    /// How many recipients they had together.
    pub received: u64,
}
impl Record for Tally {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{TableId, codec};

    #[test]
    fn the_bytes_stay_as_they_are() {
        let figures =
            Figures { sent: 1, received: 300, urgent: 2, acknowledged: 3, opened: 4, calls: 5, answered: 6, missed: 7, talked: 8 };
        let tally = Tally { day: 20_779, sent: 1, urgent: 2, received: 3 };
        let (one, other) = ([2, 1, 251, 44, 1, 2, 3, 4, 5, 6, 7, 8], [1, 251, 43, 81, 1, 2, 3]);
        assert_eq!((codec::encode(&figures).unwrap(), codec::encode(&tally).unwrap()), (one.to_vec(), other.to_vec()));
        assert_eq!((codec::decode(TableId(0), &one), codec::decode(TableId(0), &other)), (Ok(figures), Ok(tally)));
        let before_calls = Figures { calls: 0, answered: 0, missed: 0, talked: 0, ..figures };
        assert_eq!(codec::decode(TableId(0), &[1, 1, 251, 44, 1, 2, 3, 4]), Ok(before_calls));
    }
}
