//! What somebody looks for: all of some words, the last one perhaps only begun.

use super::words;
use std::ops::Range;

/// Words of a query at most. Nobody remembers more of a message.
pub const MAX_WORDS: usize = 10;

/// A query that can be answered. The default has no words, which every text has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    /// Terms that must be there, none twice.
    pub terms: Vec<String>,
    /// The beginning of a further one.
    pub prefix: Option<String>,
}

/// Why a query cannot be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unusable {
    /// It has no word in it.
    Empty,
    /// It has more than [`MAX_WORDS`].
    TooLong,
}

impl Query {
    /// Reads a query. Its last word is a beginning as long as nothing stands behind it.
    pub fn new(text: &str) -> Result<Self, Unusable> {
        let mut query = Self { terms: Vec::new(), prefix: None };
        let mut words: Vec<_> = words::whole(text).take(MAX_WORDS + 1).collect();
        if words.len() > MAX_WORDS {
            return Err(Unusable::TooLong);
        }
        let last = words.pop().ok_or(Unusable::Empty)?;
        if last.range.end == text.len() {
            query.prefix = Some(last.term);
        } else {
            words.push(last);
        }
        for word in words {
            if !query.terms.contains(&word.term) {
                query.terms.push(word.term);
            }
        }
        // "fever fe" asks for no more than "fever".
        if query.prefix.as_ref().is_some_and(|prefix| query.terms.iter().any(|term| term.starts_with(prefix.as_str()))) {
            query.prefix = None;
        }
        Ok(query)
    }

    /// Where the words stand in a text, in bytes, first to last and apart from each other; `None` when one is missing.
    #[must_use]
    pub fn find(&self, text: &str) -> Option<Vec<Range<usize>>> {
        self.find_among([text]).and_then(|mut found| found.pop())
    }

    /// The same for texts that belong together: each word stands in one of them, and the answer has the places of each.
    pub fn find_among<'t>(&self, texts: impl IntoIterator<Item = &'t str>) -> Option<Vec<Vec<Range<usize>>>> {
        let mut missing: Vec<&String> = self.terms.iter().collect();
        let mut begun = self.prefix.is_none();
        let mut all = Vec::new();
        for text in texts {
            let mut found: Vec<Range<usize>> = Vec::new();
            for word in words::all(text) {
                let is_term = self.terms.contains(&word.term);
                let is_begun = self.prefix.as_ref().is_some_and(|prefix| word.term.starts_with(prefix.as_str()));
                if !is_term && !is_begun {
                    continue;
                }
                missing.retain(|term| **term != word.term);
                begun |= is_begun;
                match found.last_mut() {
                    // A part of a word that was found whole.
                    Some(last) if word.range.start < last.end => last.end = last.end.max(word.range.end),
                    _ => found.push(word.range),
                }
            }
            all.push(found);
        }
        (missing.is_empty() && begun).then_some(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(text: &str) -> Query {
        Query::new(text).unwrap()
    }

    fn marked<'a>(words: &str, text: &'a str) -> Option<Vec<&'a str>> {
        Some(query(words).find(text)?.into_iter().map(|range| &text[range]).collect())
    }

    #[test]
    fn the_last_word_is_a_beginning_until_something_follows() {
        assert_eq!(query("Iron tab"), Query { terms: vec!["iron".into()], prefix: Some("tab".into()) });
        assert_eq!(query("Iron tab "), Query { terms: vec!["iron".into(), "tab".into()], prefix: None });
        assert_eq!(query("fever fever fe"), Query { terms: vec!["fever".into()], prefix: None });
        assert_eq!(Query::new(" … !"), Err(Unusable::Empty));
        assert_eq!(Query::new(&"a b ".repeat(6)), Err(Unusable::TooLong));
    }

    #[test]
    fn all_words_are_found_wherever_they_stand() {
        assert_eq!(marked("TABLETS iro", "Take the iron tablets, both tablets"), Some(vec!["iron", "tablets", "tablets"]));
        assert_eq!(marked("tablets irons", "Take the iron tablets"), None);
        assert_eq!(marked("iron ", "irons"), None);
        assert_eq!(marked("38.5", "it was 38.5C"), Some(vec!["38.5C"]));
        assert_eq!(marked("77 12", "call +94 77 123 4567"), Some(vec!["77", "123"]));
        assert_eq!(marked("please", "high fever.Please call"), Some(vec!["Please"]));
        assert_eq!(marked("fever.please", "high fever.Please call"), Some(vec!["fever.Please"]));
        assert_eq!(marked("nimali", "නිමාලි Nimáli"), Some(vec!["Nimáli"]));
        assert_eq!(marked("ඩොක්", "ස්තූතියි ඩොක්ටර්."), Some(vec!["ඩොක්ටර්"]));
        assert_eq!(marked("ශ්රී", "ශ්\u{200d}රී ලංකා"), Some(vec!["ශ්\u{200d}රී"]));
    }
}
