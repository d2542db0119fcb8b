//! Measurements of the Socket.IO engine, not run by default:
//!
//! ```text
//! cargo build --release --example conformance
//! cargo test --release --test socketio_bench -- --ignored --nocapture --test-threads 1
//! ```
//!
//! The server is the conformance example in a process of its own, so that its memory is not mixed with the clients'.
#![cfg(target_os = "linux")] // Reads /proc.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::cast_precision_loss, missing_docs)] // Only measures.

mod socketio_support;

use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use socketio_support::{Ws, soon};
use tokio::net::TcpStream;
use tokio::time::sleep;

struct Process {
    child: Child,
    address: SocketAddr,
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Process {
    async fn start(port: u16) -> Self {
        let mut program = std::env::current_exe().unwrap();
        program.pop();
        program.pop();
        program.push("examples/conformance");
        let port_text = port.to_string();
        let child = Command::new(program).args(["--relaxed", "--port", &port_text]).stdout(Stdio::null()).spawn().unwrap();
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        soon(async {
            while TcpStream::connect(address).await.is_err() {
                sleep(Duration::from_millis(20)).await;
            }
        })
        .await;
        Self { child, address }
    }

    /// A figure of the process in KiB.
    fn memory(&self, name: &str) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with(name)).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }

    /// CPU time in seconds.
    fn cpu(&self) -> f64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
        let ticks: u32 = fields[11].parse::<u32>().unwrap() + fields[12].parse::<u32>().unwrap();
        f64::from(ticks) / 100.0
    }
}

async fn join(address: SocketAddr) -> Ws {
    let mut ws = Ws::open(address).await;
    ws.send("40").await;
    assert!(ws.text().await.starts_with("40"));
    assert!(ws.text().await.starts_with(r#"42["auth""#));
    ws
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a measurement"]
async fn memory_of_idle_connections() {
    const CONNECTIONS: u64 = 5_000;
    let server = Process::start(3917).await;
    // What a first connection makes the server allocate for good is not counted.
    drop(join(server.address).await);
    let before = server.memory("VmRSS");
    let mut clients = Vec::new();
    for _ in 0..CONNECTIONS / 50 {
        clients.extend(join_all((0..50).map(|_| join(server.address))).await);
    }
    sleep(Duration::from_secs(3)).await;
    let after = server.memory("VmRSS");
    println!("{before} KiB before, {after} KiB with {CONNECTIONS}: {:.1} kB each", (after - before) as f64 * 1.024 / CONNECTIONS as f64);
    drop(clients);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a measurement"]
async fn acknowledged_events_per_second() {
    let server = Process::start(3918).await;
    let time = Duration::from_secs(5);
    let clients = join_all((0..64).map(|_| join(server.address))).await;
    let (cpu, started) = (server.cpu(), Instant::now());
    let counts = join_all(clients.into_iter().map(|mut ws| {
        tokio::spawn(async move {
            let mut count = 0_u64;
            while started.elapsed() < time {
                ws.send(r#"427["message-with-ack",{"conversationId":"abc","content":"A short message of a usual size."}]"#).await;
                assert!(ws.text().await.starts_with("437["));
                count += 1;
            }
            count
        })
    }))
    .await;
    let total: u64 = counts.into_iter().map(Result::unwrap).sum();
    let seconds = started.elapsed().as_secs_f64();
    println!("{:.0} events/s, {:.0} per second of server CPU", total as f64 / seconds, total as f64 / (server.cpu() - cpu));
}
