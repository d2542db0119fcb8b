//! The power goes at a random moment, and only what was synced is certain to be there: nothing acknowledged may be lost or doubled.
//!
//! A child writes with 32 writers while a preloaded library (`trace.c`) notes everything it does to its files and everything it
//! says. From that trace the folder is made as it could be after a power cut at any step, and opened. sled's own writes are in
//! the trace too. More rounds: `POWER_CUTS=100 cargo test --test power_cut`.
#![allow(clippy::unwrap_used, clippy::cast_possible_truncation, reason = "a test may stop at the first surprise")]

#[path = "../store_common/mod.rs"]
mod common;
mod disk;

use common::{Child, Expect, acknowledged, open, options};
use disk::{Disk, Luck, Step, read_trace};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use std::{
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

/// Cuts made from one trace.
const CUTS_A_TRACE: u64 = 10;

#[test]
fn child() {
    common::child_main();
}

/// Compiles the library; `None` where there is no compiler.
fn library(name: &str) -> Option<PathBuf> {
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/power_cut/trace.c");
    let done = Command::new("cc").args(["-shared", "-fPIC", "-O2", "-pthread", "-o"]).arg(&out).arg(source).arg("-ldl").status();
    if let Ok(status) = done {
        assert!(status.success(), "trace.c does not compile");
        Some(out)
    } else {
        eprintln!("no C compiler here: power cuts are not tested");
        None
    }
}

/// Lets a child write for a while; everything it did.
fn run(library: &Path, folder: &Path, millis: u64) -> Vec<Step> {
    let notes = tempfile::NamedTempFile::new().unwrap();
    let mut child = Child::start_with(folder, |command| {
        command.env("LD_PRELOAD", library).env("POWER_CUT_ROOT", folder).env("POWER_CUT_TRACE", notes.path());
    });
    child.wait_for_first();
    std::thread::sleep(Duration::from_millis(millis));
    child.kill();
    read_trace(&std::fs::read(notes.path()).unwrap())
}

struct Outcome {
    cuts: u64,
    acknowledged: usize,
    lost: Vec<String>,
}

/// Cuts the power `CUTS_A_TRACE` times in each of some runs, each run going on where a cut of the one before has left it.
fn cut_and_compare(name: &str, cuts: u64, trust_syncs: bool) -> Option<Outcome> {
    let library = library(name)?;
    let seed = common::rounds("POWER_CUT_SEED", rand::random());
    eprintln!("POWER_CUT_SEED={seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let mut outcome = Outcome { cuts: 0, acknowledged: 0, lost: Vec::new() };
    let mut folder = tempfile::tempdir().unwrap();
    let mut before = Expect::default();
    while outcome.cuts < cuts {
        let mut disk = Disk::of(folder.path());
        let mut expect = before.clone();
        let steps = run(&library, folder.path(), random.random_range(50..600));
        // One cut in four comes while the store is being opened.
        let early = steps.iter().position(|step| matches!(step, Step::Said(text) if text.contains("ack "))).unwrap_or(steps.len());
        let mut point = || if random.random_range(0..4) == 0 { random.random_range(0..early) } else { random.random_range(0..steps.len()) };
        let mut points: Vec<_> = (0..CUTS_A_TRACE.min(cuts - outcome.cuts)).map(|_| point()).collect();
        points.sort_unstable();
        for (at, step) in steps.iter().enumerate() {
            disk.take(step, trust_syncs);
            if let Step::Said(text) = step {
                expect.add(text.lines().filter_map(acknowledged).collect());
            }
            for _ in points.iter().filter(|point| **point == at) {
                let luck = [Luck::None, Luck::All, Luck::Prefix, Luck::Sectors][random.random_range(0..4)];
                let cut = tempfile::tempdir().unwrap();
                disk.cut(cut.path(), luck, &mut random);
                outcome.cuts += 1;
                outcome.acknowledged += expect.0.len();
                match after_cut(cut.path(), &expect) {
                    Ok(()) => (folder, before) = (cut, expect.clone()),
                    Err(what) => outcome.lost.push(format!("cut {} at step {at}, {luck:?}: {what}", outcome.cuts)),
                }
            }
        }
    }
    Some(outcome)
}

fn after_cut(folder: &Path, expect: &Expect) -> Result<(), String> {
    let (store, _) = open(&options(folder)).map_err(|error| error.to_string())?;
    expect.compare(&store)
}

#[test]
fn nothing_acknowledged_is_lost_or_doubled() {
    let Some(outcome) = cut_and_compare("trace.so", common::rounds("POWER_CUTS", 20), true) else { return };
    eprintln!("{} power cuts, {} acknowledged rows compared", outcome.cuts, outcome.acknowledged);
    assert!(outcome.acknowledged > 100);
    assert_eq!(outcome.lost, Vec::<String>::new());
}

#[test]
fn the_test_notices_when_syncs_are_worth_nothing() {
    // A cut may be lucky, and many of them in a row now and then.
    for _ in 0..20 {
        let Some(outcome) = cut_and_compare("trace_untrusted.so", CUTS_A_TRACE, false) else { return };
        if !outcome.lost.is_empty() {
            return;
        }
    }
    panic!("{} cuts without a single sync, and nothing was lost?", 20 * CUTS_A_TRACE);
}
