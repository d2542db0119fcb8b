//! The command line and the settings, as an operator meets them.
#![allow(clippy::unwrap_used)]

mod support;

use serde_json::{Value, json};
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

/// What `install.sh` runs, as far as that is the system: it notes what it was asked for, and runs the program that is to be run.
const SYSTEM: &str = r#"#!/bin/sh
echo "${0##*/} $*" >>"$NOTES"
case ${0##*/} in
    id) echo 0 ;;
    systemctl) case $* in *=Environment\ *) echo "MOMMYCARE_SERVER__PORT=$SET_PORT" ;; esac ;;
    systemd-run)
        while :; do
            case $1 in
                --property=Environment=*) export "${1#--property=Environment=}" ;;
                --*) ;;
                *) exec "$@" ;;
            esac
            shift
        done ;;
esac
"#;

const PROGRAM: &str = "usr/local/bin/mommycare";

/// A machine for `install.sh` where an older program runs.
struct Machine(tempfile::TempDir);

impl Machine {
    fn new() -> Self {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::create_dir(path("bin")).unwrap();
        for name in ["id", "getent", "systemctl", "systemd-run"] {
            fs::write(path("bin").join(name), SYSTEM).unwrap();
            fs::set_permissions(path("bin").join(name), fs::Permissions::from_mode(0o755)).unwrap();
        }
        for (name, text) in [
            (PROGRAM, "the older program"),
            ("etc/mommycare/mommycare.toml", ""),
            ("etc/systemd/system/mommycare.service", ""),
            ("README.md", ""),
        ] {
            fs::create_dir_all(path(name).parent().unwrap()).unwrap();
            fs::write(path(name), text).unwrap();
        }
        // All its places are named at its beginning.
        let script = include_str!("../install.sh").lines().map(|line| match line.split_once("=/") {
            Some((place, rest)) if place.bytes().all(|b| b.is_ascii_lowercase()) => format!("{place}={}\n", path(rest).display()),
            _ => format!("{line}\n"),
        });
        fs::write(path("install.sh"), script.collect::<String>()).unwrap();
        Self(folder)
    }

    /// Upgrades to the present program where the service's environment names a port; says how that went, and what was asked of the system.
    fn upgrade(&self, port: &str) -> (Output, String) {
        let notes = self.0.path().join("notes");
        let _ = fs::remove_file(&notes);
        let path = format!("{}:{}", self.0.path().join("bin").display(), std::env::var("PATH").unwrap());
        let mut install = std::process::Command::new("bash");
        install.current_dir(self.0.path()).arg("install.sh").arg("--binary").arg(support::executable());
        let output = install.env("PATH", path).env("NOTES", &notes).env("SET_PORT", port).output().unwrap();
        (output, fs::read_to_string(notes).unwrap())
    }

    fn program(&self) -> Vec<u8> {
        fs::read(self.0.path().join(PROGRAM)).unwrap()
    }
}

#[test]
fn an_upgrade_that_refuses_a_setting_leaves_the_old_program_running() {
    let machine = Machine::new();
    let (output, asked) = machine.upgrade("many");
    let said = text(&output);
    assert!(!output.status.success() && said.contains("server.port must be a port") && said.contains("nothing else was changed"), "{said}");
    assert!(machine.program() == b"the older program" && !asked.contains("restart"), "{asked}");
    assert!(!machine.0.path().join(PROGRAM).with_extension("new").exists());
    let (output, asked) = machine.upgrade("5001");
    assert!(output.status.success() && asked.contains("systemctl restart mommycare"), "{}{asked}", text(&output));
    assert!(asked.contains("--property=User=mommycare") && machine.program() == fs::read(support::executable()).unwrap(), "{asked}");
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

    // Appointments, to come and past.
    let statuses = |list: &Value| list.as_array().unwrap().iter().map(|one| one["status"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    assert_eq!(statuses(mother.get("/api/appointments?filter=upcoming").await.data()), ["confirmed", "scheduled"]);
    assert_eq!(statuses(mother.get("/api/appointments?filter=past").await.data()), ["completed"]);
    // And there is something to read about everybody who has been reviewed.
    let rated = mother.get("/api/chat/providers?minRating=4.5&sort=rating").await;
    let doctor = rated.data().as_array().unwrap().iter().find(|person| person["firstName"] == "Dr. Nimali").unwrap();
    let reviews = mother.get(&format!("/api/providers/{}/reviews", doctor["id"].as_str().unwrap())).await;
    assert_eq!((&reviews.data()[0]["authorName"], &reviews.body["own"]["reason"]), (&json!("Tharushi F."), &json!("written")));
    assert!(reviews.data()[0]["reply"]["comment"].as_str().unwrap().starts_with("Thank you"), "{reviews:?}");
}
