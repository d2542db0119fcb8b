//! `WebM`: which tracks it has, and how long it plays. Browsers record it without a word about its length, so the last block is asked.

use super::{
    Doubt, Finding,
    media::millis,
    source::{Source, find},
};
use crate::store::records::Format;

/// Elements that are looked at. An hour of sound has some two hundred thousand.
const ELEMENTS: usize = 2_000_000;
const HEAD: u32 = 0x1a45_dfa3;
/// Elements whose inside is walked through; where they end does not matter here.
const ENTERED: &[u32] = &[0x1853_8067, 0x1549_a966, 0x1654_ae6b, 0xae, 0xe0, 0x1f43_b675, 0xa0];

/// The head of an element: what it is, where its body begins, how long it is if that is said.
struct Element {
    id: u32,
    body: u64,
    size: Option<u64>,
}

/// What the elements say.
#[derive(Default)]
struct Told {
    track: bool,
    /// Something follows the tracks.
    played: bool,
    film: bool,
    sound: bool,
    width: u32,
    height: u32,
    /// Nanoseconds of one tick; a million unless said otherwise.
    scale: u64,
    /// In ticks.
    duration: f64,
    cluster: u64,
    last: u64,
}

/// `WebM` by its tracks. Matroska is its larger sister, which browsers do not play.
pub fn identify(source: &Source<'_>) -> Result<Finding, Doubt> {
    let broken = || Doubt::Broken("a WebM file that is damaged or incomplete".into());
    let head = element(source, 0)?.filter(|head| head.id == HEAD).ok_or_else(broken)?;
    let size = head.size.filter(|size| *size < 1024).ok_or_else(broken)?;
    let words = source.read(head.body, usize::try_from(size).unwrap_or_default())?;
    let kind = find(&words, b"\x42\x82").and_then(|at| words.get(at + 3..at + 7));
    if kind != Some(b"webm") {
        return Err(Doubt::Unknown("a Matroska film".into()));
    }
    let told = walk(source, head.body + size)?;
    #[allow(clippy::cast_precision_loss)] // Milliseconds are wanted, of a few hours.
    let ticks = if told.duration > 0.0 { told.duration } else { told.last as f64 };
    #[allow(clippy::cast_precision_loss)]
    let duration = millis(ticks * if told.scale == 0 { 1e6 } else { told.scale as f64 } / 1e9);
    match (told.film && told.played, told.sound && told.played) {
        (true, _) => {
            let pixels = Some((told.width, told.height)).filter(|(w, h)| *w > 0 && *h > 0);
            Ok(Finding { pixels, duration, ..Finding::of(Format::Webm) })
        }
        (false, true) => Ok(Finding { duration, ..Finding::of(Format::WebmAudio) }),
        _ => Err(broken()),
    }
}

fn walk(source: &Source<'_>, mut at: u64) -> Result<Told, Doubt> {
    let mut told = Told::default();
    for _ in 0..ELEMENTS {
        let Some(element) = element(source, at)? else { break };
        if ENTERED.contains(&element.id) {
            told.track |= element.id == 0xae;
            told.played |= told.track && element.id == 0x1f43_b675;
            at = element.body;
            continue;
        }
        let Some(end) = element.size.and_then(|size| element.body.checked_add(size)).filter(|end| *end <= source.len()) else { break };
        told.hear(source, &element)?;
        at = end;
    }
    Ok(told)
}

impl Told {
    fn hear(&mut self, source: &Source<'_>, element: &Element) -> Result<(), Doubt> {
        let length = usize::try_from(element.size.unwrap_or(0)).unwrap_or(usize::MAX);
        let body = || source.read(element.body, length.min(16));
        let number = |bytes: Vec<u8>| bytes.iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        let pixels = |bytes| u32::try_from(number(bytes)).unwrap_or(0);
        match element.id {
            0x86 => {
                let codec = body()?;
                self.film |= [&b"V_VP8"[..], b"V_VP9", b"V_AV1"].contains(&codec.as_slice());
                self.sound |= [&b"A_OPUS"[..], b"A_VORBIS"].contains(&codec.as_slice());
            }
            0xb0 => self.width = pixels(body()?),
            0xba => self.height = pixels(body()?),
            0x2a_d7b1 => self.scale = number(body()?),
            0x4489 => {
                let bytes = body()?;
                let short = bytes.as_slice().try_into().map(|bytes| f64::from(f32::from_be_bytes(bytes)));
                self.duration = short.or_else(|_| bytes.as_slice().try_into().map(f64::from_be_bytes)).unwrap_or(0.0);
            }
            0xe7 => self.cluster = number(body()?),
            // A block: the number of its track, then its time from the beginning of the cluster.
            0xa3 | 0xa1 => {
                let bytes = body()?;
                let skip = bytes.first().map_or(0, |first| first.leading_zeros() as usize + 1);
                let time = bytes.get(skip..skip + 2).and_then(|b| b.try_into().ok()).map_or(0, i16::from_be_bytes);
                self.last = self.last.max(self.cluster.saturating_add_signed(i64::from(time)));
            }
            _ => {}
        }
        Ok(())
    }
}

/// The head of the element at a place; `None` where none can be.
fn element(source: &Source<'_>, at: u64) -> Result<Option<Element>, Doubt> {
    let bytes = source.read(at, 12)?;
    let read = || {
        let id_length = bytes.first().map(|first| first.leading_zeros() as usize + 1).filter(|length| *length <= 4)?;
        let id = bytes.get(..id_length)?.iter().fold(0, |id, byte| id << 8 | u32::from(*byte));
        let rest = bytes.get(id_length..)?;
        let length = rest.first().map(|first| first.leading_zeros() as usize + 1).filter(|length| *length <= 8)?;
        let marked = rest.get(..length)?.iter().fold(0, |size, byte| size << 8 | u64::from(*byte));
        let mask = (1_u64 << (7 * length)) - 1;
        let size = Some(marked & mask).filter(|size| *size != mask);
        Some(Element { id, body: at + (id_length + length) as u64, size })
    };
    Ok(read())
}
