//! E-mail addresses: what is accepted, and when two are the same.

use sha2::{Digest as _, Sha256};
use unicode_normalization::UnicodeNormalization as _;

/// An address that was checked.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Email {
    /// As typed, without spaces around it.
    pub shown: String,
    /// Equal for all ways to write the same address.
    pub folded: String,
}

/// Equal for all ways to write the same address: other widths and forms of letters, capitals, spaces around it.
pub(super) fn fold(text: &str) -> String {
    // Lower case can leave the normal form, so it is taken once more.
    let lower: String = text.trim().nfkc().flat_map(char::to_lowercase).collect();
    lower.nfkc().collect()
}

/// What stands for an address where the address itself should not be written down.
pub(super) fn fingerprint(folded: &str) -> [u8; 32] {
    Sha256::digest(folded.as_bytes()).into()
}

impl Email {
    /// Checks an address. Sane rather than complete: a mail server has the last word.
    pub fn parse(text: &str) -> Result<Self, String> {
        let shown = text.trim().to_owned();
        let folded = fold(&shown);
        if shown.len() <= 254 && folded.len() <= 254 && is_address(&folded) {
            Ok(Self { shown, folded })
        } else {
            Err("must be an e-mail address such as name@example.org, of at most 254 characters".into())
        }
    }
}

fn is_address(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    let atom = |c: char| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
    let dots = |part: &str| !part.starts_with('.') && !part.ends_with('.') && !part.contains("..");
    let label = |label: &str| {
        let fine = label.chars().all(|c| c.is_alphanumeric() || c == '-' || is_mark(c));
        !label.is_empty() && label.len() <= 63 && fine && !label.starts_with('-') && !label.ends_with('-')
    };
    (1..=64).contains(&local.len())
        && local.chars().all(|c| atom(c) || is_mark(c))
        && dots(local)
        && domain.contains('.')
        && domain.split('.').all(label)
}

/// Signs that belong to the letter before them, as in Sinhala and Tamil.
fn is_mark(c: char) -> bool {
    unicode_normalization::char::is_combining_mark(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_to_write_the_same_address_are_equal() {
        let plain = Email::parse("ruwani@lotuspond.example").ok().map(|email| email.folded);
        for other in
            [" Ruwani@LotusPond.example ", "ＲＵＷＡＮＩ@lotuspond.example", "\truwani@lotuspond。example".replace('。', ".").as_str()]
        {
            assert_eq!(Email::parse(other).ok().map(|email| email.folded), plain, "{other}");
        }
        assert_eq!(fold("İ@x"), fold(&fold("İ@x")));
    }

    #[test]
    fn what_is_no_address_is_refused() {
        let long = format!("{}@lotuspond.example", "a".repeat(65));
        for text in [
            "",
            "ruwani",
            "@b.example",
            "a@",
            "a@b",
            "a b@c.example",
            "a@b..example",
            ".a@b.example",
            "a@-b.example",
            "a@b@c.example",
            "a@b.example\n",
            "<a@b.example>",
            "a\0@b.example",
            "a@b.example.",
            &long,
        ] {
            let accepted = Email::parse(text).is_ok();
            assert_eq!(accepted, text.ends_with('\n'), "{text:?}");
        }
        assert!(Email::parse("நிலா@தாமரை.example").is_ok());
    }
}
