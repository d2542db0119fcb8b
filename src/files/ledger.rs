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
    let used = tx.get(tables::FILE_USE, &owner)?.unwrap_or(0);
    let wanted = used.saturating_add(room(blob));
    if wanted > quota {
        return Err(over_quota(quota));
    }
    tx.put(tables::FILE_USE, &owner, &wanted)?;
    tx.put(tables::BLOBS, &id, blob)?;
    let file = File { owner, blob: id, name, message: None, created_at: tx.now() };
    let id = FileId(tx.fresh());
    tx.put(tables::LOOSE_FILES, &(file.created_at.0, id), &())?;
    tx.put(tables::FILES, &id, &file)?;
    Ok(id)
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

/// Puts a person's uploads into a message. One that is in a message already goes a second time, as a file of its own with
/// the same content.
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

/// An upload becomes part of a message. If the conversation has this content already, it is kept once.
fn place<E>(tx: &mut Tx<'_, E>, id: FileId, mut file: File, message: MessageId) -> Result<FileId> {
    tx.delete(tables::LOOSE_FILES, &(file.created_at.0, id));
    let blob = tx.get(tables::BLOBS, &file.blob)?.ok_or(Code::FileNotFound)?;
    let key = (message.chat, blob.digest);
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
    file.message = Some((message.chat, message.seq));
    tx.put(tables::FILES, &id, &file)?;
    Ok(id)
}

/// A further file with the same content.
fn share<E>(tx: &mut Tx<'_, E>, owner: UserId, file: File, message: MessageId) -> Result<FileId> {
    let mut blob = tx.get(tables::BLOBS, &file.blob)?.ok_or(Code::FileNotFound)?;
    blob.files += 1;
    tx.put(tables::BLOBS, &file.blob, &blob)?;
    let id = FileId(tx.fresh());
    let file = File { owner, created_at: tx.now(), ..file };
    tx.put(tables::LOOSE_FILES, &(file.created_at.0, id), &())?;
    place(tx, id, file, message)
}

/// What the first of some files is; a plain file where there is none.
pub fn kind(read: &impl Read, ids: &[u64]) -> Result<Kind> {
    let first = ids.first().map(|id| find(read, FileId(*id))).transpose()?.flatten();
    Ok(first.map_or(Kind::File, |(_, blob)| about(blob.format).kind))
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
fn drop_use<E>(tx: &mut Tx<'_, E>, id: BlobId, chat: Option<ChatId>) -> Result<()> {
    let Some(mut blob) = tx.get(tables::BLOBS, &id)? else { return Ok(()) };
    blob.files = blob.files.saturating_sub(1);
    if blob.files > 0 {
        return Ok(tx.put(tables::BLOBS, &id, &blob)?);
    }
    tx.delete(tables::BLOBS, &id);
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
