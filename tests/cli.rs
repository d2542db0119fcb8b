//! The command line and the settings, as an operator meets them.
#![allow(clippy::unwrap_used)]

mod support;

use serde_json::json;
use std::{fs, process::Output};
use support::{PATIENCE, Server, command, http::Person};

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn help_explains_and_check_shows_where_values_come_from() {
    let folder = tempfile::tempdir().unwrap();
    let help = text(&command(folder.path()).arg("--help").output().unwrap());
    for word in ["serve", "demo", "check", "user", "--data", "--port"] {
        assert!(help.contains(word), "{word} in {help}");
    }
    fs::write(folder.path().join("mommycare.toml"), "[clinic]\nname = \"Lotus Pond\"\n").unwrap();
    let output = command(folder.path())
        .arg("check")
        .env("PORT", "5123")
        .env("JWT_SECRET", "not-for-anybodys-eyes-0123456789abcdef")
        .output()
        .unwrap();
    let shown = text(&output);
    assert!(output.status.success() && shown.contains("mommycare.toml line 2") && shown.contains("environment PORT"), "{shown}");
    assert!(!shown.contains("not-for-anybodys-eyes"), "{shown}");
}

#[test]
fn a_wrong_setting_stops_the_start_with_its_name_place_and_what_is_allowed() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("mommycare.toml"), "[accounts]\nbcrypt_cost = 3\n").unwrap();
    let output = command(folder.path()).output().unwrap();
    assert!(!output.status.success());
    assert_eq!(text(&output).trim(), "mommycare: mommycare.toml line 2: accounts.bcrypt_cost must be a number from 4 to 15; “3” is not.");
    assert!(!folder.path().join("data").exists(), "nothing was made");

    fs::write(folder.path().join("mommycare.toml"), "[policy.doctor]\n# as our lawyer says\nmom = \"sometimes\"\n").unwrap();
    let output = command(folder.path()).output().unwrap();
    assert!(!output.status.success());
    let expected = "mommycare: mommycare.toml line 3: policy.doctor.mom must be always, in_answer or never; “sometimes” is not.";
    assert_eq!(text(&output).trim(), expected);
}

#[tokio::test]
async fn a_port_in_use_is_named_and_the_folder_left_as_by_any_stop() {
    let server = Server::start();
    let port = server.address().rsplit(':').next().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let output = command(folder.path()).args(["--port", port]).output().unwrap();
    assert!(!output.status.success() && text(&output).contains("is in use by another program"), "{}", text(&output));
    let next = Server::on(&folder.path().join("data"), &[("MOMMYCARE_LOG__LEVEL", "info")]);
    next.until_logged("the data folder is open").await;
    assert!(next.log().contains("start=Clean"), "{}", next.log());
}

#[test]
fn sigterm_ends_well_and_soon() {
    let mut server = Server::start();
    let (took, well) = server.terminate();
    assert!(well && took < PATIENCE / 2, "{took:?}");
}

#[test]
fn what_is_written_is_readable_for_the_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let server = Server::start();
    let files: Vec<_> = fs::read_dir(server.data()).unwrap().map(Result::unwrap).collect();
    assert!(files.len() > 3, "{files:?}");
    for file in files {
        // What the server has put away meanwhile is nobody's.
        let Ok(metadata) = file.metadata() else { continue };
        let mode = metadata.permissions().mode();
        assert_eq!(mode & 0o077, 0, "{} has mode {mode:o}", file.path().display());
    }
}

#[tokio::test]
async fn the_demo_shows_calls_in_lists_conversations_and_figures() {
    let folder = tempfile::tempdir().unwrap();
    let output = command(folder.path()).arg("demo").env("MOMMYCARE_ACCOUNTS__BCRYPT_COST", "4").output().unwrap();
    let shown = text(&output);
    assert!(output.status.success(), "{shown}");
    let password = shown.rsplit("password is").next().unwrap().trim();
    let server = Server::on(&folder.path().join("data"), &[]);
    let mut mother = Person::stranger(&server);
    let signed = mother.post("/api/auth/login", json!({ "email": "tharushi@lotuspond.example", "password": password })).await;
    mother.adopt(&signed.body);

    // One list, newest first, whomever they were with.
    let calls = mother.get("/api/chat/calls").await.data().as_array().unwrap().clone();
    let became: Vec<_> = calls.iter().map(|call| (call["status"].as_str().unwrap(), call["duration"].as_u64().unwrap())).collect();
    assert_eq!(became, [("missed", 0), ("ended", 205), ("ended", 756), ("ended", 303), ("rejected", 0)]);
    let began: Vec<_> = calls.iter().map(|call| call["startedAt"].as_str().unwrap()).collect();
    assert!(began.is_sorted_by(|newer, older| newer > older), "{began:?}");
    assert_eq!(mother.get("/api/chat/calls/missed").await.data()["count"], 1, "only the newest has not been looked at");

    // Each stands in its conversation, in its place.
    let history = mother.history(calls[0]["conversationId"].as_str().unwrap()).await;
    let at: Vec<_> = history.iter().map(|message| message["createdAt"].as_str().unwrap()).collect();
    assert!(at.is_sorted(), "{at:?}");
    assert!(history.iter().any(|message| message["systemData"]["callId"] == calls[0]["id"]), "{history:?}");
    let figures = mother.get("/api/chat/statistics").await;
    assert_eq!(figures.data()["totals"]["callsMissed"], 1, "{figures:?}");
}
