//! What is written down about files: whose they are, in which message, and what lies on the disk for them.
//!
//! A *file* is one sending of something; a *blob* is its content on the disk, which several files can share. A file belongs to
//! who uploaded it until it is in a message, and from then on to those who see the message.

use super::format::{Kind, about};
use crate::{
    error::{Code, Error, Result},
    ids::{BlobId, ChatId, FileId, MessageId, Seq, UserId},
    store::{
        Direction, Read, StoreError, Tx,
        records::{Blob, Doomed, File, Format},
        tables,
    },
};
use std::time::Duration;

/// How long a file that is in no message is kept.
pub const LOOSE: Duration = Duration::from_hours(24);
/// Rows looked at in one operation, so that nobody waits for it.
const CHUNK: usize = 200;

/// Writes down an upload that lies on the disk. Refuses what goes over the person's space of `quota` bytes.
pub fn register<E>(tx: &mut Tx<'_, E>, owner: UserId, name: String, id: BlobId, blob: &Blob, quota: u64) -> Result<FileId> {
    keep(tx, owner, id, blob, quota)?;
    let file = File { owner, blob: id, name, message: None, created_at: tx.now() };
    let id = FileId(tx.fresh());
    tx.put(tables::LOOSE_FILES, &(file.created_at.0, id), &())?;
    tx.put(tables::FILES, &id, &file)?;
    Ok(id)
}

/// Writes down a content on somebody's account, within the space of `quota` bytes.
pub(super) fn keep<E>(tx: &mut Tx<'_, E>, owner: UserId, id: BlobId, blob: &Blob, quota: u64) -> Result<()> {
    let used = tx.get(tables::FILE_USE, &owner)?.unwrap_or(0);
    let wanted = used.saturating_add(room(blob));
    if wanted > quota {
        return Err(over_quota(quota));
    }
    tx.put(tables::FILE_USE, &owner, &wanted)?;
    Ok(tx.put(tables::BLOBS, &id, blob)?)
}

/// Notes that a content was taken although no scanner could look at it.
pub(super) fn note_unscanned<E>(tx: &mut Tx<'_, E>, id: BlobId) -> Result<()> {
    Ok(tx.put(tables::UNSCANNED_BLOBS, &id, &())?)
}

/// What a file says about the scanner: `Some(false)` where it did not answer, else nothing.
pub(super) fn scanned(read: &impl Read, id: BlobId) -> Result<Option<bool>, StoreError> {
    Ok(read.get(tables::UNSCANNED_BLOBS, &id)?.map(|()| false))
}

/// The refusal of somebody whose space is used up.
pub fn over_quota(quota: u64) -> Error {
    Error::with(
        Code::QuotaExceeded,
        format!("Your space for files, {} MiB, is used up. Delete messages with large files first.", quota >> 20),
    )
}

/// Bytes that a content takes.
fn room(blob: &Blob) -> u64 {
    blob.size.saturating_add(blob.thumbnail.unwrap_or(0))
}

/// Looks up files that a person wants to send: their own uploads. Anybody else's is answered like one that does not exist.
pub fn own(read: &impl Read, owner: UserId, ids: &[FileId]) -> Result<Vec<(FileId, File)>> {
    let find = |id: &FileId| {
        let file = read.get(tables::FILES, id)?.filter(|file| file.owner == owner);
        file.map(|file| (*id, file)).ok_or_else(|| Error::new(Code::FileNotFound))
    };
    ids.iter().map(find).collect()
}

/// Puts a person's uploads into a message, which may be one that waits. One that is in a message already goes a second time, as a
/// file of its own with the same content.
pub fn attach<E>(tx: &mut Tx<'_, E>, owner: UserId, ids: &[FileId], message: MessageId) -> Result<Vec<u64>> {
    let files = own(tx, owner, ids)?;
    let mut attached = Vec::with_capacity(files.len());
    for (id, file) in files {
        let id = if file.message.is_none() { place(tx, id, file, message)? } else { share(tx, owner, file, message)? };
        attached.push(id.0);
    }
    Ok(attached)
}

