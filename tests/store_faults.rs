//! A disk that fails: full, failing writes, syncs and renames, read-only.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

#[path = "store_common/mod.rs"]
mod common;

use common::{Expect, append, open, options};
use mommycare::store::{Disk, DiskFile, LocalDisk, OpenError, Options, Start, Store, StoreError};
use parking_lot::Mutex;
use std::{io, path::Path, sync::Arc, time::Duration};

/// Which calls fail, and how.
#[derive(Debug, Default)]
struct Faults {
    create: Option<io::ErrorKind>,
    write: Option<io::ErrorKind>,
    sync: Option<io::ErrorKind>,
    rename: Option<io::ErrorKind>,
    available: Option<u64>,
}

#[derive(Debug, Default, Clone)]
struct FaultyDisk(Arc<Mutex<Faults>>);

#[derive(Debug)]
struct FaultyFile(Box<dyn DiskFile>, FaultyDisk);

fn fail(kind: Option<io::ErrorKind>) -> io::Result<()> {
    kind.map_or(Ok(()), |kind| Err(kind.into()))
}

impl DiskFile for FaultyFile {
    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        let fault = self.1.0.lock().write;
        if fault.is_some() {
            // Half of it arrives.
            self.0.write_at(&bytes[..bytes.len() / 2], offset)?;
        }
        fail(fault)?;
        self.0.write_at(bytes, offset)
    }

    fn sync(&self) -> io::Result<()> {
        fail(self.1.0.lock().sync)?;
        self.0.sync()
    }
}

impl Disk for FaultyDisk {
    fn create(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        fail(self.0.lock().create)?;
        Ok(Box::new(FaultyFile(LocalDisk.create(path)?, self.clone())))
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        Ok(Box::new(FaultyFile(LocalDisk.open(path)?, self.clone())))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fail(self.0.lock().rename)?;
        LocalDisk.rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        LocalDisk.remove(path)
    }

    fn sync_folder(&self, path: &Path) -> io::Result<()> {
        fail(self.0.lock().sync)?;
        LocalDisk.sync_folder(path)
    }

    fn available(&self, path: &Path) -> io::Result<u64> {
        let told = self.0.lock().available;
        told.map_or_else(|| LocalDisk.available(path), Ok)
    }
}

/// A store on a disk that can be told to fail, and what was acknowledged.
struct Patient {
    folder: tempfile::TempDir,
    disk: FaultyDisk,
    store: Store<u64>,
    expect: Expect,
    next: u64,
}

impl Patient {
    fn new() -> Self {
        let (folder, disk) = (tempfile::tempdir().unwrap(), FaultyDisk::default());
        let options = Options { disk: Arc::new(disk.clone()), ..options(folder.path()) };
        let store = open(&options).unwrap().0;
        Self { folder, disk, store, expect: Expect::default(), next: 0 }
    }

    async fn write(&mut self) -> Result<(), StoreError> {
        self.next += 1;
        let place = append(&self.store, self.next).await?;
        self.expect.add(vec![(place, self.next)]);
        Ok(())
    }

    async fn write_many(&mut self, count: u64) {
        for _ in 0..count {
            self.write().await.unwrap();
        }
    }

    fn set(&self, change: impl FnOnce(&mut Faults)) {
        change(&mut self.disk.0.lock());
    }

    /// Opens the folder again on a healthy disk.
    fn check_again(self) -> Start {
        self.set(|faults| *faults = Faults::default());
        drop(self.store);
        let (store, report) = open(&options(self.folder.path())).unwrap();
        self.expect.check(&store);
        assert_eq!(report.notes, Vec::<String>::new());
        report.start
    }
}

#[tokio::test]
async fn a_nearly_full_disk_refuses_writes_until_there_is_room() {
    let mut patient = Patient::new();
    patient.write_many(10).await;
    patient.set(|faults| faults.available = Some(1000));
    assert_eq!(patient.write().await, Err(StoreError::Full));
    patient.expect.check(&patient.store);
    assert_eq!(patient.store.metrics().refused_full(), 1);
    patient.set(|faults| faults.available = None);
    patient.write_many(10).await;
    assert_eq!(patient.check_again(), Start::Clean);
}

#[tokio::test]
async fn a_disk_that_fills_up_in_the_middle_of_a_write_recovers() {
    let mut patient = Patient::new();
    for _ in 0..5 {
        patient.write_many(10).await;
        patient.set(|faults| faults.write = Some(io::ErrorKind::StorageFull));
        assert_eq!(patient.write().await, Err(StoreError::Full));
        assert_eq!(patient.write().await, Err(StoreError::Full));
        patient.expect.check(&patient.store);
        patient.set(|faults| faults.write = None);
    }
    patient.write_many(10).await;
    assert_eq!(patient.check_again(), Start::Clean);
}

#[tokio::test]
async fn no_room_for_a_new_journal_file_is_no_failure() {
    let mut patient = Patient::new();
    patient.set(|faults| faults.create = Some(io::ErrorKind::StorageFull));
    let mut written = 0;
    while patient.write().await.is_ok() {
        written += 1;
        assert!(written < 1_000, "the first file never ends");
    }
    assert_eq!(patient.write().await, Err(StoreError::Full));
    patient.set(|faults| faults.create = None);
    patient.write_many(10).await;
    assert_eq!(patient.check_again(), Start::Clean);
}

#[tokio::test]
async fn after_a_failed_write_or_sync_nothing_is_acknowledged_any_more() {
    let faults: [fn(&mut Faults); 2] =
        [|faults| faults.sync = Some(io::ErrorKind::Other), |faults| faults.write = Some(io::ErrorKind::Other)];
    for fault in faults {
        let mut patient = Patient::new();
        patient.write_many(10).await;
        patient.set(fault);
        assert!(matches!(patient.write().await, Err(StoreError::Io(_))));
        patient.set(|faults| *faults = Faults::default());
        assert_eq!(patient.write().await, Err(StoreError::Closed));
        patient.expect.check(&patient.store);
        let why = tokio::time::timeout(Duration::from_mins(2), patient.store.failed()).await.unwrap();
        assert!(why.contains("journal"), "{why}");
        // The row whose fate was unknown may be there or not; what was acknowledged is.
        assert_eq!(patient.check_again(), Start::Killed);
    }
}

#[tokio::test]
async fn failing_checkpoints_and_snapshots_harm_nobody() {
    let mut patient = Patient::new();
    patient.write_many(200).await;
    patient.set(|faults| faults.rename = Some(io::ErrorKind::Other));
    // The keeper tries while there is still room in the journal file; then the next file's name cannot be made durable.
    tokio::time::sleep(Duration::from_millis(1_200)).await;
    patient.expect.check(&patient.store);
    patient.set(|faults| faults.rename = None);
    patient.write_many(10).await;
    assert_eq!(patient.check_again(), Start::Clean);
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let (folder, disk) = (tempfile::tempdir().unwrap(), FaultyDisk::default());
    disk.0.lock().create = Some(io::ErrorKind::ReadOnlyFilesystem);
    let Err(error) = open(&Options { disk: Arc::new(disk), ..options(folder.path()) }) else { panic!("opened") };
    assert!(matches!(error, OpenError::ReadOnly { .. }));
    assert!(error.to_string().contains(folder.path().to_str().unwrap()));
}
