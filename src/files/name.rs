//! Names of files, for people. Never used on the disk.

use super::format::About;
use unicode_normalization::UnicodeNormalization as _;

/// Longest name in characters, its ending included.
const LONGEST: usize = 120;

/// The ending of a name in lower case, as far as it can be one: one to five letters and digits, not digits alone.
pub fn ending(name: &str) -> Option<String> {
    let (stem, ending) = name.trim_end_matches(['.', ' ']).rsplit_once('.')?;
    let is_one = !stem.is_empty()
        && (1..=5).contains(&ending.len())
        && ending.bytes().all(|b| b.is_ascii_alphanumeric())
        && !ending.bytes().all(|b| b.is_ascii_digit());
    is_one.then(|| ending.to_ascii_lowercase())
}

/// A name that can be shown and saved anywhere: no folders, no control or direction characters, nothing that a system reserves,
/// not too long, and with an ending that is true.
pub fn clean(name: &str, about: &About) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let chars: Vec<char> = last.nfc().collect();
    let shown = chars.iter().enumerate().filter(|(at, c)| !is_odd(**c) || joins(&chars, *at)).map(|(_, c)| *c);
    let plain: String = shown.map(|c| if "<>:\"|?*".contains(c) { '_' } else { c }).collect();
    let plain = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    let plain = plain.trim_matches(['.', ' ']);
    let ending = ending(plain).filter(|ending| about.fits_ending(ending));
    let (stem, ending) = match &ending {
        Some(ending) => (plain.get(..plain.len() - ending.len() - 1).unwrap_or_default(), plain.get(plain.len() - ending.len()..)),
        None => (plain, None),
    };
    let stem = stem.trim_end_matches(['.', ' ']);
    let stem = if stem.is_empty() || is_reserved(stem) { about.kind.word() } else { stem };
    let ending = ending.or(about.endings.first().copied()).unwrap_or_default();
    let stem: String = stem.chars().take(LONGEST - 1 - ending.len()).collect();
    format!("{}.{ending}", stem.trim_end())
}

/// Characters that hide or turn what stands beside them.
fn is_odd(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffd}')
        || matches!(c, '\u{061c}' | '\u{00ad}' | '\u{180e}' | '\u{e0000}'..='\u{e007f}')
}

/// Whether this is a joiner (U+200C, U+200D) between two letters of a script that is written with them: Sinhala's ශ්‍ර is another word without,
/// and so is a family of emoji.
fn joins(chars: &[char], at: usize) -> bool {
    let written = |c: &char| !c.is_ascii() && !c.is_whitespace() && !is_odd(*c);
    let before = at.checked_sub(1).and_then(|before| chars.get(before));
    matches!(chars.get(at), Some('\u{200c}' | '\u{200d}')) && before.is_some_and(written) && chars.get(at + 1).is_some_and(written)
}

/// Names that some systems keep for devices.
fn is_reserved(stem: &str) -> bool {
    let first = stem.split('.').next().unwrap_or_default().trim().to_ascii_lowercase();
    let numbered =
        |device: &str| first.strip_prefix(device).is_some_and(|rest| rest.len() == 1 && rest.bytes().all(|b| b.is_ascii_digit()));
    ["con", "prn", "aux", "nul"].contains(&first.as_str()) || numbered("com") || numbered("lpt")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{files::format::about, store::records::Format};

    #[test]
    fn names_are_cleaned_and_end_truly() {
        let jpeg = about(Format::Jpeg);
        for (given, clean_name) in [
            ("photo.JPG", "photo.JPG"),
            ("../../etc/passwd", "passwd.jpg"),
            ("C:\\Users\\x\\scan.jpeg", "scan.jpeg"),
            ("gpj.\u{202e}exe.jpg", "gpj.exe.jpg"),
            ("a\u{0}b\r\nSet-Cookie: x.jpg", "abSet-Cookie_ x.jpg"),
            ("", "image.jpg"),
            ("...", "image.jpg"),
            (".jpg", "jpg.jpg"),
            ("con.jpg", "image.jpg"),
            ("lpt1.a.jpg", "image.jpg"),
            ("Dr. Silva 12.11.2026", "Dr. Silva 12.11.2026.jpg"),
            ("  நாள்   வரைவு .jpg", "நாள் வரைவு.jpg"),
            ("<b>\"x\"|?.jpg", "_b__x___.jpg"),
            ("ශ්\u{200d}රී ලංකා.jpg", "ශ්\u{200d}රී ලංකා.jpg"),
            ("👩\u{200d}🍼.jpg", "👩\u{200d}🍼.jpg"),
            ("\u{200d}සා\u{200d}\u{200d}ක්\u{200d}.jpg", "සාක්.jpg"),
            ("a\u{200d}b\u{200c}.jpg", "ab.jpg"),
        ] {
            assert_eq!(clean(given, jpeg), clean_name, "{given:?}");
        }
        let long = clean(&format!("{}.jpg", "ü".repeat(500)), jpeg);
        assert!(long.chars().count() == LONGEST && long.ends_with("ü.jpg"));
    }

    #[test]
    fn endings_are_short_words() {
        assert_eq!(ending("a.TXT"), Some("txt".into()));
        assert_eq!(ending("a.exe. "), Some("exe".into()));
        for none in ["a", "a.", ".txt", "a.2024", "Dr. Silva report", "a.toolong"] {
            assert_eq!(ending(none), None, "{none}");
        }
    }
}