/// Puts copies of a message's files into another message, for somebody who sees the first. What is gone stays away.
pub fn copy<E>(tx: &mut Tx<'_, E>, owner: UserId, ids: &[FileId], message: MessageId) -> Result<Vec<u64>> {
    let mut copied = Vec::with_capacity(ids.len());
    for id in ids {
        if let Some(file) = tx.get(tables::FILES, id)? {
            copied.push(share(tx, owner, file, message)?.0);
        }
    }
    Ok(copied)
}

/// Moves files that waited with a message into the message that it has become. They keep their ids.
pub fn deliver<E>(tx: &mut Tx<'_, E>, ids: &[FileId], message: MessageId) -> Result<Vec<u64>> {
    let mut delivered = Vec::with_capacity(ids.len());
    for id in ids {
        if let Some(file) = tx.get(tables::FILES, id)? {
            delivered.push(place(tx, *id, file, message)?.0);
        }
    }
    Ok(delivered)
}

/// A file becomes part of a message, or waits with it.
fn place<E>(tx: &mut Tx<'_, E>, id: FileId, mut file: File, message: MessageId) -> Result<FileId> {
    if file.message.is_none() {
        tx.delete(tables::LOOSE_FILES, &(file.created_at.0, id));
    }
    // Nobody learns of what waits, not even by what a content of their own then costs them.
    if !message.seq.waits() {
        settle(tx, &mut file, message.chat)?;
    }
    file.message = Some((message.chat, message.seq));
    tx.put(tables::FILES, &id, &file)?;
    Ok(id)
}

/// If the conversation has this content already, it is kept once.
fn settle<E>(tx: &mut Tx<'_, E>, file: &mut File, chat: ChatId) -> Result<()> {
    let blob = tx.get(tables::BLOBS, &file.blob)?.ok_or(Code::FileNotFound)?;
    let key = (chat, blob.digest);
    let known = tx.get(tables::CHAT_BLOBS, &key)?.filter(|known| *known != file.blob);
    match known.map(|known| Ok::<_, StoreError>((known, tx.get(tables::BLOBS, &known)?))).transpose()? {
        Some((known, Some(mut same))) if same.digest == blob.digest && same.format == blob.format => {
            same.files += 1;
            tx.put(tables::BLOBS, &known, &same)?;
            drop_use(tx, file.blob, None)?;
            file.blob = known;
        }
        _ => tx.put(tables::CHAT_BLOBS, &key, &file.blob)?,
    }
    Ok(())
}

/// A further file with the same content.
fn share<E>(tx: &mut Tx<'_, E>, owner: UserId, file: File, message: MessageId) -> Result<FileId> {
    let mut blob = tx.get(tables::BLOBS, &file.blob)?.ok_or(Code::FileNotFound)?;
    blob.files += 1;
    tx.put(tables::BLOBS, &file.blob, &blob)?;
    let id = FileId(tx.fresh());
    let file = File { owner, created_at: tx.now(), message: Some((message.chat, message.seq)), ..file };
    place(tx, id, file, message)
}

/// What the first of some files is; a plain file where there is none.
pub fn kind(read: &impl Read, ids: &[u64]) -> Result<Kind> {
    let first = ids.first().map(|id| find(read, FileId(*id))).transpose()?.flatten();
    Ok(first.map_or(Kind::File, |(_, blob)| about(blob.format).kind))
}

/// How many of some files are there, and what they are; plain files where they differ. Nothing where there is none.
pub fn sum(read: &impl Read, ids: &[u64]) -> Result<Option<(u64, Kind)>, StoreError> {
    let mut sum = None;
    for id in ids.iter().copied().map(FileId) {
        if let Some((_, blob)) = find(read, id)? {
            let kind = about(blob.format).kind;
            let (count, common) = sum.unwrap_or((0, kind));
            sum = Some((count + 1, if kind == common { kind } else { Kind::File }));
        }
    }
    Ok(sum)
}

