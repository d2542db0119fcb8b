//! Reactions to a message.

use crate::{
    clock::Timestamp,
    error::{Code, Error, Result},
    ids::UserId,
};

/// Different reactions that one person may give one message.
const MOST_OF_ONE: usize = 5;
/// Reactions that one message may have.
const MOST: usize = 500;
/// Families of four with skin tones are the longest.
const MAX_CHARACTERS: usize = 12;

/// Refuses what is no single emoji. Which ones there are changes every year, so this asks what they are made of.
pub fn check(emoji: &str) -> Result<()> {
    let marks = |c: char| matches!(c, '\u{200d}' | '\u{fe0f}' | '\u{20e3}' | '\u{1f3fb}'..='\u{1f3ff}' | '\u{e0020}'..='\u{e007f}');
    let pictures = |c: char| matches!(u32::from(c), 0xa9 | 0xae | 0x203c..=0x3299 | 0x1f000..=0x1faff) && !marks(c);
    let keycap = emoji.ends_with('\u{20e3}') && emoji.starts_with(|c: char| c.is_ascii_digit() || "#*".contains(c));
    let joined = 1 + emoji.matches('\u{200d}').count();
    let flag = emoji.chars().all(|c| matches!(c, '\u{1f1e6}'..='\u{1f1ff}')) && emoji.chars().count() == 2;
    let count = emoji.chars().filter(|c| pictures(*c)).count();
    let made_of = emoji.chars().enumerate().all(|(at, c)| pictures(c) || marks(c) || (keycap && at == 0));
    let single = flag || keycap || (count >= 1 && count <= joined);
    if made_of && single && emoji.chars().count() <= MAX_CHARACTERS { Ok(()) } else { Err(Error::field("emoji", "must be one emoji")) }
}

/// Whether two emoji are one. Some devices say of a heart that it is a picture (U+FE0F), others take that for granted.
fn same(one: &str, other: &str) -> bool {
    let picture = |c: &char| *c != '\u{fe0f}';
    one.chars().filter(picture).eq(other.chars().filter(picture))
}

/// Adds a reaction at a moment, or removes it without one. Gives the emoji as it is written, which is as whoever was first wrote it; nothing
/// when that changes nothing.
pub fn change(
    reactions: &mut Vec<(UserId, String, Timestamp)>,
    user: UserId,
    emoji: &str,
    added: Option<Timestamp>,
) -> Result<Option<String>> {
    let known = reactions.iter().position(|(who, what, _)| *who == user && same(what, emoji));
    match (known, added) {
        (Some(at), None) => Ok(Some(reactions.remove(at).1)),
        (None, Some(now)) => {
            let own = reactions.iter().filter(|(who, ..)| *who == user).count();
            if own >= MOST_OF_ONE || reactions.len() >= MOST {
                return Err(Error::with(Code::Conflict, "This message has as many reactions as it can have."));
            }
            let written = reactions.iter().find(|(_, what, _)| same(what, emoji)).map_or(emoji, |(_, what, _)| what).to_owned();
            reactions.push((user, written.clone(), now));
            Ok(Some(written))
        }
        _ => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_emoji_is_one_emoji() {
        for emoji in ["👍", "❤️", "😂", "👩‍👩‍👧‍👦", "👍🏽", "🇱🇰", "1️⃣", "🏳️‍🌈", "👩🏽‍⚕️", "☺"]
        {
            assert!(check(emoji).is_ok(), "{emoji}");
        }
        for text in ["", "a", "👍👍", ":)", "1", "👍 ", "<b>", "අ", "👍x", "\u{200d}", &"👩‍".repeat(20)] {
            assert!(check(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_reaction_is_there_or_not() {
        let mut all = Vec::new();
        let mut change =
            |emoji, added: Option<u64>| change(&mut all, UserId(1), emoji, added.map(Timestamp)).map(|written| written.is_some());
        assert_eq!(change("👍", Some(1)), Ok(true));
        assert_eq!(change("👍", Some(2)), Ok(false));
        assert_eq!(change("👍", None), Ok(true));
        assert_eq!(change("👍", None), Ok(false));
        for emoji in ["😀", "😁", "😂", "😃", "😄"] {
            assert_eq!(change(emoji, Some(3)), Ok(true));
        }
        assert_eq!(change("😅", Some(4)).unwrap_err().code, Code::Conflict);
    }

    #[test]
    fn a_heart_is_a_heart_from_every_device() {
        let (picture, plain) = ("❤\u{fe0f}", "❤");
        let mut hearts = Vec::new();
        let mut change = |user, emoji, added: Option<u64>| change(&mut hearts, UserId(user), emoji, added.map(Timestamp)).unwrap();
        assert_eq!(change(1, picture, Some(1)).as_deref(), Some(picture));
        assert_eq!(change(2, plain, Some(2)).as_deref(), Some(picture), "as the first one");
        assert_eq!(change(2, picture, Some(3)), None);
        assert_eq!(change(1, plain, None).as_deref(), Some(picture));
        assert_eq!(hearts, [(UserId(2), picture.to_owned(), Timestamp(2))]);
    }
}
