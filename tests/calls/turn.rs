//! Passwords for a relay, against a real one: coturn, with the client that comes with it. Where it is not installed the test says so
//! and passes; with `CI=true` it fails.

use crate::support::{PATIENCE, Server, http::Person};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, Mac as _};
use serde_json::{Value, json};
use sha1::Sha1;
use std::{
    fs,
    net::{TcpListener, TcpStream, UdpSocket},
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

const SECRET: &str = "a river that runs north";

/// A relay on this machine. It ends with this.
struct Relay {
    child: Child,
    port: u16,
    _folder: tempfile::TempDir,
}

impl Relay {
    /// None where there is no coturn.
    fn start() -> Option<Self> {
        for program in ["turnserver", "turnutils_uclient"] {
            if Command::new(program).arg("--help").output().is_err() {
                assert!(std::env::var("CI").as_deref() != Ok("true"), "{program} is missing; install coturn");
                println!("left out: coturn is not installed");
                return None;
            }
        }
        // Somebody may take the port between the question and the start.
        Some((0..5).find_map(|_| Self::on(free_port())).expect("a relay that listens"))
    }

    fn on(port: u16) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str| folder.path().join(name).display().to_string();
        let mut child = Command::new("turnserver")
            .args(["-n", "--no-cli", "--no-tls", "--no-dtls", "--allow-loopback-peers", "--use-auth-secret"])
            .args(["--listening-ip", "127.0.0.1", "--relay-ip", "127.0.0.1", "--listening-port", &port.to_string()])
            .args(["--static-auth-secret", SECRET, "--realm", "clinic.example", "--log-file", "stdout"])
            .args(["--pidfile", &file("pid"), "--userdb", &file("users")])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let began = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            if child.try_wait().unwrap().is_some() {
                return None;
            }
            assert!(began.elapsed() < PATIENCE, "the relay does not listen");
            sleep(Duration::from_millis(20));
        }
        Some(Self { child, port, _folder: folder })
    }

    /// Whether somebody with a name and a password gets a relayed address, and what is sent through it comes back.
    fn takes(&self, name: &str, password: &str, tcp: bool) -> bool {
        let mut command = Command::new("turnutils_uclient");
        command.args(["-y", "-n", "1", "-p", &self.port.to_string(), "-u", name, "-w", password]);
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
}

impl Drop for Relay {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A port that is free for both.
fn free_port() -> u16 {
    loop {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        if UdpSocket::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
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
    let (udp, tcp) = (format!("turn:127.0.0.1:{}?transport=udp", relay.port), format!("turn:127.0.0.1:{}?transport=tcp", relay.port));
    let server = Server::with(&[
        ("MOMMYCARE_CALLS__STUN", &format!("stun:127.0.0.1:{}", relay.port)),
        ("MOMMYCARE_CALLS__TURN", &format!("{udp},{tcp}")),
        ("MOMMYCARE_CALLS__TURN_SECRET_FILE", file.to_str().unwrap()),
        ("MOMMYCARE_LOG__LEVEL", "trace"),
    ]);
    let ama = Person::register(&server, "Ama", "mom").await;
    let servers = ama.get("/api/chat/ice-servers").await.data()["iceServers"].clone();
    assert_eq!(servers[0], json!({ "urls": [format!("stun:127.0.0.1:{}", relay.port)] }));
    assert_eq!(servers[1]["urls"], json!([udp, tcp]));
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let (name, password) = (text(&servers[1]["username"]), text(&servers[1]["credential"]));
    let (until, user) = name.split_once(':').unwrap();
    assert_eq!(user, ama.id);
    assert!(relay.takes(&name, &password, false), "over UDP");
    assert!(relay.takes(&name, &password, true), "over TCP");
    // Nobody gets more time, or another name, out of it.
    let longer = format!("{}:{user}", until.parse::<u64>().unwrap() + 1);
    assert!(!relay.takes(&longer, &password, true));
    assert!(!relay.takes(&format!("{until}:0000000000000007"), &password, true));
    assert!(!relay.takes(&name, &sealed(&longer), true));
    // One that was right and has run out.
    let past = format!("{}:{user}", until.parse::<u64>().unwrap() - 2 * 3600);
    assert!(!relay.takes(&past, &sealed(&past), true));
    // Strangers get none, and the log has heard nothing.
    assert_eq!(Person::stranger(&server).get("/api/chat/ice-servers").await.error(), (401, "UNAUTHORIZED"));
    assert!(!server.log().contains(SECRET) && !server.log().contains(&password));
}