/// The files of a message go with it.
pub fn release<E>(tx: &mut Tx<'_, E>, ids: &[u64]) -> Result<()> {
    for id in ids.iter().copied().map(FileId) {
        if let Some(file) = tx.get(tables::FILES, &id)? {
            remove(tx, id, &file)?;
        }
    }
    Ok(())
}

/// Takes back uploads of a person that are in no message.
pub fn discard<E>(tx: &mut Tx<'_, E>, owner: UserId, ids: &[FileId]) -> Result<()> {
    for id in ids {
        if let Some(file) = tx.get(tables::FILES, id)?.filter(|file| file.owner == owner && file.message.is_none()) {
            remove(tx, *id, &file)?;
        }
    }
    Ok(())
}

fn remove<E>(tx: &mut Tx<'_, E>, id: FileId, file: &File) -> Result<()> {
    tx.delete(tables::FILES, &id);
    if file.message.is_none() {
        tx.delete(tables::LOOSE_FILES, &(file.created_at.0, id));
    }
    drop_use(tx, file.blob, file.message.map(|(chat, _)| chat))
}

/// One file less has this content. Without any it is removed from the disk, later, by [`doomed`].
pub(super) fn drop_use<E>(tx: &mut Tx<'_, E>, id: BlobId, chat: Option<ChatId>) -> Result<()> {
    let Some(mut blob) = tx.get(tables::BLOBS, &id)? else { return Ok(()) };
    blob.files = blob.files.saturating_sub(1);
    if blob.files > 0 {
        return Ok(tx.put(tables::BLOBS, &id, &blob)?);
    }
    tx.delete(tables::BLOBS, &id);
    tx.delete(tables::UNSCANNED_BLOBS, &id);
    tx.put(tables::DOOMED_BLOBS, &id, &Doomed { format: blob.format })?;
    if let Some(key) = chat.map(|chat| (chat, blob.digest))
        && tx.get(tables::CHAT_BLOBS, &key)? == Some(id)
    {
        tx.delete(tables::CHAT_BLOBS, &key);
    }
    let used = tx.get(tables::FILE_USE, &blob.owner)?.unwrap_or(0);
    Ok(tx.put(tables::FILE_USE, &blob.owner, &used.saturating_sub(room(&blob)))?)
}

/// Takes back uploads that were never sent. True when there may be more.
pub fn expire<E>(tx: &mut Tx<'_, E>) -> Result<bool> {
    let oldest = tx.now().0.saturating_sub(u64::try_from(LOOSE.as_millis()).unwrap_or(u64::MAX));
    let range = (0, FileId::MIN)..(oldest, FileId::MIN);
    let rows = tx.scan(tables::LOOSE_FILES, range, Direction::Ascending, CHUNK)?;
    for ((at, id), ()) in &rows {
        tx.delete(tables::LOOSE_FILES, &(*at, *id));
        if let Some(file) = tx.get(tables::FILES, id)?.filter(|file| file.message.is_none()) {
            remove(tx, *id, &file)?;
        }
    }
    Ok(rows.len() == CHUNK)
}

/// Contents that are to be removed from the disk.
pub fn doomed(read: &impl Read) -> Result<Vec<(BlobId, Format)>> {
    let rows = read.scan(tables::DOOMED_BLOBS, BlobId::MIN..=BlobId::MAX, Direction::Ascending, CHUNK)?;
    Ok(rows.into_iter().map(|(id, doomed)| (id, doomed.format)).collect())
}

/// Forgets contents that have been removed.
pub fn removed<E>(tx: &mut Tx<'_, E>, ids: &[BlobId]) {
    for id in ids {
        tx.delete(tables::DOOMED_BLOBS, id);
    }
}

