//! Words of the wire for the kinds of things that records know as enums.

use crate::store::records::{Availability, Role, Verification};

/// An enum whose values have fixed words on the wire.
pub trait Word: Sized + Copy + PartialEq + 'static {
    /// Every value with its word.
    const WORDS: &'static [(Self, &'static str)];

    /// The word.
    #[must_use]
    fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(value, _)| *value == self).map_or("", |(_, word)| word)
    }

    /// The value of a word.
    #[must_use]
    fn from_word(word: &str) -> Option<Self> {
        Self::WORDS.iter().find(|(_, known)| *known == word).map(|(value, _)| *value)
    }
}

impl Word for Role {
    const WORDS: &'static [(Self, &'static str)] = &[
        (Self::Mom, "mom"),
        (Self::Doctor, "doctor"),
        (Self::Midwife, "midwife"),
        (Self::ServiceProvider, "service_provider"),
        (Self::Admin, "admin"),
    ];
}

impl Word for Verification {
    const WORDS: &'static [(Self, &'static str)] =
        &[(Self::Pending, "pending"), (Self::Approved, "approved"), (Self::Rejected, "rejected")];
}

impl Word for Availability {
    const WORDS: &'static [(Self, &'static str)] =
        &[(Self::Available, "available"), (Self::Busy, "busy"), (Self::Unavailable, "unavailable")];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_comes_back_from_its_word() {
        for role in [Role::Mom, Role::Doctor, Role::Midwife, Role::ServiceProvider, Role::Admin] {
            assert_eq!(Role::from_word(role.word()), Some(role));
        }
        assert_eq!(Verification::from_word(Verification::Rejected.word()), Some(Verification::Rejected));
        assert_eq!(Availability::from_word(Availability::Unavailable.word()), Some(Availability::Unavailable));
        assert_eq!(Role::from_word("Mom"), None);
    }
}
