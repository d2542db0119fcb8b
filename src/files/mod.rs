//! Files that people send: received in a stream, judged by their content, cleaned, kept under ids, and given only to those who
//! may see the message they are in.
//!
//! The disk is touched in `vault`, `receive` and `inspect` alone; `ledger` is what is written down, as operations over a
//! transaction, which the rules of conversations call too.

mod apart;
pub mod caught;
pub mod documents;
mod format;
mod inspect;
mod ledger;
mod links;
mod name;
mod receive;
mod scanner;
mod under_way;
mod vault;
mod view;

pub use apart::{COMMAND as LOOK, child as look};
pub use format::{About, Kind, about};
pub use ledger::{attach, copy, deliver, discard, kind, own, release, sum};
pub use links::Links;
pub use receive::{Incoming, Purpose, too_many};
pub use under_way::Ticket;
pub use view::{named, of_message};

use crate::{
    audit::{Audit, By, Deed, Thing, Whence, note},
    config::WhenDown,
    contract::Emission,
    error::{Code, Error, Result},
    ids::{BlobId, FileId, MessageId, SessionId, UserId, hex},
    store::{
        Read as _, Store, Tx,
        records::{Blob, File, Role, User, Verification, audit::Action},
        tables,
    },
};
use apart::Apart;
use scanner::Scanner;
use std::{io, path::Path, path::PathBuf, sync::Arc};
use tokio::sync::Semaphore;
use under_way::UnderWay;
use vault::Vault;
use view::Part;

/// Tells whether a person sees a message. Handed in by whoever looks after conversations.
pub type SeesMessage = Arc<dyn Fn(UserId, MessageId) -> Result<bool> + Send + Sync>;

/// What uploads may be.
#[derive(Debug, Clone)]
pub struct Rules {
    /// Bytes of one file.
    pub max_size: u64,
    /// Files of one request and of one message.
    pub max_count: usize,
    /// Bytes on the disk for one person.
    pub quota: u64,
    /// Memory for decoding pictures, all together, in MiB. A picture that wants more decodes alone.
    pub memory: u32,
    /// Bytes that stay free on the disk.
    pub min_free: u64,
    /// Where a virus scanner listens.
    pub clamd: Option<String>,
    /// What becomes of files while it does not answer.
    pub when_down: WhenDown,
}

/// Who fetches a file: somebody who is signed in, or for whom the address was signed.
#[derive(Debug, Clone, Copy)]
pub struct Reader {
    /// The person.
    pub user: UserId,
    /// The sign-in, where there is one.
    pub session: Option<SessionId>,
    /// From where.
    pub whence: Whence,
}

impl Reader {
    fn by(self) -> By {
        By::person(self.user, self.session, self.whence)
    }
}

/// Everything that can be done with files.
pub struct Files {
    store: Arc<Store<Emission>>,
    audit: Arc<Audit>,
    vault: Vault,
    rules: Rules,
    links: Arc<Links>,
    sees: SeesMessage,
    /// Inspections at the same time.
    hands: Semaphore,
    /// Looks with decoders, in processes of their own.
    apart: Apart,
    /// Memory for decoding, in MiB.
    memory: Arc<Semaphore>,
    under_way: UnderWay,
    scanner: Option<Scanner>,
}

