//! Containers of sound and film: which they are, whether they are whole, and what their headers say without decoding.

use super::{
    Doubt, Finding,
    source::{Source, be32, be64, find, le16, le32},
};
use crate::store::records::Format;

/// Boxes on one level that are looked at. Fragmented films have two for each second or so.
const BOXES: usize = 200_000;
/// Largest `moov` box that is read.
const MOOV: u64 = 16 << 20;
/// Largest head of a fragment that is read.
const FRAGMENT: u64 = 1 << 20;
/// Tracks that are told apart.
const TRACKS: usize = 64;
/// A longer time than anything lasts is a mistake of the header.
const LONGEST: f64 = 48.0 * 3600.0;

/// Seconds as whole milliseconds, if they can be true.
pub fn millis(seconds: f64) -> Option<u64> {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // Within the bounds that are checked.
    (seconds > 0.0 && seconds < LONGEST).then(|| (seconds * 1000.0).round() as u64)
}

/// A ratio as seconds.
#[allow(clippy::cast_precision_loss)] // A fraction of a millisecond in centuries.
fn seconds(count: u64, per_second: u64) -> f64 {
    if per_second == 0 { 0.0 } else { count as f64 / per_second as f64 }
}

/// Films and sound in ISO boxes: MP4, M4A, MOV.
pub fn boxes(source: &Source<'_>) -> Result<Finding, Doubt> {
    let broken = || Doubt::Broken("an MP4 or MOV file that is damaged or incomplete".into());
    let head = source.read(0, 64)?;
    let brand = if head.get(4..8) == Some(b"ftyp") { head.get(8..12).unwrap_or_default() } else { b"qt  " };
    if brand.starts_with(b"hei") || brand.starts_with(b"hev") || brand == b"mif1" || brand == b"msf1" {
        return Err(Doubt::Unknown("a HEIC picture".into()));
    }
    if brand.starts_with(b"avi") {
        return Err(Doubt::Unknown("an AVIF picture".into()));
    }
    let (mut at, mut moov, mut fragments) = (0, None, Fragments::default());
    for count in 0.. {
        if at == source.len() {
            break;
        }
        let header = source.read(at, 16)?;
        let kind = header.get(4..8).ok_or_else(broken)?;
        let size = match be32(&header, 0) {
            0 => source.len() - at,
            1 => be64(&header, 8),
            size => u64::from(size),
        };
        let is_known = kind.iter().all(|b| b.is_ascii_alphanumeric() || b" -_\xa9".contains(b));
        if size < 8 || size > source.len() - at || count > BOXES || !is_known {
            return Err(broken());
        }
        if kind == b"moov" {
            if size > MOOV {
                return Err(broken());
            }
            moov = Some(source.read(at, usize::try_from(size).unwrap_or_default())?);
        }
        // What is recorded live has its times in fragments, each a small head before its data.
        if kind == b"moof" && size <= FRAGMENT {
            fragments.read(children(&source.read(at, usize::try_from(size).unwrap_or_default())?).unwrap_or_default());
        }
        at += size;
    }
    let moov = moov.ok_or_else(broken)?;
    let mut film = Film::default();
    film.read(children(&moov).unwrap_or_default(), 0);
    let format = match (brand, film.pixels, film.sound) {
        (b"qt  ", Some(_), _) => Format::Mov,
        (_, Some(_), _) => Format::Mp4,
        (_, None, true) => Format::Mp4Audio,
        _ => return Err(Doubt::Broken("an MP4 or MOV file without film or sound".into())),
    };
    let duration = millis(film.seconds).or_else(|| millis(fragments.seconds(&film.scales)));
    Ok(Finding { pixels: film.pixels.filter(|(w, h)| *w > 0 && *h > 0), duration, ..Finding::of(format) })
}

/// How far the fragments of each track reach.
#[derive(Default)]
struct Fragments {
    /// Track and where its last fragment ends, in the track's unit of time.
    ends: Vec<(u32, u64)>,
}

impl Fragments {
    fn read(&mut self, mut moof: &[u8]) {
        while let Some((kind, body, rest)) = next_box(moof) {
            if kind == b"traf" {
                self.hear(body);
            }
            moof = rest;
        }
    }

