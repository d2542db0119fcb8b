//! The web app, from inside the executable.

use crate::error::{Code, Error};
use flate2::{Compression, write::GzEncoder};
use rocket::{
    Request, Response, Route, get,
    http::{ContentType, Header, Status, uri::error::PathError},
    response::{self, Responder},
    routes,
};
use rust_embed::Embed;
use std::{
    borrow::Cow,
    collections::HashMap,
    io::{Cursor, Write},
    path::{Path, PathBuf},
    sync::LazyLock,
};

/// The files of `static/`. In a debug build they are read from disk, so that a change shows at once.
#[derive(Embed)]
#[folder = "static/"]
#[exclude = "*.d.ts"]
#[exclude = "*.md"]
struct Files;

/// Pages that the app draws itself.
const PAGES: &[&str] = &["", "setup", "login", "register", "forgot-password", "reset-password", "chats", "people", "settings", "admin"];

/// Compressed once per process. Fonts and pictures are compressed already.
static COMPRESSED: LazyLock<HashMap<String, Vec<u8>>> = LazyLock::new(|| {
    let texts = Files::iter().filter(|name| is_text(name));
    texts.filter_map(|name| Some((name.to_string(), gzip(&Files::get(&name)?.data)?))).collect()
});

fn is_text(name: &str) -> bool {
    let extension = Path::new(name).extension().and_then(|e| e.to_str()).unwrap_or_default();
    matches!(extension, "html" | "js" | "css" | "json" | "svg" | "webmanifest" | "txt")
}

fn gzip(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(bytes.len() / 3), Compression::best());
    encoder.write_all(bytes).ok()?;
    encoder.finish().ok()
}

/// The routes of the app: below everything else.
pub fn routes() -> Vec<Route> {
    routes![file]
}

#[get("/<path..>", rank = 20)]
fn file(path: Result<PathBuf, PathError>) -> Result<Asset, Error> {
    let path = path.map_err(|_| Code::NotFound)?;
    let name = path.to_str().ok_or(Code::NotFound)?;
    if let Some(file) = Files::get(name) {
        return Ok(Asset { name: name.to_owned(), hash: file.metadata.sha256_hash(), data: file.data });
    }
    let first = name.split('/').next().unwrap_or_default();
    let page = PAGES.contains(&first).then(|| Files::get("index.html")).flatten().ok_or(Code::NotFound)?;
    Ok(Asset { name: "index.html".into(), hash: page.metadata.sha256_hash(), data: page.data })
}

struct Asset {
    name: String,
    hash: [u8; 32],
    data: Cow<'static, [u8]>,
}

impl<'r> Responder<'r, 'static> for Asset {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
        let headers = request.headers();
        let etag = format!("\"{}\"", URL_SAFE_NO_PAD.encode(&self.hash[..12]));
        let mut response = Response::build();
        // Always asked for again, answered with 304 while unchanged: an upgrade shows at once.
        response.raw_header("Cache-Control", "no-cache").raw_header("Vary", "Accept-Encoding").header(Header::new("ETag", etag.clone()));
        if headers.get("if-none-match").any(|given| given.split(',').any(|tag| tag.trim().trim_start_matches("W/") == etag)) {
            return response.status(Status::NotModified).ok();
        }
        response.header(content_type(&self.name));
        let accepts_gzip = headers.get("accept-encoding").any(|list| list.split(',').any(|name| name.trim().starts_with("gzip")));
        match COMPRESSED.get(&self.name).filter(|_| accepts_gzip && !cfg!(debug_assertions)) {
            Some(packed) => response.raw_header("Content-Encoding", "gzip").sized_body(packed.len(), Cursor::new(packed.as_slice())).ok(),
            None => response.sized_body(self.data.len(), Cursor::new(self.data)).ok(),
        }
    }
}

fn content_type(name: &str) -> ContentType {
    let extension = Path::new(name).extension().and_then(|e| e.to_str()).unwrap_or_default();
    match extension {
        "webmanifest" => ContentType::new("application", "manifest+json"),
        other => ContentType::from_extension(other).unwrap_or(ContentType::Binary),
    }
}
