//! Texts, and drawings that are texts.

use super::{
    Doubt,
    source::{Source, contains_folded},
};
use crate::store::records::Format;
use quick_xml::{
    Reader,
    events::{BytesStart, Event},
};
use std::io::{BufReader, Read};

/// Largest drawing. A drawing is read as a whole by whoever shows it.
const DRAWING: u64 = 8 << 20;
/// How deep a drawing may go.
const DEPTH: usize = 200;
/// How much of a text is looked at for what it is.
const HEAD: usize = 4096;

/// A text or a drawing, or what else a text can be.
pub fn identify(source: &Source<'_>, file: impl Read) -> Result<Format, Doubt> {
    let head = source.read(0, HEAD)?;
    if is_text(source, file)? {
        let lower = String::from_utf8_lossy(&head).trim_start_matches('\u{feff}').trim_start().to_ascii_lowercase();
        return match lower.as_str() {
            text if text.starts_with("<svg") || (is_markup(text) && text.contains("<svg")) => drawing(source),
            text if text.starts_with("<?php") || text.contains("<?php") => unknown("a PHP script"),
            text if text.starts_with("<!doctype html") || PAGE.iter().any(|tag| text.starts_with(tag)) => unknown("an HTML page"),
            text if text.starts_with("<?xml") => unknown("an XML document"),
            text if text.starts_with("#!") => unknown("a script"),
            text if text.starts_with("{\\rtf") => unknown("an RTF document"),
            text if text.starts_with("%!ps") => unknown("a PostScript document"),
            text if text.contains("<script") || text.contains("%pdf-") => unknown("a text with something else inside"),
            _ => Ok(Format::Txt),
        };
    }
    unknown("data of an unknown kind")
}

const PAGE: &[&str] = &["<html", "<head", "<body", "<script", "<iframe", "<meta", "<title", "<style", "<object", "<embed"];

fn is_markup(text: &str) -> bool {
    text.starts_with("<?xml") || text.starts_with("<!--") || text.starts_with("<!doctype svg")
}

fn unknown<T>(what: &str) -> Result<T, Doubt> {
    Err(Doubt::Unknown(what.into()))
}

/// Whether everything in a file is characters: UTF-8, UTF-16 with its mark, or one of the older alphabets.
fn is_text(source: &Source<'_>, file: impl Read) -> Result<bool, Doubt> {
    let head = source.read(0, 3)?;
    let wide = head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff");
    let mut file = BufReader::with_capacity(64 << 10, file);
    let mut buffer = [0; 8192];
    let mut odd = 0_u64;
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            break;
        }
        odd += buffer.get(..read).unwrap_or_default().iter().filter(|byte| matches!(byte, 0..=8 | 11 | 14..=31 | 127)).count() as u64;
        if odd > 0 && !wide {
            return Ok(false);
        }
    }
    Ok(source.len() > 0 && (!wide || source.len().is_multiple_of(2)))
}

/// Passes a drawing that only draws: no scripts, no foreign content, nothing fetched from elsewhere, no entities that grow.
fn drawing(source: &Source<'_>) -> Result<Format, Doubt> {
    if source.len() > DRAWING {
        return Err(Doubt::TooLarge(format!("an SVG drawing larger than {} MiB", DRAWING >> 20)));
    }
    let active = || Doubt::Unknown("an SVG drawing with active content".into());
    let bytes = source.read(0, usize::try_from(DRAWING).unwrap_or(usize::MAX))?;
    let text = std::str::from_utf8(&bytes).map_err(|_| broken())?;
    let mut reader = Reader::from_str(text);
    let (mut depth, mut seen) = (0_usize, false);
    loop {
        match reader.read_event().map_err(|_| broken())? {
            Event::Start(element) => {
                check(&element, &mut seen)?;
                depth += 1;
                if depth > DEPTH {
                    return Err(broken());
                }
            }
            Event::Empty(element) => check(&element, &mut seen)?,
            Event::End(_) => depth = depth.checked_sub(1).ok_or_else(broken)?,
            Event::DocType(text) if contains_folded(text.as_bytes(), b"<!entity") || text.contains('[') => return Err(active()),
            Event::PI(text) if contains_folded(text.as_bytes(), b"xml-stylesheet") => return Err(active()),
            Event::Text(text) if is_active_style(text.as_bytes()) => return Err(active()),
            Event::CData(text) if is_active_style(text.as_bytes()) => return Err(active()),
            Event::Eof => break,
            _ => {}
        }
    }
    if seen && depth == 0 { Ok(Format::Svg) } else { Err(broken()) }
}

fn broken() -> Doubt {
    Doubt::Broken("an SVG drawing that is damaged or incomplete".into())
}

/// Style sheets can fetch and, in old programs, run.
fn is_active_style(text: &[u8]) -> bool {
    [&b"@import"[..], b"javascript:", b"expression(", b"url(http", b"url(\"http", b"url('http", b"url(//"]
        .iter()
        .any(|word| contains_folded(text, word))
}

fn check(element: &BytesStart<'_>, seen: &mut bool) -> Result<(), Doubt> {
    let active = || Doubt::Unknown("an SVG drawing with active content".into());
    let name = element.local_name().as_ref().to_ascii_lowercase();
    if !*seen && name != "svg" {
        return unknown("an XML document");
    }
    *seen = true;
    let forbidden = ["script", "foreignobject", "iframe", "embed", "object", "handler", "listener", "audio", "video", "html"];
    if forbidden.contains(&name.as_str()) {
        return Err(active());
    }
    for attribute in element.attributes() {
        let attribute = attribute.map_err(|_| broken())?;
        let key = attribute.key.local_name().as_ref().to_ascii_lowercase();
        let value = quick_xml::escape::unescape(&attribute.value).map_err(|_| active())?.to_ascii_lowercase();
        let value: String = value.chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect();
        let is_link = key == "href" || key == "src";
        let leads_out = is_link && !(value.is_empty() || value.starts_with('#') || is_embedded_picture(&value));
        if key.starts_with("on") || leads_out || is_active_style(value.as_bytes()) {
            return Err(active());
        }
    }
    Ok(())
}

fn is_embedded_picture(value: &str) -> bool {
    ["data:image/png", "data:image/jpeg", "data:image/gif", "data:image/webp"].iter().any(|start| value.starts_with(start))
}
