//! Forms with files, read as a stream: what arrives is handed on in small pieces and never held as a whole, and every part has a limit
//! before it is read. Rocket's own forms answer in HTML and keep files to themselves.

use super::{
    drain::{POLITE, drain},
    guard::state,
};
use crate::{
    config::Config,
    contract::{
        FileView,
        input::{is_nothing, parse},
    },
    error::{Code, Error, Result},
    files::{Files, Purpose, too_many},
    ids::UserId,
};
use bytes::Bytes;
use futures_util::Stream;
use multer::{Field, Multipart};
use rocket::{
    Data, Request,
    data::{ByteUnit, DataStream},
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};
use tokio::{
    io::{AsyncRead as _, ReadBuf},
    time::{Instant, Sleep, sleep},
};

/// Read from the connection at once.
const PIECE: usize = 64 << 10;
/// Largest head of a part, and room around it.
const HEAD: usize = 4 * PIECE;
/// Largest field that is no file. The longest message takes 40 KiB.
const FIELD: usize = 64 << 10;
/// Fields that are no files.
const FIELDS: usize = 40;
/// Room for heads and fields of a whole form.
const AROUND: u64 = 4 << 20;

/// A form that has not been read yet.
pub struct Form<'r> {
    data: Data<'r>,
    boundary: String,
    /// How long nothing may come.
    idle: Duration,
}

/// A form that has been read. Its files are the sender's uploads now.
#[derive(Debug, Default)]
pub struct Received {
    /// Fields that are no files; the last one of a name counts.
    pub fields: BTreeMap<String, String>,
    /// Files in the order of their parts.
    pub files: Vec<FileView>,
}

impl Received {
    /// The form as if its fields had come as JSON, its files being the attachments. Forms know nothing but text.
    pub fn into_body<T: DeserializeOwned>(self) -> Result<T> {
        let mut body = serde_json::Map::new();
        for (name, value) in self.fields {
            // In the words of a message it is a word.
            if is_nothing(&value) && name != "content" {
                continue;
            }
            let is_json = matches!(name.as_str(), "file" | "attachments") && value.trim_start().starts_with(['{', '[', '"']);
            let value = match value.as_str() {
                "true" if name == "requiresAck" => Value::Bool(true),
                "false" if name == "requiresAck" => Value::Bool(false),
                text if is_json => serde_json::from_str(text).map_err(|_| Error::field(&name, "must be JSON"))?,
                _ => Value::String(value),
            };
            body.insert(name, value);
        }
        if !self.files.is_empty() {
            let mut attachments: Vec<Value> = self.files.iter().map(|file| json!(file.id)).collect();
            match body.remove("attachments") {
                Some(Value::Array(others)) => attachments.extend(others),
                other => attachments.extend(other),
            }
            body.insert("attachments".into(), Value::Array(attachments));
        }
        parse(Value::Object(body).to_string().as_bytes())
    }
}

impl<'r> Form<'r> {
    /// The form of a request.
    pub fn of(request: &Request<'_>, data: Data<'r>) -> Result<Self> {
        let kind = request.headers().get_one("content-type").unwrap_or_default();
        if let Ok(boundary) = multer::parse_boundary(kind) {
            let idle = state::<Arc<Config>>(request)?.server.body_timeout;
            return Ok(Self { data, boundary, idle });
        }
        Err(Error::with(Code::UnsupportedMediaType, "The body must be multipart/form-data with a boundary."))
    }

    /// Receives everything. After a refusal nothing of it is kept.
    pub async fn receive(self, files: &Arc<Files>, owner: UserId, purpose: Purpose) -> Result<Received> {
        let ticket = match files.admit(owner) {
            Ok(ticket) => ticket,
            Err(error) => return Err(self.refuse(error).await),
        };
        let rules = files.rules();
        let most = rules.max_size.saturating_mul(rules.max_count as u64).saturating_add(AROUND).saturating_add(POLITE);
        let mut stream = self.data.open(ByteUnit::from(most));
        let mut received = Received::default();
        let feed = Feed::new(&mut stream, self.idle);
        let read = read(feed, self.boundary, &mut received, files, (owner, purpose)).await;
        drop(ticket);
        if let Err(error) = read {
            let ids: Vec<_> = received.files.iter().map(|file| file.id).collect();
            // Where the disk is full not even that can be written down; then they go as every upload that is never sent.
            if !ids.is_empty()
                && let Err(error) = files.discard(owner, purpose, ids).await
            {
                tracing::warn!(%error, "uploads of a form that was refused could not be taken back");
            }
            // Who sends nothing any more is not waited for once more.
            if error.code != Code::RequestTimeout {
                drain(stream).await;
            }
            return Err(error);
        }
        Ok(received)
    }

    /// Receives nothing of it, and gives back why.
    pub async fn refuse(self, error: Error) -> Error {
        drain(self.data.open(ByteUnit::from(POLITE))).await;
        error
    }
}