    /// One track's part of a fragment: how long its samples are, and where the first one begins.
    fn hear(&mut self, mut traf: &[u8]) {
        let (mut track, mut usual, mut start, mut lasts) = (0, 0, None, 0_u64);
        while let Some((kind, body, rest)) = next_box(traf) {
            let flags = be32(body, 0) & 0x00ff_ffff;
            match kind {
                b"tfhd" => {
                    track = be32(body, 4);
                    let skip = 8 + if flags & 1 != 0 { 8 } else { 0 } + if flags & 2 != 0 { 4 } else { 0 };
                    usual = if flags & 8 != 0 { be32(body, skip) } else { 0 };
                }
                b"tfdt" => start = Some(if body.first() == Some(&1) { be64(body, 4) } else { u64::from(be32(body, 4)) }),
                b"trun" => {
                    let count = be32(body, 4) as usize;
                    let skip = 8 + [1, 4].iter().filter(|flag| flags & **flag != 0).count() * 4;
                    let wide = [0x100, 0x200, 0x400, 0x800].iter().filter(|flag| flags & **flag != 0).count() * 4;
                    let these = match flags & 0x100 {
                        0 => count as u64 * u64::from(usual),
                        _ => body
                            .get(skip..)
                            .unwrap_or_default()
                            .chunks_exact(wide)
                            .take(count)
                            .map(|sample| u64::from(be32(sample, 0)))
                            .sum(),
                    };
                    // Any count and any length may stand there.
                    lasts = lasts.saturating_add(these);
                }
                _ => {}
            }
            traf = rest;
        }
        if let Some((_, end)) = self.ends.iter_mut().find(|(known, _)| *known == track) {
            *end = start.unwrap_or(*end).saturating_add(lasts).max(*end);
        } else if self.ends.len() < TRACKS {
            self.ends.push((track, start.unwrap_or(0).saturating_add(lasts)));
        }
    }

    fn seconds(&self, scales: &[(u32, u32)]) -> f64 {
        let scale = |track| scales.iter().find(|(known, _)| *known == track).map_or(0, |(_, scale)| u64::from(*scale));
        self.ends.iter().map(|(track, end)| seconds(*end, scale(*track))).fold(0.0, f64::max)
    }
}

/// What the headers of a film say.
#[derive(Default)]
struct Film {
    seconds: f64,
    /// Present when there is a track of pictures.
    pixels: Option<(u32, u32)>,
    sound: bool,
    /// Of the track that is being read.
    track: (u32, u32),
    /// Its number.
    id: u32,
    /// Tracks and their units of time, per second.
    scales: Vec<(u32, u32)>,
}

impl Film {
    fn read(&mut self, mut bytes: &[u8], depth: usize) {
        while let Some((kind, body, rest)) = next_box(bytes) {
            match kind {
                b"trak" | b"mdia" if depth < 4 => self.read(body, depth + 1),
                b"mvhd" => {
                    self.seconds = match body.first() {
                        Some(1) => seconds(be64(body, 24), u64::from(be32(body, 20))),
                        _ => seconds(u64::from(be32(body, 16)), u64::from(be32(body, 12))),
                    };
                }
                b"tkhd" => {
                    self.id = be32(body, if body.first() == Some(&1) { 20 } else { 12 });
                    // A matrix and two numbers with 16 bits behind the point, at the end.
                    let matrix = body.len().saturating_sub(44);
                    let (width, height) = (be32(body, matrix + 36) >> 16, be32(body, matrix + 40) >> 16);
                    let is_turned = be32(body, matrix) == 0 && be32(body, matrix + 4) != 0;
                    self.track = if is_turned { (height, width) } else { (width, height) };
                }
                b"mdhd" if self.scales.len() < TRACKS => {
                    self.scales.push((self.id, be32(body, if body.first() == Some(&1) { 20 } else { 12 })));
                }
                b"hdlr" => match body.get(8..12) {
                    Some(b"vide") => self.pixels = self.pixels.or(Some(self.track)),
                    Some(b"soun") => self.sound = true,
                    _ => {}
                },
                _ => {}
            }
            bytes = rest;
        }
    }
}

/// What is inside a box.
fn children(bytes: &[u8]) -> Option<&[u8]> {
    next_box(bytes).map(|(_, body, _)| body)
}

/// The first box: its kind, its body, and what follows.
fn next_box(bytes: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let size = be32(bytes, 0) as usize;
    let (start, size) = if size == 1 { (16, usize::try_from(be64(bytes, 8)).ok()?) } else { (8, size) };
    Some((bytes.get(4..8)?, bytes.get(start..size)?, bytes.get(size..)?))
}

