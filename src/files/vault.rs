//! Where contents lie: one folder for each kind, one for what is still arriving. Everything that touches the disk is here or
//! works on a file that was made here.

use super::format::{Kind, about};
use crate::{
    error::{Code, Error, Result},
    ids::BlobId,
    store::{Disk as _, LocalDisk, records::Format},
};
use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io,
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
    time::Duration,
};

/// How much is kept in quarantine, in bytes, and for how long.
const QUARANTINE_SIZE: u64 = 256 << 20;
const QUARANTINE_TIME: Duration = Duration::from_hours(30 * 24);

/// The folders.
#[derive(Debug, Clone)]
pub struct Vault {
    root: PathBuf,
    /// What a virus scanner has found. Beside what is served, not in it.
    quarantine: PathBuf,
    min_free: u64,
}

/// A file that is still arriving. It goes when this is dropped.
#[derive(Debug)]
pub struct Arrival {
    path: PathBuf,
    kept: bool,
}

impl Drop for Arrival {
    fn drop(&mut self) {
        if !self.kept
            && let Err(error) = fs::remove_file(&self.path)
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(%error, "an unfinished upload could not be removed; the next start does it");
        }
    }
}

impl Arrival {
    /// Where it lies for now.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Vault {
    /// Opens the folders below the data folder, or makes them, and throws away what never arrived whole. Writes stop when
    /// fewer than `min_free` bytes are free.
    pub fn open(data: &Path, min_free: u64) -> io::Result<Self> {
        let vault = Self { root: data.join("uploads"), quarantine: data.join("quarantine"), min_free };
        for folder in Kind::ALL.map(|kind| vault.folder(kind)).iter().chain([&vault.arriving(), &vault.quarantine]) {
            DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        }
        for entry in fs::read_dir(vault.arriving())? {
            fs::remove_file(entry?.path())?;
        }
        Ok(vault)
    }

    fn arriving(&self) -> PathBuf {
        self.root.join("arriving")
    }

    fn folder(&self, kind: Kind) -> PathBuf {
        self.root.join("chat").join(kind.folder())
    }

    /// Where a content lies.
    pub fn path(&self, blob: BlobId, format: Format) -> PathBuf {
        self.folder(about(format).kind).join(blob.to_string())
    }

    /// Where the small picture of a content lies.
    pub fn thumbnail(&self, blob: BlobId, format: Format) -> PathBuf {
        self.folder(about(format).kind).join(format!("{blob}.small"))
    }

    /// An empty file for something that arrives.
    pub fn arrive(&self) -> Result<(Arrival, File)> {
        self.check_room()?;
        let path = self.arriving().join(format!("{:032x}", rand::random::<u128>()));
        let file = OpenOptions::new().create_new(true).read(true).write(true).mode(0o600).open(&path);
        let file = file.map_err(|error| failed(&error))?;
        Ok((Arrival { path, kept: false }, file))
    }

    /// Refuses when the disk is nearly full.
    pub fn check_room(&self) -> Result<()> {
        match LocalDisk.available(&self.root) {
            Ok(free) if free < self.min_free => Err(Code::StorageFull.into()),
            Ok(_) => Ok(()),
            Err(error) => Err(failed(&error)),
        }
    }

    /// Makes a content and its small picture survive a power cut, or leaves neither.
    pub fn keep(&self, blob: BlobId, format: Format, whole: Arrival, small: Option<Arrival>) -> Result<()> {
        let kept = small.map_or(Ok(()), |small| Self::settle(small, &self.thumbnail(blob, format)));
        let kept = kept.and_then(|()| Self::settle(whole, &self.path(blob, format)));
        if kept.is_err()
            && let Err(error) = self.remove(blob, format)
        {
            tracing::warn!(%error, "an upload that could not be kept could not be removed; the next start does it");
        }
        kept
    }