impl Files {
    /// Opens the folders of a data folder, and removes what had arrived but was never written down. Nothing may arrive meanwhile.
    pub fn open(data: &Path, audit: Arc<Audit>, rules: Rules, links: Arc<Links>, sees: SeesMessage) -> io::Result<Self> {
        let store = audit.store().clone();
        let vault = Vault::open(data, rules.min_free)?;
        let known = |id: BlobId| Ok(store.read(|read| read.get(tables::BLOBS, &id))?.is_some());
        match vault.sweep(known) {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "files that had arrived only by half were removed"),
            Err(error) => tracing::warn!(%error, "files that nobody knows could not be looked for"),
        }
        let memory = Arc::new(Semaphore::new(rules.memory as usize));
        let scanner = rules.clamd.clone().map(|address| Scanner::new(address, rules.when_down));
        Ok(Self {
            store,
            audit,
            vault,
            rules,
            links,
            sees,
            hands: Semaphore::new(INSPECTIONS),
            apart: Apart::new(),
            memory,
            scanner,
            under_way: UnderWay::default(),
        })
    }

    /// What uploads may be.
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// The most bytes of one file.
    fn most(&self, purpose: Purpose) -> u64 {
        match purpose {
            Purpose::Message => self.rules.max_size,
            Purpose::Proof(_) => self.rules.max_size.min(documents::LARGEST),
        }
    }

    /// Addresses.
    pub fn links(&self) -> &Links {
        &self.links
    }

    /// Lets a person send one more form.
    pub fn admit(&self, owner: UserId) -> Result<Ticket> {
        self.under_way.admit(owner)
    }

    /// Bytes that count as a person's.
    pub fn used(&self, owner: UserId) -> Result<u64> {
        Ok(self.store.read(|read| read.get(tables::FILE_USE, &owner))?.unwrap_or(0))
    }

    /// Finds what an address means, for somebody who may read it, and notes who looks. Everybody else gets what they get for an address
    /// that means nothing.
    pub async fn open_file(&self, reader: Reader, folder: &str, name: &str) -> Result<Found> {
        let (found, thing) = self.find(reader.user, folder, name)?;
        self.audit.opened(reader.by(), thing).await;
        Ok(found)
    }

    /// The same for a document of a person, which only that person and administrators read. Whose own it is needs no note.
    pub async fn open_document(&self, reader: Reader, owner: &str, name: &str) -> Result<Found> {
        let (found, thing) = self.find_document(reader.user, owner, name)?;
        self.audit.opened(reader.by(), thing).await;
        Ok(found)
    }

    /// A small picture is what a conversation shows by itself; the file has not been opened with it.
    fn find(&self, reader: UserId, folder: &str, name: &str) -> Result<(Found, Option<Thing>)> {
        let absent = || Error::new(Code::FileNotFound);
        let (id, part) = named(name).ok_or_else(absent)?;
        let (person, found) = self.store.read(|read| Ok::<_, Error>((read.get(tables::USERS, &reader)?, ledger::find(read, id)?)))?;
        let is_let_in = person.is_some_and(|person| person.is_active && person.verification != Verification::Rejected);
        let (file, blob) = found.filter(|_| is_let_in).ok_or_else(absent)?;
        let about = about(blob.format);
        if about.kind.folder() != folder || !self.may_read(reader, &file)? {
            return Err(absent());
        }
        let thing = (part == Part::Whole).then(|| Thing::File(id, file.message.map(|(chat, _)| chat)));
        Ok((self.found(part, file.name, file.blob, &blob)?, thing))
    }

    fn find_document(&self, reader: UserId, owner: &str, name: &str) -> Result<(Found, Option<Thing>)> {
        let absent = || Error::new(Code::FileNotFound);
        let (id, part) = named(name).ok_or_else(absent)?;
        let owner: UserId = owner.parse().map_err(|_| absent())?;
        let (person, found) =
            self.store.read(|read| Ok::<_, Error>((read.get(tables::USERS, &reader)?, documents::find(read, (owner, id))?)))?;
        let may_read = |person: &User| person.is_active && (reader == owner || person.role == Role::Admin);
        let (document, blob) = found.filter(|_| person.as_ref().is_some_and(may_read)).ok_or_else(absent)?;
        let thing = (reader != owner).then_some(Thing::Document(owner, id));
        Ok((self.found(part, document.name, document.blob, &blob)?, thing))
    }

    fn found(&self, part: Part, name: String, id: BlobId, blob: &Blob) -> Result<Found> {
        let about = about(blob.format);
        let etag = |suffix: &str| format!("\"{:.24}{suffix}\"", hex(&blob.digest));
        Ok(match part {
            Part::Whole => Found {
                path: self.vault.path(id, blob.format),
                size: blob.size,
                mime: about.mime,
                inline: about.inline,
                etag: etag(""),
                name,
            },
            Part::Small => Found {
                path: self.vault.thumbnail(id, blob.format),
                size: blob.thumbnail.ok_or(Code::FileNotFound)?,
                mime: "image/jpeg",
                inline: true,
                etag: etag("-s"),
                name: format!("{name}.jpg"),
            },
        })
    }

    fn may_read(&self, reader: UserId, file: &File) -> Result<bool> {
        match ledger::message(file) {
            None => Ok(file.owner == reader),
            Some(message) => (self.sees)(reader, message),
        }
    }

    /// Takes back what a person has just uploaded: uploads that are in no message, or documents.
    pub async fn discard(&self, owner: UserId, purpose: Purpose, ids: Vec<FileId>) -> Result<()> {
        let discard = move |tx: &mut Tx<'_, Emission>| match purpose {
            Purpose::Message => ledger::discard(tx, owner, &ids),
            Purpose::Proof(by) => {
                for id in &ids {
                    if documents::remove(tx, owner, &[*id])? {
                        note(tx, &by, &Deed::new(Action::DocumentRemoved).file(*id))?;
                    }
                }
                Ok(())
            }
        };
        self.store.write(discard).await
    }

    /// Takes back uploads that were never sent, and documents that have had their time. To be called about once a minute.
    pub async fn tend(&self) -> Result<()> {
        while self.store.write(ledger::expire).await? {}
        while self.store.write(documents::expire).await? {}
        let vault = self.vault.clone();
        let cleared = tokio::task::spawn_blocking(move || vault.clear_quarantine());
        cleared.await.map_err(|_| Code::Internal)?.map_err(|error| vault::failed(&error))?;
        Ok(())
    }

    /// Removes from the disk what nothing points at any more. To be called every few seconds.
    pub async fn clear(&self) -> Result<()> {
        loop {
            let doomed = self.store.read(|read| ledger::doomed(read))?;
            if doomed.is_empty() {
                return Ok(());
            }
            let (vault, blobs) = (self.vault.clone(), doomed.clone());
            let removed = tokio::task::spawn_blocking(move || blobs.iter().try_for_each(|(id, format)| vault.remove(*id, *format)));
            removed.await.map_err(|_| Code::Internal)?.map_err(|error| vault::failed(&error))?;
            let ids: Vec<BlobId> = doomed.into_iter().map(|(id, _)| id).collect();
            self.store
                .write(move |tx| {
                    ledger::removed(tx, &ids);
                    Ok::<_, Error>(())
                })
                .await?;
        }
    }
}

/// As many at once as the machines that this runs on have processors.
const INSPECTIONS: usize = 2;

/// What an address means, and how it is to be served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Where it lies.
    pub path: PathBuf,
    /// Bytes.
    pub size: u64,
    /// Its type.
    pub mime: &'static str,
    /// Whether a browser may show it by itself.
    pub inline: bool,
    /// Changes with the content.
    pub etag: String,
    /// For people.
    pub name: String,
}
