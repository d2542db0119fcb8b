//! The data folder: who uses it, which version wrote it, what its files are called.

use super::{
    disk::Disk,
    manifest::{Manifest, Print},
    options::OpenError,
};
use parking_lot::Mutex;
use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
    sync::Arc,
};

/// The version of the folder's layout that this program writes.
pub(super) const VERSION: u64 = 1;
const FORMAT: &str = "format";
const FORMAT_TITLE: &str = "mommycare-data";

/// A folder of ours alone, with its manifest.
#[derive(Debug)]
pub(super) struct Home {
    pub folder: PathBuf,
    pub disk: Arc<dyn Disk>,
    manifest: Mutex<Manifest>,
    // Released when the process ends, however it ends.
    _lock: File,
}

impl Home {
    pub(super) fn new(folder: PathBuf, disk: Arc<dyn Disk>, lock: File, manifest: Manifest) -> Self {
        Self { folder, disk, manifest: Mutex::new(manifest), _lock: lock }
    }

    /// The manifest as it is on the disk.
    pub(super) fn manifest(&self) -> Manifest {
        self.manifest.lock().clone()
    }

    /// Changes the manifest on the disk; it stays as it was when that fails.
    pub(super) fn update(&self, change: impl FnOnce(&mut Manifest)) -> io::Result<()> {
        let mut held = self.manifest.lock();
        let mut next = held.clone();
        change(&mut next);
        next.write(&*self.disk, &self.folder)?;
        *held = next;
        Ok(())
    }

    /// The engine's folder.
    pub(super) fn engine(&self) -> PathBuf {
        self.folder.join("sled")
    }

    /// A file that exists when the engine has failed while it ran.
    pub(super) fn suspect(&self) -> PathBuf {
        self.folder.join("sled.suspect")
    }

    /// Removes files that the manifest names no longer. One that stays is only in the way of room; the next start gets it.
    pub(super) fn discard(&self, names: &[String]) {
        for name in names {
            if let Err(error) = self.disk.remove(&self.folder.join(name)) {
                tracing::warn!(name, %error, "an old file could not be removed");
            }
        }
    }

    /// Removes journals and snapshots, finished or not, that the manifest does not name. Only while nobody makes new ones.
    pub(super) fn tidy(&self) {
        let manifest = self.manifest();
        let in_use = |name: &str| {
            manifest.journals.iter().any(|file| file.name == name) || manifest.snapshot.as_ref().is_some_and(|file| file.name == name)
        };
        let names = names(&self.folder).unwrap_or_default();
        self.discard(&names.into_iter().filter(|name| is_data(name) && !in_use(name)).collect::<Vec<_>>());
    }
}

fn is_data(name: &str) -> bool {
    name.starts_with("journal-") || name.starts_with("snapshot")
}

/// Names in a folder, sorted.
pub(super) fn names(folder: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        names.extend(entry?.file_name().into_string());
    }
    names.sort();
    Ok(names)
}

/// Names of our own files in a folder, sorted. None means that there is no data.
pub(super) fn data_names(folder: &Path) -> io::Result<Vec<String>> {
    let mut names = names(folder)?;
    names.retain(|name| is_data(name) || ["manifest", FORMAT, "sled"].contains(&name.as_str()));
    Ok(names)
}

/// Makes the folder if need be and takes it for this process alone.
pub(super) fn claim(folder: &Path) -> Result<File, OpenError> {
    let io = |error| OpenError::io(folder, error);
    fs::create_dir_all(folder).map_err(io)?;
    let mut file = OpenOptions::new().create(true).truncate(false).read(true).write(true).open(folder.join("lock")).map_err(io)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut text = String::new();
            let pid = file.read_to_string(&mut text).ok().and_then(|_| text.trim().parse().ok());
            return Err(OpenError::Locked { folder: folder.into(), pid });
        }
        Err(TryLockError::Error(error)) => return Err(io(error)),
    }
    Ok(file)
}

/// Leaves word of this process for whoever finds the folder taken.
pub(super) fn sign(mut lock: &File) -> io::Result<()> {
    lock.set_len(0)?;
    writeln!(lock, "{}", std::process::id())
}

/// Reads which version wrote the folder. `Ok(false)` when the file is missing or unreadable.
pub(super) fn check_format(folder: &Path) -> Result<bool, OpenError> {
    let text = match fs::read(folder.join(FORMAT)) {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(OpenError::io(folder, error)),
    };
    let version = text.trim().strip_prefix(FORMAT_TITLE).and_then(|number| number.trim().parse::<u64>().ok());
    match version {
        Some(found) if found > VERSION => Err(OpenError::Newer { folder: folder.into(), found }),
        found => Ok(found == Some(VERSION)),
    }
}

/// Writes the version.
pub(super) fn write_format(disk: &dyn Disk, folder: &Path) -> io::Result<()> {
    super::disk::replace(disk, &folder.join(FORMAT), format!("{FORMAT_TITLE} {VERSION}\n").as_bytes())
}

/// Length and checksum of every file below a folder, each made durable on the way if `sync` is set.
pub(super) fn fingerprint(root: &Path, sync: bool) -> io::Result<Vec<Print>> {
    let mut prints = Vec::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                prints.push(print_of(root, &path, sync)?);
            }
        }
        if sync {
            File::open(&folder)?.sync_all()?;
        }
    }
    prints.sort();
    Ok(prints)
}

fn print_of(root: &Path, path: &Path, sync: bool) -> io::Result<Print> {
    let mut file = File::open(path)?;
    if sync {
        file.sync_all()?;
    }
    let (mut crc, mut bytes, mut buffer) = (crc32fast::Hasher::new(), 0, vec![0; 256 << 10]);
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            break;
        }
        crc.update(buffer.get(..read).unwrap_or_default());
        bytes += read as u64;
    }
    let path = path.strip_prefix(root).unwrap_or(path).to_string_lossy().into_owned();
    Ok(Print { path, bytes, crc: crc.finalize() })
}
