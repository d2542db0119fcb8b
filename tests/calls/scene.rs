//! Two people and their devices.

use crate::support::{Server, http::Person, socket::Socket};
use serde_json::{Value, json};

/// A mother and her doctor, each with a device, and their conversation.
pub struct Scene {
    pub ama: Person,
    pub dora: Person,
    pub chat: String,
    /// Ama's.
    pub phone: Socket,
    /// Dora's.
    pub desk: Socket,
}

impl Scene {
    pub async fn new(server: &Server) -> Self {
        let (ama, dora) = (Person::register(server, "Ama", "mom").await, Person::register(server, "Dora", "doctor").await);
        let chat = ama.open(&dora).await;
        let (phone, desk) = (Socket::connect(&ama).await, Socket::connect(&dora).await);
        Self { ama, dora, chat, phone, desk }
    }

    /// Ama calls Dora: the id, once it rings.
    pub async fn ring(&mut self) -> String {
        let placed = place(&mut self.phone, "voice_call_request", json!({ "conversationId": self.chat })).await;
        let id = text(&placed["callId"]);
        let incoming = self.desk.wait_for("incoming_voice_call").await;
        assert_eq!(incoming["callId"], id.as_str());
        id
    }

    /// Ama calls Dora, who answers.
    pub async fn talk(&mut self) -> String {
        let id = self.ring().await;
        let answer = done(&mut self.desk, "call_accepted", json!({ "callId": id })).await;
        assert_eq!(answer["call"]["status"], "accepted");
        assert_eq!(self.phone.wait_for("call_accepted").await["callId"], id.as_str());
        id
    }

    /// What is said of a call that is over, to each of the two; the same to both.
    pub async fn over(&mut self, event: &str) -> Value {
        let (one, other) = (self.phone.wait_for(event).await, self.desk.wait_for(event).await);
        assert_eq!(one, other);
        one
    }

    /// The newest message of the conversation.
    pub async fn newest(&self) -> Value {
        self.ama.history(&self.chat).await.pop().expect("a message")
    }

    /// Both sign in anew, without the connections that a server had before it ended.
    pub async fn come_back(&mut self) {
        (self.ama, self.dora) = (self.ama.sign_in().await, self.dora.sign_in().await);
    }

    /// Takes what has come so far off all sockets.
    pub async fn quiet(&mut self) {
        self.phone.so_far().await;
        self.desk.so_far().await;
    }
}

pub fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

/// What a call request gives.
pub async fn place(socket: &mut Socket, event: &str, data: Value) -> Value {
    done(socket, event, data).await
}

/// The data of an acknowledgement that must be a success.
pub async fn done(socket: &mut Socket, event: &str, data: Value) -> Value {
    let ack = socket.ask(event, data).await;
    assert_eq!(ack["success"], true, "{event}: {ack}");
    ack["data"].clone()
}

/// The code of an acknowledgement that must be a refusal.
pub async fn refused(socket: &mut Socket, event: &str, data: Value) -> String {
    let ack = socket.ask(event, data).await;
    assert_eq!(ack["success"], false, "{event}: {ack}");
    text(&ack["code"])
}
