//! A data folder that is in use, of a newer version or not writable is refused in words and left as it was.

use crate::support::{PATIENCE, Server, command, command_of, executable};
use std::{
    fs,
    io::{self, ErrorKind},
    os::unix::{fs::PermissionsExt as _, process::CommandExt as _},
    path::Path,
    process::{Command, Output, Stdio},
};

fn refused(output: &Output, words: &[&str]) {
    let said = String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
    assert!(!output.status.success(), "{said}");
    assert!(output.status.code().is_some(), "it ended by itself: {said}");
    assert!(said.contains("mommycare: ") && !said.contains("panicked") && !said.contains("listening on"), "{said}");
    for word in words {
        assert!(said.contains(word), "“{word}” in: {said}");
    }
}

/// Starts the server on a folder that it must refuse, for at most a while.
fn start_on(data: &Path) -> Output {
    let folder = tempfile::tempdir().unwrap();
    start(command(folder.path()), data).unwrap()
}

/// The same as somebody else; `None` where this test may not become that.
fn start_as(user: u32, data: &Path) -> Option<Output> {
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    // Somebody else may not be allowed to look into the folder where the executable was built.
    let copy = folder.path().join("mommycare");
    fs::copy(executable(), &copy).unwrap();
    let mut command = command_of(copy, folder.path());
    command.uid(user).gid(user);
    match start(command, data) {
        Err(error) if matches!(error.kind(), ErrorKind::PermissionDenied | ErrorKind::InvalidInput) => {
            println!("left out: this test may not become somebody else ({error})");
            None
        }
        output => Some(output.unwrap()),
    }
}

fn start(mut command: Command, data: &Path) -> io::Result<Output> {
    command.args(["--port", "0", "--data"]).arg(data).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = loop {
        match command.spawn() {
            // A process that another test is just starting may hold a copy open for another moment.
            Err(error) if error.kind() == ErrorKind::ExecutableFileBusy => std::thread::yield_now(),
            child => break child?,
        }
    };
    let pid = child.id().to_string();
    let (done, is_done) = std::sync::mpsc::channel::<()>();
    // A server that starts all the same would wait for ever.
    let watchdog = std::thread::spawn(move || {
        if is_done.recv_timeout(PATIENCE).is_err() {
            let _ = Command::new("kill").args(["-9", &pid]).status();
        }
    });
    let output = child.wait_with_output();
    let _ = done.send(());
    watchdog.join().unwrap();
    output
}

#[test]
fn a_data_folder_in_use_is_left_alone() {
    let server = Server::start();
    refused(&start_on(server.data()), &[&server.pid().to_string(), "data"]);
}

#[test]
fn a_data_folder_of_a_newer_version_is_left_alone() {
    let mut server = Server::start();
    server.terminate();
    let format = server.data().join("format");
    let text = fs::read_to_string(&format).unwrap();
    let newer: String = text.chars().map(|c| if c.is_ascii_digit() { '9' } else { c }).collect();
    assert_ne!(newer, text);
    fs::write(&format, &newer).unwrap();
    let before = names(server.data());
    refused(&start_on(server.data()), &["newer"]);
    assert_eq!(names(server.data()), before, "nothing was touched");
    fs::write(&format, text).unwrap();
    server.restart();
}

fn names(folder: &Path) -> Vec<(String, u64)> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name().into_string().unwrap(), entry.metadata().unwrap().len()))
        .filter(|(name, _)| name != "lock")
        .collect();
    names.sort();
    names
}

#[test]
fn a_data_folder_that_cannot_be_written_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("data");
    fs::write(&file, "not a folder").unwrap();
    refused(&start_on(&file), &["data"]);
    refused(&start_on(&file.join("below")), &["data"]);
    assert_eq!(fs::read_to_string(&file).unwrap(), "not a folder");

    // The superuser may write anywhere, so somebody else tries.
    let locked = folder.path().join("locked");
    fs::create_dir(&locked).unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o555)).unwrap();
    let superuser = fs::write(locked.join("probe"), "").is_ok();
    let _ = fs::remove_file(locked.join("probe"));
    let output = if superuser { start_as(65_534, &locked) } else { Some(start_on(&locked)) };
    if let Some(output) = output {
        refused(&output, &["locked"]);
    }
    assert_eq!(fs::read_dir(&locked).unwrap().count(), 0);
}
