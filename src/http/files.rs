//! Files: sent by form, fetched by address.

use super::{
    Answer,
    guard::{fail, state, whence},
    multipart::Form,
    window::Window,
};
use crate::{
    accounts::Actor,
    config::Config,
    contract::WithFiles,
    error::{Code, Error, Result},
    files::{Files, Found, Purpose, Reader},
    ids::UserId,
};
use rocket::{
    Data, Request, Response, Route, State,
    data::{FromData, Outcome as DataOutcome},
    get,
    http::Status,
    outcome::Outcome,
    post,
    request::{FromRequest, Outcome as RequestOutcome},
    response::{self, Responder},
    routes,
};
use std::{fmt::Write as _, sync::Arc};

/// The routes that receive and give files.
pub fn routes() -> Vec<Route> {
    routes![upload, download]
}

#[post("/api/chat/upload", data = "<form>")]
async fn upload(actor: Actor, links: ReaderLinks, form: Form<'_>) -> Result<Answer> {
    if let Err(error) = actor.verified() {
        return Err(form.refuse(error).await);
    }
    let views = links.fill(actor, form.receive(links.files(), actor.user, Purpose::Message).await?.files);
    match &views[..] {
        [] => Err(Error::field("file", "is required")),
        [one] => Answer::created(one),
        several => Answer::created(several),
    }
}

#[rocket::async_trait]
impl<'r> FromData<'r> for Form<'r> {
    type Error = Error;

    async fn from_data(request: &'r Request<'_>, data: Data<'r>) -> DataOutcome<'r, Self> {
        match Form::of(request, data) {
            Ok(form) => Outcome::Success(form),
            Err(error) => Outcome::Error(fail(request, error)),
        }
    }
}

#[get("/uploads/chat/<folder>/<name>")]
async fn download(reader: FileReader, folder: &str, name: &str, files: &State<Arc<Files>>) -> Result<Download> {
    Download::open(files.open_file(reader.0, folder, name).await?).await
}

/// Puts addresses of files into answers, on the host that the client used.
pub struct ReaderLinks {
    files: Arc<Files>,
    base: String,
}

impl ReaderLinks {
    /// The answer with addresses for this reader.
    pub fn fill<T: WithFiles>(&self, reader: Actor, mut view: T) -> T {
        self.files.links().fill(&mut view, reader.user, &self.base);
        view
    }

    /// The files.
    pub fn files(&self) -> &Arc<Files> {
        &self.files
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for ReaderLinks {
    type Error = Error;

    async fn from_request(request: &'r Request<'_>) -> RequestOutcome<Self, Error> {
        match state::<Arc<Files>>(request) {
            Ok(files) => {
                let base = files.links().base(request.headers().get_one("host").unwrap_or_default());
                Outcome::Success(Self { files: files.clone(), base })
            }
            Err(error) => Outcome::Error(fail(request, error)),
        }
    }
}

/// Who fetches a file: whoever is signed in, or the one for whom the address was signed.
pub(super) struct FileReader(pub Reader);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for FileReader {
    type Error = Error;

    async fn from_request(request: &'r Request<'_>) -> RequestOutcome<Self, Error> {
        let signed = match signed_for(request) {
            Ok(signed) => signed,
            Err(error) => return Outcome::Error(fail(request, error)),
        };
        let signed_in = request.headers().contains("authorization");
        let reader = match (signed, signed_in) {
            (Some(user), false) => Reader { user, session: None, whence: whence(request) },
            (signed, _) => match request.guard::<Actor>().await {
                // Somebody else's address is no use to who is signed in.
                Outcome::Success(actor) if signed.is_none_or(|reader| reader == actor.user) => {
                    Reader { user: actor.user, session: Some(actor.session), whence: actor.whence }
                }
                Outcome::Success(_) => return Outcome::Error(fail(request, Code::FileNotFound.into())),
                Outcome::Error(error) => return Outcome::Error(error),
                Outcome::Forward(status) => return Outcome::Forward(status),
            },
        };
        Outcome::Success(Self(reader))
    }
}

/// The reader of a signed address; `None` when it is not signed.
fn signed_for(request: &Request<'_>) -> Result<Option<UserId>> {
    let query = request.uri().query().map_or("", |query| query.as_str());
    let value = |name: &str| query.split('&').filter_map(|pair| pair.split_once('=')).find(|(key, _)| *key == name).map(|(_, value)| value);
    match (value("e"), value("s")) {
        (None, None) => Ok(None),
        (expires, seal) => {
            let links = state::<Arc<Files>>(request)?.links();
            links.reader(request.uri().path().as_str(), expires.unwrap_or_default(), seal.unwrap_or_default()).map(Some)
        }
    }
}

/// A file on its way out.
pub(super) struct Download {
    found: Found,
    file: std::fs::File,
}

impl Download {
    /// Opens what was found for a reader.
    pub async fn open(found: Found) -> Result<Self> {
        match tokio::fs::File::open(&found.path).await {
            Ok(file) => Ok(Self { found, file: file.into_std().await }),
            Err(error) => {
                tracing::error!(%error, path = %found.path.display(), "a file that is written down is not on the disk");
                Err(Code::FileNotFound.into())
            }
        }
    }
}

impl<'r> Responder<'r, 'static> for Download {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        let Self { found, file } = self;
        let mut response = Response::build();
        let shared = state::<Arc<Config>>(request).is_ok_and(|config| !config.server.origins.is_empty());
        response
            .raw_header("ETag", found.etag.clone())
            // Kept by the browser, but asked for again each time: access can end at any moment.
            .raw_header("Cache-Control", "private, no-cache")
            .raw_header("Content-Security-Policy", "sandbox; default-src 'none'")
            .raw_header("Cross-Origin-Resource-Policy", if shared { "cross-origin" } else { "same-origin" });
        let headers = request.headers();
        if headers.get("if-none-match").any(|given| names(given, &found.etag)) {
            return response.status(Status::NotModified).ok();
        }
        response
            .raw_header("Content-Type", found.mime)
            .raw_header("Content-Disposition", disposition(found.inline, &found.name))
            .raw_header("Accept-Ranges", "bytes");
        let range = headers.get_one("range").filter(|_| headers.get_one("if-range").is_none_or(|given| given.trim() == found.etag));
        let (start, length) = match range.map_or(Wanted::All, |range| wanted(range, found.size)) {
            Wanted::All => (0, found.size),
            Wanted::Part(start, length) => {
                response.status(Status::PartialContent);
                response.raw_header("Content-Range", format!("bytes {start}-{}/{}", start + length - 1, found.size));
                (start, length)
            }
            Wanted::Nothing => {
                let mut refusal =
                    Error::with(Code::Validation, "The file is shorter than the range that was asked for.").respond_to(request)?;
                refusal.set_status(Status::RangeNotSatisfiable);
                refusal.set_raw_header("Content-Range", format!("bytes */{}", found.size));
                return Ok(refusal);
            }
        };
        let window = Window::new(file, start, length);
        let length = usize::try_from(length).map_err(|_| Status::InternalServerError)?;
        response.sized_body(length, window).ok()
    }
}

