//! What the tests of the store share: rows that can be told apart, and a child process that writes them until it is killed.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
#![allow(dead_code, reason = "each test file uses its part")]

use mommycare::{
    clock::Clock,
    store::{Direction, OpenError, OpenReport, Options, Read as _, Store, StoreError, Table},
};
use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead as _, BufReader, Write as _},
    ops::Range,
    path::Path,
    process::{ChildStdout, Command, Stdio},
    sync::Arc,
};

/// Row by place. Dense: the operation takes the next place.
pub const ROWS: Table<u64, u64> = Table::new(200, "rows");
/// How many rows there are.
pub const COUNT: Table<u64, u64> = Table::new(201, "count");
/// Which place a value got; a value must never have two.
pub const PLACES: Table<u64, u64> = Table::new(202, "places");

const FOLDER: &str = "STORE_TEST_FOLDER";
/// Set for a child that makes no checkpoint by itself.
pub const NO_CHECKPOINTS: &str = "STORE_TEST_NO_CHECKPOINTS";
const WRITERS: u64 = 32;

/// Small files, so that tests reach every border.
pub fn options(folder: &Path) -> Options {
    Options {
        cache: 4 << 20,
        journal_file: 64 << 10,
        checkpoint_after: 64 << 10,
        snapshot_after: 256 << 10,
        min_free: 1 << 20,
        ..Options::new(folder)
    }
}

/// Opens a store whose events nobody hears.
pub fn open(options: &Options) -> Result<(Store<u64>, OpenReport), OpenError> {
    Store::open(options, Clock::system(), Box::new(drop))
}

/// Rounds of a test: few for every day, more by hand through an environment variable.
pub fn rounds(variable: &str, usual: u64) -> u64 {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// Names in a folder that begin with a prefix, sorted.
pub fn names(folder: &Path, prefix: &str) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    names.retain(|name| name.starts_with(prefix));
    names.sort();
    names
}

/// A copy of a folder.
pub fn folder_copy(folder: &Path) -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    copy_into(folder, copy.path());
    copy
}

/// Copies what is in a folder.
pub fn copy_into(from: &Path, to: &Path) {
    for name in names(from, "") {
        if from.join(&name).is_dir() {
            fs::create_dir(to.join(&name)).unwrap();
            copy_into(&from.join(&name), &to.join(&name));
        } else {
            fs::copy(from.join(&name), to.join(&name)).unwrap();
        }
    }
}

/// Appends a value as a new row; its place.
pub async fn append(store: &Store<u64>, value: u64) -> Result<u64, StoreError> {
    store
        .write(move |tx| {
            let place = tx.get(COUNT, &0)?.unwrap_or(0) + 1;
            tx.put(COUNT, &0, &place)?;
            tx.put(ROWS, &place, &value)?;
            tx.put(PLACES, &value, &place)?;
            Ok(place)
        })
        .await
}

/// Writes many rows, each with its own number as value, outside the dense rows.
pub fn write_rows(store: &Store<u64>, range: Range<u64>) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let write =
        |start: u64, end: u64| store.write::<_, _, StoreError>(move |tx| (start..end).try_for_each(|n| tx.put(PLACES, &(n | 1 << 60), &n)));
    for start in range.clone().step_by(10) {
        runtime.block_on(write(start, range.end.min(start + 10))).unwrap();
    }
}

/// Checks what [`write_rows`] wrote.
pub fn check_rows(store: &Store<u64>, range: Range<u64>) {
    for n in range {
        assert_eq!(store.read(|r| r.get(PLACES, &(n | 1 << 60))), Ok(Some(n)));
    }
}