/// Ogg by the first packet of each of its streams.
pub fn ogg(source: &Source<'_>) -> Result<Finding, Doubt> {
    let broken = || Doubt::Broken("an Ogg file that is damaged or incomplete".into());
    let (mut at, mut sound) = (0, None);
    loop {
        let page = source.read(at, 27 + 255 + 512)?;
        let segments = usize::from(*page.get(26).ok_or_else(broken)?);
        let is_first = page.get(5).is_some_and(|flags| flags & 2 != 0);
        if !page.starts_with(b"OggS\0") {
            return Err(broken());
        }
        if !is_first {
            break;
        }
        let packet = page.get(27 + segments..).unwrap_or_default();
        if packet.starts_with(b"\x80theora") {
            let size = |at: usize| be32(packet, at) >> 8;
            let pixels = Some((size(14), size(17))).filter(|(w, h)| *w > 0 && *h > 0);
            let serial = page.get(14..18).unwrap_or_default();
            return Ok(Finding { pixels, duration: theora(source, packet, serial)?, ..Finding::of(Format::OggVideo) });
        }
        sound = sound.or(ogg_rate(packet));
        let length: usize = page.get(27..27 + segments).unwrap_or_default().iter().map(|lace| usize::from(*lace)).sum();
        at += (27 + segments + length) as u64;
    }
    let (rate, skip) = sound.ok_or_else(|| Doubt::Unknown("an Ogg file with an unknown codec".into()))?;
    // The last page says how many samples there were.
    let tail = source.tail(128 << 10)?;
    let last = tail.windows(5).rposition(|window| window == b"OggS\0").ok_or_else(broken)?;
    let samples = tail.get(last + 6..last + 14).and_then(|b| b.try_into().ok()).map_or(0, u64::from_le_bytes);
    Ok(Finding { duration: millis(seconds(samples.saturating_sub(skip), rate)), ..Finding::of(Format::OggAudio) })
}

/// How long a film plays: its last page names the last key frame and how many frames came after it.
fn theora(source: &Source<'_>, head: &[u8], serial: &[u8]) -> Result<Option<u64>, Doubt> {
    let tail = source.tail(128 << 10)?;
    let last = tail.windows(18).rev().find(|page| page.starts_with(b"OggS\0") && page.ends_with(serial));
    let place = last.and_then(|page| page.get(6..14)?.try_into().ok()).map_or(0, u64::from_le_bytes);
    let shift = be32(head, 38) >> 5 & 31;
    let frames = (place >> shift) + (place & ((1 << shift) - 1));
    Ok(millis(seconds(frames.saturating_mul(u64::from(be32(head, 26))), u64::from(be32(head, 22)))))
}

/// Samples a second, and how many at the beginning are not heard.
fn ogg_rate(packet: &[u8]) -> Option<(u64, u64)> {
    match packet {
        p if p.starts_with(b"OpusHead") => Some((48_000, u64::from(le16(p, 10)))),
        p if p.starts_with(b"\x01vorbis") => Some((u64::from(le32(p, 12)), 0)),
        p if p.starts_with(b"Speex   ") => Some((u64::from(le32(p, 36)), 0)),
        p if p.starts_with(b"\x7fFLAC") => Some((u64::from(be32(p, 27) >> 12), 0)),
        _ => None,
    }
}

/// WAV and AVI, by the first chunks.
pub fn riff(source: &Source<'_>) -> Result<Finding, Doubt> {
    let head = source.read(0, 64 << 10)?;
    match head.get(8..12) {
        Some(b"WAVE") => wav(source, &head),
        Some(b"AVI ") => {
            let at = find(&head, b"avih").ok_or_else(|| Doubt::Broken("an AVI film that is damaged or incomplete".into()))? + 8;
            let duration = millis(seconds(u64::from(le32(&head, at + 16)) * u64::from(le32(&head, at)), 1_000_000));
            let pixels =
                Some((le32(&head, at + 32), le32(&head, at + 36))).filter(|(w, h)| (1..65_536).contains(w) && (1..65_536).contains(h));
            let whole = u64::from(le32(&head, 4)) <= source.len() && pixels.is_some();
            if !whole {
                return Err(Doubt::Broken("an AVI film that is damaged or incomplete".into()));
            }
            Ok(Finding { pixels, duration, ..Finding::of(Format::Avi) })
        }
        _ => Err(Doubt::Unknown("a RIFF file of another kind".into())),
    }
}

fn wav(source: &Source<'_>, head: &[u8]) -> Result<Finding, Doubt> {
    let broken = || Doubt::Broken("WAV sound that is damaged or incomplete".into());
    let rate = find(head, b"fmt ").map(|at| le32(head, at + 16)).filter(|rate| *rate > 0).ok_or_else(broken)?;
    let data = find(head, b"data").ok_or_else(broken)?;
    let size = u64::from(le32(head, data + 4)).min(source.len() - (data as u64 + 8).min(source.len()));
    if size == 0 {
        return Err(broken());
    }
    Ok(Finding { duration: millis(seconds(size, u64::from(rate))), ..Finding::of(Format::Wav) })
}

