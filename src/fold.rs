//! Words without case and accents, for finding people and messages.

use unicode_normalization::UnicodeNormalization as _;

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

/// Joiners, soft hyphens and marks of direction: part of a word, but not of how it is read.
#[must_use]
pub fn is_unseen(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
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
}
