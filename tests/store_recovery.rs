//! Stopping in every way and starting again: clean, killed, copied, damaged, locked, newer.
#![allow(clippy::unwrap_used, clippy::expect_used)] // a test may stop at the first surprise

#[path = "store_common/mod.rs"]
mod common;

use common::{Child, Expect, folder_copy, open, options};
use mommycare::store::{OpenError, Start};
use std::{fs, path::Path, time::Duration};

/// A folder in which a killed program has left some thousand acknowledged rows, and which rows these are.
fn killed(folder: &Path, millis: u64) -> Expect {
    let mut expect = Expect::default();
    kill_once(folder, millis, &mut expect);
    expect
}

fn kill_once(folder: &Path, millis: u64, expect: &mut Expect) {
    let mut child = Child::start(folder);
    child.wait_for_first();
    std::thread::sleep(Duration::from_millis(millis));
    expect.add(child.kill());
}

#[test]
fn child() {
    common::child_main();
}

#[test]
fn a_clean_stop_is_followed_by_a_clean_start() {
    let folder = tempfile::tempdir().unwrap();
    for round in 0..3 {
        let (store, report) = open(&options(folder.path())).unwrap();
        assert_eq!(report.start, if round == 0 { Start::New } else { Start::Clean });
        assert_eq!((report.replayed, report.notes.len()), (0, 0));
        common::write_rows(&store, round * 1_000..(round + 1) * 1_000);
        common::check_rows(&store, 0..(round + 1) * 1_000);
    }
}

#[test]
fn kill_after_kill_loses_and_doubles_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut expect = Expect::default();
    for round in 0..common::rounds("STORE_KILLS", 6) {
        kill_once(folder.path(), 20 + round * 37 % 200, &mut expect);
        let (store, report) = open(&options(folder.path())).unwrap();
        assert_eq!((&report.start, report.notes.len()), (&Start::Killed, 0), "round {round}: {report:?}");
        expect.check(&store);
    }
}

/// Kills a child that has made a snapshot but no checkpoint, so that the journals up to the snapshot have gone.
fn killed_after_a_snapshot(folder: &Path) -> Expect {
    let mut child = Child::start_with(folder, |command| {
        command.env(common::NO_CHECKPOINTS, "1");
    });
    child.wait_for_first();
    while !fs::read_to_string(folder.join("manifest")).is_ok_and(|text| text.contains("\nsnapshot ")) {
        child.wait_for_first();
    }
    let mut expect = Expect::default();
    expect.add(child.kill());
    let manifest = fs::read_to_string(folder.join("manifest")).unwrap();
    assert!(!manifest.contains("journal-00000001"), "the snapshot has made it needless");
    expect
}

#[test]
fn a_kill_right_after_a_snapshot_is_like_any_other() {
    let folder = tempfile::tempdir().unwrap();
    let expect = killed_after_a_snapshot(folder.path());
    let (store, report) = open(&options(folder.path())).unwrap();
    assert_eq!((&report.start, report.notes.len()), (&Start::Killed, 0), "{report:?}");
    expect.check(&store);
}

#[test]
fn a_checkpoint_from_before_the_journals_leads_to_the_snapshot() {
    let folder = tempfile::tempdir().unwrap();
    let expect = killed_after_a_snapshot(folder.path());
    let path = folder.path().join("manifest");
    let text = fs::read_to_string(&path).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with("crc "));
    let body: String =
        lines.map(|line| if line.starts_with("checkpoint ") { "checkpoint 0\n".into() } else { format!("{line}\n") }).collect();
    fs::write(&path, format!("{body}crc {:08x}\n", crc32fast::hash(body.as_bytes()))).unwrap();
    let (store, report) = open(&options(folder.path())).unwrap();
    assert!(matches!(report.start, Start::Rebuilt { .. }), "{report:?}");
    expect.check(&store);
}

