//! Mounts an engine on Rocket. This is the only file that knows Rocket.
//!
//! The client's address is what Rocket's `ip_header` says. That setting trusts a header which anybody can send: switch it
//! off where there is no proxy that overwrites it, and overwrite it yourself where others than the proxy can connect.

use std::io::{self, Cursor};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use rocket::data::{ByteUnit, IoHandler, IoStream};
use rocket::http::{ContentType, Header, Method, Status};
use rocket::outcome::Outcome as RocketOutcome;
use rocket::response::Builder;
use rocket::route::{Handler, Outcome};
use rocket::tokio::io::{AsyncRead, AsyncReadExt as _, AsyncSeek, ReadBuf, copy, sink};
use rocket::tokio::time::timeout;
use rocket::{Data, Request, Response, Route};

use super::engine::{Engine, Protocol};
use super::handshake::Handshake;
use super::limits::Seat;
use super::origin::Verdict;
use super::polling::Delivery;
use super::refusal::Refusal;
use super::upgrade::Upgrade;

/// The routes of an engine, to be mounted at `/socket.io`.
#[must_use]
pub fn routes<P: Protocol>(engine: &Arc<Engine<P>>) -> Vec<Route> {
    let methods = [Method::Get, Method::Post, Method::Put, Method::Delete, Method::Patch, Method::Head, Method::Options];
    methods.into_iter().map(|method| Route::new(method, "/", Endpoint { engine: engine.clone() })).collect()
}

struct Endpoint<P: Protocol> {
    engine: Arc<Engine<P>>,
}

impl<P: Protocol> Clone for Endpoint<P> {
    fn clone(&self) -> Self {
        Self { engine: self.engine.clone() }
    }
}

#[rocket::async_trait]
impl<P: Protocol> Handler for Endpoint<P> {
    async fn handle<'r>(&self, request: &'r Request<'_>, data: Data<'r>) -> Outcome<'r> {
        let header = |name| request.headers().get_one(name);
        let verdict = self.engine.judge_origin(header("Origin"), header("Host"));
        let result = match (verdict, request.method()) {
            (Verdict::Refused, _) => Err(Refusal::OriginNotAllowed),
            (_, Method::Options) => Ok(preflight()),
            _ => self.answer(request, data).await,
        };
        let mut response = result.unwrap_or_else(refused);
        if verdict == Verdict::Cross {
            response.raw_header("Access-Control-Allow-Origin", header("Origin").unwrap_or_default().to_owned());
            response.raw_header("Access-Control-Allow-Credentials", "true");
        }
        response.raw_header("Vary", "Origin").raw_header("Cache-Control", "no-store");
        Outcome::Success(response.finalize())
    }
}

impl<P: Protocol> Endpoint<P> {
    async fn answer<'r>(&self, request: &'r Request<'_>, data: Data<'r>) -> Result<Builder<'r>, Refusal> {
        let engine = &self.engine;
        let query = |name| request.query_value::<&str>(name).and_then(Result::ok);
        if query("EIO") != Some("4") {
            return Err(Refusal::UnsupportedVersion);
        }
        match (query("transport"), request.method(), query("sid")) {
            (Some("polling"), Method::Get, None) => {
                let seat = engine.admit(request.client_ip())?;
                Ok(delivery(engine.poll_open(handshake(request), seat)))
            }
            (Some("polling"), Method::Get, Some(sid)) => engine.poll(sid).await.map(delivery),
            (Some("polling"), Method::Post, Some(sid)) => {
                let body = self.body(sid, request, data).await?;
                engine.post(sid, &body).await?;
                Ok(text(Status::Ok, ContentType::Plain, "ok".to_owned()))
            }
            (Some("websocket"), Method::Get, sid) => {
                let RocketOutcome::Success(socket) = request.guard::<ws::WebSocket>().await else {
                    return Err(Refusal::BadRequest);
                };
                let task = match sid {
                    None => Task::Open(handshake(request), engine.admit(request.client_ip())?),
                    Some(sid) => Task::Upgrade(engine.begin_upgrade(sid)?),
                };
                let mut response = Response::build();
                response.raw_header("Sec-WebSocket-Accept", socket.accept_key().to_owned());
                response.upgrade("websocket", Upgraded { engine: engine.clone(), task });
                Ok(response)
            }
            (Some("polling" | "websocket"), ..) => Err(Refusal::BadMethod),
            _ => Err(Refusal::UnknownTransport),
        }
    }

    async fn body(&self, sid: &str, request: &Request<'_>, data: Data<'_>) -> Result<String, Refusal> {
        let patience = self.engine.config().body_timeout;
        timeout(patience, self.whole_body(sid, request, data)).await.unwrap_or(Err(Refusal::TooSlow))
    }

    async fn whole_body(&self, sid: &str, request: &Request<'_>, data: Data<'_>) -> Result<String, Refusal> {
        self.engine.session(sid)?;
        let max = self.engine.config().max_payload;
        let announced = request.headers().get_one("Content-Length").and_then(|length| length.parse::<usize>().ok());
        let mut stream = data.open(ByteUnit::from(max) + SCRAP);
        let mut body = Vec::with_capacity(announced.unwrap_or(0).min(max));
        let mut limited = (&mut stream).take(max as u64 + 1);
        limited.read_to_end(&mut body).await.map_err(|_| Refusal::BadRequest)?;
        if body.len() > max {
            // A client that is cut off while it sends never reads why. So the rest is read, within reason.
            let _ = copy(&mut stream, &mut sink()).await;
            return Err(Refusal::TooLarge);
        }
        String::from_utf8(body).map_err(|_| {
            self.engine.post_garbage(sid);
            Refusal::BadRequest
        })
    }
}

