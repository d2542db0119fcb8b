//! Taking a file in: from a stream to the disk in small pieces, then looked at, cleaned, kept, and written down. Whatever goes wrong
//! on the way, nothing is left behind.

use super::{
    Files, caught, documents,
    format::{self, ALLOWED, FORMATS, about},
    inspect::{self, Doubt, Finding},
    ledger, name,
    scanner::Verdict,
    under_way::Room,
    vault::{Arrival, failed},
    view,
};
use crate::{
    audit::{By, Deed, note},
    contract::FileView,
    error::{Code, Error, Result},
    ids::{BlobId, UserId},
    store::records::{Blob, Caught, audit::Action},
};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use std::{
    fs::File,
    io::{Read as _, Seek as _, SeekFrom, Write as _},
    sync::Arc,
};

/// Written to the disk in pieces of this size.
const PIECE: usize = 256 << 10;
/// How often, in pieces, the room on the disk is looked at.
const LOOK: u64 = 32;

/// What a file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To be sent in a message.
    Message,
    /// To prove who a professional is; and who brings it, for the audit log.
    Proof(By),
}

/// A file that is being received.
pub struct Incoming {
    files: Arc<Files>,
    owner: UserId,
    purpose: Purpose,
    /// As the client calls it.
    name: String,
    /// The type that the client gives it.
    declared: String,
    arrival: Arrival,
    disk: Option<Disk>,
    buffer: Vec<u8>,
    size: u64,
    room: Room,
}

/// What goes to and fro between us and the threads that may block.
struct Disk {
    file: File,
    hash: Sha256,
}

/// What goes on to be made ready.
enum Judged {
    /// How it lies, its copy without metadata, and that one's digest and length.
    Picture(inspect::Cleaned, Arrival, File, [u8; 32], u64),
    /// As it came.
    Other(File),
}

/// What is on the disk and ready to be kept.
struct Ready {
    finding: Finding,
    whole: Arrival,
    digest: [u8; 32],
    size: u64,
    small: Option<(Arrival, u64)>,
}

impl Files {
    /// Begins to receive a file from somebody. Every error from here on says in its details which file it was.
    pub async fn receive(self: &Arc<Self>, owner: UserId, purpose: Purpose, name: &str, declared: &str) -> Result<Incoming> {
        self.begin(owner, purpose, name, declared).await.map_err(|error| naming(error, &shown(name)))
    }

    async fn begin(self: &Arc<Self>, owner: UserId, purpose: Purpose, name: &str, declared: &str) -> Result<Incoming> {
        let (used, quota) = (self.used(owner)?, self.rules.quota);
        if used >= quota {
            return Err(ledger::over_quota(quota));
        }
        let files = self.clone();
        let (arrival, file) = blocking(move || files.vault.arrive()).await?;
        let disk = Some(Disk { file, hash: Sha256::new() });
        let buffer = Vec::with_capacity(PIECE);
        let room = self.under_way.room(owner);
        let (name, declared) = (name.to_owned(), declared.to_owned());
        Ok(Incoming { files: self.clone(), owner, purpose, name, declared, arrival, disk, buffer, size: 0, room })
    }
}

