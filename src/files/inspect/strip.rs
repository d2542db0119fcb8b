//! Pictures without what they tell beside the picture: place, device, comments, previews, and whatever was hung on behind.
//!
//! Each kind is copied part by part, and only parts that belong to the picture are copied. So what is served has no second
//! meaning, and a file that is damaged or cut is found. The pixels themselves are not touched.

use super::{
    Doubt,
    source::{be32, contains_folded, find, le16, le32},
};
use crate::store::records::Format;
use std::{
    fs::File,
    io::{self, BufReader, BufWriter, Read, Seek as _, SeekFrom, Write},
};

/// What was seen on the way.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Stripped {
    /// How to turn the picture, 1 to 8 as EXIF counts; 1 is upright.
    pub orientation: u8,
    /// How many pictures follow one another.
    pub frames: u32,
}

/// Frames of an animation.
const FRAMES: u32 = 2_000;
/// Largest part that is looked at as a whole.
const PART: u64 = 1 << 20;

/// Copies a picture without its metadata.
pub fn strip(format: Format, from: &File, to: &File) -> Result<Stripped, Doubt> {
    let mut from = from;
    from.seek(SeekFrom::Start(0))?;
    let mut copy = Copy {
        from: BufReader::with_capacity(64 << 10, from),
        to: BufWriter::with_capacity(64 << 10, to),
        seen: Stripped { orientation: 1, frames: 1 },
    };
    let done = match format {
        Format::Jpeg => copy.jpeg(),
        Format::Png => copy.png(),
        Format::Gif => copy.gif(),
        _ => copy.webp(),
    };
    match done {
        Err(Doubt::Io(error)) if error.kind() == io::ErrorKind::UnexpectedEof => Err(damaged("the picture is damaged or incomplete")),
        Err(doubt) => Err(doubt),
        Ok(()) => {
            copy.rest()?;
            copy.to.flush()?;
            Ok(copy.seen)
        }
    }
}

fn damaged(what: &str) -> Doubt {
    Doubt::Broken(what.into())
}

struct Copy<'a> {
    from: BufReader<&'a File>,
    to: BufWriter<&'a File>,
    seen: Stripped,
}

