//! Files made on the spot: whole ones of every kind that is accepted.

use flate2::{Compression, write::ZlibEncoder};
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use std::io::{Cursor, Write as _};

/// A picture with a pattern: its upper left corner is red, the rest is not.
pub fn pattern(width: u32, height: u32) -> DynamicImage {
    RgbImage::from_fn(width, height, |x, y| {
        if x < width / 4 && y < height / 4 { Rgb([230, 20, 20]) } else { Rgb([(x % 200) as u8, (y % 200) as u8, 120]) }
    })
    .into()
}

pub fn picture(format: ImageFormat, width: u32, height: u32) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    pattern(width, height).write_to(&mut out, format).unwrap();
    out.into_inner()
}

pub fn jpeg(width: u32, height: u32) -> Vec<u8> {
    picture(ImageFormat::Jpeg, width, height)
}

pub fn png(width: u32, height: u32) -> Vec<u8> {
    picture(ImageFormat::Png, width, height)
}

/// A segment of a JPEG.
pub fn segment(marker: u8, body: &[u8]) -> Vec<u8> {
    [&[0xff, marker][..], &u16::try_from(body.len() + 2).unwrap().to_be_bytes(), body].concat()
}

/// Puts segments behind the start of a JPEG.
pub fn with_segments(jpeg: &[u8], segments: &[Vec<u8>]) -> Vec<u8> {
    [&jpeg[..2], &segments.concat(), &jpeg[2..]].concat()
}

/// EXIF with an orientation and a place.
pub fn exif(orientation: u8) -> Vec<u8> {
    let mut tiff = b"II*\0\x08\0\0\0\x02\0".to_vec();
    tiff.extend([0x12, 0x01, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0]);
    tiff.extend([0x25, 0x88, 4, 0, 1, 0, 0, 0, 38, 0, 0, 0]);
    tiff.extend([0, 0, 0, 0]);
    tiff.extend(b"\x01\0\x01\0\x02\0\x02\0\0\0N\0\0\0\0\0\0\0SECRET-PLACE-6.9271");
    segment(0xe1, &[b"Exif\0\0", &tiff[..]].concat())
}

/// A chunk of a PNG.
pub fn chunk(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let mut crc = crc32fast::Hasher::new();
    crc.update(kind);
    crc.update(body);
    [&u32::try_from(body.len()).unwrap().to_be_bytes(), &kind[..], body, &crc.finalize().to_be_bytes()].concat()
}

/// A PNG whose head promises any size, with a body that is packed zeros.
pub fn png_of_zeros(width: u32, height: u32, zeros: usize) -> Vec<u8> {
    let mut packed = ZlibEncoder::new(Vec::new(), Compression::best());
    packed.write_all(&vec![0; zeros]).unwrap();
    let head = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 0, 0, 0, 0]].concat();
    [&b"\x89PNG\r\n\x1a\n"[..], &chunk(b"IHDR", &head), &chunk(b"IDAT", &packed.finish().unwrap()), &chunk(b"IEND", b"")].concat()
}

pub fn svg(inside: &str) -> Vec<u8> {
    format!("<?xml version=\"1.0\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"10\" height=\"10\">{inside}</svg>").into_bytes()
}

/// Sound of so many frames, each 1152 samples at 44.1 kHz and 128 kbit/s.
pub fn mp3(frames: usize) -> Vec<u8> {
    let frame = [&[0xff, 0xfb, 0x90, 0x00][..], &[0; 413]].concat();
    frame.repeat(frames)
}

pub fn aac(frames: usize) -> Vec<u8> {
    let length = 100_u32;
    let frame = [0xff, 0xf1, 0x50, 0x80 | (length >> 11) as u8, (length >> 3) as u8, ((length & 7) << 5) as u8 | 0x1f, 0xfc];
    [&frame[..], &[0x21; 93]].concat().repeat(frames)
}