/// A file with its content.
pub fn find(read: &impl Read, id: FileId) -> Result<Option<(File, Blob)>, StoreError> {
    let Some(file) = read.get(tables::FILES, &id)? else { return Ok(None) };
    let blob = read.get(tables::BLOBS, &file.blob)?;
    Ok(blob.map(|blob| (file, blob)))
}

/// The message that a file is in.
pub fn message(file: &File) -> Option<MessageId> {
    file.message.map(|(chat, seq): (ChatId, Seq)| MessageId { chat, seq })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        clock::{Clock, Timestamp},
        store::Store,
    };
    use std::sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    };

    const OWNER: UserId = UserId(1);
    const PLACE: MessageId = MessageId { chat: ChatId(1), seq: Seq(1) };
    const ELSEWHERE: MessageId = MessageId { chat: ChatId(2), seq: Seq(1) };

    struct House {
        store: Store<()>,
        time: Arc<AtomicU64>,
    }

    impl House {
        fn new() -> Self {
            let time = Arc::new(AtomicU64::new(1_795_000_000_000));
            let clock = time.clone();
            let clock = Clock::new(move || Timestamp(clock.load(Ordering::Relaxed)));
            Self { store: Store::in_memory(clock, Box::new(|_| ())), time }
        }

        fn wait(&self, time: Duration) {
            self.time.fetch_add(u64::try_from(time.as_millis()).unwrap(), Ordering::Relaxed);
        }

        /// An upload of 100 bytes with a content of that number.
        async fn upload(&self, blob: u64, content: u8) -> Result<FileId> {
            let row = Blob {
                owner: OWNER,
                files: 1,
                format: Format::Txt,
                size: 100,
                digest: [content; 32],
                pixels: None,
                duration: None,
                waveform: Vec::new(),
                pages: None,
                thumbnail: None,
            };
            self.store.write(move |tx| register(tx, OWNER, "a.txt".into(), BlobId(blob), &row, 250)).await
        }

        async fn attach(&self, files: Vec<FileId>, message: MessageId) -> Result<Vec<u64>> {
            self.store.write(move |tx| attach(tx, OWNER, &files, message)).await
        }

        async fn release(&self, ids: Vec<u64>) {
            self.store.write(move |tx| release(tx, &ids)).await.unwrap();
        }

        fn used(&self) -> u64 {
            self.store.read(|read| read.get(tables::FILE_USE, &OWNER)).unwrap().unwrap_or(0)
        }

        fn doomed(&self) -> Vec<u64> {
            let mut ids: Vec<u64> = self.store.read(|read| doomed(read)).unwrap().into_iter().map(|(id, _)| id.0).collect();
            ids.sort_unstable();
            ids
        }

        fn exists(&self, id: FileId) -> bool {
            self.store.read(|read| find(read, id)).unwrap().is_some()
        }

        /// Every row of every table, for what must come to nothing.
        fn rows(&self) -> usize {
            self.store.read(|read| {
                let all = BlobId::MIN..=BlobId::MAX;
                let blobs = read.scan(tables::BLOBS, all, Direction::Ascending, 100).unwrap().len();
                let files = read.scan(tables::FILES, FileId::MIN..=FileId::MAX, Direction::Ascending, 100).unwrap().len();
                let loose = (0, FileId::MIN)..=(u64::MAX, FileId::MAX);
                let loose = read.scan(tables::LOOSE_FILES, loose, Direction::Ascending, 100).unwrap().len();
                let known = (ChatId::MIN, [0; 32])..=(ChatId::MAX, [255; 32]);
                blobs + files + loose + read.scan(tables::CHAT_BLOBS, known, Direction::Ascending, 100).unwrap().len()
            })
        }
    }

    #[tokio::test]
    async fn what_is_never_sent_goes_after_a_day() {
        let house = House::new();
        let (sent, loose) = (house.upload(1, 1).await.unwrap(), house.upload(2, 2).await.unwrap());
        let sent_ids = house.attach(vec![sent], PLACE).await.unwrap();
        house.wait(Duration::from_hours(23));
        house.store.write(expire).await.unwrap();
        assert!(house.exists(loose));
        house.wait(Duration::from_mins(61));
        house.store.write(expire).await.unwrap();
        assert!(!house.exists(loose) && house.exists(sent));
        assert_eq!((house.used(), house.doomed()), (100, vec![2]));
        house.release(sent_ids).await;
        assert_eq!((house.used(), house.doomed(), house.rows()), (0, vec![1, 2], 0));
    }

    #[tokio::test]
    async fn the_same_content_is_kept_once_in_a_conversation_and_as_long_as_one_file_has_it() {
        let house = House::new();
        let (one, two) = (house.upload(1, 7).await.unwrap(), house.upload(2, 7).await.unwrap());
        assert_eq!(house.upload(3, 7).await.unwrap_err().code, Code::QuotaExceeded);
        let first = house.attach(vec![one], PLACE).await.unwrap();
        let second = house.attach(vec![two], MessageId { seq: Seq(2), ..PLACE }).await.unwrap();
        assert_eq!((house.used(), house.doomed()), (100, vec![2]));
        let elsewhere = house.attach(vec![one], ELSEWHERE).await.unwrap();
        assert_ne!(first, elsewhere, "a file of its own");
        house.release(first).await;
        house.release(second).await;
        assert_eq!((house.used(), house.doomed()), (100, vec![2]), "it is still in the other conversation");
        house.release(elsewhere.clone()).await;
        house.release(elsewhere).await;
        assert_eq!((house.used(), house.doomed()), (0, vec![1, 2]));
    }

    #[tokio::test]
    async fn what_waits_with_a_message_stays_until_that_is_sent_or_cancelled() {
        let house = House::new();
        let waiting = MessageId { seq: Seq(Seq::WAITING.0 + 5), ..PLACE };
        let (one, two) = (house.upload(1, 7).await.unwrap(), house.upload(2, 8).await.unwrap());
        let first = house.attach(vec![one], waiting).await.unwrap();
        let second = house.attach(vec![two], MessageId { seq: waiting.seq.next(), ..waiting }).await.unwrap();
        house.wait(Duration::from_hours(24 * 30));
        house.store.write(expire).await.unwrap();
        assert!(house.exists(one) && house.exists(two));
        assert_eq!((house.used(), house.upload(3, 9).await.unwrap_err().code), (200, Code::QuotaExceeded));
        // Nobody takes it back by its id, and what is sent meanwhile with the same content does not lie with it.
        house.store.write(move |tx| discard(tx, OWNER, &[one])).await.unwrap();
        house.release(second).await;
        assert_eq!((house.used(), house.doomed()), (100, vec![2]));
        let same = house.upload(4, 7).await.unwrap();
        let same = house.attach(vec![same], PLACE).await.unwrap();
        assert_eq!((house.used(), house.doomed()), (200, vec![2]));
        // Its time has come: the conversation has the content, which is kept once.
        let ids: Vec<FileId> = first.iter().copied().map(FileId).collect();
        let sent = MessageId { seq: Seq(2), ..PLACE };
        let delivered = house.store.write(move |tx| deliver(tx, &ids, sent)).await.unwrap();
        assert_eq!((&delivered, house.used(), house.doomed()), (&first, 100, vec![1, 2]));
        house.release(same).await;
        assert!(house.exists(one));
        house.release(delivered).await;
        assert_eq!((house.used(), house.doomed(), house.rows()), (0, vec![1, 2, 4], 0));
    }

    #[tokio::test]
    async fn nobody_sends_the_uploads_of_somebody_else() {
        let house = House::new();
        let file = house.upload(1, 1).await.unwrap();
        let other = house.store.write(move |tx| attach(tx, UserId(2), &[file], PLACE)).await;
        let none = house.store.write(move |tx| attach(tx, UserId(2), &[FileId(5)], PLACE)).await;
        assert_eq!((other.clone().unwrap_err().code, other), (Code::FileNotFound, none));
    }
}