impl Incoming {
    /// Takes the next bytes. Refuses the first one too many.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.size += bytes.len() as u64;
        let most = self.files.most(self.purpose);
        if self.size > most {
            let message = format!("{} is larger than {}.", shown(&self.name), size_in_words(most));
            return Err(naming(Error::with(Code::FileTooLarge, message), &shown(&self.name)));
        }
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() < PIECE {
            return Ok(());
        }
        let flushed = self.flush().await;
        flushed.map_err(|error| naming(error, &shown(&self.name)))
    }

    async fn flush(&mut self) -> Result<()> {
        let Some(mut disk) = self.disk.take() else { return Err(Code::Internal.into()) };
        let mut buffer = std::mem::take(&mut self.buffer);
        // What is under way counts, or many files at once would go over it together.
        let (used, quota) = (self.files.used(self.owner)?, self.files.rules.quota);
        self.room.grow(buffer.len() as u64, used, quota)?;
        let look = (self.size / PIECE as u64).is_multiple_of(LOOK);
        let files = self.files.clone();
        let (disk, buffer) = blocking(move || {
            if look {
                files.vault.check_room()?;
            }
            disk.hash.update(&buffer);
            disk.file.write_all(&buffer).map_err(|error| failed(&error))?;
            buffer.clear();
            Ok((disk, buffer))
        })
        .await?;
        (self.disk, self.buffer) = (Some(disk), buffer);
        Ok(())
    }

    /// All bytes are there: judges them, keeps them, and writes the file down as the sender's.
    pub async fn finish(self) -> Result<FileView> {
        let shown = shown(&self.name);
        self.take_in().await.map_err(|error| naming(error, &shown))
    }

    async fn take_in(mut self) -> Result<FileView> {
        self.flush().await?;
        let Some(disk) = self.disk.take() else { return Err(Code::Internal.into()) };
        let Self { files, owner, purpose, name, declared, arrival, size, room, .. } = self;
        let shown = shown(&name);
        let names = (name.clone(), declared);
        // Before anything else looks at it.
        let (arrival, scanned) = scan(&files, (owner, &shown), arrival, &disk).await?;
        let prepared = prepare(&files, disk, arrival, size, names).await;
        let ready = prepared.and_then(|ready| fits(purpose, ready, &shown))?;
        let Ready { finding, whole, digest, size, small } = ready;
        let id = BlobId(rand::random());
        let name = name::clean(&name, about(finding.format));
        let blob = Blob {
            owner,
            files: 1,
            format: finding.format,
            size,
            digest,
            pixels: finding.pixels,
            duration: finding.duration,
            waveform: finding.waveform,
            pages: finding.pages,
            thumbnail: small.as_ref().map(|(_, size)| *size),
        };
        let (keeper, format) = (files.clone(), blob.format);
        blocking(move || keeper.vault.keep(id, format, whole, small.map(|(small, _)| small))).await?;
        // From here on the operation itself counts.
        drop(room);
        let quota = files.rules.quota;
        let (row, title) = (blob.clone(), name);
        let written = files
            .store
            .write(move |tx| {
                if !scanned {
                    ledger::note_unscanned(tx, id)?;
                }
                if let Purpose::Proof(by) = purpose {
                    let view = documents::register(tx, owner, title.clone(), id, &row, quota)?;
                    note(tx, &by, &Deed::new(Action::DocumentAdded).file(view.id))?;
                    return Ok(Some(view));
                }
                let file = ledger::register(tx, owner, title.clone(), id, &row, quota)?;
                let Some((record, blob)) = ledger::find(tx, file)? else { return Ok(None) };
                Ok::<_, Error>(Some(view::view(tx, file, &record, &blob)?))
            })
            .await;
        match written {
            Ok(Some(view)) => Ok(view),
            refused => {
                // Not written down, so it must not stay either. If the server ends here, the next start removes it.
                let _ = blocking(move || files.vault.remove(id, format).map_err(|error| failed(&error))).await;
                Err(refused.err().unwrap_or_else(|| Code::Internal.into()))
            }
        }
    }
}

/// Has the clinic's scanner look, where there is one. False when it did not answer and the file is taken all the same.
async fn scan(files: &Arc<Files>, (owner, shown): (UserId, &str), arrival: Arrival, disk: &Disk) -> Result<(Arrival, bool)> {
    let Some(scanner) = &files.scanner else { return Ok((arrival, true)) };
    match scanner.scan(arrival.path()).await {
        Verdict::Clean => Ok((arrival, true)),
        Verdict::Infected(virus) => {
            let (keeper, digest) = (files.clone(), disk.hash.clone().finalize().into());
            let size = disk.file.metadata().map_err(|error| failed(&error))?.len();
            let place = blocking(move || keeper.vault.quarantine(arrival)).await?;
            tracing::error!(person = %owner, virus, place, "an upload carried a virus; it is in quarantine");
            let caught = Caught { owner, name: shown.to_owned(), size, digest, virus, place };
            // It is refused all the same where that cannot be written down.
            if let Err(error) = files.store.write(move |tx| caught::note(tx, &caught)).await {
                tracing::error!(%error, "what was caught could not be written down");
            }
            let details = json!({ "found": "harmful software", "infected": true, "allowed": ALLOWED });
            let message = format!("{shown} carries harmful software and was not taken. Please have your device checked.");
            Err(Error { details, ..Error::with(Code::UnsupportedFileType, message) })
        }
        Verdict::Unknown(why) => {
            tracing::error!(why, "the virus scanner gave no answer");
            if scanner.takes_unscanned() {
                return Ok((arrival, false));
            }
            let message = "The virus scanner does not answer, so files are not taken now. Please try again later.";
            Err(Error::with(Code::Unavailable, message).retry_after(30))
        }
    }
}

