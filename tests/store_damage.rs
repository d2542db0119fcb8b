//! Damaged copies of a data folder: it opens with everything, or the damage is named. Never a panic, never a wrong answer in silence.
//! More copies: `DAMAGED_COPIES=300 cargo test --test store_damage`.
#![allow(clippy::unwrap_used, clippy::cast_possible_truncation, reason = "a test may stop at the first surprise")]

#[path = "store_common/mod.rs"]
mod common;

use common::{Child, Expect, copy_into, folder_copy, names, open, options};
use mommycare::store::{OpenError, Start};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::mpsc,
    time::Duration,
};

#[test]
fn child() {
    common::child_main();
}

/// A folder with a snapshot, journals and an engine, left by a killed program.
fn killed() -> (tempfile::TempDir, Expect) {
    let folder = tempfile::tempdir().unwrap();
    let mut expect = Expect::default();
    while names(folder.path(), "snapshot-").is_empty() {
        let mut child = Child::start(folder.path());
        child.wait_for_first();
        std::thread::sleep(Duration::from_millis(1_500));
        expect.add(child.kill());
    }
    (folder, expect)
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let paths = names(folder, "").into_iter().map(|name| folder.join(name));
    paths.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).filter(|path| !path.ends_with("lock")).collect()
}

/// Damages one file; what was done, in words.
fn damage(folder: &Path, random: &mut StdRng) -> String {
    let files = files(folder);
    let file = &files[random.random_range(0..files.len())];
    let mut bytes = fs::read(file).unwrap();
    let at = random.random_range(0..bytes.len().max(1));
    let what = match random.random_range(0..5) {
        0 => {
            fs::remove_file(file).unwrap();
            return format!("{} missing", file.display());
        }
        1 => {
            bytes.truncate(at);
            "cut"
        }
        2 if !bytes.is_empty() => {
            bytes[at] ^= 1 << random.random_range(0..8);
            "flipped"
        }
        3 => {
            let end = bytes.len().min(at + random.random_range(1..8_192));
            bytes[at..end].fill(0);
            "zeroed in the middle"
        }
        _ => {
            bytes[at..].fill(0);
            "zeroed to the end"
        }
    };
    fs::write(file, bytes).unwrap();
    format!("{} {what} at {at}", file.display())
}

/// What came of a damaged folder.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Verdict {
    Whole,
    WholeAndNoted,
    Rebuilt,
    TornAndNoted,
    RefusedAndNamed,
}

fn judge(folder: &Path, expect: &Expect) -> Result<Verdict, String> {
    let (store, report) = match open(&options(folder)) {
        Ok(opened) => opened,
        Err(error @ (OpenError::Damaged { .. } | OpenError::Newer { .. })) if !error.to_string().is_empty() => {
            return Ok(Verdict::RefusedAndNamed);
        }
        Err(error) => return Err(format!("refused, but the damage is not named: {error}")),
    };
    match expect.compare(&store) {
        Ok(()) if !report.notes.is_empty() => Ok(Verdict::WholeAndNoted),
        Ok(()) if matches!(report.start, Start::Rebuilt { .. }) => Ok(Verdict::Rebuilt),
        Ok(()) => Ok(Verdict::Whole),
        Err(_) if report.torn => Ok(Verdict::TornAndNoted),
        Err(what) => Err(format!("{what}; {report:?}")),
    }
}

/// Judges in a thread of its own, so that a start that never ends is a failure and not a test that never ends.
fn judge_in_time(folder: &Path, expect: &Expect) -> Result<Verdict, String> {
    let (tell, told) = mpsc::channel();
    let (folder, expect) = (folder.to_path_buf(), expect.clone());
    std::thread::spawn(move || {
        let verdict = std::panic::catch_unwind(|| judge(&folder, &expect)).unwrap_or_else(|_| Err("a panic".into()));
        tell.send(verdict)
    });
    told.recv_timeout(Duration::from_mins(3)).unwrap_or_else(|_| Err("it never ends".into()))
}

fn damage_copies(original: &Path, expect: &Expect, copies: u64, mut place: impl FnMut() -> PathBuf) {
    let seed = common::rounds("DAMAGE_SEED", rand::random());
    let mut random = StdRng::seed_from_u64(seed);
    let mut verdicts = BTreeMap::<Verdict, u64>::new();
    let mut wrong = Vec::new();
    for _ in 0..copies {
        let copy = place();
        for name in names(&copy, "") {
            let path = copy.join(name);
            if path.is_dir() { fs::remove_dir_all(path).unwrap() } else { fs::remove_file(path).unwrap() }
        }
        copy_into(original, &copy);
        let what = damage(&copy, &mut random);
        match judge_in_time(&copy, expect) {
            Ok(verdict) => *verdicts.entry(verdict).or_default() += 1,
            Err(error) => wrong.push(format!("{what}: {error}")),
        }
    }
    eprintln!("DAMAGE_SEED={seed} {verdicts:?}");
    assert_eq!(wrong, Vec::<String>::new(), "DAMAGE_SEED={seed}");
}

fn copies() -> u64 {
    common::rounds("DAMAGED_COPIES", 60) / 3
}

#[test]
fn damage_after_a_clean_stop_loses_nothing_in_silence() {
    let (folder, expect) = killed();
    drop(open(&options(folder.path())).unwrap());
    let copy = tempfile::tempdir().unwrap();
    damage_copies(folder.path(), &expect, copies(), || copy.path().to_path_buf());
}

#[test]
fn damage_to_a_copy_of_a_killed_folder_loses_nothing_in_silence() {
    let (folder, expect) = killed();
    let copy = tempfile::tempdir().unwrap();
    damage_copies(folder.path(), &expect, copies(), || copy.path().to_path_buf());
}

#[test]
fn damage_in_place_after_a_kill_loses_nothing_in_silence() {
    let (folder, expect) = killed();
    let original = folder_copy(folder.path());
    damage_copies(original.path(), &expect, copies(), || folder.path().to_path_buf());
}