/// Bytes over the limit that are read and thrown away so that the client gets its 413.
const SCRAP: ByteUnit = ByteUnit::Mebibyte(1);

fn handshake(request: &Request<'_>) -> Handshake {
    let header = |name| request.headers().get_one(name).map(Into::into);
    Handshake {
        remote: request.client_ip(),
        host: header("Host"),
        origin: header("Origin"),
        user_agent: header("User-Agent"),
        authorization: header("Authorization"),
    }
}

fn text<'r>(status: Status, kind: ContentType, body: String) -> Builder<'r> {
    let mut response = Response::build();
    response.status(status).header(kind).sized_body(body.len(), Cursor::new(body));
    response
}

fn refused<'r>(refusal: Refusal) -> Builder<'r> {
    let mut response = text(Status::new(refusal.status()), ContentType::JSON, refusal.body());
    if let Some(seconds) = refusal.retry_after() {
        response.header(Header::new("Retry-After", seconds.to_string()));
    }
    response
}

fn preflight<'r>() -> Builder<'r> {
    let mut response = Response::build();
    response
        .status(Status::NoContent)
        .raw_header("Access-Control-Allow-Methods", "GET, POST, OPTIONS")
        .raw_header("Access-Control-Allow-Headers", "authorization, content-type, x-request-id")
        .raw_header("Access-Control-Max-Age", "600");
    response
}

fn delivery<'r>(delivery: Delivery) -> Builder<'r> {
    let body = delivery.body();
    let mut response = Response::build();
    response.header(ContentType::Plain).sized_body(body.len(), DeliveryBody { rest: Cursor::new(body), delivery });
    response
}

/// A body that knows whether it was read to its end. Rocket drops it unread when the client has left meanwhile.
struct DeliveryBody<B> {
    rest: Cursor<B>,
    delivery: Delivery,
}

impl<B: AsRef<[u8]> + Unpin> AsyncRead for DeliveryBody<B> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let result = Pin::new(&mut self.rest).poll_read(context, buffer);
        if buffer.filled().len() == before && buffer.remaining() > 0 {
            self.delivery.confirm();
        }
        result
    }
}

impl<B: AsRef<[u8]> + Unpin> AsyncSeek for DeliveryBody<B> {
    fn start_seek(mut self: Pin<&mut Self>, position: io::SeekFrom) -> io::Result<()> {
        Pin::new(&mut self.rest).start_seek(position)
    }

    fn poll_complete(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<u64>> {
        Pin::new(&mut self.rest).poll_complete(context)
    }
}

/// What is to be done with a connection once it is a WebSocket.
enum Task<T> {
    Open(Handshake, Seat),
    Upgrade(Upgrade<T>),
}

struct Upgraded<P: Protocol> {
    engine: Arc<Engine<P>>,
    task: Task<P::State>,
}

#[rocket::async_trait]
impl<P: Protocol> IoHandler for Upgraded<P> {
    /// Hands the connection to a task of the engine and returns, so that Rocket frees the request. An idle connection
    /// then costs less than half the memory.
    async fn io(self: Pin<Box<Self>>, connection: IoStream) -> io::Result<()> {
        let Self { engine, task } = *Pin::into_inner(self);
        match task {
            Task::Open(handshake, seat) => engine.websocket(connection, handshake, seat),
            Task::Upgrade(upgrade) => engine.upgrade(connection, upgrade),
        }
        Ok(())
    }
}
