//! What files may be: the one table of formats, with their names on the wire, on the disk and for people.

use crate::store::records::{Format, MessageKind};

/// The kinds into which files are sorted, each with its folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Pictures.
    Image,
    /// Documents.
    File,
    /// Sound.
    Audio,
    /// Films.
    Video,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Image, Self::File, Self::Audio, Self::Video];

    /// The kind that a word on the wire means.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// The word on the wire.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::File => "file",
            Self::Audio => "audio",
            Self::Video => "video",
        }
    }

    /// The name of the folder, in addresses and on the disk.
    #[must_use]
    pub fn folder(self) -> &'static str {
        match self {
            Self::Image => "images",
            Self::File => "files",
            Self::Audio => "audio",
            Self::Video => "videos",
        }
    }

    /// The type of a message that carries one.
    #[must_use]
    pub fn message(self) -> MessageKind {
        match self {
            Self::Image => MessageKind::Image,
            Self::File => MessageKind::File,
            Self::Audio => MessageKind::Audio,
            Self::Video => MessageKind::Video,
        }
    }
}

/// What there is to know about a format.
#[derive(Debug)]
pub struct About {
    /// Which.
    pub format: Format,
    /// For people, after "is".
    pub title: &'static str,
    /// Its kind.
    pub kind: Kind,
    /// The type that is served.
    pub mime: &'static str,
    /// Other types that clients give it.
    pub aliases: &'static [&'static str],
    /// Endings of names; the first is the usual one.
    pub endings: &'static [&'static str],
    /// Whether a browser may show it by itself. Everything that can carry a script is to be saved.
    pub inline: bool,
}

macro_rules! formats {
    ($($format:ident $title:literal $kind:ident $mime:literal [$($alias:literal)*] [$($ending:literal)*] $inline:literal;)*) => {
        /// Every format that is accepted.
        pub const FORMATS: &[About] = &[$(About {
            format: Format::$format,
            title: $title,
            kind: Kind::$kind,
            mime: $mime,
            aliases: &[$($alias),*],
            endings: &[$($ending),*],
            inline: $inline,
        }),*];

        /// The row of a format.
        #[must_use]
        pub fn about(format: Format) -> &'static About {
            // The rows stand in the order of the enum; a test holds it.
            &FORMATS[format as usize]
        }
    };
}

formats! {
    Jpeg "a JPEG picture" Image "image/jpeg" ["image/jpg" "image/pjpeg"] ["jpg" "jpeg" "jpe" "jfif"] true;
    Png "a PNG picture" Image "image/png" ["image/x-png" "image/apng"] ["png" "apng"] true;
    Gif "a GIF picture" Image "image/gif" [] ["gif"] true;
    WebP "a WebP picture" Image "image/webp" [] ["webp"] true;
    Svg "an SVG drawing" Image "image/svg+xml" ["image/svg" "text/xml" "application/xml"] ["svg"] false;
    Mp3 "MP3 sound" Audio "audio/mpeg" ["audio/mp3" "audio/x-mp3" "audio/mpeg3" "audio/x-mpeg"] ["mp3"] true;
    Wav "WAV sound" Audio "audio/wav" ["audio/x-wav" "audio/wave" "audio/vnd.wave"] ["wav"] true;
    OggAudio "Ogg sound" Audio "audio/ogg" ["video/ogg" "application/ogg" "audio/opus" "audio/vorbis"] ["ogg" "oga" "opus"] true;
    Aac "AAC sound" Audio "audio/aac" ["audio/aacp" "audio/x-aac" "audio/x-hx-aac-adts"] ["aac"] true;
    Mp4Audio "AAC sound" Audio "audio/mp4" ["video/mp4" "audio/m4a" "audio/x-m4a" "audio/aac" "application/mp4"] ["m4a" "mp4" "m4b" "aac"] true;
    WebmAudio "WebM sound" Audio "audio/webm" ["video/webm"] ["webm" "weba"] true;
    Mp4 "an MP4 film" Video "video/mp4" ["audio/mp4" "video/x-m4v" "application/mp4" "video/quicktime"] ["mp4" "m4v" "mov"] true;
    Webm "a WebM film" Video "video/webm" ["audio/webm"] ["webm"] true;
    OggVideo "an Ogg film" Video "video/ogg" ["audio/ogg" "application/ogg"] ["ogv" "ogg"] true;
    Avi "an AVI film" Video "video/x-msvideo" ["video/avi" "video/msvideo" "video/vnd.avi"] ["avi"] true;
    Mov "a QuickTime film" Video "video/quicktime" ["video/mp4" "video/x-quicktime"] ["mov" "qt" "mp4"] true;
    Wmv "a WMV film" Video "video/x-ms-wmv" ["video/x-ms-asf"] ["wmv" "asf"] true;
    Pdf "a PDF document" File "application/pdf" ["application/x-pdf"] ["pdf"] true;
    Doc "a Word document" File "application/msword" ["application/x-msword" "application/vnd.ms-word" "application/vnd.ms-office" "application/x-ole-storage"] ["doc"] false;
    Docx "a Word document" File "application/vnd.openxmlformats-officedocument.wordprocessingml.document" ["application/zip" "application/x-zip-compressed" "application/msword"] ["docx"] false;
    Txt "a text" File "text/plain" [] ["txt" "text"] false;
    Xls "an Excel document" File "application/vnd.ms-excel" ["application/excel" "application/x-excel" "application/vnd.ms-office" "application/x-ole-storage"] ["xls"] false;
    Xlsx "an Excel document" File "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" ["application/zip" "application/x-zip-compressed" "application/vnd.ms-excel"] ["xlsx"] false;
    Ppt "a PowerPoint document" File "application/vnd.ms-powerpoint" ["application/mspowerpoint" "application/vnd.ms-office" "application/x-ole-storage"] ["ppt"] false;
    Pptx "a PowerPoint document" File "application/vnd.openxmlformats-officedocument.presentationml.presentation" ["application/zip" "application/x-zip-compressed" "application/vnd.ms-powerpoint"] ["pptx"] false;
}

/// What is accepted, for people.
pub const ALLOWED: &str = "JPEG, PNG, GIF, WebP and SVG pictures; MP3, WAV, OGG, AAC and WebM sound; MP4, WebM, OGG, AVI, MOV and WMV films; \
    PDF, DOC, DOCX, TXT, XLS, XLSX, PPT and PPTX documents";

impl About {
    /// Whether a client may call it by this type. A type that says nothing always fits.
    #[must_use]
    pub fn fits_type(&self, declared: &str) -> bool {
        let declared = declared.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        matches!(declared.as_str(), "" | "application/octet-stream" | "binary/octet-stream" | "application/x-download" | "*/*")
            || declared == self.mime
            || self.aliases.contains(&declared.as_str())
    }

    /// Whether a name may end like this; `ending` is in lower case.
    #[must_use]
    pub fn fits_ending(&self, ending: &str) -> bool {
        self.endings.contains(&ending)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_stands_in_the_order_of_the_enum() {
        for (index, row) in FORMATS.iter().enumerate() {
            assert_eq!(row.format as usize, index, "{row:?}");
            assert_eq!(about(row.format).format, row.format);
            assert!(!row.endings.is_empty() && row.fits_type(row.mime) && row.fits_type("application/octet-stream"));
        }
        assert!(about(Format::WebmAudio).fits_type("audio/webm;codecs=opus"));
        assert!(!about(Format::Jpeg).fits_type("image/png"));
    }
}
