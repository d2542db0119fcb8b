//! Office documents that are ZIP archives, known by the names in their directory. Nothing is unpacked.
//!
//! The directory is walked in small pieces, so that an archive costs little memory; and every byte of the file has to be accounted
//! for, so that nothing else hides before, between or behind: the parts tile the file up to the directory, and the directory tiles it
//! up to the end.

use super::{
    Doubt,
    source::{Source, le16, le32, le64},
};
use crate::store::records::Format;

const LOCAL: &[u8] = b"PK\x03\x04";
const CENTRAL: &[u8] = b"PK\x01\x02";
const DESCRIPTOR: &[u8] = b"PK\x07\x08";
const END: &[u8] = b"PK\x05\x06";
/// What stands before the end where numbers may need 64 bits: the end in long, and where that lies.
const LONG_END: &[u8] = b"PK\x06\x06";
const LOCATOR: &[u8] = b"PK\x06\x07";
/// The lengths of both.
const LONG_END_LEN: u64 = 56;
const LOCATOR_LEN: u64 = 20;
/// A number that stands elsewhere, in 64 bits.
const ELSEWHERE: u32 = u32::MAX;
/// The end of the directory with its longest comment.
pub const END_MOST: usize = 22 + 65_535;
/// More parts than a document has.
const ENTRIES: u64 = 20_000;
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
    let directory = Directory::find(source)?;
    if directory.entries > ENTRIES {
        return Err(Doubt::Broken("a ZIP archive with more parts than a document has".into()));
    }
    let names = walk(source, &directory)?;
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

fn broken() -> Doubt {
    Doubt::Broken("a ZIP archive that is damaged or incomplete".into())
}

/// Where the directory of an archive lies.
struct Directory {
    start: u64,
    end: u64,
    entries: u64,
}

impl Directory {
    /// The one directory, on which all ends of the archive agree.
    fn find(source: &Source<'_>) -> Result<Self, Doubt> {
        let tail = source.tail(END_MOST)?;
        let at = end_of_directory(&tail).ok_or_else(broken)?;
        let end = source.len() - (tail.len() - at) as u64;
        let (entries, size, start) = (le16(&tail, at + 10), le32(&tail, at + 12), le32(&tail, at + 16));
        let found = match Self::find_long(source, end)? {
            Some((long, long_size)) => {
                let agrees = (entries == u16::MAX || u64::from(entries) == long.entries)
                    && (size == ELSEWHERE || u64::from(size) == long_size)
                    && (start == ELSEWHERE || u64::from(start) == long.start);
                Some(long).filter(|_| agrees)
            }
            None => Some(Self { start: start.into(), end, entries: entries.into() }).filter(|it| it.start + u64::from(size) == end),
        };
        found.filter(|it| it.entries > 0 && le16(&tail, at + 8) == entries).ok_or_else(broken)
    }

    /// The same with the directory's length, from the end in long if there is one before the `end`.
    fn find_long(source: &Source<'_>, end: u64) -> Result<Option<(Self, u64)>, Doubt> {
        let Some(place) = end.checked_sub(LOCATOR_LEN) else { return Ok(None) };
        let Some(locator) = source.exact::<20>(place)?.filter(|locator| locator.starts_with(LOCATOR)) else { return Ok(None) };
        let at = le64(&locator, 8);
        let long = source.exact::<56>(at)?.filter(|long| long.starts_with(LONG_END)).ok_or_else(broken)?;
        let (entries, size, start) = (le64(&long, 32), le64(&long, 40), le64(&long, 48));
        // Its own length counts from behind that number.
        let fits = le64(&long, 4) == LONG_END_LEN - 12 && at + LONG_END_LEN == place && start.checked_add(size) == Some(at);
        if fits && le64(&long, 24) == entries { Ok(Some((Self { start, end: at, entries }, size))) } else { Err(broken()) }
    }
}

