//! From records to what clients see of a file. The address comes without a signature; the doors put it in for each reader.

use super::{format::about, ledger};
use crate::{
    clock::Timestamp,
    contract::FileView,
    ids::{FileId, UserId, hex},
    store::{
        Read, StoreError,
        records::{Blob, Document, File},
    },
};

/// What the small picture of a file is called behind the file's id.
const SMALL: &str = "-small.jpg";

/// The part of a file that an address means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The file itself.
    Whole,
    /// Its small picture.
    Small,
}

/// The files of a message, as far as they are there.
pub fn of_message(read: &impl Read, ids: &[u64]) -> Result<Vec<FileView>, StoreError> {
    let mut views = Vec::with_capacity(ids.len());
    for id in ids.iter().copied().map(FileId) {
        if let Some((file, blob)) = ledger::find(read, id)? {
            views.push(view(read, id, &file, &blob)?);
        }
    }
    Ok(views)
}

/// A file.
pub fn view(read: &impl Read, id: FileId, file: &File, blob: &Blob) -> Result<FileView, StoreError> {
    let place = format!("/uploads/chat/{}", about(blob.format).kind.folder());
    Ok(FileView { scanned: ledger::scanned(read, file.blob)?, ..shown(&place, id, (&file.name, file.created_at), blob) })
}

/// A document of a person.
pub fn document(read: &impl Read, (owner, id): (UserId, FileId), document: &Document, blob: &Blob) -> Result<FileView, StoreError> {
    let view = shown(&format!("/uploads/documents/{owner}"), id, (&document.name, document.created_at), blob);
    Ok(FileView { scanned: ledger::scanned(read, document.blob)?, ..view })
}

fn shown(place: &str, id: FileId, (name, created_at): (&str, Timestamp), blob: &Blob) -> FileView {
    let about = about(blob.format);
    let filename = format!("{id}.{}", about.endings.first().copied().unwrap_or_default());
    let path = format!("{place}/{filename}");
    FileView {
        id,
        same_id: id,
        filename,
        original_name: name.to_owned(),
        mimetype: about.mime,
        mime_type: about.mime,
        size: blob.size,
        url: path.clone(),
        path,
        file_type: about.kind.word(),
        thumbnail_url: blob.thumbnail.map(|_| format!("{place}/{id}{SMALL}")),
        width: blob.pixels.map(|(width, _)| width),
        height: blob.pixels.map(|(_, height)| height),
        #[allow(clippy::cast_precision_loss)] // Two days in milliseconds are far below.
        duration: blob.duration.map(|ms| ms as f64 / 1000.0),
        waveform: Some(blob.waveform.clone()).filter(|bars| !bars.is_empty()),
        pages: blob.pages,
        sha256: hex(&blob.digest),
        scanned: None,
        created_at,
    }
}

/// Which file a name in an address means, whatever stands before and behind.
pub fn named(address: &str) -> Option<(FileId, Part)> {
    let path = address.split(['?', '#']).next()?;
    let name = path.rsplit(['/', '\\']).next()?;
    let part = if name.ends_with(SMALL) { Part::Small } else { Part::Whole };
    let id = name.split(['.', '-']).next()?.parse().ok()?;
    Some((id, part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_addresses_are_understood() {
        let id = FileId(0xabc);
        for address in ["0000000000000abc", "/uploads/chat/images/0000000000000abc.jpg", "http://h:1/x/0000000000000abc.jpg?e=1&s=2"] {
            assert_eq!(named(address), Some((id, Part::Whole)), "{address}");
        }
        assert_eq!(named("/uploads/chat/images/0000000000000abc-small.jpg?e=1"), Some((id, Part::Small)));
        for address in ["", "..", "/etc/passwd", "0000000000000ABC.jpg", "x0000000000000abc"] {
            assert_eq!(named(address), None, "{address}");
        }
    }
}