/// WMV: Microsoft's container, when it holds a film.
pub fn asf(source: &Source<'_>) -> Result<Finding, Doubt> {
    const FILM: &[u8] = b"\xc0\xef\x19\xbc\x4d\x5b\xcf\x11\xa8\xfd\x00\x80\x5f\x5c\x44\x2b";
    const PROPERTIES: &[u8] = b"\xa1\xdc\xab\x8c\x47\xa9\xcf\x11\x8e\xe4\x00\xc0\x0c\x20\x53\x65";
    let head = source.read(0, 64 << 10)?;
    let film = find(&head, FILM).ok_or_else(|| Doubt::Unknown("WMA sound".into()))?;
    // The size stands behind the kinds of the stream and of its corrections, a time, two lengths and a few flags.
    let pixels = Some((le32(&head, film + 54), le32(&head, film + 58))).filter(|(w, h)| (1..65_536).contains(w) && (1..65_536).contains(h));
    let properties = find(&head, PROPERTIES).and_then(|at| head.get(at..at + 104));
    let number = |p: &[u8], at: usize| p.get(at..at + 8).and_then(|b| b.try_into().ok()).map_or(0, u64::from_le_bytes);
    let duration = properties.and_then(|p| {
        let (played, lead) = (number(p, 64), number(p, 80));
        millis(seconds(played / 10_000, 1000) - seconds(lead, 1000))
    });
    Ok(Finding { pixels, duration, ..Finding::of(Format::Wmv) })
}

/// MP3 and AAC: frames one behind the other. One mark alone is chance, so several must follow.
pub fn frames(source: &Source<'_>) -> Result<Finding, Doubt> {
    let head = source.read(0, 10)?;
    let tag = if head.starts_with(b"ID3") { 10 + synchsafe(&head) } else { 0 };
    let mut at = tag;
    // Some encoders leave a little room before the first frame.
    let gap = source.read(at, 4096)?;
    at += gap.iter().position(|byte| *byte != 0).unwrap_or(0) as u64;
    let first = source.read(at, 8)?;
    let aac = first.first() == Some(&0xff) && first.get(1).is_some_and(|b| b & 0xf6 == 0xf0);
    let (mut frames, mut bytes, mut time) = (0_u32, 0_u64, 0.0);
    let start = at;
    while frames < 2000 {
        let frame = source.read(at, 8)?;
        let Some((length, lasts)) = (if aac { aac_frame(&frame) } else { mp3_frame(&frame) }) else { break };
        frames += 1;
        bytes += length;
        time += lasts;
        at += length;
    }
    // Three frames, or as many as a very short sound has.
    if frames < 3 && !(frames > 0 && at >= source.len()) {
        return Err(if tag > 0 {
            Doubt::Broken("MP3 sound that is damaged or incomplete".into())
        } else {
            Doubt::Unknown("data of an unknown kind".into())
        });
    }
    let format = if aac { Format::Aac } else { Format::Mp3 };
    let whole = source.len() - start;
    let duration = millis(time * seconds(whole, bytes));
    Ok(Finding { duration, ..Finding::of(format) })
}

fn synchsafe(head: &[u8]) -> u64 {
    head.get(6..10).unwrap_or_default().iter().fold(0, |size, byte| size << 7 | u64::from(byte & 0x7f))
}

/// Length in bytes and seconds of a frame of AAC.
fn aac_frame(frame: &[u8]) -> Option<(u64, f64)> {
    const RATES: [u32; 13] = [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8000, 7350];
    let &[0xff, mark, settings, high, middle, low, ..] = frame else { return None };
    let rate = *RATES.get(usize::from(settings >> 2 & 0x0f))?;
    let length = u64::from(high & 3) << 11 | u64::from(middle) << 3 | u64::from(low >> 5);
    (mark & 0xf6 == 0xf0 && length >= 7).then(|| (length, 1024.0 / f64::from(rate)))
}

/// Length in bytes and seconds of a frame of MP3.
fn mp3_frame(frame: &[u8]) -> Option<(u64, f64)> {
    const RATES: [u32; 3] = [44_100, 48_000, 32_000];
    const FULL: [u32; 15] = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
    const HALF: [u32; 15] = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
    let &[0xff, b, c, ..] = frame else { return None };
    // The third layer only.
    if b & 0xe6 != 0xe2 {
        return None;
    }
    let version = b >> 3 & 3;
    let (table, samples, divide) = match version {
        3 => (FULL, 1152, 1),
        2 => (HALF, 576, 2),
        0 => (HALF, 576, 4),
        _ => return None,
    };
    let rate = RATES.get(usize::from(c >> 2 & 3))? / divide;
    let kilobits = *table.get(usize::from(c >> 4)).filter(|rate| **rate > 0)?;
    let length = samples / 8 * kilobits * 1000 / rate + u32::from(c >> 1 & 1);
    Some((u64::from(length), f64::from(samples) / f64::from(rate)))
}
