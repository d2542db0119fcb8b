//! What mothers say of professionals.

use super::super::Record;
use crate::{
    clock::Timestamp,
    ids::{ReviewId, UserId},
};
use serde::{Deserialize, Serialize};

/// What a mother says of a professional.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    /// Of whom.
    pub provider: UserId,
    /// By whom.
    pub author: UserId,
    /// Stars, 1 to 5.
    pub stars: u8,
    /// Her words; may be empty.
    pub comment: String,
    /// When it was written.
    pub created_at: Timestamp,
    /// When its author last changed it.
    pub updated_at: Timestamp,
    /// What the professional answers.
    pub answer: Option<Answer>,
    /// Why others do not see it.
    pub hidden: Option<Hiding>,
}
impl Record for Review {}

/// What a professional answers to a review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The words.
    pub comment: String,
    /// When it was first given.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// That an administrator has hidden a review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hiding {
    /// Why; the author reads it.
    pub reason: String,
    /// Who.
    pub by: UserId,
    /// When.
    pub at: Timestamp,
}

/// What there is between a professional and a mother. Stays when the review goes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tie {
    /// The review, if there is one.
    pub review: Option<ReviewId>,
    /// The review that its author took back was hidden: what she writes next is hidden too.
    pub hidden: Option<Hiding>,
    /// The day on which she last wrote or changed one, in days since 1970.
    pub day: u64,
    /// How often on that day.
    pub steps: u32,
}
impl Record for Tie {}

/// How many reviews give one star, two, and so on to five.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ratings {
    /// One star first.
    pub stars: [u64; 5],
}
impl Record for Ratings {}

impl Ratings {
    /// How many reviews there are.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.stars.iter().sum()
    }

    /// All their stars together.
    #[must_use]
    pub fn sum(&self) -> u64 {
        (1..).zip(self.stars).map(|(stars, count): (u64, u64)| stars * count).sum()
    }

    /// One more review with so many stars, 1 to 5.
    pub fn add(&mut self, stars: u8) {
        *self.of(stars) += 1;
    }

    /// One less.
    pub fn take(&mut self, stars: u8) {
        let count = self.of(stars);
        *count = count.saturating_sub(1);
    }

    fn of(&mut self, stars: u8) -> &mut u64 {
        &mut self.stars[usize::from(stars.clamp(1, 5)) - 1]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{TableId, codec};

    /// The bytes that stand on disks. To change them is to lose what people have said.
    #[test]
    fn the_bytes_are_frozen() {
        let hiding = Hiding { reason: "r".into(), by: UserId(9), at: Timestamp(8) };
        let review = Review {
            provider: UserId(1),
            author: UserId(300),
            stars: 4,
            comment: "Hi".into(),
            created_at: Timestamp(5),
            updated_at: Timestamp(6),
            answer: Some(Answer { comment: "yo".into(), created_at: Timestamp(7), updated_at: Timestamp(300) }),
            hidden: Some(hiding.clone()),
        };
        let bytes = [1, 1, 251, 44, 1, 4, 2, b'H', b'i', 5, 6, 1, 2, b'y', b'o', 7, 251, 44, 1, 1, 1, b'r', 9, 8];
        assert_eq!(codec::encode(&review).unwrap(), bytes);
        assert_eq!(codec::decode::<Review>(TableId(70), &bytes), Ok(review));
        let tie = Tie { review: Some(ReviewId(2)), hidden: Some(hiding), day: 20_779, steps: 3 };
        let bytes = [1, 1, 2, 1, 1, b'r', 9, 8, 251, 43, 81, 3];
        assert_eq!(codec::encode(&tie).unwrap(), bytes);
        assert_eq!(codec::decode::<Tie>(TableId(71), &bytes), Ok(tie));
        let ratings = Ratings { stars: [1, 0, 0, 2, 300] };
        let bytes = [1, 1, 0, 0, 2, 251, 44, 1];
        assert_eq!(codec::encode(&ratings).unwrap(), bytes);
        assert_eq!(codec::decode::<Ratings>(TableId(73), &bytes), Ok(ratings));
    }

    #[test]
    fn sums_come_from_counts() {
        let mut ratings = Ratings::default();
        for stars in [5, 5, 4, 1] {
            ratings.add(stars);
        }
        assert_eq!((ratings.stars, ratings.count(), ratings.sum()), ([1, 0, 0, 1, 2], 4, 15));
        ratings.take(5);
        ratings.take(2);
        assert_eq!((ratings.stars, ratings.count()), ([1, 0, 0, 1, 1], 3));
    }
}
