//! Files and their contents. Frozen like all records.

use crate::{
    clock::Timestamp,
    ids::{BlobId, ChatId, Seq, UserId},
    store::Record,
};
use serde::{Deserialize, Serialize};

/// What a file is, as its content says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs)] // Their usual names.
pub enum Format {
    Jpeg,
    Png,
    Gif,
    WebP,
    Svg,
    Mp3,
    Wav,
    OggAudio,
    Aac,
    /// Sound alone in an MP4 container, as telephones record it.
    Mp4Audio,
    WebmAudio,
    Mp4,
    Webm,
    OggVideo,
    Avi,
    Mov,
    Wmv,
    Pdf,
    Doc,
    Docx,
    Txt,
    Xls,
    Xlsx,
    Ppt,
    Pptx,
}

/// A file that somebody has sent or is about to send.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct File {
    /// Who sent it.
    pub owner: UserId,
    /// Its content.
    pub blob: BlobId,
    /// Its name for people, cleaned.
    pub name: String,
    /// The message it is in; nobody but the owner sees it before.
    pub message: Option<(ChatId, Seq)>,
    /// When it was uploaded.
    pub created_at: Timestamp,
}
impl Record for File {}

/// Content on the disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blob {
    /// On whose account its bytes are.
    pub owner: UserId,
    /// How many files have it.
    pub files: u32,
    /// What it is.
    pub format: Format,
    /// Bytes.
    pub size: u64,
    /// SHA-256.
    pub digest: [u8; 32],
    /// Width and height in pixels of a picture or a film, upright.
    pub pixels: Option<(u32, u32)>,
    /// How long it plays, in milliseconds.
    pub duration: Option<u64>,
    /// Loudness over time, 0 to 100, evenly spread; empty when it is not known.
    pub waveform: Vec<u8>,
    /// Pages of a document.
    pub pages: Option<u32>,
    /// Bytes of the small picture that goes with it; none when there is none.
    pub thumbnail: Option<u64>,
}
impl Record for Blob {}

/// Something that proves who a professional is. In no conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// Its content.
    pub blob: BlobId,
    /// Its name for people, cleaned.
    pub name: String,
    /// When it was uploaded.
    pub created_at: Timestamp,
    /// When it is removed; none while the clinic has not decided.
    pub ends: Option<Timestamp>,
}
impl Record for Document {}

/// An upload that a virus scanner has refused. Nobody ever gets the file itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Caught {
    /// Who sent it.
    pub owner: UserId,
    /// What the client called it, without what cannot be shown.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// SHA-256 of what came.
    pub digest: [u8; 32],
    /// What the scanner calls what it has found.
    pub virus: String,
    /// Its name in quarantine.
    pub place: String,
}
impl Record for Caught {}

/// Content to be removed from the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Doomed {
    /// What it is, which says where it lies.
    pub format: Format,
}
impl Record for Doomed {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::codec::encode;

    /// The bytes that have shipped. They never change; a new version gets bytes of its own.
    #[test]
    fn records_of_files_keep_their_bytes() {
        let file =
            File { owner: UserId(1), blob: BlobId(2), name: "a".into(), message: Some((ChatId(3), Seq(4))), created_at: Timestamp(5) };
        assert_eq!(encode(&file).unwrap(), [1, 1, 2, 1, b'a', 1, 3, 4, 5]);
        let blob = Blob {
            owner: UserId(1),
            files: 2,
            format: Format::Pptx,
            size: 3,
            digest: [7; 32],
            pixels: Some((4, 5)),
            duration: Some(6),
            waveform: vec![8, 9],
            pages: None,
            thumbnail: Some(10),
        };
        let bytes = [&[1, 1, 2, 24, 3][..], &[7; 32], &[1, 4, 5, 1, 6, 2, 8, 9, 0, 1, 10]].concat();
        assert_eq!(encode(&blob).unwrap(), bytes);
        let document = Document { blob: BlobId(2), name: "a".into(), created_at: Timestamp(5), ends: Some(Timestamp(6)) };
        assert_eq!(encode(&document).unwrap(), [1, 2, 1, b'a', 5, 1, 6]);
        assert_eq!(encode(&Doomed { format: Format::Jpeg }).unwrap(), [1, 0]);
        let caught = Caught { owner: UserId(1), name: "a".into(), size: 300, digest: [7; 32], virus: "v".into(), place: "p".into() };
        let bytes = [&[1, 1, 1, b'a', 251, 44, 1][..], &[7; 32], &[1, b'v', 1, b'p']].concat();
        assert_eq!(encode(&caught).unwrap(), bytes);
    }
}
