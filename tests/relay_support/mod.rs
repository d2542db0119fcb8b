//! A real relay for tests: coturn, on this machine.
#![allow(dead_code, clippy::missing_panics_doc)] // each test program uses a part

use crate::support::PATIENCE;
use std::{
    net::{TcpListener, TcpStream, UdpSocket},
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

/// The secret that it shares with the server.
pub const SECRET: &str = "a river that runs north";

/// A relay on a free port. It ends with this.
pub struct Relay {
    child: Child,
    pub port: u16,
    _folder: tempfile::TempDir,
}

impl Relay {
    /// None where there is no coturn; where there must be, its absence is a failure.
    pub fn start() -> Option<Self> {
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

    /// Ends it and starts it on the same port: it knows nobody any more.
    pub fn start_anew(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let began = Instant::now();
        *self = loop {
            if let Some(again) = Self::on(self.port) {
                break again;
            }
            assert!(began.elapsed() < PATIENCE, "the relay does not start again");
            sleep(Duration::from_millis(50));
        };
    }

    /// Its addresses, as settings and browsers write them.
    pub fn addresses(&self) -> [String; 2] {
        ["udp", "tcp"].map(|transport| format!("turn:127.0.0.1:{}?transport={transport}", self.port))
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
