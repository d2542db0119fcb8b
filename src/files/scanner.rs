//! A virus scanner, where the clinic has one: the clamd of `ClamAV`, asked over its socket. What it finds is kept apart and never served.

use crate::config::WhenDown;
use clamav_client::tokio::{Socket, Tcp, scan_file};
use std::{path::Path, time::Duration};
use tokio::{sync::Semaphore, time::timeout};

/// How long one file may take, its turn included. The client waits longer.
const PATIENCE: Duration = Duration::from_mins(2);
/// Files that are scanned at once. clamd has a few threads, and other things to do.
const AT_ONCE: usize = 4;
/// Handed over at once.
const PIECE: usize = 64 << 10;

/// The way to a scanner.
#[derive(Debug)]
pub struct Scanner {
    /// A path of a socket, or host and port.
    address: String,
    when_down: WhenDown,
    turns: Semaphore,
}

/// What a scanner says about a file.
#[derive(Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing was found.
    Clean,
    /// Something was, by this name.
    Infected(String),
    /// Nobody knows, and this is why.
    Unknown(String),
}

impl Scanner {
    /// A scanner that listens on a path, or on a host and port.
    pub fn new(address: String, when_down: WhenDown) -> Self {
        Self { address, when_down, turns: Semaphore::new(AT_ONCE) }
    }

    /// Whether a file is taken that could not be scanned.
    pub fn takes_unscanned(&self) -> bool {
        self.when_down == WhenDown::Label
    }

    /// Has a file scanned.
    pub async fn scan(&self, path: &Path) -> Verdict {
        let ask = async {
            let _turn = self.turns.acquire().await;
            if self.address.starts_with('/') {
                scan_file(path, Socket { socket_path: &self.address }, Some(PIECE)).await
            } else {
                scan_file(path, Tcp { host_address: &self.address }, Some(PIECE)).await
            }
        };
        match timeout(PATIENCE, ask).await {
            Ok(Ok(answer)) => verdict(&answer),
            // It hangs up where a file is longer than it has been told to take.
            Ok(Err(error)) => Verdict::Unknown(format!("{error}; is its StreamMaxLength at least files.max_size?")),
            Err(_) => Verdict::Unknown("it took too long".into()),
        }
    }
}

/// Reads `stream: OK`, `stream: NAME FOUND` or whatever else it says.
fn verdict(answer: &[u8]) -> Verdict {
    let text: String = String::from_utf8_lossy(answer).chars().filter(|c| !c.is_control()).take(200).collect();
    let said = text.strip_prefix("stream: ").unwrap_or(&text);
    match said.strip_suffix(" FOUND") {
        Some(name) => Verdict::Infected(name.to_owned()),
        None if said == "OK" => Verdict::Clean,
        None => Verdict::Unknown(format!("it said {said:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_plain_ok_is_clean() {
        assert_eq!(verdict(b"stream: OK\0"), Verdict::Clean);
        assert_eq!(verdict(b"stream: Eicar-Test-Signature FOUND\0"), Verdict::Infected("Eicar-Test-Signature".into()));
        for odd in [&b""[..], b"stream: ", b"INSTREAM size limit exceeded. ERROR\0", b"stream: OK but ERROR\0", b"PONG\0", &[0xff; 300]] {
            assert!(matches!(verdict(odd), Verdict::Unknown(_)), "{odd:?}");
        }
    }
}
