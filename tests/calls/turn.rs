//! Passwords for a relay, against a real one: coturn, with the client that comes with it. Where it is not installed the test says so
//! and passes; with `CI=true` it fails.

use crate::{
    relay_support::{Relay, SECRET},
    support::{Server, http::Person},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, Mac as _};
use serde_json::{Value, json};
use sha1::Sha1;
use std::{fs, process::Command};

/// Whether somebody with a name and a password gets a relayed address, and what is sent through it comes back.
fn takes(relay: &Relay, name: &str, password: &str, tcp: bool) -> bool {
    let mut command = Command::new("turnutils_uclient");
    command.args(["-y", "-n", "1", "-p", &relay.port.to_string(), "-u", name, "-w", password]);
    if tcp {
        command.arg("-t");
    }
    let done = command.arg("127.0.0.1").output().unwrap();
    let said = String::from_utf8_lossy(&done.stdout);
    if !done.status.success() {
        assert!(said.contains("Cannot complete Allocation"), "the client failed, but not at the door: {said}");
    }
    done.status.success()
}

/// The password of a name, as whoever knows the secret makes it.
fn sealed(name: &str) -> String {
    STANDARD.encode(Hmac::<Sha1>::new_from_slice(SECRET.as_bytes()).unwrap().chain_update(name).finalize().into_bytes())
}

#[tokio::test]
async fn a_relay_takes_the_passwords_that_the_server_makes() {
    let Some(relay) = Relay::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("secret");
    fs::write(&file, format!("{SECRET}\n")).unwrap();
    let [udp, tcp] = relay.addresses();
    let server = Server::with(&[
        ("MOMMYCARE_CALLS__STUN", &format!("stun:127.0.0.1:{}", relay.port)),
        ("MOMMYCARE_CALLS__TURN", &format!("{udp},{tcp}")),
        ("MOMMYCARE_CALLS__TURN_SECRET_FILE", file.to_str().unwrap()),
        ("MOMMYCARE_LOG__LEVEL", "trace"),
    ]);
    let ama = Person::register(&server, "Ama", "mom").await;
    let answer = ama.get("/api/chat/ice-servers").await;
    assert_eq!(answer.data()["ttl"], 3600);
    let servers = answer.data()["iceServers"].clone();
    assert_eq!(servers[0], json!({ "urls": [format!("stun:127.0.0.1:{}", relay.port)] }));
    assert_eq!(servers[1]["urls"], json!([udp, tcp]));
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let (name, password) = (text(&servers[1]["username"]), text(&servers[1]["credential"]));
    let (until, user) = name.split_once(':').unwrap();
    assert_eq!(user, ama.id);
    assert!(takes(&relay, &name, &password, false), "over UDP");
    assert!(takes(&relay, &name, &password, true), "over TCP");
    // Nobody gets more time, or another name, out of it.
    let longer = format!("{}:{user}", until.parse::<u64>().unwrap() + 1);
    assert!(!takes(&relay, &longer, &password, true));
    assert!(!takes(&relay, &format!("{until}:0000000000000007"), &password, true));
    assert!(!takes(&relay, &name, &sealed(&longer), true));
    // One that was right and has run out.
    let past = format!("{}:{user}", until.parse::<u64>().unwrap() - 2 * 3600);
    assert!(!takes(&relay, &past, &sealed(&past), true));
    // Strangers get none, and the log has heard nothing.
    assert_eq!(Person::stranger(&server).get("/api/chat/ice-servers").await.error(), (401, "UNAUTHORIZED"));
    assert!(!server.log().contains(SECRET) && !server.log().contains(&password));
}
