//! Figures of the store, beside those of the machine: `cargo bench --bench storage`.
//!
//! Durable writes a second for 64 senders and for one, next to bare syncs of the same disk; a million messages in one conversation:
//! pages at the end and in the middle, memory and start after a clean stop, after a kill, and from snapshot and journals alone.
#![allow(clippy::unwrap_used, clippy::cast_precision_loss, reason = "a bench may stop at the first surprise")]

use mommycare::{
    clock::Clock,
    ids::{ChatId, Seq, UserId},
    store::{Direction, Options, Read as _, Record, Store, StoreError, Table},
};
use serde::{Deserialize, Serialize};
use std::{
    fs::{self, OpenOptions},
    io::{BufRead as _, BufReader, Write as _},
    os::unix::fs::FileExt as _,
    path::Path,
    process::{Child, Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

const MESSAGES: Table<(ChatId, Seq), Message> = Table::new(200, "messages");
const CHATS: Table<ChatId, u64> = Table::new(201, "chats");
const MEMBERS: Table<(ChatId, UserId), u64> = Table::new(202, "members");
const SENT: Table<(ChatId, UserId, [u8; 16]), Seq> = Table::new(203, "sent");

const MILLION: u64 = 1_000_000;
const SECONDS: f64 = 5.0;

#[derive(Serialize, Deserialize)]
struct Message {
    sender: u64,
    at: u64,
    content: String,
}
impl Record for Message {}

fn message(seq: u64) -> Message {
    Message {
        sender: seq % 2,
        at: 1_790_000_000_000 + seq,
        content: format!("{seq:>20} a message of usual length, about 120 bytes {:>60}", seq * 7),
    }
}

fn main() {
    let words: Vec<_> = std::env::args().filter(|word| word != "--bench").collect();
    let words: Vec<_> = words.iter().skip(1).map(String::as_str).collect();
    match words[..] {
        ["load", folder] => load(Path::new(folder)),
        ["hold", folder] => hold(Path::new(folder)),
        ["open", folder] => measure_open(Path::new(folder)),
        _ => everything(),
    }
}

fn open(folder: &Path) -> Store<u64> {
    Store::open(&Options::new(folder), Clock::system(), Box::new(drop)).unwrap().0
}

/// What the machine was doing, beside a figure.
fn machine() -> String {
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    format!("[{cores} cores, load {}]", load.split(' ').take(3).collect::<Vec<_>>().join(" "))
}

fn status(key: &str) -> u64 {
    let text = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find(|line| line.starts_with(key)).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kib| kib.parse::<u64>().ok()).unwrap_or(0) / 1024
}

fn percentile(sorted: &[Duration], share: f64) -> f64 {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an index")]
    let at = (sorted.len().saturating_sub(1) as f64 * share) as usize;
    sorted.get(at).copied().unwrap_or_default().as_secs_f64() * 1e3
}

fn report(name: &str, mut took: Vec<Duration>, seconds: f64) {
    took.sort_unstable();
    let rate = took.len() as f64 / seconds;
    let [p50, p99, max] = [0.5, 0.99, 1.0].map(|share| percentile(&took, share));
    println!("{name:<44} {rate:>8.0}/s  p50 {p50:.3} ms  p99 {p99:.3} ms  max {max:.1} ms  {}", machine());
}

fn everything() {
    let root = tempfile::tempdir_in(std::env::var_os("BENCH_FOLDER").unwrap_or_else(|| ".".into())).unwrap();
    bare_syncs(root.path());
    for senders in [1, 64] {
        durable_writes(&root.path().join(format!("senders-{senders}")), senders);
    }
    bare_syncs(root.path());
    let folder = root.path().join("million");
    child("load", &folder).wait().unwrap();
    for _ in 0..2 {
        child("open", &folder).wait().unwrap();
    }
    kill_while_writing(&folder);
    println!("after a kill:");
    child("open", &folder).wait().unwrap();
    kill_while_writing(&folder);
    fs::rename(&folder, root.path().join("moved")).unwrap();
    fs::create_dir(&folder).unwrap();
    for entry in fs::read_dir(root.path().join("moved")).unwrap() {
        let entry = entry.unwrap();
        fs::rename(entry.path(), folder.join(entry.file_name())).unwrap();
    }
    println!("as after a power cut (the engine built anew):");
    child("open", &folder).wait().unwrap();
}

fn bare_syncs(root: &Path) {
    let file = OpenOptions::new().create(true).truncate(true).write(true).open(root.join("syncs")).unwrap();
    file.write_all_at(&vec![0; 8 << 20], 0).unwrap();
    file.sync_all().unwrap();
    fs::File::open(root).unwrap().sync_all().unwrap();
    let (begun, mut took) = (Instant::now(), Vec::new());
    while begun.elapsed().as_secs_f64() < SECONDS / 2.0 {
        let turn = Instant::now();
        file.write_all_at(&[7; 512], (took.len() as u64 % 16_000) * 512).unwrap();
        file.sync_data().unwrap();
        took.push(turn.elapsed());
    }
    report("bare fdatasync of 512 B, as the journal does", took, begun.elapsed().as_secs_f64());
}

/// One message as the product writes it: the message, its conversation, a member, the sender's own id.
async fn send(store: &Store<u64>, chat: ChatId, sender: UserId) {
    let sent: Result<(), StoreError> = store
        .write(move |tx| {
            let seq = tx.get(CHATS, &chat)?.unwrap_or(0) + 1;
            let own = u128::from(tx.fresh()).to_le_bytes();
            tx.put(CHATS, &chat, &seq)?;
            tx.put(MESSAGES, &(chat, Seq(seq)), &message(seq))?;
            tx.put(MEMBERS, &(chat, sender), &seq)?;
            tx.put(SENT, &(chat, sender, own), &Seq(seq))
        })
        .await;
    sent.unwrap();
}

fn durable_writes(folder: &Path, senders: u64) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let store = Arc::new(open(folder));
    let begun = Instant::now();
    let took = runtime.block_on(async {
        let tasks = (0..senders).map(|sender| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                let mut took = Vec::new();
                while begun.elapsed().as_secs_f64() < SECONDS {
                    let turn = Instant::now();
                    send(&store, ChatId(sender * 7 % 50), UserId(sender)).await;
                    took.push(turn.elapsed());
                }
                took
            })
        });
        let mut all = Vec::new();
        for task in tasks.collect::<Vec<_>>() {
            all.extend(task.await.unwrap());
        }
        all
    });
    report(&format!("durable messages, {senders} senders at once"), took, begun.elapsed().as_secs_f64());
    let metrics = store.metrics();
    let groups = metrics.commit_micros.count().max(1);
    println!(
        "    {:.1} messages a group, {} bytes of journal a group",
        metrics.group_size.sum() as f64 / groups as f64,
        metrics.journal_bytes() / groups
    );
}