    /// Makes an arrival survive a power cut under its lasting name.
    fn settle(mut arrival: Arrival, path: &Path) -> Result<()> {
        let sync = || {
            File::open(&arrival.path)?.sync_all()?;
            fs::rename(&arrival.path, path)?;
            File::open(path.parent().unwrap_or(path))?.sync_all()
        };
        let synced: io::Result<()> = sync();
        synced.map_err(|error| failed(&error))?;
        arrival.kept = true;
        Ok(())
    }

    /// Puts away what must never be served, for whoever looks after the server. Answers its name.
    pub fn quarantine(&self, mut arrival: Arrival) -> Result<String> {
        let name = arrival.path.file_name().unwrap_or_default().to_os_string();
        fs::rename(&arrival.path, self.quarantine.join(&name)).map_err(|error| failed(&error))?;
        arrival.kept = true;
        self.clear_quarantine().map_err(|error| failed(&error))?;
        Ok(name.to_string_lossy().into_owned())
    }

    /// Removes what has been in quarantine for long, and the oldest of too much: nobody fills the disk with viruses.
    pub fn clear_quarantine(&self) -> io::Result<()> {
        let mut kept = Vec::new();
        for entry in fs::read_dir(&self.quarantine)? {
            let entry = entry?;
            let facts = entry.metadata()?;
            kept.push((facts.modified()?.elapsed().unwrap_or_default(), facts.len(), entry.path()));
        }
        kept.sort();
        let mut room = QUARANTINE_SIZE;
        for (age, size, path) in kept {
            match room.checked_sub(size).filter(|_| age < QUARANTINE_TIME) {
                Some(left) => room = left,
                None => fs::remove_file(path)?,
            }
        }
        Ok(())
    }

    /// Removes a content and its small picture. One that is gone already is no mistake.
    pub fn remove(&self, blob: BlobId, format: Format) -> io::Result<()> {
        for path in [self.path(blob, format), self.thumbnail(blob, format)] {
            match fs::remove_file(path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }

    /// Removes what `is_known` does not know: it arrived, but the server ended before that was written down.
    /// Only while nothing arrives. Answers how many files went.
    pub fn sweep(&self, mut is_known: impl FnMut(BlobId) -> Result<bool>) -> Result<usize> {
        let mut removed = 0;
        for kind in Kind::ALL {
            for entry in fs::read_dir(self.folder(kind)).map_err(|error| failed(&error))? {
                let entry = entry.map_err(|error| failed(&error))?;
                let name = entry.file_name();
                let id = name.to_str().and_then(|name| name.split('.').next()).and_then(|stem| stem.parse().ok());
                // What we have not named is not ours to remove.
                let Some(id) = id else { continue };
                if !is_known(id)? {
                    fs::remove_file(entry.path()).map_err(|error| failed(&error))?;
                    removed += 1;
                }
            }
        }
        Ok(removed)
    }
}

/// What an I/O error means to whoever sends a file.
pub(super) fn failed(error: &io::Error) -> Error {
    // The last is a limit that the operator has set on the length of files.
    if matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge) {
        return Code::StorageFull.into();
    }
    tracing::error!(%error, "a file could not be read or written");
    Code::Unavailable.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_kept_leaves_no_small_picture() {
        let folder = tempfile::tempdir().unwrap();
        let vault = Vault::open(folder.path(), 0).unwrap();
        let (whole, small) = (vault.arrive().unwrap().0, vault.arrive().unwrap().0);
        // The disk fails.
        fs::remove_file(whole.path()).unwrap();
        let id = BlobId(7);
        assert!(vault.keep(id, Format::Png, whole, Some(small)).is_err());
        assert!(!vault.thumbnail(id, Format::Png).exists() && fs::read_dir(vault.arriving()).unwrap().next().is_none());
        let (whole, small) = (vault.arrive().unwrap().0, vault.arrive().unwrap().0);
        vault.keep(id, Format::Png, whole, Some(small)).unwrap();
        assert!(vault.path(id, Format::Png).exists() && vault.thumbnail(id, Format::Png).exists());
    }
}
