//! Office documents that are ZIP archives, known by the names in their directory. Nothing is unpacked.
//!
//! The directory is walked in small pieces, so that an archive with millions of entries costs no memory; and every byte of the file
//! has to be accounted for, so that nothing else hides before, between or behind.

use super::{
    Doubt,
    source::{Source, le16, le32},
};
use crate::store::records::Format;

const LOCAL: &[u8] = b"PK\x03\x04";
const CENTRAL: &[u8] = b"PK\x01\x02";
const END: &[u8] = b"PK\x05\x06";
/// The end of the directory with its longest comment.
pub const END_MOST: usize = 22 + 65_535;
/// More parts than a document has.
const ENTRIES: u16 = 20_000;
/// Unpacked, in all: no document of a clinic is larger.
const UNPACKED: u64 = 1 << 30;
/// How much smaller packing can make what people write.
const RATIO: u64 = 300;

/// Where the end of a ZIP directory begins, if the file ends with one. Only one whose comment ends with the file counts.
pub fn end_of_directory(tail: &[u8]) -> Option<usize> {
    let last = tail.len().checked_sub(22)?;
    (0..=last).rev().find(|&at| tail[at..].starts_with(END) && at + 22 + usize::from(le16(tail, at + 20)) == tail.len())
}

/// Which document an archive is.
pub fn identify(source: &Source<'_>) -> Result<Format, Doubt> {
    let broken = || Doubt::Broken("a ZIP archive that is damaged or incomplete".into());
    let tail = source.tail(END_MOST)?;
    let end = end_of_directory(&tail).ok_or_else(broken)?;
    let end_offset = source.len() - (tail.len() - end) as u64;
    let (entries, size, start) = (le16(&tail, end + 10), le32(&tail, end + 12), le32(&tail, end + 16));
    if entries == 0 || u64::from(start) + u64::from(size) != end_offset || le16(&tail, end + 8) != entries {
        return Err(broken());
    }
    if entries > ENTRIES {
        return Err(Doubt::Broken("a ZIP archive with more parts than a document has".into()));
    }
    let names = walk(source, u64::from(start), end_offset, entries)?;
    if names.macros {
        return Err(Doubt::Unknown("an Office document with macros".into()));
    }
    match (names.types, names.word, names.excel, names.slides) {
        (true, true, false, false) => Ok(Format::Docx),
        (true, false, true, false) => Ok(Format::Xlsx),
        (true, false, false, true) => Ok(Format::Pptx),
        _ => Err(Doubt::Unknown("a ZIP archive".into())),
    }
}

/// What the names in the directory say.
#[derive(Default)]
struct Names {
    types: bool,
    word: bool,
    excel: bool,
    slides: bool,
    macros: bool,
}

fn walk(source: &Source<'_>, start: u64, end: u64, entries: u16) -> Result<Names, Doubt> {
    let broken = || Doubt::Broken("a ZIP archive that is damaged or incomplete".into());
    let bomb = || Doubt::Broken("a ZIP archive that would unpack to far more than a document has".into());
    let mut names = Names::default();
    let (mut at, mut packed, mut unpacked) = (start, 0_u64, 0_u64);
    for _ in 0..entries {
        let header = source.exact::<46>(at)?.filter(|header| header.starts_with(CENTRAL)).ok_or_else(broken)?;
        let (name_len, extra, comment) = (le16(&header, 28), le16(&header, 30), le16(&header, 32));
        let name = source.read(at + 46, usize::from(name_len))?;
        let local = source.exact::<30>(u64::from(le32(&header, 42)))?.filter(|local| local.starts_with(LOCAL)).ok_or_else(broken)?;
        // The parts lie one behind the other: what they take together cannot be more than there is.
        packed += 30 + u64::from(le32(&header, 20)) + u64::from(le16(&local, 26)) + u64::from(le16(&local, 28));
        unpacked += u64::from(le32(&header, 24));
        let is_encrypted = le16(&header, 8) & 1 == 1;
        if packed > start || is_encrypted || usize::from(name_len) != name.len() {
            return Err(broken());
        }
        names.note(&name)?;
        at += 46 + u64::from(name_len) + u64::from(extra) + u64::from(comment);
    }
    if unpacked > UNPACKED || unpacked > packed.saturating_mul(RATIO) {
        return Err(bomb());
    }
    if at == end { Ok(names) } else { Err(broken()) }
}

impl Names {
    fn note(&mut self, name: &[u8]) -> Result<(), Doubt> {
        let text = String::from_utf8_lossy(name).replace('\\', "/").to_ascii_lowercase();
        if text.starts_with('/') || text.split('/').any(|part| part == "..") {
            return Err(Doubt::Broken("a ZIP archive whose parts lead out of it".into()));
        }
        self.types |= text == "[content_types].xml";
        self.word |= text.starts_with("word/");
        self.excel |= text.starts_with("xl/");
        self.slides |= text.starts_with("ppt/");
        self.macros |= text.ends_with("vbaproject.bin") || matches!(text.rsplit('.').next(), Some("exe" | "dll" | "js" | "vbs" | "scr"));
        Ok(())
    }
}
