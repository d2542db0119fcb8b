//! A real relay for tests: coturn, on this machine.
#![allow(dead_code, clippy::missing_panics_doc)] // each test program uses a part

use crate::support::{PATIENCE, own_port};
use std::{
    net::{TcpStream, UdpSocket},
    process::{Child, Command, Stdio},
    sync::Arc,
    thread::sleep,
    time::{Duration, Instant},
};
use tokio::net::TcpSocket;

/// The secret that it shares with the server.
pub const SECRET: &str = "a river that runs north";

/// A relay on a free port. It ends with this.
pub struct Relay {
    child: Child,
    pub port: u16,
    /// Keeps the port for this relay also while it is down.
    held: Arc<TcpSocket>,
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
        // Somebody may take the port for UDP between the question and the start.
        Some((0..5).find_map(|_| Self::on(Arc::new(free_port()))).expect("a relay that listens"))
    }

    fn on(held: Arc<TcpSocket>) -> Option<Self> {
        let port = held.local_addr().unwrap().port();
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
        Some(Self { child, port, held, _folder: folder })
    }

    /// Ends it and starts it on the same port: it knows nobody any more.
    pub fn start_anew(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let began = Instant::now();
        *self = loop {
            if let Some(again) = Self::on(self.held.clone()) {
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
fn free_port() -> TcpSocket {
    loop {
        let held = own_port();
        if UdpSocket::bind(held.local_addr().unwrap()).is_ok() {
            return held;
        }
    }
}