/// Where a part lies: its head with name and extras, and its bytes.
struct Part {
    start: u64,
    end: u64,
    /// Digest and lengths may stand once more behind it.
    described: bool,
    crc: u32,
    packed: u64,
    unpacked: u64,
}

impl Part {
    /// Reads about a part in the directory, from its entry and the extras of that.
    fn read(source: &Source<'_>, header: &[u8; 46], extras: &[u8]) -> Result<Self, Doubt> {
        let mut long = Long::of(extras);
        // In this order, and each only where it is needed.
        let unpacked = long.number(le32(header, 24)).ok_or_else(broken)?;
        let packed = long.number(le32(header, 20)).ok_or_else(broken)?;
        let start = long.number(le32(header, 42)).ok_or_else(broken)?;
        let local = source.exact::<30>(start)?.filter(|local| local.starts_with(LOCAL)).ok_or_else(broken)?;
        let head = 30 + u64::from(le16(&local, 26)) + u64::from(le16(&local, 28));
        let end = start.checked_add(head).and_then(|body| body.checked_add(packed)).ok_or_else(broken)?;
        let flags = le16(header, 8) | le16(&local, 6);
        let is_encrypted = flags & 1 == 1;
        if is_encrypted {
            return Err(broken());
        }
        Ok(Self { start, end, described: flags & 8 == 8, crc: le32(header, 16), packed, unpacked })
    }

    /// Whether bytes behind the part say nothing but its digest and lengths. With or without a mark before them, in 32 or 64 bits: some
    /// programs write one, some the other.
    fn is_described_by(&self, bytes: &[u8]) -> bool {
        let plain = if matches!(bytes.len(), 16 | 24) { bytes.strip_prefix(DESCRIPTOR) } else { Some(bytes) };
        plain.is_some_and(|bytes| {
            let lengths = match bytes.len() {
                12 => (u64::from(le32(bytes, 4)), u64::from(le32(bytes, 8))),
                20 => (le64(bytes, 4), le64(bytes, 12)),
                _ => return false,
            };
            self.described && le32(bytes, 0) == self.crc && lengths == (self.packed, self.unpacked)
        })
    }
}

/// Numbers of 64 bits among the extras of an entry.
struct Long<'a>(&'a [u8]);

impl<'a> Long<'a> {
    fn of(mut extras: &'a [u8]) -> Self {
        while let Some((head, rest)) = extras.split_at_checked(4) {
            let Some((body, behind)) = rest.split_at_checked(le16(head, 2).into()) else { break };
            if le16(head, 0) == 1 {
                return Self(body);
            }
            extras = behind;
        }
        Self(&[])
    }

