//! Words without case and accents, for finding people and messages.

use crate::error::{Error, Result};
use unicode_normalization::UnicodeNormalization as _;

/// Characters of a search at most.
const LONGEST_SEARCH: usize = 200;

/// A text without case and Latin accents, with single spaces. Vowel signs of other scripts stay: they make the word.
/// What nobody sees does not: one keyboard joins Sinhala letters with U+200D where another leaves it out.
#[must_use]
pub fn fold(text: &str) -> String {
    if text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return text.to_ascii_lowercase();
    }
    let accent = |c: char| ('\u{300}'..='\u{36f}').contains(&c);
    let bare: String = text.nfkd().filter(|c| !accent(*c) && !is_unseen(*c)).flat_map(char::to_lowercase).collect();
    bare.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether there is nothing to be seen of a text: it has blanks, joiners, fillers and marks of direction only.
#[must_use]
pub fn is_blank(text: &str) -> bool {
    text.chars().all(|c| c.is_whitespace() || c.is_control() || is_unseen(c) || is_inkless(c))
}

/// Characters that leave no ink by themselves, beside those that [`is_unseen`] knows.
fn is_inkless(c: char) -> bool {
    matches!(c, '\u{034f}' | '\u{061c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180e}')
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2061}'..='\u{2064}' | '\u{2066}'..='\u{206f}' | '\u{2800}' | '\u{3164}')
        || matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// Joiners, soft hyphens and marks of direction: part of a word, but not of how it is read.
#[must_use]
pub fn is_unseen(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
}

/// What is looked for in names, folded. A longer text than any name would be compared with everybody's, word by word.
pub fn searched(field: &str, text: Option<&str>) -> Result<String> {
    let text = text.unwrap_or_default();
    check_search(field, text)?;
    Ok(fold(text))
}

/// Refuses to look for a text of more than 200 characters.
pub fn check_search(field: &str, text: &str) -> Result<()> {
    if text.chars().count() > LONGEST_SEARCH {
        return Err(Error::field(field, format!("must have at most {LONGEST_SEARCH} characters")));
    }
    Ok(())
}

/// Whether a text has all the words of a folded search in it, in whatever order.
#[must_use]
pub fn matches(text: &str, folded: &str) -> bool {
    let text = fold(text);
    folded.split(' ').all(|word| text.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_accents_do_not_matter() {
        assert_eq!(fold("  Zoë   ÅNGSTRÖM "), "zoe angstrom");
        assert!(matches("Dr. Zoë Ångström", &fold("ANGSTROM zoe")));
        assert!(!matches("Dr. Zoë Ångström", &fold("zoe miller")));
        assert!(matches("නිමාලි පෙරේරා", &fold("නිමාලි")));
        assert!(!matches("නිමාලි", &fold("නමල")));
        assert_eq!(fold("ශ්\u{200d}රී"), fold("ශ්රී"));
    }

    #[test]
    fn what_nobody_sees_is_blank() {
        assert!(is_blank("") && is_blank(" \n\u{200b}\u{feff}\u{2060}\u{ad}"));
        assert!(!is_blank("\u{200b}.") && !is_blank("ශ්\u{200d}රී") && !is_blank("❤\u{fe0f}"));
    }

    #[test]
    fn a_search_is_as_long_as_a_name_may_be() {
        assert_eq!(searched("search", Some("Zoë  É")).unwrap(), "zoe e");
        assert_eq!(searched("search", None).unwrap(), "");
        assert!(searched("search", Some(&"é".repeat(LONGEST_SEARCH))).is_ok());
        assert!(searched("search", Some(&"é".repeat(LONGEST_SEARCH + 1))).is_err());
    }
}
