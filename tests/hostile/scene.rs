//! What these tests share: the people, raw requests in their name, and the question that ends every test.

use crate::support::{
    PATIENCE, Server,
    http::Person,
    raw::{RawReply, exchange, request},
    socket::Socket,
};
use std::time::Instant;
use tokio::{net::TcpStream, time::timeout};

/// A mother, a doctor, their conversation and a message in it; and somebody whom it does not concern.
pub struct Scene {
    pub server: Server,
    pub mother: Person,
    pub doctor: Person,
    pub stranger: Person,
    pub conversation: String,
    pub message: String,
}

impl Scene {
    pub async fn new() -> Self {
        Self::on(Server::start()).await
    }

    pub async fn on(server: Server) -> Self {
        let mother = Person::register(&server, "Asha", "mom").await;
        let doctor = Person::register(&server, "Ruwan", "doctor").await;
        let stranger = Person::register(&server, "Sita", "mom").await;
        let conversation = mother.open(&doctor).await;
        let message = mother.say(&conversation, "good morning").await["id"].as_str().unwrap().to_owned();
        Self { server, mother, doctor, stranger, conversation, message }
    }

    /// The last thing that every test asks: that somebody else is served as if nothing had been.
    pub async fn still_serves(&self) {
        let began = Instant::now();
        assert_eq!(self.mother.get("/health").await.status, 200);
        assert_eq!(self.mother.get("/health/ready").await.status, 200);
        let mut socket = Socket::connect(&self.doctor).await;
        let sent = self.mother.say(&self.conversation, "still there?").await;
        let heard = socket.wait_until("new_message", |data| data["message"]["id"] == sent["id"]).await;
        assert_eq!(heard["message"]["content"], "still there?");
        assert!(began.elapsed() < PATIENCE, "slow: {:?}", began.elapsed());
    }

    pub async fn raw(&self, method: &str, path: &str, headers: &[&str], body: &[u8]) -> RawReply {
        let reply = exchange(self.server.address(), &request(method, path, headers, body)).await;
        reply.unwrap_or_else(|| panic!("no answer to {method} {path}"))
    }

    /// A raw request of the mother's with a body.
    pub async fn raw_as_mother(&self, method: &str, path: &str, body: &[u8]) -> RawReply {
        let (token, length) = (bearer(&self.mother), format!("Content-Length: {}", body.len()));
        self.raw(method, path, &[&token, "Content-Type: application/json", &length], body).await
    }
}

pub fn bearer(person: &Person) -> String {
    format!("Authorization: Bearer {}", person.token.as_deref().unwrap())
}

pub type Stream = tokio_tungstenite::WebSocketStream<tokio_tungstenite::MaybeTlsStream<TcpStream>>;

/// Reads the opening packet, sends a packet, and gives the next one.
pub async fn converse(stream: &mut Stream, packet: &str) -> String {
    use futures_util::{SinkExt as _, StreamExt as _};
    use tokio_tungstenite::tungstenite::Message;
    let _open = stream.next().await.unwrap().unwrap();
    stream.send(Message::text(packet)).await.unwrap();
    timeout(PATIENCE, stream.next()).await.unwrap().unwrap().unwrap().into_text().unwrap().to_string()
}