/// Refuses what is a good file and no document.
fn fits(purpose: Purpose, ready: Ready, shown: &str) -> Result<Ready> {
    let format = ready.finding.format;
    if purpose == Purpose::Message || documents::may_be(format) {
        return Ok(ready);
    }
    let (found, allowed) = (about(format).title, documents::ALLOWED);
    let message = format!("{shown} is {found}, which is no document for the clinic. Allowed are {allowed}.");
    Err(Error { details: json!({ "found": found, "allowed": allowed }), ..Error::with(Code::UnsupportedFileType, message) })
}

/// A name as it can stand in a sentence.
fn shown(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain: String = last.chars().filter(|c| !c.is_control()).take(80).collect();
    if plain.trim().is_empty() { "The file".into() } else { plain }
}

/// Says in the details which file it was, and in words where the words would not.
fn naming(mut error: Error, name: &str) -> Error {
    if error.code == Code::StorageFull {
        error.message = format!("{name} was not saved: the server's disk is full.");
    }
    if let Some(details) = error.details.as_object_mut() {
        details.insert("file".into(), json!(name));
    }
    error
}

fn size_in_words(bytes: u64) -> String {
    if bytes >= 1 << 20 { format!("{} MiB", bytes >> 20) } else { format!("{} KiB", bytes >> 10) }
}

/// Judges and cleans what lies on the disk.
async fn prepare(files: &Arc<Files>, disk: Disk, whole: Arrival, size: u64, names: (String, String)) -> Result<Ready> {
    let digest = disk.hash.finalize().into();
    let (keeper, permit) = (files.clone(), files.hands.acquire().await.map_err(|_| Code::Unavailable)?);
    let file = disk.file;
    let (finding, judged) = blocking(move || {
        let found = inspect::identify(&file);
        let finding = judge(found, &names)?;
        if !inspect::is_picture(finding.format) {
            return Ok((finding, Judged::Other(file)));
        }
        let (copy, mut to) = keeper.vault.arrive()?;
        let cleaned = inspect::clean(finding.format, &file, &to);
        let cleaned = judge(cleaned.map(|cleaned| (finding.format, cleaned)), &names)?.1;
        let (digest, size) = measure(&mut to)?;
        Ok((finding, Judged::Picture(cleaned, copy, to, digest, size)))
    })
    .await?;
    drop(permit);
    match judged {
        Judged::Other(file) => Ok(Ready { finding: files.apart.look(finding, &file).await, whole, digest, size, small: None }),
        Judged::Picture(cleaned, copy, to, digest, size) => {
            drop(whole);
            develop(files, finding, cleaned, (copy, to, digest, size)).await
        }
    }
}

/// Makes a picture upright, and a small one of it.
async fn develop(
    files: &Arc<Files>,
    finding: Finding,
    cleaned: inspect::Cleaned,
    (copy, file, digest, size): (Arrival, File, [u8; 32], u64),
) -> Result<Ready> {
    let weight = inspect::weight(cleaned.pixels).min(files.rules.memory);
    let permit = files.memory.clone().acquire_many_owned(weight).await.map_err(|_| Code::Unavailable)?;
    let keeper = files.clone();
    blocking(move || {
        let _permit = permit;
        let (small, mut small_file) = keeper.vault.arrive()?;
        let mut turned = None;
        let upright = || {
            let (arrival, file) = keeper.vault.arrive().map_err(|_| Doubt::Io(std::io::ErrorKind::StorageFull.into()))?;
            let handle = file.try_clone()?;
            turned = Some((arrival, file));
            Ok(handle)
        };
        let pixels = inspect::develop(finding.format, cleaned.orientation, &file, upright, &small_file);
        let pixels = judge(pixels.map(|pixels| (finding.format, pixels)), &Default::default())?.1;
        let small_size = small_file.seek(SeekFrom::End(0)).map_err(|error| failed(&error))?;
        let finding = Finding { pixels: Some(pixels), ..finding };
        let (whole, digest, size) = match turned {
            Some((arrival, mut file)) => {
                let (digest, size) = measure(&mut file)?;
                (arrival, digest, size)
            }
            None => (copy, digest, size),
        };
        Ok(Ready { finding, whole, digest, size, small: Some((small, small_size)) })
    })
    .await
}