impl Copy<'_> {
    fn bytes<const N: usize>(&mut self) -> Result<[u8; N], Doubt> {
        let mut bytes = [0; N];
        self.from.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    fn part(&mut self, length: u64) -> Result<Vec<u8>, Doubt> {
        let mut bytes = Vec::new();
        if (&mut self.from).take(length).read_to_end(&mut bytes)? as u64 == length { Ok(bytes) } else { Err(end()) }
    }

    fn put(&mut self, bytes: &[u8]) -> Result<(), Doubt> {
        Ok(self.to.write_all(bytes)?)
    }

    /// Copies a part that may be long.
    fn pass(&mut self, length: u64) -> Result<(), Doubt> {
        let copied = io::copy(&mut (&mut self.from).take(length), &mut self.to)?;
        if copied == length { Ok(()) } else { Err(end()) }
    }

    /// Leaves a part out, after a look for what has no business in a picture.
    fn drop_part(&mut self, length: u64) -> Result<Vec<u8>, Doubt> {
        let part = self.part(length.min(PART))?;
        let skipped = io::copy(&mut (&mut self.from).take(length - part.len() as u64), &mut io::sink())?;
        if skipped + (part.len() as u64) < length {
            return Err(end());
        }
        refuse_guests(&part)?;
        Ok(part)
    }

    /// What follows the end of the picture: cameras put films and previews there. It is left out, unless it is something that
    /// was hidden.
    fn rest(&mut self) -> Result<(), Doubt> {
        let mut rest = vec![0; 64 << 10];
        let mut kept = 0;
        loop {
            let read = self.from.read(rest.get_mut(kept..).unwrap_or_default())?;
            refuse_guests(rest.get(..kept + read).unwrap_or_default())?;
            if read == 0 {
                return Ok(());
            }
            // A word may lie across two reads.
            let end = kept + read;
            kept = end.min(16);
            rest.copy_within(end - kept..end, 0);
        }
    }

    fn jpeg(&mut self) -> Result<(), Doubt> {
        if self.bytes::<2>()? != [0xff, 0xd8] {
            return Err(damaged("it is no JPEG picture"));
        }
        self.put(&[0xff, 0xd8])?;
        let mut marker = self.marker()?;
        loop {
            match marker {
                0xd9 => return self.put(&[0xff, 0xd9]),
                0xda => {
                    self.segment(marker)?;
                    marker = self.scan()?;
                    continue;
                }
                0xe0..=0xef | 0xfe => self.application(marker)?,
                0xc0..=0xcf | 0xdb | 0xdc | 0xdd => self.segment(marker)?,
                _ => return Err(damaged("the picture is damaged or incomplete")),
            }
            marker = self.marker()?;
        }
    }

    /// The next marker, after any number of fill bytes.
    fn marker(&mut self) -> Result<u8, Doubt> {
        if self.bytes::<1>()? != [0xff] {
            return Err(damaged("the picture is damaged or incomplete"));
        }
        loop {
            let [byte] = self.bytes::<1>()?;
            if byte != 0xff {
                return Ok(byte);
            }
        }
    }

    fn segment(&mut self, marker: u8) -> Result<(), Doubt> {
        let length = self.bytes::<2>()?;
        self.put(&[0xff, marker])?;
        self.put(&length)?;
        self.pass(u64::from(u16::from_be_bytes(length)).checked_sub(2).ok_or_else(end)?)
    }

    /// A part for programs. Only what tells how to read the colours is kept.
    fn application(&mut self, marker: u8) -> Result<(), Doubt> {
        let length = self.bytes::<2>()?;
        let body = self.part(u64::from(u16::from_be_bytes(length)).checked_sub(2).ok_or_else(end)?)?;
        let is_kept = match marker {
            0xe0 => body.starts_with(b"JFIF\0") && body.len() <= 14,
            0xe2 => body.starts_with(b"ICC_PROFILE\0"),
            0xee => body.starts_with(b"Adobe"),
            _ => false,
        };
        if is_kept {
            self.put(&[0xff, marker])?;
            self.put(&length)?;
            return self.put(&body);
        }
        refuse_guests(&body)?;
        if let Some(exif) = body.strip_prefix(b"Exif\0\0").filter(|_| marker == 0xe1) {
            self.seen.orientation = orientation(exif).unwrap_or(self.seen.orientation);
        }
        Ok(())
    }

    /// The pixels of a scan, up to the marker that ends it.
    fn scan(&mut self) -> Result<u8, Doubt> {
        loop {
            let mut run = Vec::with_capacity(4096);
            io::BufRead::read_until(&mut (&mut self.from).take(64 << 10), 0xff, &mut run)?;
            let is_mark = run.last() == Some(&0xff);
            if is_mark {
                run.pop();
            } else if run.is_empty() {
                return Err(end());
            }
            self.to.write_all(&run)?;
            if !is_mark {
                continue;
            }
            let [mut byte] = self.bytes::<1>()?;
            while byte == 0xff {
                [byte] = self.bytes::<1>()?;
            }
            if byte != 0 && !(0xd0..=0xd7).contains(&byte) {
                return Ok(byte);
            }
            self.put(&[0xff, byte])?;
        }
    }

    fn png(&mut self) -> Result<(), Doubt> {
        const KEPT: &[&[u8; 4]] = &[
            b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"cHRM", b"gAMA", b"iCCP", b"sBIT", b"sRGB", b"cICP", b"bKGD", b"pHYs", b"mDCV",
            b"cLLI", b"acTL", b"fcTL", b"fdAT",
        ];
        let signature = self.bytes::<8>()?;
        self.put(&signature)?;
        for number in 0_u32.. {
            let header = self.bytes::<8>()?;
            let (length, kind) = (u64::from(be32(&header, 0)), [header[4], header[5], header[6], header[7]]);
            if length > u64::from(u32::MAX >> 1) || (number == 0) != (kind == *b"IHDR") || !kind.iter().all(u8::is_ascii_alphabetic) {
                return Err(damaged("the picture is damaged or incomplete"));
            }
            if KEPT.contains(&&kind) {
                self.put(&header)?;
                self.checked(kind, length)?;
            } else {
                let part = self.drop_part(length)?;
                self.bytes::<4>()?;
                if kind == *b"eXIf" {
                    self.seen.orientation = orientation(&part).unwrap_or(1);
                }
            }
            match &kind {
                b"fcTL" => self.seen.frames += 1,
                b"IEND" => return Ok(()),
                _ => {}
            }
            self.few_frames()?;
        }
        Err(end())
    }

    /// Copies the body of a chunk and its check, which must be right.
    fn checked(&mut self, kind: [u8; 4], length: u64) -> Result<(), Doubt> {
        let mut crc = crc32fast::Hasher::new();
        crc.update(&kind);
        let mut left = length;
        let mut buffer = [0; 8192];
        while left > 0 {
            let want = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
            let piece = buffer.get_mut(..want).unwrap_or_default();
            self.from.read_exact(piece)?;
            crc.update(piece);
            self.to.write_all(piece)?;
            left -= want as u64;
        }
        let check = self.bytes::<4>()?;
        self.put(&check)?;
        if u32::from_be_bytes(check) == crc.finalize() { Ok(()) } else { Err(damaged("the picture is damaged or incomplete")) }
    }

    fn gif(&mut self) -> Result<(), Doubt> {
        let header = self.bytes::<13>()?;
        self.put(&header)?;
        if header[10] & 0x80 != 0 {
            self.pass(3 << ((header[10] & 7) + 1))?;
        }
        self.seen.frames = 0;
        loop {
            match self.bytes::<1>()? {
                [0x3b] if self.seen.frames > 0 => return self.put(&[0x3b]),
                [0x2c] => {
                    let place = self.bytes::<9>()?;
                    self.put(&[0x2c])?;
                    self.put(&place)?;
                    if place[8] & 0x80 != 0 {
                        self.pass(3 << ((place[8] & 7) + 1))?;
                    }
                    // The size of codes, then the pixels.
                    self.pass(1)?;
                    self.blocks(true)?;
                    self.seen.frames += 1;
                    self.few_frames()?;
                }
                [0x21] => {
                    let [label] = self.bytes::<1>()?;
                    self.extension(label)?;
                }
                _ => return Err(damaged("the picture is damaged or incomplete")),
            }
        }
    }

    /// An extension: how frames follow one another is kept, comments and programs' own notes are not.
    fn extension(&mut self, label: u8) -> Result<(), Doubt> {
        let [size] = self.bytes::<1>()?;
        let first = self.part(u64::from(size))?;
        let repeats = label == 0xff && (first == b"NETSCAPE2.0" || first == b"ANIMEXTS1.0");
        let is_kept = label == 0xf9 || repeats;
        if is_kept {
            self.put(&[0x21, label, size])?;
            self.put(&first)?;
        } else {
            refuse_guests(&first)?;
        }
        if size == 0 {
            return Ok(());
        }
        self.blocks(is_kept)
    }

    /// Blocks of up to 255 bytes, until an empty one.
    fn blocks(&mut self, kept: bool) -> Result<(), Doubt> {
        let mut dropped = Vec::new();
        loop {
            let [size] = self.bytes::<1>()?;
            let block = self.part(u64::from(size))?;
            if kept {
                self.put(&[size])?;
                self.put(&block)?;
            } else if (dropped.len() as u64) < PART {
                dropped.extend_from_slice(&block);
            }
            if size == 0 {
                return refuse_guests(&dropped);
            }
        }
    }

    fn webp(&mut self) -> Result<(), Doubt> {
        let header = self.bytes::<12>()?;
        let whole = u64::from(le32(&header, 4)).checked_sub(4).ok_or_else(end)?;
        self.put(&header)?;
        let (mut read, mut written) = (0, 4_u64);
        self.seen.frames = 0;
        while read < whole {
            let head = self.bytes::<8>()?;
            let (kind, length) = ([head[0], head[1], head[2], head[3]], u64::from(le32(&head, 4)));
            let padded = length + length % 2;
            read += 8 + padded;
            // The last padding byte is often forgotten.
            if read > whole + 1 {
                return Err(damaged("the picture is damaged or incomplete"));
            }
            match &kind {
                b"VP8X" if length == 10 => {
                    let mut body = self.bytes::<10>()?;
                    // No EXIF and no XMP.
                    body[0] &= !0x0c;
                    self.put(&head)?;
                    self.put(&body)?;
                    written += 18;
                }
                b"VP8 " | b"VP8L" | b"ALPH" | b"ANIM" | b"ANMF" | b"ICCP" => {
                    self.put(&head)?;
                    self.pass(length)?;
                    if length % 2 == 1 {
                        self.put(&[0])?;
                        self.skip_padding()?;
                    }
                    written += 8 + padded;
                    self.seen.frames += u32::from(kind == *b"ANMF");
                    self.few_frames()?;
                }
                _ => {
                    let part = self.drop_part(length)?;
                    if length % 2 == 1 {
                        self.skip_padding()?;
                    }
                    if kind == *b"EXIF" {
                        let exif = part.strip_prefix(b"Exif\0\0").unwrap_or(&part);
                        self.seen.orientation = orientation(exif).unwrap_or(1);
                    }
                }
            }
        }
        self.seen.frames = self.seen.frames.max(1);
        let size = u32::try_from(written).map_err(|_| end())?;
        self.to.seek(SeekFrom::Start(4))?;
        self.put(&size.to_le_bytes())
    }

    fn skip_padding(&mut self) -> Result<(), Doubt> {
        (&mut self.from).take(1).read_to_end(&mut Vec::new())?;
        Ok(())
    }

    fn few_frames(&self) -> Result<(), Doubt> {
        if self.seen.frames <= FRAMES { Ok(()) } else { Err(Doubt::TooLarge(format!("an animation of more than {FRAMES} frames"))) }
    }
}

