//! A server in this process and clients for it, over real TCP.
#![allow(dead_code)] // Each test program uses a part.

use std::net::SocketAddr;
use std::sync::{Arc, atomic::Ordering::Relaxed};
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use mommycare::socketio::{Ack, CloseReason, Config, ConnectRequest, Event, Handler, Packet, Rejection, Server, Socket, routes};
use parking_lot::Mutex;
use rocket::fairing::AdHoc;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::{Bytes, Error, Message, client::IntoClientRequest};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

/// Nothing here takes this long unless it is broken.
pub const PATIENCE: Duration = Duration::from_mins(2);

/// Waits for something that must happen.
pub async fn soon<F: Future>(future: F) -> F::Output {
    timeout(PATIENCE, future).await.expect("this should have happened by now")
}

pub type Client = Arc<Socket<String>>;

/// What the application under test was told.
#[derive(Debug)]
pub enum Told {
    Connected(Client),
    Event(Client, Event),
    Throttled(Option<Ack>),
    Disconnected(Client, CloseReason),
}

/// Tells the test about everything; answers `echo` and `count` itself.
pub struct App {
    told: mpsc::UnboundedSender<Told>,
    counted: Mutex<u64>,
}

impl Handler for App {
    type State = String;

    async fn connect(&self, request: ConnectRequest) -> Result<String, Rejection> {
        let auth: Value = request.auth.map_or(Value::Null, |auth| serde_json::from_str(auth.get()).unwrap());
        match auth["refuse"].as_str() {
            Some(why) => {
                let data = serde_json::value::to_raw_value(&json!({"code": "NO"})).unwrap();
                Err(Rejection { message: why.to_owned(), data: Some(data) })
            }
            None => Ok(auth["name"].as_str().unwrap_or_default().to_owned()),
        }
    }

    fn connected(&self, socket: &Client) {
        let _ = self.told.send(Told::Connected(socket.clone()));
    }

    fn event(&self, socket: &Client, event: Event) {
        match (event.name.as_str(), event.ack) {
            ("echo", Some(ack)) => ack.send(&event.args.parse::<Value>(0).unwrap()).unwrap(),
            ("count", Some(ack)) => {
                let mut counted = self.counted.lock();
                *counted += 1;
                socket.emit(&Packet::event("counted", &*counted).unwrap());
                ack.send(&*counted).unwrap();
            }
            ("panic", _) => panic!("as asked"),
            (_, ack) => {
                let _ = self.told.send(Told::Event(socket.clone(), Event { ack, ..event }));
            }
        }
    }

    fn throttled(&self, _: &Client, ack: Option<Ack>) {
        let _ = self.told.send(Told::Throttled(ack));
    }

    fn disconnected(&self, socket: &Client, reason: CloseReason) {
        let _ = self.told.send(Told::Disconnected(socket.clone(), reason));
    }
}

/// A running server.
pub struct Running {
    pub server: Server<App>,
    pub address: SocketAddr,
    told: mpsc::UnboundedReceiver<Told>,
    stop: rocket::Shutdown,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.clone().notify();
    }
}

pub async fn start(config: Config) -> Running {
    let (tell, told) = mpsc::unbounded_channel();
    let server = Server::new(config, App { told: tell, counted: Mutex::new(0) });
    let (ready, address) = oneshot::channel();
    let figment = rocket::Config::figment()
        .merge(("address", "127.0.0.1"))
        .merge(("port", 0))
        .merge(("log_level", "off"))
        .merge(("shutdown.ctrlc", false))
        .merge(("shutdown.grace", 0))
        .merge(("shutdown.mercy", 0));
    let rocket = rocket::custom(figment)
        .mount("/socket.io", routes(server.engine()))
        .attach(AdHoc::on_liftoff("ready", |rocket| {
            Box::pin(async move {
                let _ = ready.send(SocketAddr::new(rocket.config().address, rocket.config().port));
            })
        }))
        .ignite()
        .await
        .unwrap();
    let stop = rocket.shutdown();
    tokio::spawn(rocket.launch());
    Running { server, address: soon(address).await.unwrap(), told, stop }
}

impl Running {
    /// The next thing that the application is told.
    pub async fn told(&mut self) -> Told {
        soon(self.told.recv()).await.unwrap()
    }

