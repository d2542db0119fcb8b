//! Documents that prove who a professional is: a licence, a certificate. They are in no conversation and can be put into none; the
//! person and administrators see them, nobody else.
//!
//! They are kept until the clinic has decided about the person and [`KEPT`] after that. What comes after a decision, a licence that
//! was renewed, is kept as long from its upload on.

use super::{ledger, view};
use crate::{
    clock::Timestamp,
    contract::FileView,
    error::{Code, Error, Result},
    ids::{BlobId, FileId, UserId},
    store::{
        Direction, Read, Tx,
        records::{Blob, Document, Format, Verification},
        tables::{BLOBS, DOCUMENT_ENDS, DOCUMENTS, USERS},
    },
};
use std::time::Duration;

/// Documents of one person at a time.
pub const MOST: usize = 5;
/// Bytes of one document: a photograph as telephones make them, or some scanned pages.
pub const LARGEST: u64 = 20 << 20;
/// How long they are kept after the clinic has decided.
pub const KEPT: Duration = Duration::from_hours(30 * 24);
/// Rows looked at in one operation, so that nobody waits for it.
const CHUNK: usize = 200;
/// What a document may be, for people.
pub(super) const ALLOWED: &str = "pictures (JPEG, PNG, GIF, WebP) and PDF";

/// Whether a document may be this.
pub(super) fn may_be(format: Format) -> bool {
    matches!(format, Format::Jpeg | Format::Png | Format::Gif | Format::WebP | Format::Pdf)
}

/// Writes down a document that lies on the disk. Refuses one too many, and what goes over the person's space of `quota` bytes.
pub fn register<E>(tx: &mut Tx<'_, E>, owner: UserId, name: String, id: BlobId, blob: &Blob, quota: u64) -> Result<FileView> {
    let person = tx.get(USERS, &owner)?.ok_or(Code::UserNotFound)?;
    check_room(tx, owner)?;
    ledger::keep(tx, owner, id, blob, quota)?;
    let key = (owner, FileId(tx.fresh()));
    let mut document = Document { blob: id, name, created_at: tx.now(), ends: None };
    let view = view::document(tx, key, &document, blob)?;
    if person.verification != Verification::Pending {
        let ends = document.created_at.plus(KEPT);
        limit(tx, key, &mut document, ends)?;
    }
    tx.put(DOCUMENTS, &key, &document)?;
    Ok(view)
}

/// Refuses when a person has all the documents that one may have.
pub fn check_room(read: &impl Read, owner: UserId) -> Result<()> {
    if count(read, owner)? < MOST { Ok(()) } else { Err(too_many()) }
}

fn too_many() -> Error {
    Error::with(Code::TooManyFiles, format!("At most {MOST} documents can be kept. Remove one first."))
}

/// How many documents a person has.
pub fn count(read: &impl Read, owner: UserId) -> Result<usize> {
    Ok(rows(read, owner)?.len())
}

/// How many of them a person has brought after the clinic's decision. Their month begins with their upload, that of the others with it.
pub fn count_new(read: &impl Read, owner: UserId) -> Result<usize> {
    let is_new = |document: &Document| document.ends == Some(document.created_at.plus(KEPT));
    Ok(rows(read, owner)?.iter().filter(|(_, document)| is_new(document)).count())
}

fn rows(read: &impl Read, owner: UserId) -> Result<Vec<((UserId, FileId), Document)>> {
    // One more than there can be would still be seen.
    Ok(read.scan(DOCUMENTS, (owner, FileId::MIN)..=(owner, FileId::MAX), Direction::Ascending, MOST + 1)?)
}

/// A person's documents, the oldest first.
pub fn list(read: &impl Read, owner: UserId) -> Result<Vec<FileView>> {
    let mut rows = rows(read, owner)?;
    rows.sort_by_key(|((_, id), document)| (document.created_at, *id));
    let mut views = Vec::with_capacity(rows.len());
    for (key, document) in rows {
        if let Some(blob) = read.get(BLOBS, &document.blob)? {
            views.push(view::document(read, key, &document, &blob)?);
        }
    }
    Ok(views)
}

/// A document with its content.
pub(super) fn find(read: &impl Read, key: (UserId, FileId)) -> Result<Option<(Document, Blob)>> {
    let Some(document) = read.get(DOCUMENTS, &key)? else { return Ok(None) };
    let blob = read.get(BLOBS, &document.blob)?;
    Ok(blob.map(|blob| (document, blob)))
}

/// Removes documents of a person. What is gone already is no mistake; true when there was one.
pub fn remove<E>(tx: &mut Tx<'_, E>, owner: UserId, ids: &[FileId]) -> Result<bool> {
    let mut found = false;
    for id in ids {
        let key = (owner, *id);
        if let Some(document) = tx.get(DOCUMENTS, &key)? {
            found = true;
            tx.delete(DOCUMENTS, &key);
            if let Some(ends) = document.ends {
                tx.delete(DOCUMENT_ENDS, &(ends, owner, *id));
            }
            ledger::drop_use(tx, document.blob, None)?;
        }
    }
    Ok(found)
}

/// The clinic has decided about a person: the documents have done their work.
pub fn decided<E>(tx: &mut Tx<'_, E>, owner: UserId) -> Result<()> {
    for (key, mut document) in rows(tx, owner)? {
        // Also within one millisecond the decision came after the upload: that is what tells old ones from new ones.
        let ends = tx.now().max(Timestamp(document.created_at.0 + 1)).plus(KEPT);
        limit(tx, key, &mut document, ends)?;
        tx.put(DOCUMENTS, &key, &document)?;
    }
    Ok(())
}