fn end() -> Doubt {
    damaged("the picture is damaged or incomplete")
}

/// Refuses what is hidden in or behind a picture to be found by another program.
fn refuse_guests(bytes: &[u8]) -> Result<(), Doubt> {
    const MARKS: &[(&[u8], &str)] = &[
        (b"<script", "a script"),
        (b"<?php", "a script"),
        (b"<html", "an HTML page"),
        (b"<!doctype html", "an HTML page"),
        (b"%pdf-", "a PDF document"),
    ];
    const EXACT: &[(&[u8], &str)] = &[(b"Rar!\x1a\x07", "an archive"), (b"7z\xbc\xaf\x27\x1c", "an archive")];
    let folded = MARKS.iter().find(|(mark, _)| contains_folded(bytes, mark));
    let guest = folded.or_else(|| EXACT.iter().find(|(mark, _)| find(bytes, mark).is_some()));
    match guest {
        Some((_, what)) => Err(damaged(&format!("it is a picture and {what} at once"))),
        None => Ok(()),
    }
}

/// The orientation in a TIFF structure, as EXIF has it.
fn orientation(tiff: &[u8]) -> Option<u8> {
    let big = match tiff.get(..4)? {
        b"MM\0*" => true,
        b"II*\0" => false,
        _ => return None,
    };
    let half = |at: usize| {
        let bytes: [u8; 2] = tiff.get(at..at + 2)?.try_into().ok()?;
        Some(if big { u16::from_be_bytes(bytes) } else { le16(&bytes, 0) })
    };
    let start = usize::try_from(if big { be32(tiff, 4) } else { le32(tiff, 4) }).ok()?;
    let count = usize::from(half(start)?);
    (0..count.min(500)).map(|index| start + 2 + index * 12).find(|at| half(*at) == Some(0x0112)).and_then(|at| {
        let value = half(at + 8)?;
        u8::try_from(value).ok().filter(|value| (1..=8).contains(value))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_orientation_is_read_in_both_byte_orders() {
        let little = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0";
        let big = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x08\0\0";
        assert_eq!((orientation(little), orientation(big), orientation(b"II*\0")), (Some(6), Some(8), None));
    }
}