/// One second at 8 kHz: a tone that grows.
pub fn wav() -> Vec<u8> {
    let samples: Vec<u8> = (0..8000_i32)
        .flat_map(|n| {
            let tone = if n / 10 % 2 == 0 { 1 } else { -1 };
            i16::try_from(tone * n * 4).unwrap().to_le_bytes()
        })
        .collect();
    let format = [&[1, 0, 1, 0][..], &8000_u32.to_le_bytes(), &16_000_u32.to_le_bytes(), &[2, 0, 16, 0]].concat();
    let chunks = [&b"fmt "[..], &16_u32.to_le_bytes(), &format, b"data", &(samples.len() as u32).to_le_bytes(), &samples].concat();
    riff(b"WAVE", &chunks)
}

pub fn riff(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    [&b"RIFF"[..], &(body.len() as u32 + 4).to_le_bytes(), kind, body].concat()
}

/// One page of Ogg.
pub fn page(flags: u8, position: u64, serial: u32, packet: &[u8]) -> Vec<u8> {
    let laces: Vec<u8> = std::iter::repeat_n(255, packet.len() / 255).chain([(packet.len() % 255) as u8]).collect();
    let head = [&b"OggS\0"[..], &[flags], &position.to_le_bytes(), &serial.to_le_bytes(), &[0; 8], &[laces.len() as u8]].concat();
    [&head, &laces, packet].concat()
}

/// Three seconds of Opus, as a browser records it.
pub fn ogg() -> Vec<u8> {
    let head = [&b"OpusHead\x01\x01"[..], &312_u16.to_le_bytes(), &48_000_u32.to_le_bytes(), &[0, 0, 0]].concat();
    [page(2, 0, 7, &head), page(0, 0, 7, b"OpusTags\0\0\0\0\0\0\0\0"), page(4, 312 + 144_000, 7, &[0; 300])].concat()
}

pub fn ogv() -> Vec<u8> {
    let mut head = b"\x80theora\x03\x02\x01\0\x14\0\x0f".to_vec();
    head.extend([0, 1, 0x40, 0, 0, 0xf0]);
    head.extend([0; 22]);
    [page(2, 0, 1, &head), page(4, 100, 1, &[0; 300])].concat()
}

/// An element of Matroska with a size of four bytes.
pub fn element(id: &[u8], body: &[u8]) -> Vec<u8> {
    [id, &(0x1000_0000 | body.len() as u32).to_be_bytes(), body].concat()
}

pub fn short_element(id: &[u8], body: &[u8]) -> Vec<u8> {
    [id, &[0x80 | body.len() as u8], body].concat()
}

pub fn webm(codec: &[u8], kind: &str) -> Vec<u8> {
    let head = element(b"\x1a\x45\xdf\xa3", &short_element(b"\x42\x82", kind.as_bytes()));
    let video = short_element(b"\xe0", &[short_element(b"\xb0", &[1, 0x40]), short_element(b"\xba", &[0xf0])].concat());
    let is_film = codec.starts_with(b"V_");
    let track = [short_element(b"\x83", &[if is_film { 1 } else { 2 }]), short_element(b"\x86", codec), video].concat();
    let tracks = element(b"\x16\x54\xae\x6b", &element(b"\xae", &track));
    // Two clusters, as a browser records them: the last block begins after two and a half seconds.
    let cluster = |at: u16, blocks: &[u16]| {
        let blocks: Vec<u8> =
            blocks.iter().flat_map(|time| short_element(b"\xa3", &[&[0x81][..], &time.to_be_bytes(), &[0x80, 1, 2]].concat())).collect();
        [&b"\x1f\x43\xb6\x75\x01\xff\xff\xff\xff\xff\xff\xff"[..], &short_element(b"\xe7", &at.to_be_bytes()), &blocks].concat()
    };
    let clusters = [cluster(0, &[0, 20, 1980]), cluster(2000, &[0, 500])].concat();
    [head, b"\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xff".to_vec(), tracks, clusters].concat()
}

pub fn boxed(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    [&(body.len() as u32 + 8).to_be_bytes()[..], kind, body].concat()
}