/// Sets the end of a document.
fn limit<E>(tx: &mut Tx<'_, E>, (owner, id): (UserId, FileId), document: &mut Document, ends: Timestamp) -> Result<()> {
    if let Some(before) = document.ends.replace(ends) {
        tx.delete(DOCUMENT_ENDS, &(before, owner, id));
    }
    Ok(tx.put(DOCUMENT_ENDS, &(ends, owner, id), &())?)
}

/// Removes documents that have had their time. True when there may be more.
pub fn expire<E>(tx: &mut Tx<'_, E>) -> Result<bool> {
    let none = (UserId::MIN, FileId::MIN);
    let over = (Timestamp(0), none.0, none.1)..(Timestamp(tx.now().0 + 1), none.0, none.1);
    let rows = tx.scan(DOCUMENT_ENDS, over, Direction::Ascending, CHUNK)?;
    for ((ends, owner, id), ()) in &rows {
        tx.delete(DOCUMENT_ENDS, &(*ends, *owner, *id));
        remove(tx, *owner, &[*id])?;
    }
    Ok(rows.len() == CHUNK)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        clock::Clock,
        store::{
            Store,
            records::{Role, User},
        },
    };
    use std::sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    };

    const OWNER: UserId = UserId(1);

    fn doctor(verification: Verification) -> User {
        User::new(String::new(), ("Ruwan".into(), String::new()), Role::Doctor, verification, Timestamp(0))
    }

    struct Office {
        store: Store<()>,
        time: Arc<AtomicU64>,
    }

    impl Office {
        async fn with(verification: Verification) -> Self {
            let time = Arc::new(AtomicU64::new(1_795_000_000_000));
            let clock = time.clone();
            let store = Store::in_memory(Clock::new(move || Timestamp(clock.load(Ordering::Relaxed))), Box::new(|_| ()));
            let person = doctor(verification);
            store
                .write(move |tx| {
                    tx.put(USERS, &OWNER, &person)?;
                    Ok::<_, Error>(())
                })
                .await
                .unwrap();
            Self { store, time }
        }

        async fn bring(&self, blob: u64) -> Result<FileView> {
            let row = Blob {
                owner: OWNER,
                files: 1,
                format: Format::Pdf,
                size: 100,
                digest: [7; 32],
                pixels: None,
                duration: None,
                waveform: Vec::new(),
                pages: None,
                thumbnail: None,
            };
            self.store.write(move |tx| register(tx, OWNER, "licence.pdf".into(), BlobId(blob), &row, 1000)).await
        }

        async fn decide(&self) {
            self.store.write(|tx| decided(tx, OWNER)).await.unwrap();
        }

        /// How many are left after so many more days.
        async fn after(&self, days: u64) -> usize {
            self.time.fetch_add(days * 24 * 3_600_000, Ordering::Relaxed);
            self.store.write(expire).await.unwrap();
            self.count()
        }

        fn count(&self) -> usize {
            self.store.read(|read| count(read, OWNER)).unwrap()
        }

        fn ends(&self) -> usize {
            let all = (Timestamp(0), UserId::MIN, FileId::MIN)..=(Timestamp(u64::MAX), UserId::MAX, FileId::MAX);
            self.store.read(|read| read.scan(DOCUMENT_ENDS, all, Direction::Ascending, 100)).unwrap().len()
        }
    }

    #[tokio::test]
    async fn documents_wait_for_the_decision_and_go_a_month_after_it() {
        let office = Office::with(Verification::Pending).await;
        office.bring(1).await.unwrap();
        office.bring(2).await.unwrap();
        assert_eq!(office.after(400).await, 2, "nobody has looked at them yet");
        office.decide().await;
        assert_eq!(office.after(20).await, 2);
        office.decide().await;
        assert_eq!((office.after(29).await, office.ends()), (2, 2), "the last decision counts");
        assert_eq!((office.after(1).await, office.ends()), (0, 0));
        let doomed = office.store.read(|read| ledger::doomed(read)).unwrap();
        assert_eq!(doomed.len(), 2, "their contents go too");
    }

    #[tokio::test]
    async fn what_comes_after_the_decision_is_kept_a_month() {
        let office = Office::with(Verification::Approved).await;
        office.bring(1).await.unwrap();
        office.after(10).await;
        office.bring(2).await.unwrap();
        let new = |office: &Office| office.store.read(|read| count_new(read, OWNER)).unwrap();
        assert_eq!(new(&office), 2);
        assert_eq!((office.after(20).await, office.after(9).await), (1, 1));
        office.decide().await;
        assert_eq!(new(&office), 0, "the clinic has looked at it");
        assert_eq!((office.after(29).await, office.after(1).await), (1, 0));
    }

    #[tokio::test]
    async fn there_is_a_most_and_removing_makes_room() {
        let office = Office::with(Verification::Approved).await;
        let mut ids = Vec::new();
        for blob in 0..MOST as u64 {
            ids.push(office.bring(blob).await.unwrap().id);
        }
        assert_eq!(office.bring(9).await.unwrap_err().code, Code::TooManyFiles);
        let (first, again) = (vec![ids[0]], vec![ids[0]]);
        assert_eq!(office.store.write(move |tx| remove(tx, OWNER, &first)).await, Ok(true));
        assert_eq!(office.store.write(move |tx| remove(tx, OWNER, &again)).await, Ok(false));
        assert_eq!((office.count(), office.ends()), (MOST - 1, MOST - 1));
        office.bring(9).await.unwrap();
        let other = vec![ids[1]];
        assert_eq!(office.store.write(move |tx| remove(tx, UserId(2), &other)).await, Ok(false), "somebody else's");
        assert_eq!(office.count(), MOST);
    }
}
