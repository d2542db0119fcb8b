//! A person's socket: a small Socket.IO client over a WebSocket, as literal as the protocol.

use super::{PATIENCE, http::Person};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use std::{collections::VecDeque, time::Instant};
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async, tungstenite::Message};

/// An open socket and what has come over it.
pub struct Socket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// How the server calls it: `socket.id`.
    pub id: String,
    next_ack: u64,
    /// Events that came and that nobody has asked for yet.
    pub events: VecDeque<(String, Value)>,
    acks: VecDeque<(u64, Value)>,
}

impl Socket {
    /// Connects a person.
    pub async fn connect(person: &Person) -> Self {
        Self::try_connect(&person.url, person.token.as_deref()).await.expect("a socket that is let in")
    }

    /// Connects with any token; `Err` holds what the server says about a refusal.
    pub async fn try_connect(url: &str, token: Option<&str>) -> Result<Self, Value> {
        let address = format!("{}/socket.io/?EIO=4&transport=websocket", url.replacen("http", "ws", 1));
        let (stream, _) = connect_async(address).await.map_err(|error| json!(error.to_string()))?;
        let mut socket = Self { stream, id: String::new(), next_ack: 0, events: VecDeque::new(), acks: VecDeque::new() };
        // The server may be killed at any moment, before its first word too.
        let open = socket.frame().await.ok_or(json!("closed"))?;
        assert!(open.starts_with('0'), "no open packet: {open}");
        socket.write(&format!("40{}", json!({ "token": token }))).await;
        loop {
            let frame = socket.frame().await.ok_or(json!("closed"))?;
            if let Some(welcome) = frame.strip_prefix("40") {
                let welcome: Value = serde_json::from_str(welcome).unwrap();
                welcome["sid"].as_str().expect("a name").clone_into(&mut socket.id);
                return Ok(socket);
            }
            if let Some(refusal) = frame.strip_prefix("44") {
                return Err(serde_json::from_str(refusal).unwrap());
            }
        }
    }

    /// Sends an event without waiting for anything.
    pub async fn emit(&mut self, event: &str, data: Value) {
        self.write(&format!("42{}", json!([event, data]))).await;
    }

    /// Sends an event many times, as fast as the connection takes it.
    pub async fn burst(&mut self, event: &str, data: &Value, times: usize) {
        let frame = format!("42{}", json!([event, data]));
        for _ in 0..times {
            // As with `write`: a server that has gone shows at the next read.
            let _ = self.stream.feed(Message::text(frame.clone())).await;
        }
        let _ = self.stream.flush().await;
    }

    /// Sends an event and gives what its acknowledgement says.
    pub async fn ask(&mut self, event: &str, data: Value) -> Value {
        self.try_ask(event, data).await.expect("an acknowledgement")
    }

    /// Sends an event; `None` when the connection ends before the acknowledgement.
    pub async fn try_ask(&mut self, event: &str, data: Value) -> Option<Value> {
        let id = self.next_ack;
        self.next_ack += 1;
        self.write(&format!("42{id}{}", json!([event, data]))).await;
        let begun = Instant::now();
        loop {
            if let Some(place) = self.acks.iter().position(|(acked, _)| *acked == id) {
                return self.acks.remove(place).map(|(_, value)| value);
            }
            assert!(begun.elapsed() < PATIENCE, "{event} is never acknowledged; came: {:?}", self.events);
            let frame = self.frame().await?;
            self.sort(&frame);
        }
    }

    /// Waits for the next event of a name; others stay where they are.
    pub async fn wait_for(&mut self, event: &str) -> Value {
        self.wait_until(event, |_| true).await
    }

    /// Waits for an event of a name that fits; others stay where they are.
    pub async fn wait_until(&mut self, event: &str, fits: impl Fn(&Value) -> bool) -> Value {
        let begun = Instant::now();
        loop {
            if let Some(place) = self.events.iter().position(|(name, data)| name == event && fits(data)) {
                return self.events.remove(place).unwrap().1;
            }
            // The server's signs of life come all the time.
            assert!(begun.elapsed() < PATIENCE, "{event} never comes; came: {:?}", self.events);
            let frame = self.frame().await.unwrap_or_else(|| panic!("the connection ended before {event}; came: {:?}", self.events));
            self.sort(&frame);
        }
    }

    /// Everything that comes before the answer to a question that is asked now: a way to see that something does not come.
    pub async fn so_far(&mut self) -> Vec<(String, Value)> {
        self.ask("typing_stop", json!("0000000000000000")).await;
        self.events.drain(..).collect()
    }

    /// Everything that was told before now, also what was still on its way; by a conversation of the person, which ends up unmuted.
    pub async fn caught_up(&mut self, conversation: &str) -> Vec<(String, Value)> {
        let unmute = json!({ "conversationId": conversation, "muted": false });
        assert_eq!(self.ask("chat_mute_toggled", unmute).await["success"], true);
        // Events come in the order in which things were done.
        self.wait_for("chat_mute_status_changed").await;
        self.events.drain(..).collect()
    }

    /// Waits for whatever comes next and keeps it; `None` when the connection has ended. May be given up at any time.
    pub async fn receive(&mut self) -> Option<()> {
        let frame = self.frame().await?;
        self.sort(&frame);
        Some(())
    }

    /// Waits until the server closes the connection.
    pub async fn closed(&mut self) {
        while let Some(frame) = self.frame().await {
            self.sort(&frame);
        }
    }

    /// Sends a raw text frame.
    pub async fn write(&mut self, text: &str) {
        // A server that has gone shows at the next read.
        let _ = self.stream.send(Message::text(text.to_owned())).await;
    }

    /// Ends the connection without a word.
    pub fn cut(self) {
        drop(self.stream);
    }

    fn sort(&mut self, frame: &str) {
        if let Some(rest) = frame.strip_prefix("42") {
            let Ok((name, data)) = serde_json::from_str::<(String, Value)>(rest) else { panic!("an event of one argument: {frame}") };
            self.events.push_back((name, data));
        } else if let Some(rest) = frame.strip_prefix("43") {
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            let mut data: Vec<Value> = serde_json::from_str(&rest[digits..]).unwrap();
            self.acks.push_back((rest[..digits].parse().unwrap(), data.swap_remove(0)));
        }
    }

    /// The next text frame; answers pings on the way. `None` when the connection has ended.
    async fn frame(&mut self) -> Option<String> {
        loop {
            let message = timeout(PATIENCE, self.stream.next()).await.expect("something within the patience of a test");
            match message?.ok()? {
                Message::Text(text) if text.as_str() == "2" => self.write("3").await,
                Message::Text(text) => return Some(text.as_str().to_owned()),
                Message::Close(_) => return None,
                _ => {}
            }
        }
    }
}