/// Digest and length of a file.
fn measure(file: &mut File) -> Result<([u8; 32], u64)> {
    let mut measure = || {
        file.seek(SeekFrom::Start(0))?;
        let (mut hash, mut size, mut buffer) = (Sha256::new(), 0, vec![0; 64 << 10]);
        loop {
            let read = file.read(&mut buffer)?;
            if read == 0 {
                return Ok((hash.finalize().into(), size));
            }
            hash.update(buffer.get(..read).unwrap_or_default());
            size += read as u64;
        }
    };
    measure().map_err(|error: std::io::Error| failed(&error))
}

/// What has a format.
trait Formatted {
    fn format(&self) -> crate::store::records::Format;
}

impl Formatted for Finding {
    fn format(&self) -> crate::store::records::Format {
        self.format
    }
}

impl<T> Formatted for (crate::store::records::Format, T) {
    fn format(&self) -> crate::store::records::Format {
        self.0
    }
}

/// Holds what was found against what the client said, and puts doubts into words.
fn judge<T: Formatted>(found: Result<T, Doubt>, (name, declared): &(String, String)) -> Result<T> {
    let (shown, ending) = (shown(name), name::ending(name));
    let mismatch = |said: &str, found: &str| Error {
        details: json!({ "found": found, "declared": said, "allowed": ALLOWED }),
        ..Error::with(Code::FileContentMismatch, format!("{shown} is not what it says: {said} was announced, but it is {found}."))
    };
    match found {
        Ok(found) => {
            let about = about(found.format());
            if let Some(ending) = ending.filter(|ending| !about.fits_ending(ending)) {
                return Err(mismatch(&format!("a file .{ending}"), about.title));
            }
            if about.fits_type(declared) { Ok(found) } else { Err(mismatch(&plain(declared), about.title)) }
        }
        Err(Doubt::Unknown(what)) => {
            let ending_says = FORMATS.iter().find(|about| ending.as_ref().is_some_and(|ending| about.fits_ending(ending)));
            let says = ending_says.or_else(|| FORMATS.iter().find(|about| about.mime == declared.to_ascii_lowercase()));
            Err(match says {
                Some(about) => mismatch(about.title, &what),
                None => Error {
                    details: json!({ "found": what, "allowed": ALLOWED }),
                    ..Error::with(Code::UnsupportedFileType, format!("{shown} is {what}, which is not accepted. Allowed are {ALLOWED}."))
                },
            })
        }
        Err(Doubt::Broken(what)) => Err(Error {
            details: json!({ "found": what, "allowed": ALLOWED }),
            ..Error::with(Code::FileContentMismatch, format!("{shown} cannot be taken: {what}."))
        }),
        Err(Doubt::TooLarge(what)) => Err(Error::with(Code::FileTooLarge, format!("{shown} cannot be taken: it is {what}."))),
        Err(Doubt::Io(error)) => Err(failed(&error)),
    }
}

/// A type as it can stand in a sentence.
fn plain(declared: &str) -> String {
    declared.chars().filter(char::is_ascii_graphic).take(80).collect()
}

/// Runs what blocks on a thread for that.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|_| Err(Code::Internal.into()))
}

/// The most files of one request, for the message that refuses more.
pub fn too_many(most: usize) -> Error {
    Error::with(Code::TooManyFiles, format!("At most {most} files can be sent at once."))
}

const _: () = assert!(format::FORMATS.len() == 25);