    /// A number, or the next one of these where it stands there.
    fn number(&mut self, short: u32) -> Option<u64> {
        if short != ELSEWHERE {
            return Some(short.into());
        }
        let (number, rest) = self.0.split_at_checked(8)?;
        self.0 = rest;
        Some(le64(number, 0))
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

fn walk(source: &Source<'_>, directory: &Directory) -> Result<Names, Doubt> {
    let mut names = Names::default();
    let mut parts = Vec::new();
    let (mut at, mut unpacked) = (directory.start, 0_u64);
    for _ in 0..directory.entries {
        let header = source.exact::<46>(at)?.filter(|header| header.starts_with(CENTRAL)).ok_or_else(broken)?;
        let (name, extras, comment) = (le16(&header, 28), le16(&header, 30), le16(&header, 32));
        let words = source.read(at + 46, usize::from(name) + usize::from(extras))?;
        let (name, extras) = words.split_at_checked(name.into()).ok_or_else(broken)?;
        let part = Part::read(source, &header, extras)?;
        unpacked = unpacked.saturating_add(part.unpacked);
        parts.push(part);
        names.note(name)?;
        at += 46 + words.len() as u64 + u64::from(comment);
    }
    if at != directory.end {
        return Err(broken());
    }
    tile(source, parts, directory.start)?;
    if unpacked > UNPACKED || unpacked > directory.start.saturating_mul(RATIO) {
        return Err(Doubt::Broken("a ZIP archive that would unpack to far more than a document has".into()));
    }
    Ok(names)
}

/// Demands that the parts lie one behind the other from the first byte of the file to `end`, with nothing between but what describes them.
fn tile(source: &Source<'_>, mut parts: Vec<Part>, end: u64) -> Result<(), Doubt> {
    parts.sort_unstable_by_key(|part| part.start);
    let starts = parts.iter().map(|part| part.start).chain([end]);
    if parts.first().map(|part| part.start) != Some(0) {
        return Err(broken());
    }
    for (part, next) in parts.iter().zip(starts.skip(1)) {
        let between = next.checked_sub(part.end).filter(|between| *between <= 24).ok_or_else(broken)?;
        let bytes = source.read(part.end, usize::try_from(between).unwrap_or_default())?;
        if between > 0 && !part.is_described_by(&bytes) {
            return Err(broken());
        }
    }
    Ok(())
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

#[cfg(test)]
#[allow(clippy::cast_possible_truncation)] // what is made here is small
mod tests {
    use super::*;
    use std::io::Write as _;

    type Behind = fn(u32, u64) -> Vec<u8>;

    /// How a program writes archives.
    #[derive(Clone, Copy, Default)]
    struct Manner {
        /// What follows each part, made of digest and length.
        behind: Option<Behind>,
        /// Lengths and places in 64 bits.
        long: bool,
        extra: &'static [u8],
    }

    const NAMES: [&str; 3] = ["[Content_Types].xml", "_rels/.rels", "word/document.xml"];

    /// An archive of the parts, with bytes before each and before the directory that nobody knows of.
    fn archive(manner: Manner, strange: [&[u8]; 4]) -> Vec<u8> {
        let (mut out, mut directory) = (Vec::new(), Vec::new());
        for (name, strange) in NAMES.iter().zip(strange) {
            out.extend(strange);
            let (start, body) = (out.len() as u64, [b'x'; 50]);
            let crc = crc32fast::hash(&body);
            let flags = [if manner.behind.is_some() { 8 } else { 0 }, 0];
            let sizes = if manner.long { [0xff; 8] } else { [50, 0, 0, 0, 50, 0, 0, 0] };
            let (name_len, mut extras) = ((name.len() as u16).to_le_bytes(), manner.extra.to_vec());
            let head = |extras: &[u8]| {
                let lengths = [name_len, (extras.len() as u16).to_le_bytes()].concat();
                [&[20, 0][..], &flags, &[0; 6], &crc.to_le_bytes(), &sizes, &lengths].concat()
            };
            out.extend([LOCAL, &head(&extras), name.as_bytes(), &extras, &body].concat());
            out.extend(manner.behind.map(|behind| behind(crc, 50)).unwrap_or_default());
            if manner.long {
                extras.extend([&[1, 0, 24, 0][..], &50_u64.to_le_bytes(), &50_u64.to_le_bytes(), &start.to_le_bytes()].concat());
            }
            let place = if manner.long { [0xff; 4] } else { (start as u32).to_le_bytes() };
            directory.extend([CENTRAL, &[20, 0], &head(&extras), &[0; 10], &place, name.as_bytes(), &extras].concat());
        }
        out.extend(strange[3]);
        let (start, size) = (out.len() as u64, directory.len() as u64);
        out.extend(directory);
        if manner.long {
            let at = out.len() as u64;
            let numbers = [3, 3, size, start].map(u64::to_le_bytes).concat();
            out.extend([LONG_END, &44_u64.to_le_bytes(), &[45, 0, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0], &numbers].concat());
            out.extend([LOCATOR, &[0; 4], &at.to_le_bytes(), &[1, 0, 0, 0]].concat());
            out.extend([END, &[0, 0, 0, 0], &[0xff; 12], &[0, 0]].concat());
        } else {
            out.extend([END, &[0, 0, 0, 0, 3, 0, 3, 0], &(size as u32).to_le_bytes(), &(start as u32).to_le_bytes(), &[0, 0]].concat());
        }
        out
    }

    fn judge(bytes: &[u8]) -> Result<Format, Doubt> {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        identify(&Source::new(&file).unwrap())
    }

    fn bare(crc: u32, len: u64) -> Vec<u8> {
        [crc, len as u32, len as u32].map(u32::to_le_bytes).concat()
    }

    fn marked(crc: u32, len: u64) -> Vec<u8> {
        [DESCRIPTOR, &bare(crc, len)].concat()
    }

    fn long_bare(crc: u32, len: u64) -> Vec<u8> {
        [&crc.to_le_bytes()[..], &len.to_le_bytes(), &len.to_le_bytes()].concat()
    }

    fn long_marked(crc: u32, len: u64) -> Vec<u8> {
        [DESCRIPTOR, &long_bare(crc, len)].concat()
    }

    #[test]
    fn documents_are_taken_however_they_are_written() {
        let behinds: [Option<Behind>; 5] = [None, Some(bare), Some(marked), Some(long_bare), Some(long_marked)];
        for behind in behinds {
            for (long, extra) in [(false, &b""[..]), (true, b""), (false, b"\x28\xa2\x04\0\0\0\0\0"), (true, b"\x28\xa2\x02\0\0\0")] {
                let found = judge(&archive(Manner { behind, long, extra }, [b""; 4]));
                assert!(matches!(found, Ok(Format::Docx)), "{:?} {long} {extra:?}: {found:?}", behind.map(|behind| behind(1, 2)));
            }
        }
    }

    #[test]
    fn nothing_hides_before_between_or_behind() {
        let pdf = [b"PK\x03\x04\x14\0\0\0\0\0\0\0\0\0".as_slice(), &[0; 16], b"%PDF-1.4\n"].concat();
        let manners: [(bool, Option<Behind>); 4] = [(false, None), (true, None), (false, Some(marked)), (true, Some(long_bare))];
        for (long, behind) in manners {
            for guest in [&pdf[..], b"x", &[0; 12], &[0; 16]] {
                for place in 0..4 {
                    let mut strange = [&b""[..]; 4];
                    strange[place] = guest;
                    let found = judge(&archive(Manner { behind, long, extra: b"" }, strange));
                    assert!(matches!(found, Err(Doubt::Broken(_))), "{long} {place} {guest:?}: {found:?}");
                }
            }
        }
        // Digest and lengths have to be the part's own, and only a part that says so has them.
        let wrong: Behind = |crc, len| marked(crc ^ 1, len);
        assert!(judge(&archive(Manner { behind: Some(wrong), ..Manner::default() }, [b""; 4])).is_err());
        let after = bare(crc32fast::hash(&[b'x'; 50]), 50);
        assert!(judge(&archive(Manner::default(), [b"", &after, b"", b""])).is_err());
        // Nor is anything between directory and end.
        let whole = archive(Manner::default(), [b""; 4]);
        let (parts, end) = whole.split_at(whole.len() - 22);
        assert!(judge(&[parts, b"guest", end].concat()).is_err());
        assert!(judge(&[&whole[..], b"guest"].concat()).is_err());
    }

    #[test]
    fn two_entries_never_share_bytes() {
        let mut whole = archive(Manner::default(), [b""; 4]);
        let last = whole.windows(4).rposition(|window| window == CENTRAL).unwrap();
        whole[last + 42..last + 46].fill(0);
        assert!(judge(&whole).is_err());
    }

    #[test]
    fn ends_have_to_agree() {
        let whole = archive(Manner { long: true, ..Manner::default() }, [b""; 4]);
        // The number of parts; where the long end is; its length, and its number of parts, and where the directory is.
        for back in [12, 34, 94, 66, 58, 50] {
            let mut bytes = whole.clone();
            let at = bytes.len() - back;
            bytes[at] ^= 1;
            assert!(judge(&bytes).is_err(), "{back}");
        }
    }
}
