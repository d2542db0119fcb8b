//! What a client is still busy sending when it is refused is read on for a while: one that sends does not listen, and a connection that
//! closes on it takes the answer with it.

use rocket::data::DataStream;
use std::time::Duration;
use tokio::{io::AsyncReadExt as _, time::timeout};

/// How much is read on, in bytes.
pub const POLITE: u64 = 64 << 20;
/// For how long.
const PATIENCE: Duration = Duration::from_secs(10);

/// Reads and forgets.
pub async fn drain(stream: DataStream<'_>) {
    let _ = timeout(PATIENCE, tokio::io::copy(&mut stream.take(POLITE), &mut tokio::io::sink())).await;
}