/// The main function of a child process: appends with many writers and prints `place value` after each acknowledgement.
/// Does nothing in a test process that is not such a child.
pub fn child_main() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    let mut options = options(Path::new(&folder));
    if std::env::var_os(NO_CHECKPOINTS).is_some() {
        (options.checkpoint_after, options.idle) = (u64::MAX, std::time::Duration::MAX);
    }
    let (store, _) = open(&options).unwrap();
    let store = Arc::new(store);
    let start: u64 = rand::random::<u64>() >> 4 << 20;
    runtime.block_on(async {
        let writers = (0..WRITERS).map(|writer| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                for turn in 0.. {
                    let value = start + turn * WRITERS + writer;
                    let place = append(&store, value).await.unwrap();
                    // One write call a line, so that a line is whole or not there.
                    std::io::stdout().write_all(format!("\nack {place} {value}\n").as_bytes()).unwrap();
                }
            })
        });
        for writer in writers.collect::<Vec<_>>() {
            writer.await.unwrap();
        }
    });
}

/// A child process that writes.
pub struct Child {
    process: std::process::Child,
    output: BufReader<ChildStdout>,
}

impl Child {
    /// Starts this test program again as a writer.
    pub fn start(folder: &Path) -> Self {
        Self::start_with(folder, |_| ())
    }

    /// The same with a changed environment.
    pub fn start_with(folder: &Path, change: impl FnOnce(&mut Command)) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["child", "--exact", "--nocapture"]).env(FOLDER, folder).stdout(Stdio::piped());
        change(&mut command);
        let mut process = command.spawn().unwrap();
        let output = BufReader::new(process.stdout.take().unwrap());
        Self { process, output }
    }

    /// Waits until something was acknowledged.
    pub fn wait_for_first(&mut self) {
        let mut line = String::new();
        while !line.starts_with("ack ") {
            line.clear();
            assert!(self.output.read_line(&mut line).unwrap() > 0, "the child ended");
        }
    }

    /// Kills it; all acknowledged rows.
    pub fn kill(mut self) -> Vec<(u64, u64)> {
        // Reading goes on meanwhile, or a full pipe would hold the child back.
        let reader = std::thread::spawn(move || {
            let lines = self.output.lines().map_while(Result::ok);
            lines.filter_map(|line| acknowledged(&line)).collect()
        });
        std::thread::sleep(std::time::Duration::from_millis(1));
        self.process.kill().unwrap();
        self.process.wait().unwrap();
        reader.join().unwrap()
    }
}

/// The place and value of a line of a child.
pub fn acknowledged(line: &str) -> Option<(u64, u64)> {
    let (place, value) = line.strip_prefix("ack ")?.split_once(' ')?;
    Some((place.parse().ok()?, value.parse().ok()?))
}

/// What must be there.
#[derive(Debug, Default, Clone)]
pub struct Expect(pub BTreeMap<u64, u64>);

impl Expect {
    /// More acknowledged rows.
    pub fn add(&mut self, rows: Vec<(u64, u64)>) {
        for (place, value) in rows {
            assert_eq!(self.0.insert(place, value), None, "place {place} was acknowledged twice");
        }
    }

    /// Compares with a store: nothing lost, nothing doubled, no gap.
    pub fn check(&self, store: &Store<u64>) {
        if let Err(what) = self.compare(store) {
            panic!("{what}");
        }
    }

    /// The first difference to a store, if there is one.
    pub fn compare(&self, store: &Store<u64>) -> Result<(), String> {
        let failed = |error: StoreError| error.to_string();
        let count = store.read(|r| r.get(COUNT, &0)).map_err(failed)?.unwrap_or(0);
        let mut found = BTreeMap::new();
        let mut from = 1;
        while from <= count {
            let page = store.read(|r| r.scan(ROWS, from.., Direction::Ascending, 1_000)).map_err(failed)?;
            let Some((last, _)) = page.last() else { break };
            from = last + 1;
            found.extend(page);
        }
        if found.len() as u64 != count || found.last_key_value().is_some_and(|(last, _)| *last != count) {
            return Err(format!("{} rows, but the count says {count}", found.len()));
        }
        for (place, value) in &self.0 {
            if found.get(place) != Some(value) {
                return Err(format!("LOST: acknowledged row {place} is {:?}, not {value}; the count is {count}", found.get(place)));
            }
        }
        for (place, value) in &found {
            let noted = store.read(|r| r.get(PLACES, value)).map_err(failed)?;
            if noted != Some(*place) {
                return Err(format!("DOUBLED: value {value} is at {place} and at {noted:?}"));
            }
        }
        Ok(())
    }
}
