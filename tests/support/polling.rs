//! A person's socket over long polling, down to requests that are cut while they wait.

use super::{PATIENCE, http::Person};
use serde_json::{Value, json};
use std::{collections::VecDeque, time::Duration};

/// A session over polling and what has come over it.
pub struct Polling {
    http: reqwest::Client,
    url: String,
    /// Events that came and that nobody has asked for yet.
    pub events: VecDeque<(String, Value)>,
}

impl Polling {
    /// Connects a person; `None` when the server is away.
    pub async fn try_connect(person: &Person) -> Option<Self> {
        let http = reqwest::Client::builder().timeout(PATIENCE).build().unwrap();
        let base = format!("{}/socket.io/?EIO=4&transport=polling", person.url);
        let open = http.get(&base).send().await.ok()?.text().await.ok()?;
        let open: Value = serde_json::from_str(open.strip_prefix('0')?).ok()?;
        let url = format!("{base}&sid={}", open["sid"].as_str()?);
        let mut polling = Self { http, url, events: VecDeque::new() };
        polling.post(&format!("40{}", json!({ "token": person.token }))).await?;
        let joined = polling.poll().await?;
        joined.then_some(polling)
    }

    async fn post(&self, body: &str) -> Option<()> {
        let reply = self.http.post(&self.url).body(body.to_owned()).send().await.ok()?;
        (reply.status() == 200).then_some(())
    }

    /// One request for news; whether the server has let this person in with it. `None` when the session has ended.
    pub async fn poll(&mut self) -> Option<bool> {
        let reply = self.http.get(&self.url).send().await.ok()?;
        if reply.status() != 200 {
            return None;
        }
        let mut joined = false;
        for packet in reply.text().await.ok()?.split('\u{1e}') {
            if packet == "2" {
                self.post("3").await?;
            } else if packet.starts_with("40") {
                joined = true;
            } else if packet.starts_with("41") || packet.starts_with('1') {
                return None;
            } else if let Some(event) = packet.strip_prefix("42") {
                self.events.push_back(serde_json::from_str(event).unwrap());
            }
        }
        Some(joined)
    }

    /// Asks for news and hangs up while the server holds the request: what it was about to say is lost.
    pub async fn half_open(self) {
        let _ = tokio::time::timeout(Duration::from_millis(20), self.http.get(&self.url).send()).await;
    }
}