async fn read(
    feed: Feed<'_, '_>,
    boundary: String,
    received: &mut Received,
    files: &Arc<Files>,
    (owner, purpose): (UserId, Purpose),
) -> Result<()> {
    let budget = feed.budget.clone();
    let mut form = Multipart::new(feed, boundary);
    loop {
        budget.store(HEAD, Ordering::Relaxed);
        let Some(field) = form.next_field().await.map_err(|error| unreadable(&error))? else { return Ok(()) };
        if field.file_name().is_some() {
            take_file(field, &budget, received, files, (owner, purpose)).await?;
        } else {
            take_field(field, &budget, received).await?;
        }
    }
}

async fn take_file(
    mut field: Field<'_>,
    budget: &AtomicUsize,
    received: &mut Received,
    files: &Arc<Files>,
    (owner, purpose): (UserId, Purpose),
) -> Result<()> {
    let most = files.rules().max_count;
    let name = field.file_name().unwrap_or_default().to_owned();
    let mut first = next(&mut field, budget).await?;
    if name.is_empty() && first.is_none() {
        // A browser's way to say that no file was chosen.
        return Ok(());
    }
    if !matches!(field.name(), Some("file" | "files" | "files[]")) {
        return Err(Error::field(field.name().unwrap_or("file"), "is no field for files; use file or files"));
    }
    if received.files.len() == most {
        return Err(too_many(most));
    }
    let declared = field.content_type().map(ToString::to_string).unwrap_or_default();
    let mut incoming = files.receive(owner, purpose, &name, &declared).await?;
    while let Some(bytes) = first {
        incoming.write(&bytes).await?;
        first = next(&mut field, budget).await?;
    }
    received.files.push(incoming.finish().await?);
    Ok(())
}

async fn take_field(mut field: Field<'_>, budget: &AtomicUsize, received: &mut Received) -> Result<()> {
    let Some(name) = field.name().map(str::to_owned) else { return Err(Error::field("body", "has a part without a name")) };
    let mut value = Vec::new();
    while let Some(bytes) = next(&mut field, budget).await? {
        value.extend_from_slice(&bytes);
        if value.len() > FIELD {
            return Err(Error::with(Code::PayloadTooLarge, format!("A field is larger than {} KiB.", FIELD >> 10)));
        }
    }
    if received.fields.len() == FIELDS {
        return Err(Error::with(Code::PayloadTooLarge, format!("The form has more than {FIELDS} fields.")));
    }
    let value = String::from_utf8(value).map_err(|_| Error::field(&name, "must be UTF-8"))?;
    received.fields.insert(name, value);
    Ok(())
}

async fn next(field: &mut Field<'_>, budget: &AtomicUsize) -> Result<Option<Bytes>> {
    loop {
        budget.store(HEAD, Ordering::Relaxed);
        let piece = field.chunk().await.map_err(|error| unreadable(&error))?;
        if piece.as_ref().is_none_or(|piece| !piece.is_empty()) {
            return Ok(piece);
        }
    }
}

/// What is wrong with a form that cannot be read.
fn unreadable(error: &multer::Error) -> Error {
    if let multer::Error::StreamReadFailed(why) = error
        && why.downcast_ref::<io::Error>().is_some_and(|why| why.kind() == io::ErrorKind::TimedOut)
    {
        return Error::with(Code::RequestTimeout, "The form did not arrive whole: nothing came any more.");
    }
    Error::with(Code::Validation, "The form cannot be read: it is damaged or did not arrive whole.")
}

/// The body as a stream. The reader of forms takes all that a stream has before it looks at any of it, so this one rests
/// after every piece; and it ends with an error when more comes than the reader can need for what it is looking for, or nothing for too
/// long.
struct Feed<'a, 'r> {
    stream: &'a mut DataStream<'r>,
    budget: Arc<AtomicUsize>,
    buffer: Box<[u8]>,
    rests: bool,
    idle: Duration,
    /// When it has been waited for long enough.
    alarm: Pin<Box<Sleep>>,
}

impl<'a, 'r> Feed<'a, 'r> {
    fn new(stream: &'a mut DataStream<'r>, idle: Duration) -> Self {
        let (budget, buffer) = (Arc::new(AtomicUsize::new(HEAD)), vec![0; PIECE].into_boxed_slice());
        Self { stream, budget, buffer, rests: false, idle, alarm: Box::pin(sleep(idle)) }
    }
}

impl Stream for Feed<'_, '_> {
    type Item = io::Result<Bytes>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        let this = self.get_mut();
        if std::mem::take(&mut this.rests) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let mut buffer = ReadBuf::new(&mut this.buffer);
        match Pin::new(&mut *this.stream).poll_read(context, &mut buffer) {
            Poll::Ready(read) => read?,
            Poll::Pending if this.alarm.as_mut().poll(context).is_ready() => {
                return Poll::Ready(Some(Err(io::ErrorKind::TimedOut.into())));
            }
            Poll::Pending => return Poll::Pending,
        }
        this.alarm.as_mut().reset(Instant::now() + this.idle);
        let read = buffer.filled();
        if read.is_empty() {
            return Poll::Ready(None);
        }
        let left = this.budget.load(Ordering::Relaxed);
        if read.len() > left {
            return Poll::Ready(Some(Err(io::Error::other("a part of the form has no end"))));
        }
        this.budget.store(left - read.len(), Ordering::Relaxed);
        this.rests = true;
        Poll::Ready(Some(Ok(Bytes::copy_from_slice(read))))
    }
}
