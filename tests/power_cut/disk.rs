//! A disk that forgets: what the operating system was told, and what of it is certain to be there after the power goes.

use rand::{RngExt as _, rngs::StdRng};
use std::{
    collections::{BTreeMap, HashMap},
    fs,
    os::unix::fs::MetadataExt as _,
    path::Path,
};

/// What a disk writes as one.
const SECTOR: usize = 512;
/// The folder itself.
const ROOT: usize = 0;

/// One thing the program did, as `trace.c` notes it.
#[derive(Debug, Clone)]
pub enum Step {
    Create { inode: u64, path: String },
    Folder { inode: u64, path: String },
    Write { inode: u64, offset: usize, bytes: Vec<u8> },
    Truncate { inode: u64, length: usize },
    SyncBegin { inode: u64, thread: u64 },
    SyncEnd { inode: u64, thread: u64 },
    Rename { from: String, to: String },
    Unlink { path: String },
    Said(String),
}

/// Reads a trace, up to where the kill cut it.
pub fn read_trace(mut bytes: &[u8]) -> Vec<Step> {
    let mut steps = Vec::new();
    while let Some((head, rest)) = bytes.split_at_checked(40) {
        let word = |n: usize| u64::from_le_bytes(head[n * 8..][..8].try_into().unwrap());
        let (inode, offset, first, second) = (word(1), word(2), word(3) as usize, word(4) as usize);
        let Some((data, rest)) = rest.split_at_checked(first + second) else { break };
        let (first, second) = data.split_at(first);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        steps.push(match word(0) {
            1 => Step::Create { inode, path: text(first) },
            2 => Step::Write { inode, offset: offset as usize, bytes: first.to_vec() },
            3 => Step::Truncate { inode, length: offset as usize },
            4 => Step::SyncBegin { inode, thread: offset },
            5 => Step::SyncEnd { inode, thread: offset },
            6 => Step::Rename { from: text(first), to: text(second) },
            7 => Step::Unlink { path: text(first) },
            8 => Step::Folder { inode, path: text(first) },
            9 => Step::Said(text(first)),
            kind => panic!("a step of kind {kind}"),
        });
        bytes = rest;
    }
    steps
}

#[derive(Debug, Clone)]
enum Change {
    Write(usize, Vec<u8>),
    Length(usize),
    /// In a folder: names that go, names that come. One change is one: all of it or nothing.
    Names(Vec<String>, Vec<(String, usize)>),
}

/// A file or folder: what is certain, and what was done since.
#[derive(Debug, Clone, Default)]
struct Node {
    bytes: Vec<u8>,
    names: BTreeMap<String, usize>,
    /// Names as the program sees them.
    live: BTreeMap<String, usize>,
    pending: Vec<Change>,
    is_folder: bool,
}

/// How much of what was not synced survives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Luck {
    /// Nothing.
    None,
    /// Everything.
    All,
    /// What was done first.
    Prefix,
    /// Any sectors of any writes; of names, what was done first.
    Sectors,
}

/// The disk under a running program.
#[derive(Debug, Clone)]
pub struct Disk {
    nodes: Vec<Node>,
    by_inode: HashMap<u64, usize>,
    syncs: HashMap<(u64, u64), usize>,
}

impl Disk {
    /// A disk on which the present content of a folder is certain.
    pub fn of(folder: &Path) -> Self {
        let mut disk = Self { nodes: Vec::new(), by_inode: HashMap::new(), syncs: HashMap::new() };
        disk.load(folder);
        disk
    }

    fn load(&mut self, path: &Path) -> usize {
        let node = self.nodes.len();
        let meta = fs::metadata(path).unwrap();
        self.nodes.push(Node { is_folder: meta.is_dir(), ..Node::default() });
        self.by_inode.insert(meta.ino(), node);
        if meta.is_dir() {
            for entry in fs::read_dir(path).unwrap() {
                let entry = entry.unwrap();
                let child = self.load(&entry.path());
                self.nodes[node].names.insert(entry.file_name().into_string().unwrap(), child);
            }
            self.nodes[node].live = self.nodes[node].names.clone();
        } else {
            self.nodes[node].bytes = fs::read(path).unwrap();
        }
        node
    }

    /// The folder of a path and the name in it.
    fn place(&self, path: &str) -> (usize, String) {
        let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
        let folder = folders.split('/').filter(|part| !part.is_empty()).fold(ROOT, |node, part| self.nodes[node].live[part]);
        (folder, name.to_owned())
    }

    fn add(&mut self, inode: u64, path: &str, is_folder: bool) {
        let (folder, name) = self.place(path);
        let node = self.nodes.len();
        self.nodes.push(Node { is_folder, ..Node::default() });
        self.by_inode.insert(inode, node);
        self.nodes[folder].live.insert(name.clone(), node);
        self.nodes[folder].pending.push(Change::Names(vec![], vec![(name, node)]));
    }

