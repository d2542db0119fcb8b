//! A data folder that is in use, of a newer version or not writable is refused in words and left as it was.

use crate::support::{Server, command, command_of};
use std::{
    fs,
    os::unix::{fs::PermissionsExt as _, process::CommandExt as _},
    process::{Output, Stdio},
    time::Duration,
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
fn start_on(data: &std::path::Path, user: Option<u32>) -> Output {
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let mut command = command(folder.path());
    if let Some(user) = user {
        // Somebody else may not be allowed to look into the folder where the executable was built.
        let copy = folder.path().join("mommycare");
        fs::copy(command.get_program(), &copy).unwrap();
        command = command_of(copy, folder.path());
        command.uid(user).gid(user);
    }
    command.args(["--port", "0", "--data"]).arg(data).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().unwrap();
    let pid = child.id().to_string();
    let (done, is_done) = std::sync::mpsc::channel::<()>();
    // A server that starts all the same would wait for ever.
    let watchdog = std::thread::spawn(move || {
        if is_done.recv_timeout(Duration::from_secs(20)).is_err() {
            let _ = std::process::Command::new("kill").args(["-9", &pid]).status();
        }
    });
    let output = child.wait_with_output().unwrap();
    let _ = done.send(());
    watchdog.join().unwrap();
    output
}

#[test]
fn a_data_folder_in_use_is_left_alone() {
    let server = Server::start();
    refused(&start_on(server.data(), None), &[&server.pid().to_string(), "data"]);
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
    refused(&start_on(server.data(), None), &["newer"]);
    assert_eq!(names(server.data()), before, "nothing was touched");
    fs::write(&format, text).unwrap();
    server.restart();
}

fn names(folder: &std::path::Path) -> Vec<(String, u64)> {
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
    refused(&start_on(&file, None), &["data"]);
    refused(&start_on(&file.join("below"), None), &["data"]);
    assert_eq!(fs::read_to_string(&file).unwrap(), "not a folder");

    // The superuser may write anywhere, so somebody else tries. Where this test may not become somebody else, it is that already.
    let locked = folder.path().join("locked");
    fs::create_dir(&locked).unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o555)).unwrap();
    let superuser = fs::write(locked.join("probe"), "").is_ok();
    let _ = fs::remove_file(locked.join("probe"));
    refused(&start_on(&locked, superuser.then_some(65_534)), &["locked"]);
    assert_eq!(fs::read_dir(&locked).unwrap().count(), 0);
}
