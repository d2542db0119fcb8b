//! The part of a message in which the first found word stands, for a list of hits.

use super::query::Query;
use std::{borrow::Cow, ops::Range};
use unicode_segmentation::UnicodeSegmentation as _;

/// Characters of a snippet at most.
pub const MAX_CHARACTERS: usize = 160;
/// Characters before the first found word, if there are more after it than fit.
const BEFORE: usize = 40;
/// Stands where something was left out.
const CUT: char = '…';

/// A snippet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snippet {
    /// One line of plain text.
    pub text: String,
    /// Where the found words stand in it, counted as browsers count: in units of UTF-16.
    pub highlights: Vec<Range<usize>>,
}

impl Snippet {
    /// Cuts the snippet out of a text; `None` when the text does not have what is looked for.
    #[must_use]
    pub fn new(query: &Query, content: &str) -> Option<Self> {
        Self::among(query, [content]).map(|(_, snippet)| snippet)
    }

    /// Cuts the snippet out of the first of some texts that has one of the words, and says which that is; `None` when they do not have
    /// all words among them.
    pub fn among<'t>(query: &Query, texts: impl IntoIterator<Item = &'t str>) -> Option<(usize, Self)> {
        let lines: Vec<_> = texts.into_iter().map(one_line).collect();
        let mut found = query.find_among(lines.iter().map(AsRef::as_ref))?;
        let which = found.iter().position(|found| !found.is_empty()).unwrap_or(0);
        Some((which, Self::of(lines.get(which)?, found.swap_remove(which))?))
    }

    fn of(line: &str, found: Vec<Range<usize>>) -> Option<Self> {
        let shown = window(line, found.first().map_or(0, |first| first.start));
        let mut text = String::new();
        if shown.start > 0 {
            text.push(CUT);
        }
        // Words that are not shown, or only in part, are marked as far as they are shown.
        let before = text.encode_utf16().count();
        let units = |to: usize| before + line.get(shown.start..to).unwrap_or_default().encode_utf16().count();
        let clipped = found.into_iter().map(|range| range.start.max(shown.start)..range.end.min(shown.end));
        let highlights = clipped.filter(|range| range.start < range.end).map(|range| units(range.start)..units(range.end)).collect();
        text.push_str(line.get(shown.clone())?);
        if shown.end < line.len() {
            text.push(CUT);
        }
        Some(Self { text, highlights })
    }
}

/// The text with single spaces, where it has others.
fn one_line(text: &str) -> Cow<'_, str> {
    let text = text.trim();
    let mut gap = false;
    let plain = text.chars().all(|c| {
        let wrong = c.is_whitespace() && (c != ' ' || gap);
        gap = c.is_whitespace();
        !wrong
    });
    if plain { Cow::Borrowed(text) } else { Cow::Owned(text.split_whitespace().collect::<Vec<_>>().join(" ")) }
}

/// What is shown of a line around a place, in bytes: whole words if they are not too long, else whole signs.
fn window(line: &str, place: usize) -> Range<usize> {
    let (head, tail) = line.split_at_checked(place).unwrap_or((line, ""));
    let ahead = tail.chars().take(MAX_CHARACTERS + 1).count();
    // Room for the two signs of cutting. The end of a text is shown with as much before it as fits.
    let room = MAX_CHARACTERS - 2;
    if line.chars().take(MAX_CHARACTERS + 1).count() <= MAX_CHARACTERS {
        return 0..line.len();
    }
    let start = start(head, BEFORE.max(room.saturating_sub(ahead)));
    let shown = line.get(start..).unwrap_or_default();
    start..start + end(shown, room, place - start)
}

/// Where to begin so that at most `most` characters of `head` are shown.
fn start(head: &str, most: usize) -> usize {
    let Some((at, _)) = head.char_indices().rev().nth(most) else { return 0 };
    let late = head.get(at..).unwrap_or_default();
    match late.find(' ') {
        Some(space) => at + space + 1,
        // No word ends there. The first sign may have been cut in two, so begin with the second.
        None => at + late.graphemes(true).next().map_or(0, str::len),
    }
}

/// Where to end so that at most `most` characters are shown, but not before the word at `place` if it fits at all.
fn end(shown: &str, most: usize, place: usize) -> usize {
    let Some((limit, _)) = shown.char_indices().nth(most) else { return shown.len() };
    let early = shown.get(..limit).unwrap_or_default();
    if let Some(space) = early.rfind(' ').filter(|space| *space > place) {
        return space;
    }
    // One sign too many is asked for, so that the last one is known to be whole.
    let mut whole = 0;
    for (at, sign) in shown.grapheme_indices(true) {
        if at + sign.len() > limit {
            break;
        }
        whole = at + sign.len();
    }
    if whole == 0 { limit } else { whole }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn snippet(words: &str, text: &str) -> Snippet {
        Snippet::new(&Query::new(words).unwrap(), text).unwrap()
    }

    /// What a browser marks.
    fn marked(snippet: &Snippet) -> Vec<String> {
        let units: Vec<u16> = snippet.text.encode_utf16().collect();
        snippet.highlights.iter().map(|range| String::from_utf16(&units[range.clone()]).unwrap()).collect()
    }

    #[test]
    fn a_short_text_is_shown_whole_in_one_line() {
        let found = snippet("iron", " Take\n the  iron tablets ");
        assert_eq!(found.text, "Take the iron tablets");
        assert_eq!(marked(&found), ["iron"]);
    }

    #[test]
    fn a_long_text_is_cut_between_words() {
        let text = format!("{}here is the needle, {}", "some words before it. ".repeat(20), "and many after it. ".repeat(20));
        let found = snippet("needle", &text);
        assert!(found.text.starts_with("…") && found.text.ends_with('…') && found.text.chars().count() <= MAX_CHARACTERS, "{}", found.text);
        assert_eq!(marked(&found), ["needle"]);
        let end = snippet("last", &format!("{}the last.", "word ".repeat(100)));
        assert!(end.text.ends_with("the last.") && end.text.chars().count() > 150, "{}", end.text);
        let start = snippet("first", &format!("first {}", "word ".repeat(100)));
        assert!(start.text.starts_with("first word") && start.text.chars().count() > 150);
    }

    #[test]
    fn marks_are_where_a_browser_counts_them() {
        assert_eq!(marked(&snippet("baby", "👩🏽‍⚕️👶🏽 the baby kicks 👍")), ["baby"]);
        assert_eq!(snippet("baby", "👶 baby").highlights[0], 3..7);
        assert_eq!(marked(&snippet("ඩොක්ටර්", "👶🏽 ස්තූතියි ඩොක්ටර්.")), ["ඩොක්ටර්"]);
        assert_eq!(marked(&snippet("பெண்", "👶🏽 கர்ப்பிணி பெண்களுக்கு")), ["பெண்களுக்கு"]);
    }

    proptest! {
        #[test]
        fn any_text_gives_a_snippet_that_fits(before in ".{0,300}", word in "[a-zක-ෆ]{1,30}", after in ".{0,300}") {
            let text = format!("{before} {word} {after}");
            if let Ok(query) = Query::new(&format!("{word} ")) && query.find(&text).is_some() {
                let found = Snippet::new(&query, &text).unwrap();
                prop_assert!(found.text.chars().count() <= MAX_CHARACTERS);
                prop_assert!(!found.highlights.is_empty());
                let marks = marked(&found);
                prop_assert!(marks.iter().all(|mark| !mark.is_empty()));
            }
        }
    }
}