/// Whether a list of tags names one. For a plain fetch a weak one is as good.
fn names(given: &str, etag: &str) -> bool {
    given.split(',').map(str::trim).any(|tag| tag == "*" || tag.trim_start_matches("W/") == etag)
}

/// What a `Range` asks for.
#[derive(Debug, PartialEq, Eq)]
enum Wanted {
    /// Everything; also when it asks for several ranges or in words that nobody knows.
    All,
    /// From here, so many bytes.
    Part(u64, u64),
    /// Something behind the end.
    Nothing,
}

fn wanted(range: &str, size: u64) -> Wanted {
    let Some((first, last)) =
        range.trim().strip_prefix("bytes=").filter(|list| !list.contains(',')).and_then(|range| range.split_once('-'))
    else {
        return Wanted::All;
    };
    let number = |text: &str| if text.bytes().all(|b| b.is_ascii_digit()) { text.parse::<u64>().ok() } else { None };
    let (first, last) = (first.trim(), last.trim());
    match (number(first), number(last)) {
        (Some(first), Some(last)) if first <= last && first < size => Wanted::Part(first, last.min(size - 1) - first + 1),
        (Some(first), None) if last.is_empty() && first < size => Wanted::Part(first, size - first),
        (None, Some(last)) if first.is_empty() && last > 0 && size > 0 => {
            let length = last.min(size);
            Wanted::Part(size - length, length)
        }
        (Some(first), Some(last)) if first > last => Wanted::All,
        (None, _) if !first.is_empty() => Wanted::All,
        (_, None) if !last.is_empty() => Wanted::All,
        (None, None) => Wanted::All,
        _ => Wanted::Nothing,
    }
}

/// How a browser is to deal with it, and under which name it is saved: for old ones in plain letters, for all others as it is.
fn disposition(inline: bool, name: &str) -> String {
    let plain: String = name.chars().map(|c| if c.is_ascii_graphic() && !"\"\\%".contains(c) || c == ' ' { c } else { '_' }).collect();
    let mut exact = String::with_capacity(name.len() * 3);
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
            exact.push(char::from(byte));
        } else {
            let _ = write!(exact, "%{byte:02X}");
        }
    }
    format!("{}; filename=\"{plain}\"; filename*=UTF-8''{exact}", if inline { "inline" } else { "attachment" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_the_standard_says() {
        use Wanted::{All, Nothing, Part};
        for (range, expected) in [
            ("bytes=0-0", Part(0, 1)),
            ("bytes=0-", Part(0, 100)),
            ("bytes=10-19", Part(10, 10)),
            ("bytes=90-1000", Part(90, 10)),
            ("bytes=-5", Part(95, 5)),
            ("bytes=-500", Part(0, 100)),
            ("bytes=100-", Nothing),
            ("bytes=100-200", Nothing),
            ("bytes=-0", Nothing),
            ("bytes=5-2", All),
            ("bytes=a-b", All),
            ("bytes=+1-2", All),
            ("bytes=-", All),
            ("bytes=0-1,5-6", All),
            ("items=0-1", All),
            ("bytes=99999999999999999999-", All),
        ] {
            assert_eq!(wanted(range, 100), expected, "{range}");
        }
        assert_eq!(wanted("bytes=0-", 0), Nothing);
    }

    #[test]
    fn any_name_can_stand_in_a_header() {
        assert_eq!(disposition(true, "a b.jpg"), "inline; filename=\"a b.jpg\"; filename*=UTF-8''a%20b.jpg");
        let odd = disposition(false, "නම\"; x=\r\n.pdf");
        assert!(odd.starts_with("attachment; filename=\"__") && odd.is_ascii() && !odd.contains(['\r', '\n']), "{odd}");
        assert_eq!(odd.matches('"').count(), 2, "{odd}");
    }
}
