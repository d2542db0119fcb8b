//! What texts about a person may look like. Everything that is wrong is gathered and said at once.

use crate::{
    contract::account::Change,
    error::{Error, FieldError, Result},
    fold::is_blank,
};

/// The rules of a text.
#[derive(Clone, Copy)]
pub(crate) struct Text {
    /// Most characters.
    pub max: usize,
    /// Whether line breaks are fine.
    pub lines: bool,
}

/// A name or another short text.
pub(crate) const SHORT: Text = Text { max: 100, lines: false };
/// A sentence.
pub(crate) const SENTENCE: Text = Text { max: 300, lines: false };
/// A few paragraphs.
pub(crate) const PARAGRAPHS: Text = Text { max: 2_000, lines: true };

/// Gathers what is wrong.
#[derive(Default)]
pub(crate) struct Check(Vec<FieldError>);

impl Check {
    /// Notes that a field is wrong; the message says what is allowed.
    pub fn wrong(&mut self, field: &str, message: impl Into<String>) {
        self.0.push(FieldError { field: field.into(), message: message.into() });
    }

    /// Ends well, or with everything that was wrong.
    pub fn finish(self) -> Result<()> {
        if self.0.is_empty() { Ok(()) } else { Err(Error::fields(&self.0)) }
    }

    /// Keeps the value of a rule, or notes why there is none.
    pub fn take<T>(&mut self, field: &str, result: Result<T, String>) -> Option<T> {
        result.map_err(|message| self.wrong(field, message)).ok()
    }

    /// A text that must be there.
    pub fn required(&mut self, field: &str, text: Option<String>, rule: Text) -> String {
        match text.map(|text| text.trim().to_owned()) {
            None => self.wrong(field, "is required"),
            Some(text) if text.is_empty() => self.wrong(field, format!("must have 1 to {} characters", rule.max)),
            Some(text) => return self.text(field, text, rule),
        }
        String::new()
    }

    /// A text that may be absent or empty, which is the same.
    pub fn optional(&mut self, field: &str, text: Option<String>, rule: Text) -> Option<String> {
        let text = text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())?;
        Some(self.text(field, text, rule))
    }

    /// A change of a text that may be empty.
    pub fn change(&mut self, field: &str, change: Change<String>, rule: Text) -> Change<String> {
        match change {
            Change::Set(text) => self.optional(field, Some(text), rule).map_or(Change::Clear, Change::Set),
            other => other,
        }
    }

    /// A change of a text that must stay.
    pub fn change_required(&mut self, field: &str, change: Change<String>, rule: Text) -> Option<String> {
        match change {
            Change::Keep => None,
            Change::Clear => Some(self.required(field, Some(String::new()), rule)),
            Change::Set(text) => Some(self.required(field, Some(text), rule)),
        }
    }

    fn text(&mut self, field: &str, text: String, rule: Text) -> String {
        if text.chars().count() > rule.max {
            self.wrong(field, format!("must have at most {} characters", rule.max));
        } else if text.chars().any(|c| is_hidden(c) && !(rule.lines && matches!(c, '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}'))) {
            self.wrong(field, "must not have control characters");
        } else if is_blank(&text) {
            self.wrong(field, "must have something that can be seen");
        }
        text
    }
}

/// Whether a character steers instead of showing something: control characters and changes of the writing direction,
/// with which one name can be made to look like another.
fn is_hidden(c: char) -> bool {
    c.is_control() || matches!(c, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// A telephone number.
pub(super) fn phone(text: &str) -> Result<String, String> {
    let text = text.trim();
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let fine = text.chars().all(|c| c.is_ascii_digit() || "+-() ./".contains(c));
    if fine && (3..=20).contains(&digits) && text.len() <= 32 {
        Ok(text.to_owned())
    } else {
        Err("must be a telephone number of 3 to 20 digits, with spaces, +, - and brackets".into())
    }
}

/// The address of a picture: on this server, or on the web.
pub(crate) fn picture(text: &str) -> Result<String, String> {
    let text = text.trim();
    let local = text.starts_with('/') && !text.starts_with("//");
    let web = text.starts_with("https://") || text.starts_with("http://");
    let plain = text.len() <= 2_048 && text.bytes().all(|b| b.is_ascii_graphic() && !b"\"'<>\\`".contains(&b));
    if (local || web) && plain {
        Ok(text.to_owned())
    } else {
        Err("must be the address of a picture, starting with /, https:// or http://".into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_can_be_seen_and_is_what_it_looks_like() {
        let wrong = |name: &str, rule| {
            let mut check = Check::default();
            check.required("name", Some(name.into()), rule);
            check.finish().is_err()
        };
        for name in ["Nimali", "O’Neil", "ශ්\u{200d}රීමතී", "مريم", "👩\u{200d}🍼", "Anne Marie"] {
            assert!(!wrong(name, SHORT), "{name:?}");
        }
        let odd =
            ["", " ", "\u{200b}", "\u{3164}\u{2800}", "\u{200d} \u{fe0f}", "a\u{202e}b", "a\u{2028}b", "a\nb", "a\u{0}b", "\u{feff}a"];
        for name in odd {
            assert!(wrong(name, SHORT), "{name:?}");
        }
        assert!(!wrong("one\ntwo\u{2028}three", PARAGRAPHS) && wrong("a\u{202e}b", PARAGRAPHS));
    }
}
