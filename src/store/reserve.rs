//! Room for the next start. Another program may fill the disk to its last byte, and opening a store takes some: for the manifest, and for
//! what is replayed. A file holds that room. A start that finds less gives the file up, and it is made again when there is room.

use super::{folder::Home, options::Options};
use std::{
    fs::{self, File},
    io,
    path::Path,
};

const NAME: &str = "reserve";

/// How much is kept, in bytes: what the engine makes of the journal between two checkpoints, generously.
fn size(options: &Options) -> u64 {
    options.checkpoint_after.saturating_mul(2)
}

/// Gives the room up where it is needed.
pub(super) fn release(options: &Options) {
    let is_needed = options.disk.available(&options.folder).is_ok_and(|free| free < size(options));
    if is_needed && fs::remove_file(options.folder.join(NAME)).is_ok() {
        tracing::warn!("the disk is full; what was kept free for a start is used");
    }
}

/// Takes the room if it is not taken and plenty is left. What cannot be had is no error: the store works without.
pub(super) fn take(home: &Home, options: &Options) {
    let (path, size) = (home.folder.join(NAME), size(options));
    if fs::metadata(&path).is_ok_and(|file| file.len() == size) {
        return;
    }
    let plenty = options.min_free.saturating_mul(2).saturating_add(size);
    let outcome = match home.disk.available(&home.folder) {
        Ok(free) if free >= plenty => allocate(&path, size),
        Ok(_) => return,
        Err(error) => Err(error),
    };
    if let Err(error) = outcome {
        tracing::debug!(%error, "nothing could be kept free for a start on a full disk");
        let _ = fs::remove_file(path);
    }
}

fn allocate(path: &Path, size: u64) -> io::Result<()> {
    Ok(rustix::fs::fallocate(File::create(path)?, rustix::fs::FallocateFlags::empty(), 0, size)?)
}
