//! The web app, from inside the executable.

use crate::error::{Code, Error};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use flate2::{Compression, write::GzEncoder};
use rocket::{
    Request, Response, Route, get,
    http::{ContentType, Header, Status, uri::error::PathError},
    response::{self, Responder},
    routes,
};
use rust_embed::Embed;
use sha2::{Digest as _, Sha256};
use std::{
    borrow::Cow,
    collections::HashMap,
    io::{Cursor, Write},
    path::{Path, PathBuf},
    sync::{LazyLock, OnceLock},
};

/// The files of `static/`. In a debug build they are read from disk, so that a change shows at once.
#[derive(Embed)]
#[folder = "static/"]
#[exclude = "*.d.ts"]
#[exclude = "*.md"]
struct Files;

/// Pages that the app draws itself.
const PAGES: &[&str] = &[
    "",
    "connect",
    "setup",
    "login",
    "register",
    "forgot-password",
    "reset",
    "reset-password",
    "chats",
    "calls",
    "appointments",
    "people",
    "settings",
    "statistics",
    "access",
    "admin",
    "audit",
];

/// The service worker, which keeps the app's files for the next visit under this fingerprint of all of them: a new program
/// brings a new fingerprint, and the old files go. In a debug build files change under it, so there it keeps its mark.
static WORKER: LazyLock<String> = LazyLock::new(|| {
    let mut names: Vec<_> = Files::iter().collect();
    names.sort_unstable();
    let digest = names
        .iter()
        .filter_map(|name| Files::get(name))
        .fold(Sha256::new(), |digest, file| digest.chain_update(file.metadata.sha256_hash()));
    let source = Files::get(WORKER_NAME).map(|file| String::from_utf8_lossy(&file.data).into_owned()).unwrap_or_default();
    if cfg!(debug_assertions) { source } else { source.replace("@@VERSION@@", &tag(&digest.finalize())) }
});
const WORKER_NAME: &str = "sw.js";

/// A short fingerprint for an ETag or a cache.
fn tag(hash: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(&hash[..12])
}

/// The texts, compressed once per process. Fonts and pictures are compressed already.
static COMPRESSED: OnceLock<HashMap<String, Vec<u8>>> = OnceLock::new();

/// Compresses the texts, which go out as they are until that is done. It takes a processor for a while, so it belongs on a thread
/// for blocking work. In a debug build files change, so there they always go out as they are.
pub fn compress() {
    if !cfg!(debug_assertions) {
        COMPRESSED.get_or_init(compressed);
    }
}

fn compressed() -> HashMap<String, Vec<u8>> {
    let texts = Files::iter().filter(|name| is_text(name));
    texts.filter_map(|name| Some((name.to_string(), gzip(&contents(&name)?.0)?))).collect()
}

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
    let first = name.split('/').next().unwrap_or_default();
    let name = if PAGES.contains(&first) { "index.html" } else { name };
    let (data, etag) = contents(name).ok_or(Code::NotFound)?;
    Ok(Asset { name: name.to_owned(), etag: format!("\"{etag}\""), data })
}

/// Whether a path is that of a part of the app: what its pages load, and no page itself.
pub(super) fn is_part(path: &str) -> bool {
    let name = path.trim_start_matches('/');
    let is_page = Path::new(name).extension().is_some_and(|extension| extension == "html");
    !is_page && name != WORKER_NAME && Files::get(name).is_some()
}

/// The bytes of a file as they are served, and their fingerprint.
fn contents(name: &str) -> Option<(Cow<'static, [u8]>, String)> {
    if name == WORKER_NAME {
        return Some((Cow::Borrowed(WORKER.as_bytes()), tag(&Sha256::digest(WORKER.as_bytes()))));
    }
    Files::get(name).map(|file| (file.data, tag(&file.metadata.sha256_hash())))
}

struct Asset {
    name: String,
    etag: String,
    data: Cow<'static, [u8]>,
}

impl<'r> Responder<'r, 'static> for Asset {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        let headers = request.headers();
        let mut response = Response::build();
        // Always asked for again, answered with 304 while unchanged: an upgrade shows at once.
        response
            .raw_header("Cache-Control", "no-cache")
            .raw_header("Vary", "Accept-Encoding")
            .header(Header::new("ETag", self.etag.clone()));
        if headers.get("if-none-match").any(|given| given.split(',').any(|tag| tag.trim().trim_start_matches("W/") == self.etag)) {
            return response.status(Status::NotModified).ok();
        }
        response.header(content_type(&self.name));
        let accepts_gzip = headers.get("accept-encoding").any(|list| list.split(',').any(|name| name.trim().starts_with("gzip")));
        match COMPRESSED.get().filter(|_| accepts_gzip).and_then(|texts| texts.get(&self.name)) {
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
