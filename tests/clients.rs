//! Clients that others wrote connect unmodified and lead a real conversation: the official JavaScript client over all its
//! transports, and the Python one. They sign in by handshake, send with an acknowledgement, hear messages and typing, come back
//! by themselves after the server was killed, and catch up through `changes`.
//!
//! `tests/clients/install.sh` installs them. Where they are not installed the tests say so and pass; with `CI=true` they fail.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use serde_json::{Value, json};
use std::{
    path::{Path, PathBuf},
    process::Stdio,
};
use support::{PATIENCE, Server, http::Person, socket::Socket};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines},
    process::{Child, ChildStdin, ChildStdout, Command},
    time::timeout,
};

/// Which client.
#[derive(Clone, Copy)]
enum Kind {
    JavaScript,
    Python,
}

impl Kind {
    fn script(self) -> &'static str {
        match self {
            Self::JavaScript => "client.mjs",
            Self::Python => "client.py",
        }
    }

    /// The program and what must be installed beside it.
    fn program(self) -> (PathBuf, PathBuf) {
        let home = home();
        match self {
            Self::JavaScript => ("node".into(), home.join("node_modules/socket.io-client")),
            Self::Python => (home.join("venv/bin/python"), home.join("venv/bin/python")),
        }
    }

    /// Whether this client can be tested here. Where it must be, its absence is a failure.
    fn is_installed(self) -> bool {
        let (program, installed) = self.program();
        let there = installed.exists() && std::process::Command::new(&program).arg("--version").output().is_ok();
        if !there {
            assert!(std::env::var("CI").as_deref() != Ok("true"), "{} is missing; run tests/clients/install.sh", installed.display());
            println!("left out: the client of {} is not installed; run tests/clients/install.sh", self.script());
        }
        there
    }
}

/// `target/clients`, beside the executable's own folder.
fn home() -> PathBuf {
    Path::new(env!("CARGO_BIN_EXE_mommycare")).ancestors().nth(2).unwrap().join("clients")
}

/// A client in a process of its own.
struct Client {
    _child: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
    heard: Vec<Value>,
}