#[test]
fn a_copied_folder_is_rebuilt_from_snapshot_and_journals() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = Child::start(folder.path());
    child.wait_for_first();
    while common::names(folder.path(), "snapshot-").is_empty() {
        child.wait_for_first();
    }
    let mut expect = Expect::default();
    expect.add(child.kill());
    let copy = folder_copy(folder.path());
    fs::remove_dir_all(copy.path().join("sled")).unwrap();
    let (store, report) = open(&options(copy.path())).unwrap();
    assert!(matches!(report.start, Start::Rebuilt { .. }), "{report:?}");
    expect.check(&store);
    drop(store);
    let (store, report) = open(&options(copy.path())).unwrap();
    assert_eq!(report.start, Start::Clean);
    expect.check(&store);
}

#[test]
fn an_engine_that_does_not_open_is_kept_aside_and_built_anew() {
    let folder = tempfile::tempdir().unwrap();
    let expect = killed(folder.path(), 300);
    drop(open(&options(folder.path())).unwrap());
    fs::write(folder.path().join("sled/conf"), "nonsense").unwrap();
    let (store, report) = open(&options(folder.path())).unwrap();
    assert!(matches!(report.start, Start::Rebuilt { .. }));
    assert_eq!(report.notes.len(), 1);
    expect.check(&store);
    let kept = fs::read_dir(folder.path())
        .unwrap()
        .filter(|file| file.as_ref().unwrap().file_name().to_string_lossy().starts_with("sled.damaged-"));
    assert_eq!(kept.count(), 1);
}

#[test]
fn damaged_journals_after_a_clean_stop_cost_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let expect = killed(folder.path(), 300);
    drop(open(&options(folder.path())).unwrap());
    for name in common::names(folder.path(), "journal-") {
        fs::remove_file(folder.path().join(name)).unwrap();
    }
    let (store, report) = open(&options(folder.path())).unwrap();
    assert_eq!((&report.start, report.notes.len()), (&Start::Clean, 1), "{report:?}");
    common::write_rows(&store, 0..10);
    expect.check(&store);
    drop(store);
    let copy = folder_copy(folder.path());
    fs::remove_dir_all(copy.path().join("sled")).unwrap();
    let (store, report) = open(&options(copy.path())).unwrap();
    assert!(matches!(report.start, Start::Rebuilt { .. }), "{report:?}");
    expect.check(&store);
}

#[test]
fn a_second_process_is_told_who_has_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let _store = open(&options(folder.path())).unwrap();
    let Err(error) = open(&options(folder.path())) else { panic!("opened twice") };
    assert!(matches!(error, OpenError::Locked { pid: Some(pid), .. } if pid == std::process::id()));
    assert!(error.to_string().contains(folder.path().to_str().unwrap()));
}

#[test]
fn a_newer_folder_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    drop(open(&options(folder.path())).unwrap());
    fs::write(folder.path().join("format"), "mommycare-data 2\n").unwrap();
    let before = fs::read(folder.path().join("manifest")).unwrap();
    let Err(error) = open(&options(folder.path())) else { panic!("opened a newer folder") };
    assert!(matches!(error, OpenError::Newer { found: 2, .. }), "{error}");
    assert_eq!(fs::read(folder.path().join("manifest")).unwrap(), before);
}

#[test]
fn a_lost_manifest_is_made_again_and_noted() {
    let folder = tempfile::tempdir().unwrap();
    let expect = killed(folder.path(), 1_200);
    for damage in [|path: &Path| fs::remove_file(path).unwrap(), |path: &Path| fs::write(path, "?").unwrap()] {
        let copy = folder_copy(folder.path());
        damage(&copy.path().join("manifest"));
        let (store, report) = open(&options(copy.path())).unwrap();
        assert!(report.notes.iter().any(|note| note.contains("manifest")), "{report:?}");
        expect.check(&store);
    }
}

#[test]
fn an_empty_or_foreign_folder_is_not_taken_for_lost_data() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("README.md"), "hello").unwrap();
    assert_eq!(open(&options(folder.path())).unwrap().1.start, Start::New);
    let folder = tempfile::tempdir().unwrap();
    drop(open(&options(folder.path())).unwrap());
    for name in common::names(folder.path(), "") {
        let path = folder.path().join(&name);
        if name != "format" && path.is_file() {
            fs::remove_file(path).unwrap();
        }
    }
    assert!(matches!(open(&options(folder.path())), Err(OpenError::Damaged { .. })));
}