    pub async fn connected(&mut self) -> Client {
        match self.told().await {
            Told::Connected(socket) => socket,
            other => panic!("expected a connection, not {other:?}"),
        }
    }

    pub async fn event(&mut self) -> Event {
        match self.told().await {
            Told::Event(_, event) => event,
            other => panic!("expected an event, not {other:?}"),
        }
    }

    pub async fn disconnected(&mut self) -> CloseReason {
        match self.told().await {
            Told::Disconnected(_, reason) => reason,
            other => panic!("expected the end of a connection, not {other:?}"),
        }
    }

    /// Waits until a GET waits for news.
    pub async fn a_poll_waits(&self) {
        soon(async {
            while self.server.counters().polls_waiting.load(Relaxed) == 0 {
                tokio::task::yield_now().await;
            }
        })
        .await;
    }

    /// Nothing has been told.
    pub fn is_quiet(&mut self) -> bool {
        self.told.is_empty()
    }

    /// A WebSocket that has joined the main namespace.
    pub async fn join(&mut self) -> (Ws, Client) {
        let mut ws = Ws::open(self.address).await;
        ws.send("40").await;
        // A ping may come first.
        let mut joined = ws.text().await;
        while joined == "2" {
            ws.send("3").await;
            joined = ws.text().await;
        }
        assert!(joined.starts_with(r#"40{"sid":""#), "{joined}");
        (ws, self.connected().await)
    }

    /// A polling client that has joined the main namespace.
    pub async fn join_by_polling(&mut self) -> (Polling, Client) {
        let polling = Polling::open(self.address).await;
        assert_eq!(polling.post("40").await, (200, "ok".to_owned()));
        assert!(polling.get().await.1.starts_with(r#"40{"sid":""#));
        (polling, self.connected().await)
    }
}

/// A bare WebSocket client that answers no pings by itself.
pub struct Ws(pub WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Ws {
    /// Connects and reads the handshake.
    pub async fn open(address: SocketAddr) -> Self {
        let mut ws = Self::connect(address, "", &[]).await.unwrap();
        assert!(ws.text().await.starts_with('0'));
        ws
    }

    pub async fn connect(address: SocketAddr, query: &str, headers: &[(&'static str, &str)]) -> Result<Self, Error> {
        let url = format!("ws://{address}/socket.io/?EIO=4&transport=websocket{query}");
        let mut request = url.into_client_request().unwrap();
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        soon(tokio_tungstenite::connect_async(request)).await.map(|(ws, _)| Self(ws))
    }

    pub async fn send(&mut self, text: &str) {
        soon(self.0.send(Message::text(text))).await.unwrap();
    }

    pub async fn send_binary(&mut self, bytes: &'static [u8]) {
        soon(self.0.send(Message::Binary(Bytes::from_static(bytes)))).await.unwrap();
    }

    pub async fn message(&mut self) -> Message {
        soon(self.0.next()).await.expect("an open connection").unwrap()
    }

    pub async fn text(&mut self) -> String {
        match self.message().await {
            Message::Text(text) => text.to_string(),
            other => panic!("expected a text, not {other:?}"),
        }
    }

    /// Reads to the end and returns the code of the close frame, if there was one.
    pub async fn close_code(&mut self) -> Option<u16> {
        loop {
            match soon(self.0.next()).await {
                Some(Ok(Message::Close(frame))) => return frame.map(|frame| frame.code.into()),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return None,
            }
        }
    }
}

/// A bare polling client.
#[derive(Clone)]
pub struct Polling {
    http: reqwest::Client,
    url: String,
    pub sid: String,
}

impl Polling {
    pub async fn open(address: SocketAddr) -> Self {
        let (http, base) = (reqwest::Client::new(), base(address));
        let body = soon(http.get(&base).send()).await.unwrap().text().await.unwrap();
        let greeting: Value = serde_json::from_str(&body[1..]).unwrap();
        let sid = greeting["sid"].as_str().unwrap().to_owned();
        Self { http, url: format!("{base}&sid={sid}"), sid }
    }

    pub async fn get(&self) -> (u16, String) {
        let answer = soon(self.http.get(&self.url).send()).await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    pub async fn post(&self, body: impl Into<reqwest::Body>) -> (u16, String) {
        let answer = soon(self.http.post(&self.url).body(body).send()).await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }
}

pub fn base(address: SocketAddr) -> String {
    format!("http://{address}/socket.io/?EIO=4&transport=polling")
}