/// A film of five seconds, 320 × 240; or sound alone.
pub fn mp4(brand: &[u8; 4], handler: &[u8; 4]) -> Vec<u8> {
    let mvhd = [&[0; 12][..], &1000_u32.to_be_bytes(), &5000_u32.to_be_bytes(), &[0; 80]].concat();
    let matrix = [0x10000_u32, 0, 0, 0, 0x10000, 0, 0, 0, 0x4000_0000].map(u32::to_be_bytes).concat();
    let size = [320_u32 << 16, 240 << 16].map(u32::to_be_bytes).concat();
    let tkhd = [&[0; 40][..], &matrix, &size].concat();
    let hdlr = [&[0; 8][..], handler, &[0; 13]].concat();
    let trak = boxed(b"trak", &[boxed(b"tkhd", &tkhd), boxed(b"mdia", &boxed(b"hdlr", &hdlr))].concat());
    let moov = boxed(b"moov", &[boxed(b"mvhd", &mvhd), trak].concat());
    [boxed(b"ftyp", &[&brand[..], &[0; 4], b"isom"].concat()), moov, boxed(b"mdat", &[0x5a; 500])].concat()
}

pub fn avi() -> Vec<u8> {
    let numbers = [40_000_u32, 0, 0, 0, 50, 0, 1, 0, 320, 240, 0, 0, 0, 0].map(u32::to_le_bytes).concat();
    let avih = [&b"avih"[..], &56_u32.to_le_bytes(), &numbers].concat();
    let list = [&b"LIST"[..], &(avih.len() as u32 + 4).to_le_bytes(), b"hdrl", &avih].concat();
    riff(b"AVI ", &list)
}

pub fn wmv() -> Vec<u8> {
    let head = b"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\x00\xaa\x00\x62\xce\x6c";
    let film = b"\xc0\xef\x19\xbc\x4d\x5b\xcf\x11\xa8\xfd\x00\x80\x5f\x5c\x44\x2b";
    [&head[..], &[0; 30], film, &[0; 200]].concat()
}

pub fn pdf() -> Vec<u8> {
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n\
      3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 72 72]>>endobj\nxref\n0 1\n0000000000 65535 f \ntrailer<</Root 1 0 R>>\n\
      startxref\n170\n%%EOF\n"
        .to_vec()
}

/// A part of an archive: its name, its bytes, and how long it claims to be unpacked.
pub struct Entry(pub &'static str, pub Vec<u8>, pub Option<u32>);

pub fn zip(entries: &[Entry]) -> Vec<u8> {
    zip_around(entries, b"", 0)
}

/// A document with something before the part of that number, or behind the last one, of which its directory knows nothing.
pub fn hiding(guest: &[u8], before: usize) -> Vec<u8> {
    let part = |name| Entry(name, b"<x/>".to_vec(), None);
    zip_around(&[part("[Content_Types].xml"), part("_rels/.rels"), part("word/document.xml")], guest, before)
}

fn zip_around(entries: &[Entry], guest: &[u8], before: usize) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for (number, Entry(name, bytes, claimed)) in entries.iter().enumerate() {
        if number == before {
            out.extend(guest);
        }
        let sizes = [crc32fast::hash(bytes), bytes.len() as u32, claimed.unwrap_or(bytes.len() as u32)].map(u32::to_le_bytes).concat();
        let names = [(name.len() as u16).to_le_bytes(), [0; 2]].concat();
        let offset = (out.len() as u32).to_le_bytes();
        out.extend([&b"PK\x03\x04\x14\0\0\0\0\0\0\0\0\0"[..], &sizes, &names, name.as_bytes(), bytes].concat());
        let entry = [&b"PK\x01\x02\x14\0\x14\0\0\0\0\0\0\0\0\0"[..], &sizes, &names, &[0; 10], &offset, name.as_bytes()].concat();
        directory.extend(entry);
    }
    if before == entries.len() {
        out.extend(guest);
    }
    let count = (entries.len() as u16).to_le_bytes();
    let place = [directory.len() as u32, out.len() as u32].map(u32::to_le_bytes).concat();
    [out, directory, b"PK\x05\x06\0\0\0\0".to_vec(), count.to_vec(), count.to_vec(), place, vec![0, 0]].concat()
}

pub fn office(folder: &'static str) -> Vec<u8> {
    zip(&[
        Entry("[Content_Types].xml", b"<Types/>".to_vec(), None),
        Entry("_rels/.rels", b"<r/>".to_vec(), None),
        Entry(folder, vec![b'x'; 60], None),
    ])
}

