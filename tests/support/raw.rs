//! Requests that no client library would send: bytes out, an answer taken apart.

use super::{PATIENCE, http::is_error};
use serde_json::Value;
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, split},
    net::TcpStream,
    time::timeout,
};

/// An answer as it came over the wire.
#[derive(Debug, Clone)]
pub struct RawReply {
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl RawReply {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str())
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Status and code of an error in the contract's shape.
    pub fn error(&self) -> (u16, String) {
        let body: Value = serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {self:?}"));
        assert!(self.header("content-type").is_some_and(|kind| kind.starts_with("application/json")), "{self:?}");
        assert!(is_error(&body), "{body}");
        (self.status, body["code"].as_str().unwrap().to_owned())
    }

    /// Takes an answer apart; `None` when it is not whole.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let mut lines = head.split("\r\n");
        let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
        let headers: Vec<(String, String)> =
            lines.filter_map(|line| line.split_once(':')).map(|(name, value)| (name.to_lowercase(), value.trim().to_owned())).collect();
        let reply = Self { status, headers, body: bytes[end + 4..].to_vec() };
        let chunked = reply.header("transfer-encoding").is_some_and(|coding| coding.contains("chunked"));
        Some(if chunked { Self { body: unchunk(&reply.body), ..reply } } else { reply })
    }
}

fn unchunk(mut rest: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some(end) = rest.windows(2).position(|window| window == b"\r\n") {
        let size = usize::from_str_radix(&String::from_utf8_lossy(&rest[..end]), 16).unwrap_or(0);
        let Some(chunk) = rest.get(end + 2..end + 2 + size) else { break };
        if size == 0 {
            break;
        }
        body.extend_from_slice(chunk);
        rest = rest.get(end + 4 + size..).unwrap_or_default();
    }
    body
}

/// Sends bytes and reads until the server closes; `None` when it closes without a whole answer.
pub async fn exchange(address: &str, bytes: &[u8]) -> Option<RawReply> {
    exchange_over(TcpStream::connect(address).await.unwrap(), bytes).await
}

/// As [`exchange`], over a connection that stands.
pub async fn exchange_over(stream: impl AsyncRead + AsyncWrite + Send + 'static, bytes: &[u8]) -> Option<RawReply> {
    let (mut read, mut write) = split(stream);
    let bytes = bytes.to_vec();
    // A server that refuses early closes while we still write; its answer is read all the same.
    let writer = tokio::spawn(async move {
        let _ = write.write_all(&bytes).await;
        write
    });
    let mut answer = Vec::new();
    let mut piece = vec![0; 16 << 10];
    while let Ok(count) = timeout(PATIENCE, read.read(&mut piece)).await.expect("an answer within the patience of a test") {
        if count == 0 {
            break;
        }
        answer.extend_from_slice(&piece[..count]);
    }
    writer.abort();
    RawReply::parse(&answer)
}

/// A request with `Connection: close`, so that the answer ends with the connection. Each of `headers` is a whole line.
pub fn request(method: &str, path: &str, headers: &[&str], body: &[u8]) -> Vec<u8> {
    let mut bytes = format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n").into_bytes();
    for line in headers {
        bytes.extend_from_slice(line.as_bytes());
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(b"\r\n");
    bytes.extend_from_slice(body);
    bytes
}
