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

/// Asks for a relayed address with a name and a password, and sends something through it. What the client says when it does not come back.
fn ask(relay: &Relay, name: &str, password: &str, tcp: bool) -> Result<(), String> {
    let mut command = Command::new("turnutils_uclient");
    command.args(["-y", "-n", "1", "-p", &relay.port.to_string(), "-u", name, "-w", password]);
    if tcp {
        command.arg("-t");
    }
    let done = command.arg("127.0.0.1").output().unwrap();
    if done.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&done.stdout).into_owned()) }
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
    // What goes over UDP may be lost on a machine that is busy enough.
    for tcp in [false, true] {
        let tries: Vec<_> = (0..5).map_while(|_| ask(&relay, &name, &password, tcp).err()).collect();
        assert!(tries.len() < 5, "over {}: {tries:#?}", if tcp { "TCP" } else { "UDP" });
    }
    let refuses =
        |name: &str, password: &str| ask(&relay, name, password, true).is_err_and(|said| said.contains("Cannot complete Allocation"));
    // Nobody gets more time, or another name, out of it.
    let longer = format!("{}:{user}", until.parse::<u64>().unwrap() + 1);
    assert!(refuses(&longer, &password));
    assert!(refuses(&format!("{until}:0000000000000007"), &password));
    assert!(refuses(&name, &sealed(&longer)));
    // One that was right and has run out.
    let past = format!("{}:{user}", until.parse::<u64>().unwrap() - 2 * 3600);
    assert!(refuses(&past, &sealed(&past)));
    // Strangers get none, and the log has heard nothing.
    assert_eq!(Person::stranger(&server).get("/api/chat/ice-servers").await.error(), (401, "UNAUTHORIZED"));
    assert!(!server.log().contains(SECRET) && !server.log().contains(&password));
}