fn child(what: &str, folder: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap()).args([what]).arg(folder).spawn().unwrap()
}

fn load(folder: &Path) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let store = open(folder);
    let begun = Instant::now();
    for start in (1..=MILLION).step_by(500) {
        let fill = move |tx: &mut mommycare::store::Tx<'_, u64>| {
            tx.put(CHATS, &ChatId(1), &(start + 499))?;
            (start..start + 500).try_for_each(|seq| tx.put(MESSAGES, &(ChatId(1), Seq(seq)), &message(seq)))
        };
        runtime.block_on(store.write::<_, _, StoreError>(fill)).unwrap();
    }
    let loaded = begun.elapsed();
    let snapshots = store.metrics().snapshots();
    let begun = Instant::now();
    runtime.block_on(store.close()).unwrap();
    println!(
        "1M messages written in {loaded:.1?} with {snapshots} snapshots, closed in {:.2?}; RSS {} MiB, peak {} MiB; disk {} MiB  {}",
        begun.elapsed(),
        status("VmRSS"),
        status("VmHWM"),
        disk_use(folder) >> 20,
        machine()
    );
}

fn disk_use(folder: &Path) -> u64 {
    let size =
        |entry: fs::DirEntry| if entry.path().is_dir() { disk_use(&entry.path()) } else { entry.metadata().map_or(0, |meta| meta.len()) };
    fs::read_dir(folder).unwrap().map(|entry| size(entry.unwrap())).sum()
}

/// Writes until it is killed.
fn hold(folder: &Path) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let store = open(folder);
    println!("ready");
    std::io::stdout().flush().unwrap();
    loop {
        runtime.block_on(send(&store, ChatId(2), UserId(1)));
    }
}

fn kill_while_writing(folder: &Path) {
    let mut child = Command::new(std::env::current_exe().unwrap()).arg("hold").arg(folder).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    std::thread::sleep(Duration::from_secs(3));
    child.kill().unwrap();
    child.wait().unwrap();
}

fn measure_open(folder: &Path) {
    let before = status("VmRSS");
    let (store, report_of_open) = Store::<u64>::open(&Options::new(folder), Clock::system(), Box::new(drop)).unwrap();
    println!(
        "start: {:.3} s, {:?}, {} groups replayed; RSS {before} to {} MiB, peak {} MiB; disk {} MiB  {}",
        report_of_open.took.as_secs_f64(),
        report_of_open.start,
        report_of_open.replayed,
        status("VmRSS"),
        status("VmHWM"),
        disk_use(folder) >> 20,
        machine()
    );
    let count = store.read(|r| r.get(CHATS, &ChatId(1))).unwrap().unwrap();
    for (name, newest) in [("newest page of 50", count), ("page of 50, 500,000 deep", count - 500_000)] {
        let (begun, mut took) = (Instant::now(), Vec::new());
        for _ in 0..2_000 {
            let turn = Instant::now();
            let page = (ChatId(1), Seq(newest - 49))..=(ChatId(1), Seq(newest));
            assert_eq!(store.read(|r| r.scan(MESSAGES, page, Direction::Descending, 50)).unwrap().len(), 50);
            took.push(turn.elapsed());
        }
        report(name, took, begun.elapsed().as_secs_f64());
    }
    println!("    RSS after reading {} MiB", status("VmRSS"));
}