    /// Takes note of a step. `trust_syncs: false` makes every sync worth nothing.
    pub fn take(&mut self, step: &Step, trust_syncs: bool) {
        match step {
            Step::Create { inode, path } => self.add(*inode, path, false),
            Step::Folder { inode, path } => self.add(*inode, path, true),
            Step::Write { inode, offset, bytes } => {
                let node = self.by_inode[inode];
                self.nodes[node].pending.push(Change::Write(*offset, bytes.clone()));
            }
            Step::Truncate { inode, length } => {
                let node = self.by_inode[inode];
                self.nodes[node].pending.push(Change::Length(*length));
            }
            Step::SyncBegin { inode, thread } => {
                let done = self.by_inode.get(inode).map_or(0, |node| self.nodes[*node].pending.len());
                self.syncs.insert((*inode, *thread), done);
            }
            Step::SyncEnd { inode, thread } => {
                let done = self.syncs.remove(&(*inode, *thread)).unwrap_or(0);
                if trust_syncs {
                    self.settle(*inode, done);
                }
            }
            Step::Rename { from, to } => self.rename(from, to),
            Step::Unlink { path } => {
                let (folder, name) = self.place(path);
                self.nodes[folder].live.remove(&name);
                self.nodes[folder].pending.push(Change::Names(vec![name], vec![]));
            }
            Step::Said(_) => {}
        }
    }

    fn rename(&mut self, from: &str, to: &str) {
        let ((folder, old), (target, new)) = (self.place(from), self.place(to));
        assert_eq!(folder, target, "the store renames within a folder only");
        let node = self.nodes[folder].live.remove(&old).unwrap();
        self.nodes[folder].live.insert(new.clone(), node);
        self.nodes[folder].pending.push(Change::Names(vec![old], vec![(new, node)]));
    }

    /// The first `count` pending changes have become certain, whichever of them have not before.
    fn settle(&mut self, inode: u64, count: usize) {
        let Some(&node) = self.by_inode.get(&inode) else { return };
        let count = count.min(self.nodes[node].pending.len());
        let changes: Vec<_> = self.nodes[node].pending.drain(..count).collect();
        for change in &changes {
            apply(&mut self.nodes[node], change);
        }
        // Syncs of the same file that are still under way began at places that have moved.
        for ((other, _), begun) in &mut self.syncs {
            if *other == inode {
                *begun = begun.saturating_sub(count);
            }
        }
    }

    /// Writes what is there after the power has gone.
    pub fn cut(&self, folder: &Path, luck: Luck, random: &mut StdRng) {
        self.write_out(ROOT, folder, luck, random);
    }

    fn write_out(&self, node: usize, path: &Path, luck: Luck, random: &mut StdRng) {
        let mut left = self.nodes[node].clone();
        let pending = std::mem::take(&mut left.pending);
        let some = random.random_range(0..=pending.len());
        let kept = match luck {
            Luck::None => 0,
            Luck::All => pending.len(),
            Luck::Prefix => some,
            Luck::Sectors => {
                if left.is_folder {
                    some
                } else {
                    pending.len()
                }
            }
        };
        for change in &pending[..kept] {
            if let (Luck::Sectors, Change::Write(offset, bytes)) = (luck, change) {
                apply_sectors(&mut left, *offset, bytes, random);
            } else if luck != Luck::Sectors || left.is_folder || random.random() {
                apply(&mut left, change);
            }
        }
        if left.is_folder {
            fs::create_dir_all(path).unwrap();
            for (name, child) in &left.names {
                self.write_out(*child, &path.join(name), luck, random);
            }
        } else {
            fs::write(path, &left.bytes).unwrap();
        }
    }
}

fn apply(node: &mut Node, change: &Change) {
    match change {
        Change::Write(offset, bytes) => put(&mut node.bytes, *offset, bytes),
        Change::Length(length) => node.bytes.resize(*length, 0),
        Change::Names(gone, come) => {
            for name in gone {
                node.names.remove(name);
            }
            node.names.extend(come.iter().cloned());
        }
    }
}

fn put(file: &mut Vec<u8>, offset: usize, bytes: &[u8]) {
    let end = offset + bytes.len();
    if file.len() < end {
        file.resize(end, 0);
    }
    file[offset..end].copy_from_slice(bytes);
}

fn apply_sectors(node: &mut Node, offset: usize, bytes: &[u8], random: &mut StdRng) {
    let (mut at, end) = (offset, offset + bytes.len());
    while at < end {
        let next = end.min((at / SECTOR + 1) * SECTOR);
        if random.random() {
            put(&mut node.bytes, at, &bytes[at - offset..next - offset]);
        }
        at = next;
    }
}