/// An older Office document with these parts.
pub fn ole(parts: &[&str]) -> Vec<u8> {
    let mut head = vec![0; 512];
    head[..8].copy_from_slice(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1");
    head[24..34].copy_from_slice(&[0x3e, 0, 3, 0, 0xfe, 0xff, 9, 0, 6, 0]);
    head[44..48].copy_from_slice(&1_u32.to_le_bytes());
    head[48..52].copy_from_slice(&1_u32.to_le_bytes());
    head[68..72].copy_from_slice(&0xffff_fffe_u32.to_le_bytes());
    head[76..].fill(0xff);
    head[76..80].copy_from_slice(&0_u32.to_le_bytes());
    let mut table = vec![0xff; 512];
    table[..4].copy_from_slice(&0xffff_fffd_u32.to_le_bytes());
    table[4..8].copy_from_slice(&0xffff_fffe_u32.to_le_bytes());
    let mut directory = Vec::new();
    for name in ["Root Entry"].iter().chain(parts) {
        let mut entry: Vec<u8> = name.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect();
        let length = entry.len() as u16;
        entry.resize(64, 0);
        entry.extend(length.to_le_bytes());
        entry.resize(128, 0);
        directory.extend(entry);
    }
    directory.resize(512, 0);
    [head, table, directory].concat()
}

/// Name, declared type, bytes, type as served, kind: one of each that is accepted.
pub fn all() -> Vec<(&'static str, &'static str, Vec<u8>, &'static str, &'static str)> {
    vec![
        ("photo.jpg", "image/jpeg", jpeg(64, 48), "image/jpeg", "image"),
        ("photo.png", "image/png", png(64, 48), "image/png", "image"),
        ("photo.gif", "image/gif", picture(ImageFormat::Gif, 64, 48), "image/gif", "image"),
        ("photo.webp", "image/webp", picture(ImageFormat::WebP, 64, 48), "image/webp", "image"),
        ("drawing.svg", "image/svg+xml", svg("<rect width=\"5\" height=\"5\"/>"), "image/svg+xml", "image"),
        ("song.mp3", "audio/mpeg", mp3(40), "audio/mpeg", "audio"),
        ("song.wav", "audio/wav", wav(), "audio/wav", "audio"),
        ("voice.ogg", "audio/ogg", ogg(), "audio/ogg", "audio"),
        ("voice.aac", "audio/aac", aac(50), "audio/aac", "audio"),
        ("voice.webm", "audio/webm;codecs=opus", webm(b"A_OPUS", "webm"), "audio/webm", "audio"),
        ("voice.m4a", "audio/x-m4a", mp4(b"M4A ", b"soun"), "audio/mp4", "audio"),
        ("film.mp4", "video/mp4", mp4(b"isom", b"vide"), "video/mp4", "video"),
        ("film.mov", "video/quicktime", mp4(b"qt  ", b"vide"), "video/quicktime", "video"),
        ("film.webm", "video/webm", webm(b"V_VP9", "webm"), "video/webm", "video"),
        ("film.ogv", "video/ogg", ogv(), "video/ogg", "video"),
        ("film.avi", "video/x-msvideo", avi(), "video/x-msvideo", "video"),
        ("film.wmv", "video/x-ms-wmv", wmv(), "video/x-ms-wmv", "video"),
        ("letter.pdf", "application/pdf", pdf(), "application/pdf", "file"),
        ("letter.doc", "application/msword", ole(&["WordDocument"]), "application/msword", "file"),
        ("letter.xls", "application/octet-stream", ole(&["Workbook"]), "application/vnd.ms-excel", "file"),
        ("letter.ppt", "", ole(&["PowerPoint Document"]), "application/vnd.ms-powerpoint", "file"),
        (
            "letter.docx",
            "application/zip",
            office("word/document.xml"),
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            "file",
        ),
        ("table.xlsx", "", office("xl/workbook.xml"), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "file"),
        ("slides.pptx", "", office("ppt/slides.xml"), "application/vnd.openxmlformats-officedocument.presentationml.presentation", "file"),
        ("notes.txt", "text/plain", "Good morning, ආයුබෝවන්".into(), "text/plain", "file"),
    ]
}
