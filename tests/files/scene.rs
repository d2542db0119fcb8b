//! What these tests share: people, uploads, and a look into the server's folder.

use crate::support::{
    PATIENCE, Server,
    http::{Person, Reply, read},
};
use reqwest::{
    Method,
    multipart::{Form, Part},
};
use serde_json::{Value, json};
use std::{
    fs,
    path::PathBuf,
    time::{Duration, Instant},
};

/// A mother, a doctor and their conversation; and somebody whom it does not concern.
pub struct Scene {
    pub server: Server,
    pub mother: Person,
    pub doctor: Person,
    pub stranger: Person,
    pub conversation: String,
}

impl Scene {
    pub async fn new() -> Self {
        Self::with(&[]).await
    }

    pub async fn with(settings: &[(&str, &str)]) -> Self {
        Self::of(Server::with(settings)).await
    }

    pub async fn of(server: Server) -> Self {
        let mother = Person::register(&server, "Asha", "mom").await;
        let doctor = Person::register(&server, "Ruwan", "doctor").await;
        let stranger = Person::register(&server, "Sita", "mom").await;
        let conversation = mother.open(&doctor).await;
        Self { server, mother, doctor, stranger, conversation }
    }

    /// Every file below the folder for uploads.
    pub fn on_disk(&self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        let mut folders = vec![self.server.data().join("uploads")];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() { folders.push(path) } else { found.push(path) }
            }
        }
        found
    }

    /// Waits until so many files are there.
    pub async fn until_on_disk(&self, count: usize) {
        let began = Instant::now();
        while began.elapsed() < PATIENCE {
            if self.on_disk().len() == count {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("not {count}: {:?}", self.on_disk());
    }

    /// An upload of the mother's that is in a message to the doctor: the message as the mother sees it.
    pub async fn sent(&self, name: &str, kind: &str, bytes: Vec<u8>) -> Value {
        let file = uploaded(&self.mother, name, kind, bytes).await;
        send(&self.mother, json!({ "conversationId": self.conversation, "file": file })).await
    }
}

pub fn part(name: &str, kind: &str, bytes: Vec<u8>) -> Part {
    let part = Part::bytes(bytes).file_name(name.to_owned());
    if kind.is_empty() { part } else { part.mime_str(kind).unwrap() }
}

/// Any form to any route.
pub async fn post_form(person: &Person, path: &str, form: Form) -> Reply {
    let response = person.request(Method::POST, path).multipart(form).send().await.unwrap();
    read(response).await.unwrap()
}

/// Uploads one file.
pub async fn upload(person: &Person, name: &str, kind: &str, bytes: Vec<u8>) -> Reply {
    post_form(person, "/api/chat/upload", Form::new().part("file", part(name, kind, bytes))).await
}

/// Uploads one file that is accepted, and gives its File object.
pub async fn uploaded(person: &Person, name: &str, kind: &str, bytes: Vec<u8>) -> Value {
    let reply = upload(person, name, kind, bytes).await;
    assert_eq!(reply.status, 201, "{name}: {reply:?}");
    reply.data().clone()
}

/// Sends a message that is taken.
pub async fn send(person: &Person, body: Value) -> Value {
    let reply = person.post("/api/chat/send", body).await;
    assert_eq!(reply.status, 201, "{reply:?}");
    reply.data().clone()
}

/// Fetches an absolute address as it stands, without a token.
pub async fn fetch(url: &str) -> reqwest::Response {
    reqwest::Client::new().get(url).send().await.unwrap()
}

/// Fetches a path of the server as somebody.
pub async fn fetch_as(person: &Person, path: &str) -> reqwest::Response {
    person.request(Method::GET, path).send().await.unwrap()
}

/// The path of a file, as every reader knows it.
pub fn path(file: &Value) -> &str {
    file["path"].as_str().unwrap()
}
