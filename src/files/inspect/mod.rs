//! What a file is, judged by its content alone; and what is made of it before anybody gets to see it.
//!
//! Everything here blocks and belongs on a thread for blocking work. Nothing here trusts a length, an offset or a count.

mod loudness;
mod media;
mod ole;
mod pages;
mod picture;
mod sound;
mod source;
mod strip;
mod text;
mod webm;
mod zip;

pub use loudness::{BARS, FULL};
pub use pages::count;
pub use picture::weight;
pub use sound::{Sound, listen};

use crate::store::records::Format;
use source::{Source, contains_folded, find};
use std::{fs::File, io};

/// What was found out about a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What it is.
    pub format: Format,
    /// Width and height, upright.
    pub pixels: Option<(u32, u32)>,
    /// How long it plays, in milliseconds.
    pub duration: Option<u64>,
    /// Loudness over time: at most 64 bars from 0 to 100; empty where it is not known.
    pub waveform: Vec<u8>,
    /// Pages.
    pub pages: Option<u32>,
}

impl Finding {
    fn of(format: Format) -> Self {
        Self { format, pixels: None, duration: None, waveform: Vec::new(), pages: None }
    }
}

/// Why a file is not taken. The texts stand behind "is" or "it is".
#[derive(Debug)]
pub enum Doubt {
    /// It is something else.
    Unknown(String),
    /// It is not what it begins as.
    Broken(String),
    /// It would cost those who open it too much.
    TooLarge(String),
    /// It could not be read or written.
    Io(io::Error),
}

impl From<io::Error> for Doubt {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Says what a file is.
pub fn identify(file: &File) -> Result<Finding, Doubt> {
    let source = Source::new(file)?;
    let head = source.read(0, 64)?;
    let finding = match &head[..] {
        [] => return Err(Doubt::Unknown("an empty file".into())),
        [0xff, 0xd8, 0xff, ..] => Finding::of(Format::Jpeg),
        h if h.starts_with(b"\x89PNG\r\n\x1a\n") => Finding::of(Format::Png),
        h if h.starts_with(b"GIF87a") || h.starts_with(b"GIF89a") => Finding::of(Format::Gif),
        h if h.starts_with(b"RIFF") && h.get(8..12) == Some(b"WEBP") => Finding::of(Format::WebP),
        h if h.starts_with(b"RIFF") => media::riff(&source)?,
        h if h.starts_with(b"OggS") => media::ogg(&source)?,
        h if h.starts_with(b"\x1a\x45\xdf\xa3") => webm::identify(&source)?,
        h if h.starts_with(b"\x30\x26\xb2\x75\x8e\x66\xcf\x11") => media::asf(&source)?,
        h if is_boxes(h) => media::boxes(&source)?,
        h if h.starts_with(b"ID3") || matches!(h, [0xff, b, ..] if b & 0xe0 == 0xe0 && *b != 0xff && *b != 0xfe) => media::frames(&source)?,
        h if h.starts_with(b"%PDF-") => pdf(&source)?,
        h if h.starts_with(b"PK\x03\x04") => Finding::of(zip::identify(&source)?),
        h if h.starts_with(b"PK\x05\x06") => return Err(Doubt::Unknown("an empty ZIP archive".into())),
        h if h.starts_with(ole::MAGIC) => Finding::of(ole::identify(&source)?),
        _ => return other(&source, file, &head),
    };
    refuse_guests(&source, finding.format)?;
    Ok(finding)
}

fn is_boxes(head: &[u8]) -> bool {
    matches!(head.get(4..8), Some(b"ftyp" | b"moov" | b"mdat" | b"wide"))
}

/// A text, or something that is not accepted; then with its usual name.
fn other(source: &Source<'_>, file: &File, head: &[u8]) -> Result<Finding, Doubt> {
    use std::io::Seek as _;
    let known = infer::get(head).filter(|known| known.matcher_type() != infer::MatcherType::Text);
    if let Some(known) = known {
        return Err(Doubt::Unknown(format!("a file of type {}", known.mime_type())));
    }
    let mut reader = file;
    reader.seek(io::SeekFrom::Start(0))?;
    let finding = text::identify(source, reader).map(Finding::of)?;
    refuse_guests(source, finding.format)?;
    Ok(finding)
}

/// Refuses a file that another program would take for something else.
fn refuse_guests(source: &Source<'_>, format: Format) -> Result<(), Doubt> {
    let title = super::format::about(format).title;
    let guest = |what: &str| Err(Doubt::Broken(format!("{title} and {what} at once")));
    let is_archive = matches!(format, Format::Docx | Format::Xlsx | Format::Pptx);
    if !is_archive && zip::end_of_directory(&source.tail(zip::END_MOST)?).is_some() {
        return guest("a ZIP archive");
    }
    let head = source.read(0, 64 << 10)?;
    // Readers of PDF look for its mark in the first kilobyte.
    if format != Format::Pdf && contains_folded(head.get(..1024.min(head.len())).unwrap_or_default(), b"%pdf-") {
        return guest("a PDF document");
    }
    let is_media = !is_archive && !matches!(format, Format::Pdf | Format::Svg | Format::Txt | Format::Doc | Format::Xls | Format::Ppt);
    let scripts = [&b"<script"[..], b"<?php", b"<html", b"<!doctype html"];
    if is_media && scripts.iter().any(|mark| contains_folded(&head, mark)) {
        return guest("an HTML page or a script");
    }
    Ok(())
}

/// A document that ends as it should.
fn pdf(source: &Source<'_>) -> Result<Finding, Doubt> {
    let tail = source.tail(4096)?;
    if find(&tail, b"%%EOF").is_none() {
        return Err(Doubt::Broken("a PDF document that is damaged or incomplete".into()));
    }
    Ok(Finding::of(Format::Pdf))
}

/// Whether pictures of this format are cleaned and made small.
pub fn is_picture(format: Format) -> bool {
    matches!(format, Format::Jpeg | Format::Png | Format::Gif | Format::WebP)
}

/// What [`clean`] has made.
pub struct Cleaned {
    /// Width and height as the picture lies in the file.
    pub pixels: (u32, u32),
    /// How it must be turned.
    pub orientation: u8,
}

/// Copies a picture without its metadata, and measures it.
pub fn clean(format: Format, from: &File, to: &File) -> Result<Cleaned, Doubt> {
    // Nothing is copied of a picture that nobody could show.
    picture::size(format, from)?;
    let stripped = strip::strip(format, from, to)?;
    let pixels = picture::size(format, to)?;
    let all = u64::from(pixels.0) * u64::from(pixels.1) * u64::from(stripped.frames);
    if all > FILM {
        return Err(Doubt::TooLarge("an animation of more pixels than a telephone can show".into()));
    }
    Ok(Cleaned { pixels, orientation: stripped.orientation })
}

/// Pixels of all frames of an animation.
const FILM: u64 = 2_000_000_000;

/// Makes a picture upright, and a small one of it. Takes as much memory as [`weight`] says.
pub fn develop(
    format: Format,
    orientation: u8,
    file: &File,
    upright: impl FnOnce() -> Result<File, Doubt>,
    small: &File,
) -> Result<(u32, u32), Doubt> {
    picture::develop(format, orientation, file, upright, small)
}
