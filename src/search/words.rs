//! Words of a text, as they are looked for.
//!
//! Boundaries are Unicode's (UAX 29): vowel signs and joiners stay with their letters, "38.5" is one word. What hangs together
//! only by punctuation, as in `fever.Please` or `lab_result`, is found whole and by its parts. Each word is folded to a term.

use crate::fold::{fold, is_unseen};
use std::{collections::BTreeSet, ops::Range};
use unicode_normalization::char::is_combining_mark;
use unicode_segmentation::UnicodeSegmentation as _;

/// Characters of a term; a longer word is known by its beginning.
const MAX_CHARACTERS: usize = 40;
/// Different terms that are kept of one text.
pub const MAX_TERMS: usize = 1_000;
/// Parts of a word with fewer characters than this are noise: the t of "don't".
const SHORTEST_PART: usize = 2;

/// A word in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// Where it stands, in bytes.
    pub range: Range<usize>,
    /// Without case and accents; never empty.
    pub term: String,
}

impl Word {
    fn new(text: &str, range: Range<usize>) -> Option<Self> {
        let folded = fold(text.get(range.clone())?);
        // The apostrophe has many shapes, and many leave it out.
        let term: String = folded.chars().filter(|c| !is_apostrophe(*c)).take(MAX_CHARACTERS).collect();
        (!term.is_empty()).then_some(Self { range, term })
    }
}

/// The words as they stand, none twice.
pub fn whole(text: &str) -> impl Iterator<Item = Word> {
    text.unicode_word_indices().filter_map(|(start, word)| Word::new(text, start..start + word.len()))
}

/// The words as they stand, each followed by its parts if it has some.
pub fn all(text: &str) -> impl Iterator<Item = Word> {
    text.unicode_word_indices().flat_map(move |(start, word)| {
        let parts = if word.contains(separates) { parts(text, start, word) } else { Vec::new() };
        Word::new(text, start..start + word.len()).into_iter().chain(parts)
    })
}

/// The terms under which a text is found.
#[must_use]
pub fn terms(text: &str) -> BTreeSet<String> {
    let mut terms = BTreeSet::new();
    for word in all(text) {
        terms.insert(word.term);
        if terms.len() == MAX_TERMS {
            break;
        }
    }
    terms
}

fn parts(text: &str, start: usize, word: &str) -> Vec<Word> {
    let mut parts = Vec::new();
    for part in word.split(separates).filter(|part| part.chars().count() >= SHORTEST_PART) {
        // A part is a slice of the word, so the distance between their beginnings is its place in it.
        let from = start + (part.as_ptr() as usize - word.as_ptr() as usize);
        parts.extend(Word::new(text, from..from + part.len()));
    }
    parts
}

fn separates(c: char) -> bool {
    !c.is_alphanumeric() && !is_combining_mark(c) && !is_unseen(c)
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '\u{2019}' | '\u{2bc}' | '\u{ff07}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn found(text: &str) -> Vec<String> {
        all(text).map(|word| word.term).collect()
    }

    #[test]
    fn words_of_three_languages_keep_their_signs() {
        assert_eq!(found("Zoë's  FEVER, again"), ["zoes", "zoe", "fever", "again"]);
        for (text, words) in
            [("ස්තූතියි ඩොක්ටර්.", ["ස්තූතියි", "ඩොක්ටර්"]), ("ශ්\u{200d}රී ලංකා", ["ශ්රී", "ලංකා"]), ("கர்ப்பிணி பெண்களுக்கு!", ["கர்ப்பிணி", "பெண்களுக்கு"])]
        {
            assert_eq!(found(text), words.map(fold));
        }
        assert_eq!(found("👶🏽 baby👍kicks"), ["baby", "kicks"]);
    }

    #[test]
    fn numbers_are_words_and_punctuation_holds_nothing_together_for_good() {
        assert_eq!(found("38.5 °C"), ["38.5", "38", "c"]);
        assert_eq!(found("+94 77 123 4567"), ["94", "77", "123", "4567"]);
        assert_eq!(found("120/80 on 22.11.2026"), ["120", "80", "on", "22.11.2026", "22", "11", "2026"]);
        assert_eq!(found("fever.Please lab_result"), ["fever.please", "fever", "please", "lab_result", "lab", "result"]);
        assert_eq!(found("don’t don't"), ["dont", "don", "dont", "don"]);
        assert_eq!(found("٣٨ — … !"), ["٣٨"]);
    }

    #[test]
    fn long_words_and_long_texts_are_cut() {
        assert_eq!(found(&"ab".repeat(100)), ["ab".repeat(20)]);
        let many: Vec<String> = (0..2_000).map(|n| format!("word{n}")).collect();
        assert_eq!(terms(&many.join(" ")).len(), MAX_TERMS);
    }

    proptest! {
        #[test]
        fn ranges_lie_on_characters_and_terms_find_themselves(text in any::<String>()) {
            for word in all(&text) {
                prop_assert!(text.get(word.range.clone()).is_some());
                let marked = word.term.starts_with('\u{1}');
                prop_assert!(!word.term.is_empty() && word.term.chars().count() <= MAX_CHARACTERS && !marked);
            }
            let whole: Vec<_> = whole(&text).collect();
            let all: Vec<_> = all(&text).collect();
            prop_assert!(whole.iter().all(|word| all.contains(word)));
        }
    }
}