impl Client {
    fn start(kind: Kind, server: &Server, options: &Value) -> Self {
        // Modules are looked for beside the script, so it goes where they are.
        let script = home().join(kind.script());
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients").join(kind.script());
        let part = home().join(format!("{:08x}-{}", rand::random::<u32>(), kind.script()));
        std::fs::copy(source, &part).unwrap();
        std::fs::rename(part, &script).unwrap();
        let mut child = Command::new(kind.program().0)
            .arg(script)
            .args([server.url(), options.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let input = child.stdin.take().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { _child: child, input, output, heard: Vec::new() }
    }

    /// Waits for a line that has a field; others stay for later.
    async fn wait_for(&mut self, field: &str) -> Value {
        self.wait_until(field, |_| true).await
    }

    async fn wait_until(&mut self, field: &str, fits: impl Fn(&Value) -> bool) -> Value {
        let fits = |line: &Value| line.get(field).is_some() && fits(line);
        loop {
            if let Some(place) = self.heard.iter().position(fits) {
                return self.heard.remove(place);
            }
            let line = timeout(PATIENCE, self.output.next_line()).await;
            let line = line.unwrap_or_else(|_| panic!("no {field} came, only {:?}", self.heard)).unwrap();
            let line = line.unwrap_or_else(|| panic!("the client ended before {field}; it said {:?}", self.heard));
            self.heard.push(serde_json::from_str(&line).unwrap());
        }
    }

    async fn event(&mut self, name: &str, fits: impl Fn(&Value) -> bool) -> Value {
        self.wait_until("event", |line| line["event"] == name && fits(&line["data"])).await["data"].take()
    }

    async fn tell(&mut self, wish: Value) {
        self.input.write_all(format!("{wish}\n").as_bytes()).await.unwrap();
    }

    async fn ask(&mut self, event: &str, data: Value) -> Value {
        self.tell(json!({ "ask": event, "data": data })).await;
        self.wait_for("answer").await["answer"].take()
    }

    async fn get(&mut self, path: &str) -> Value {
        self.tell(json!({ "get": path })).await;
        self.wait_for("got").await["got"].take()
    }
}

/// The whole conversation with one kind of client. `more` are options beside the token; it opens with the transport
/// `first` and ends up with `transport`.
async fn converse(kind: Kind, more: Value, first: &str, transport: &str) {
    if !kind.is_installed() {
        return;
    }
    let mut server = Server::start();
    let mother = Person::register(&server, "Asha", "mom").await;
    let doctor = Person::register(&server, "Ruwan", "doctor").await;
    let chat = mother.open(&doctor).await;
    let with = |token: &str| {
        let mut options = more.clone();
        options["auth"] = json!({ "token": token });
        options
    };

    let mut refused = Client::start(kind, &server, &with("no token at all"));
    let refusal = refused.wait_for("connect_error").await;
    assert!(refusal["connect_error"].as_str().is_some_and(|message| !message.is_empty()), "{refusal}");
    drop(refused);

    let mut client = Client::start(kind, &server, &with(mother.token.as_deref().unwrap()));
    assert_eq!(client.wait_for("open").await["open"], first);
    client.wait_for("connect").await;
    if first != transport {
        assert_eq!(client.wait_for("upgrade").await["upgrade"], transport);
    }
    let mut other = Socket::connect(&doctor).await;

    let body = json!({ "conversationId": chat, "content": "ආයුබෝවන் 👋 hello", "clientMessageId": "one" });
    let answer = client.ask("send_message", body.clone()).await;
    assert_eq!((&answer["success"], &answer["data"]["seq"]), (&json!(true), &json!(1)), "{answer}");
    let heard = other.wait_for("new_message").await;
    assert_eq!((&heard["message"]["content"], &heard["id"]), (&body["content"], &answer["data"]["id"]));
    let own = client.event("message_sent", |data| data["clientMessageId"] == "one").await;
    assert_eq!(own["message"]["id"], answer["data"]["id"]);
    assert_eq!(client.ask("send_message", body).await["data"]["id"], answer["data"]["id"], "a repetition makes nothing new");
    let refusal = client.ask("send_message", json!({ "conversationId": "0000000000000000", "content": "x" })).await;
    assert_eq!((&refusal["success"], &refusal["code"]), (&json!(false), &json!("CONVERSATION_NOT_FOUND")), "{refusal}");

    client.tell(json!({ "emit": "typing_start", "data": { "conversationId": chat } })).await;
    other.wait_until("typing_indicator", |data| data["isTyping"] == true && data["userId"] == mother.id.as_str()).await;
    other.emit("typing_start", json!({ "conversationId": chat })).await;
    client.event("typing_indicator", |data| data["isTyping"] == true && data["userId"] == doctor.id.as_str()).await;
    let reply = other.ask("send_message", json!({ "conversationId": chat, "content": "good morning" })).await;
    let heard = client.event("new_message", |_| true).await;
    assert_eq!(heard["message"]["id"], reply["data"]["id"]);
    client.event("typing_indicator", |data| data["isTyping"] == false).await;
    other.ask("message_read", json!({ "messageId": answer["data"]["id"], "conversationId": chat })).await;
    client.event("message_status_update", |data| data["status"] == "read" && data["seq"] == 1).await;
    let cursor = client.get(&format!("/api/chat/conversations/{chat}/changes?since=0")).await["data"]["cursor"].as_u64().unwrap();

    tokio::task::block_in_place(|| server.kill());
    client.wait_for("disconnect").await;
    tokio::task::block_in_place(|| server.restart());
    // The connections of before are gone, and a POST is not repeated by itself.
    let (mother, doctor) = (mother.anew(), doctor.anew());
    let mut missed = Vec::new();
    for number in 0..3 {
        missed.push(doctor.say(&chat, &format!("while you were away {number}")).await["id"].clone());
    }
    client.wait_for("connect").await;
    let changes = client.get(&format!("/api/chat/conversations/{chat}/changes?since={cursor}")).await;
    let caught_up: Vec<Value> = changes["data"]["messages"].as_array().unwrap().iter().map(|message| message["id"].clone()).collect();
    assert_eq!(caught_up, missed, "nothing is missing and nothing comes twice");
    let again = client.ask("send_message", json!({ "conversationId": chat, "content": "I am back", "clientMessageId": "two" })).await;
    assert_eq!(again["data"]["seq"], 6, "{again}");
    let history: Vec<Value> = mother.history(&chat).await.iter().map(|message| message["seq"].clone()).collect();
    assert_eq!(history, [1, 2, 3, 4, 5, 6]);
}

#[tokio::test(flavor = "multi_thread")]
async fn javascript_with_default_options_upgrades_and_comes_back() {
    converse(Kind::JavaScript, json!({}), "polling", "websocket").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn javascript_by_websocket_only() {
    converse(Kind::JavaScript, json!({ "transports": ["websocket"] }), "websocket", "websocket").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn javascript_by_polling_only() {
    converse(Kind::JavaScript, json!({ "transports": ["polling"] }), "polling", "polling").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn python_with_default_options() {
    converse(Kind::Python, json!({}), "websocket", "websocket").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn python_by_polling_only() {
    converse(Kind::Python, json!({ "transports": ["polling"] }), "polling", "polling").await;
}
