//! Counting the pages of a PDF. Its tables may be packed, so a reader of the format does it, and like all that unpacks what strangers
//! send it runs in a process of its own only, see `apart`.

use hayro_syntax::Pdf;
use std::{
    fs::File,
    io::{Read as _, Seek as _, SeekFrom},
};

/// More pages than anything has.
const MOST: usize = 100_000;

/// Pages; `None` where the document does not say, is locked, or cannot be read.
pub fn count(mut file: File) -> Option<u32> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(0)).ok()?;
    file.read_to_end(&mut bytes).ok()?;
    let pages = Pdf::new(bytes).ok()?.pages().len();
    (1..=MOST).contains(&pages).then(|| u32::try_from(pages).ok()).flatten()
}
