//! People over REST, with a client that others wrote.

use super::Server;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

/// An answer: its status and its JSON.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    pub status: u16,
    pub body: Value,
    pub headers: reqwest::header::HeaderMap,
}

impl Reply {
    /// The `data` of a success.
    pub fn data(&self) -> &Value {
        assert!(self.body["success"] == true && self.body.get("data").is_some(), "{self:?}");
        &self.body["data"]
    }

    /// Status and code of an error in the contract's shape.
    pub fn error(&self) -> (u16, &str) {
        assert!(is_error(&self.body), "{self:?}");
        (self.status, self.body["code"].as_str().unwrap())
    }
}

/// Somebody who talks to a server, signed in or not.
#[derive(Clone)]
pub struct Person {
    client: reqwest::Client,
    pub url: String,
    pub token: Option<String>,
    pub refresh_token: Option<String>,
    pub id: String,
    pub email: String,
}

/// The password of everybody in tests.
pub const PASSWORD: &str = "lotus pond 7 morning";

impl Person {
    /// Nobody in particular.
    pub fn stranger(server: &Server) -> Self {
        Self {
            client: reqwest::Client::new(),
            url: server.url(),
            token: None,
            refresh_token: None,
            id: String::new(),
            email: String::new(),
        }
    }

    /// Registers a new person of a role; the first name is the given one.
    pub async fn register(server: &Server, first_name: &str, role: &str) -> Self {
        let mut person = Self::stranger(server);
        let email = format!("{}.{:08x}@example.org", first_name.to_lowercase(), rand::random::<u32>());
        let form = json!({ "firstName": first_name, "lastName": "Test", "email": email, "password": PASSWORD, "role": role });
        let reply = person.post("/api/auth/register", form).await;
        assert_eq!(reply.status, 201, "{reply:?}");
        person.adopt(&reply.body);
        person.email = email;
        person
    }

    /// Makes the first administrator with the link that the server printed.
    pub async fn set_up(server: &Server) -> Self {
        let mut person = Self::stranger(server);
        let token = server.setup_link().unwrap().split_once("token=").unwrap().1;
        let email = "first.administrator@example.org";
        let form = json!({ "token": token, "firstName": "Mala", "lastName": "Test", "email": email, "password": PASSWORD });
        let reply = person.post("/api/auth/setup", form).await;
        assert!(reply.status == 200 || reply.status == 201, "{reply:?}");
        person.adopt(&reply.body);
        person.email = email.to_owned();
        person
    }

    /// Signs in on another device.
    pub async fn sign_in(&self) -> Self {
        let mut person = Self { client: reqwest::Client::new(), token: None, ..self.clone() };
        let reply = person.post("/api/auth/login", json!({ "email": self.email, "password": PASSWORD })).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        person.adopt(&reply.body);
        person
    }

    /// The same person without the connections of before.
    pub fn anew(&self) -> Self {
        Self { client: reqwest::Client::new(), ..self.clone() }
    }

    /// The same person with another token.
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    /// Takes tokens and id from an answer to register, login or refresh.
    pub fn adopt(&mut self, body: &Value) {
        self.token = Some(body["token"].as_str().unwrap().to_owned());
        self.refresh_token = body["refreshToken"].as_str().map(str::to_owned);
        body["user"]["id"].as_str().unwrap_or_default().clone_into(&mut self.id);
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.send(Method::GET, path, None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Reply {
        self.send(Method::POST, path, Some(body)).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Reply {
        self.send(Method::PATCH, path, Some(body)).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Reply {
        self.send(Method::PUT, path, Some(body)).await
    }

    pub async fn delete(&self, path: &str) -> Reply {
        self.send(Method::DELETE, path, None).await
    }

    /// Any request; panics when no answer comes.
    pub async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Reply {
        self.try_send(method, path, body).await.unwrap()
    }

    /// Any request that may fail because the server is gone.
    pub async fn try_send(&self, method: Method, path: &str, body: Option<Value>) -> reqwest::Result<Reply> {
        let mut request = self.request(method, path);
        if let Some(body) = body {
            request = request.json(&body);
        }
        read(request.send().await?).await
    }

    /// A request to be finished by the test.
    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.url)).timeout(super::PATIENCE);
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// Opens the direct conversation with somebody and gives its id.
    pub async fn open(&self, other: &Self) -> String {
        let reply = self.post("/api/chat/conversations", json!({ "participantId": other.id })).await;
        assert!(reply.status == 200 || reply.status == 201, "{reply:?}");
        reply.data()["id"].as_str().unwrap().to_owned()
    }

    /// Sends words and gives the message.
    pub async fn say(&self, conversation: &str, words: &str) -> Value {
        let reply = self.post("/api/chat/send", json!({ "conversationId": conversation, "content": words })).await;
        assert_eq!(reply.status, 201, "{reply:?}");
        reply.data().clone()
    }

    /// All messages of a conversation, paged.
    pub async fn history(&self, conversation: &str) -> Vec<Value> {
        let mut all = Vec::new();
        loop {
            let after = all.last().map_or(0, |message: &Value| message["seq"].as_u64().unwrap());
            let reply = self.get(&format!("/api/chat/conversations/{conversation}/messages?after={after}&limit=200")).await;
            let page = reply.data().as_array().unwrap().clone();
            if page.is_empty() {
                return all;
            }
            all.extend(page);
        }
    }
}

/// Whether this is an error in the contract's shape. What is not valid says which field it is.
pub fn is_error(body: &Value) -> bool {
    let said = |value: &Value| value.as_str().is_some_and(|text| !text.is_empty());
    let named = body["details"]["errors"]
        .as_array()
        .is_some_and(|errors| !errors.is_empty() && errors.iter().all(|error| said(&error["field"]) && said(&error["message"])));
    body["success"] == false
        && body["status"] == "error"
        && body["details"].is_object()
        && said(&body["message"])
        && said(&body["code"])
        && (named || body["code"] != "VALIDATION_ERROR")
}

/// Reads an answer; a body that is no JSON becomes a text.
pub async fn read(response: reqwest::Response) -> reqwest::Result<Reply> {
    let status: StatusCode = response.status();
    let headers = response.headers().clone();
    let text = response.text().await?;
    let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
    Ok(Reply { status: status.as_u16(), body, headers })
}
