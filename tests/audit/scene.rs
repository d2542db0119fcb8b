//! An administrator with a log, and what is looked for in it.

use crate::support::{
    PATIENCE, Server,
    http::{PASSWORD, Person, Reply, read},
};
use reqwest::{
    Method,
    multipart::{Form, Part},
};
use serde_json::{Value, json};
use std::time::Instant;

/// A server with an administrator.
pub struct Office {
    pub server: Server,
    pub admin: Person,
}

impl Office {
    pub async fn new() -> Self {
        Self::with(&[]).await
    }

    pub async fn with(settings: &[(&str, &str)]) -> Self {
        let server = Server::with(settings);
        let admin = Person::set_up(&server).await;
        Self { server, admin }
    }

    /// Starts the server again, which knows nothing of the connections of before.
    pub fn restart(&mut self) {
        self.server.restart();
        self.admin = self.admin.anew();
    }

    pub async fn person(&self, name: &str, role: &str) -> Person {
        Person::register(&self.server, name, role).await
    }

    /// All entries that fit, the oldest first.
    pub async fn log(&self, query: &str) -> Vec<Value> {
        let (mut all, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = self.admin.get(&format!("/api/admin/audit?limit=50&{query}{cursor}")).await;
            all.extend(page.data().as_array().unwrap().clone());
            match page.body["pagination"]["nextCursor"].as_u64() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        all.reverse();
        all
    }

    /// How many entries of an action there are about somebody, or by somebody when it is about nobody.
    pub async fn count(&self, action: &str, query: &str) -> usize {
        self.log(&format!("action={action}&{query}")).await.len()
    }

    /// The one entry of an action that fits.
    pub async fn one(&self, action: &str, query: &str) -> Value {
        let found = self.log(&format!("action={action}&{query}")).await;
        assert_eq!(found.len(), 1, "{action} {query}: {found:#?}");
        found[0].clone()
    }

    /// Waits for an entry that comes behind an answer.
    pub async fn until(&self, action: &str, query: &str) {
        let began = Instant::now();
        while self.count(action, query).await == 0 {
            assert!(began.elapsed() < PATIENCE, "{action} {query} never comes");
        }
    }

    pub async fn act(&self, person: &Person, what: &str, body: Value) {
        let reply = self.admin.post(&format!("/api/admin/users/{}/{what}", person.id), body).await;
        assert_eq!(reply.status, 200, "{reply:?}");
    }

    pub async fn verdict(&self) -> Value {
        self.admin.get("/api/admin/audit/verify").await.data().clone()
    }
}

/// Tries to sign in.
pub async fn try_password(server: &Server, email: &str, password: &str) -> Reply {
    Person::stranger(server).post("/api/auth/login", json!({ "email": email, "password": password })).await
}

/// A form with one file to any route.
pub async fn upload(person: &Person, path: &str, name: &str, kind: &str, bytes: Vec<u8>) -> Value {
    let part = Part::bytes(bytes).file_name(name.to_owned()).mime_str(kind).unwrap();
    let sent = person.request(Method::POST, path).multipart(Form::new().part("file", part)).send().await.unwrap();
    let reply = read(sent).await.unwrap();
    assert_eq!(reply.status, 201, "{reply:?}");
    reply.data().clone()
}

pub fn png() -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::DynamicImage::new_rgb8(30, 20).write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// Fetches something as somebody, or as whoever has the address.
pub async fn fetch(person: Option<&Person>, address: &str) -> (u16, String) {
    let request = match person {
        Some(person) => person.request(Method::GET, address),
        None => reqwest::Client::new().get(address),
    };
    let response = request.send().await.unwrap();
    (response.status().as_u16(), String::from_utf8_lossy(&response.bytes().await.unwrap()).into_owned())
}

pub fn wrong() -> String {
    format!("not {PASSWORD}")
}

pub fn ids(list: &[Value], field: &str) -> Vec<String> {
    list.iter().map(|entry| entry[field].as_str().unwrap_or_default().to_owned()).collect()
}
