//! The wiring: what is made in which order, and how it stops.

use crate::{
    accounts::{Accounts, AccountsConfig, secret},
    audit::Audit,
    calls::Calls,
    care::Care,
    chat::Chats,
    clock::Clock,
    config::Config,
    contract::{Emission, Event},
    files::{self, Files, Links},
    http,
    limit::Limiter,
    metrics::Metrics,
    realtime::{Hub, Realtime},
    reviews::Reviews,
    search::{self, Rebuilt},
    socketio::{self, Origins, Packet, Rate, Server},
    store::{OpenReport, Options, Start, Store},
    tls::{self, Door, Peers, Tls},
};
use rocket::{
    Build, Rocket,
    config::{LogLevel, Shutdown as ShutdownConfig},
    fairing::AdHoc,
    shield::Shield,
};
use std::{
    fmt,
    fs::DirBuilder,
    net::{Ipv4Addr, SocketAddr},
    os::unix::fs::DirBuilderExt as _,
    path::Path,
    sync::Arc,
    time::Duration,
};

/// Everything that is needed to serve.
pub struct App {
    config: Arc<Config>,
    store: Arc<Store<Emission>>,
    audit: Arc<Audit>,
    accounts: Arc<Accounts>,
    chats: Chats,
    calls: Calls,
    care: Care,
    reviews: Reviews,
    files: Arc<Files>,
    sockets: Server<Realtime>,
    metrics: Arc<Metrics>,
    limiter: Arc<Limiter>,
    tls: Option<Arc<Tls>>,
    setup_token: Option<String>,
}

/// Why the server does not start; a sentence for the operator.
#[derive(Debug)]
pub struct StartError(pub String);

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for StartError {}

impl App {
    /// Opens the data folder and makes everything above it.
    ///
    /// Must be called inside the runtime: the hub has a task of its own.
    pub fn open(config: Config, clock: Clock) -> Result<Self, StartError> {
        make_folder(&config.data)?;
        let tls = Tls::open(&config.tls, &config.data).map_err(|error| StartError(error.to_string()))?.map(Arc::new);
        let options = Options { cache: config.store.cache.0, min_free: config.store.min_free.0, ..Options::new(&config.data) };
        let hub = Hub::new();
        let publish = hub.clone();
        let (store, report) =
            Store::open(&options, clock, Box::new(move |events| publish.publish(events))).map_err(|error| StartError(error.to_string()))?;
        tell(&report);
        let store = Arc::new(store);
        let chats = Chats::new(store.clone(), config.policy, config.chat.clone()).map_err(|error| StartError(error.to_string()))?;
        let chats = chats.with_files(config.files.max_count);
        let audit = chats.audit().clone();
        let calls = Calls::new(&chats, config.calls.clone()).map_err(|error| StartError(error.to_string()))?;
        let care = Care::new(&chats);
        let reviews = Reviews::new(&chats);
        let secret = own_secret(&config)?;
        let links = Arc::new(Links::new(&secret, store.clock().clone(), config.server.public_url.clone(), scheme(tls.as_ref())));
        let files = Arc::new(files(&config, audit.clone(), &chats, links.clone())?);
        let accounts = Arc::new(accounts(&config, secret, audit.clone(), chats.clone())?);
        let limiter = Arc::new(Limiter::new(&config.limits));
        let realtime = Realtime::new(accounts.clone(), chats.clone(), calls.clone(), hub, links, limiter.clone());
        let sockets = Server::new(socket_settings(&config), realtime);
        let (everybody, index) = (chats.everybody().clone(), chats.index().clone());
        let metrics = Arc::new(Metrics::new(store.clone(), everybody, calls.live().clone(), sockets.counters().clone(), index));
        let setup_token = accounts.begin_setup(std::env::var("MOMMYCARE_SETUP_TOKEN").ok()).map_err(|error| StartError(error.message))?;
        Ok(Self {
            config: Arc::new(config),
            store,
            audit,
            accounts,
            chats,
            calls,
            care,
            reviews,
            files,
            sockets,
            metrics,
            limiter,
            tls,
            setup_token,
        })
    }

    /// The accounts, for the command line.
    pub fn accounts(&self) -> &Accounts {
        &self.accounts
    }

    /// The conversations, for the command line.
    pub fn chats(&self) -> &Chats {
        &self.chats
    }

    /// The calls, for the command line.
    pub fn calls(&self) -> &Calls {
        &self.calls
    }

    /// The appointments, for the command line.
    pub fn care(&self) -> &Care {
        &self.care
    }

    /// The reviews, for the command line.
    pub fn reviews(&self) -> &Reviews {
        &self.reviews
    }

    /// What is known once the server listens on this address. Links are on the public address, if there is one.
    fn ready(&self, address: SocketAddr) -> Ready {
        let listens = format!("{}://{address}", scheme(self.tls.as_ref()));
        let origin = self.config.server.public_url.as_ref().unwrap_or(&listens);
        let setup_link = self.setup_token.as_ref().map(|token| format!("{origin}/setup?token={token}"));
        let authority = self.tls.as_ref().and_then(|tls| tls.authority()).map(tls::Authority::fingerprint);
        Ready { listens, setup_link, authority }
    }

    /// Makes the search index anew. Only instead of serving.
    pub fn reindex(&self) -> Result<Rebuilt, StartError> {
        search::rebuild(&self.store, &self.config.data).map_err(|error| StartError(error.to_string()))
    }

    /// Writes out what waits and lets go of the data folder.
    pub async fn close(&self) {
        self.audit.close().await;
        // The index reads the store, so it ends first.
        let index = self.chats.index().clone();
        if tokio::task::spawn_blocking(move || index.close()).await.is_err() {
            tracing::error!("the search index did not close");
        }
        if let Err(error) = self.store.close().await {
            tracing::error!(%error, "the store did not close well; the next start replays its journal");
        }
    }

    /// The web server on this address, behind the door that notes `peers` if there is one.
    fn rocket(&self, address: SocketAddr, peers: Option<&Arc<Peers>>) -> Rocket<Build> {
        let server = &self.config.server;
        let shutdown = ShutdownConfig {
            ctrlc: false,
            signals: std::collections::HashSet::new(),
            grace: 2,
            mercy: 1,
            force: false,
            ..ShutdownConfig::default()
        };
        let figment = rocket::Config::figment()
            .merge(("address", address.ip()))
            .merge(("port", address.port()))
            .merge(("ip_header", server.ip_header.clone().map_or(rocket::figment::value::Value::from(false), Into::into)))
            .merge(("ident", false))
            .merge(("cli_colors", false))
            .merge(("keep_alive", 65))
            .merge(("log_level", LogLevel::Off))
            .merge(("shutdown", shutdown));
        let mut rocket = rocket::custom(figment);
        // First of all: everything else asks who the client is.
        if let (Some(tls), Some(peers)) = (&self.tls, peers) {
            rocket = rocket.attach(http::Arrivals::new(peers.clone(), tls)).mount("/", http::redirect());
        }
        rocket
            .manage(self.config.clone())
            .manage(self.store.clone())
            .manage(self.accounts.clone())
            .manage(self.chats.clone())
            .manage(self.calls.clone())
            .manage(self.care.clone())
            .manage(self.reviews.clone())
            .manage(self.files.clone())
            .manage(self.metrics.clone())
            .manage(self.limiter.clone())
            .manage(http::Readiness::default())
            .manage(http::Encryption(self.tls.clone()))
            // Our own headers stand in place of Rocket's.
            .attach(Shield::new())
            .attach(http::Forwarded::new(server.ip_header.clone(), server.proxies.clone()))
            .attach(http::Trace)
            .attach(http::Headers)
            .attach(http::Pieces)
            .mount("/", http::routes())
            .mount("/socket.io", socketio::routes(self.sockets.engine()))
            .register("/", http::catchers())
    }
}

/// Makes the data folder, readable for nobody else. One that exists keeps its permissions.
fn make_folder(path: &Path) -> Result<(), StartError> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(path);
    made.map_err(|error| StartError(format!("The data folder {} cannot be made: {error}.", path.display())))
}

/// What the operator should know about how the store came up.
fn tell(report: &OpenReport) {
    tracing::info!(start = ?report.start, replayed = report.replayed, ms = report.took.as_millis(), "the data folder is open");
    if let Start::Rebuilt { why } = &report.start {
        tracing::error!(why, "the store was damaged and has been built anew from its journals; please look after the disk");
    }
    if report.torn {
        tracing::warn!(
            "the newest entry of the journal was incomplete and was left out, as after a power cut; if there was none, look after the disk"
        );
    }
    for note in &report.notes {
        tracing::warn!("{note}");
    }
}

/// The settings of the sockets. People type; programs that flood are slowed.
fn socket_settings(config: &Config) -> socketio::Config {
    let origins = &config.server.origins;
    socketio::Config {
        body_timeout: config.server.body_timeout,
        rate: config.limits.enabled.then_some(Rate { per_second: 50, burst: 300, patience: 500 }),
        sessions: config.server.max_sockets,
        sessions_per_address: config.server.max_sockets_per_address,
        origins: if origins.is_empty() { Origins::same_only() } else { Origins::listed(origins) },
        ..socketio::Config::default()
    }
}

/// The secret that was set, or one of the data folder's own.
fn own_secret(config: &Config) -> Result<Vec<u8>, StartError> {
    match &config.accounts.jwt_secret {
        Some(secret) => Ok(secret.clone().into_bytes()),
        None => secret::load_or_create(&config.data.join("token.key")).map_err(|error| StartError(error.to_string())),
    }
}

fn accounts(config: &Config, secret: Vec<u8>, audit: Arc<Audit>, chats: Chats) -> Result<Accounts, StartError> {
    let presence = Arc::new(move |user| chats.roster().presence(user));
    Accounts::new(audit, AccountsConfig::new(&config.accounts, secret), presence).map_err(|error| StartError(error.message))
}

/// Files, which ask the conversations who sees a message.
fn files(config: &Config, audit: Arc<Audit>, chats: &Chats, links: Arc<Links>) -> Result<Files, StartError> {
    let rules = files::Rules {
        max_size: config.files.max_size.0,
        max_count: config.files.max_count,
        quota: config.files.quota.0,
        memory: DECODING,
        min_free: config.store.min_free.0,
        clamd: config.files.clamd.clone(),
        when_down: config.files.when_down,
    };
    let chats = chats.clone();
    let sees = Arc::new(move |user, message| chats.sees(user, message));
    Files::open(&config.data, audit, rules, links, sees)
        .map_err(|error| StartError(format!("The folder for uploads below {} cannot be used: {error}.", config.data.display())))
}

/// Memory for decoding pictures, in MiB.
const DECODING: u32 = 96;

/// Serves until `stop` ends. `ready` is told the address as soon as requests are answered.
///
/// Order of the end: clients are told, sockets close, requests under way finish, the store checkpoints.
pub async fn serve(
    app: App,
    stop: impl Future<Output = ()> + Send + 'static,
    ready: impl FnOnce(&Ready) + Send + 'static,
) -> Result<(), StartError> {
    let app = Arc::new(app);
    let served = run(&app, stop, ready).await;
    // However it went: a folder that is not closed counts as left by a kill.
    app.close().await;
    served
}

/// The door, with a note of who comes through it, where the server encrypts.
async fn door(app: &App, address: SocketAddr) -> Result<Option<(Door, Arc<Peers>)>, StartError> {
    let Some(tls) = app.tls.clone() else { return Ok(None) };
    let peers = Arc::new(Peers::default());
    let door = Door::bind(address, tls, peers.clone()).await.map_err(|error| StartError(cannot_listen(address, &error)))?;
    Ok(Some((door, peers)))
}

/// How addresses of this server begin.
fn scheme(tls: Option<&Arc<Tls>>) -> &'static str {
    if tls.is_some() { "https" } else { "http" }
}

async fn run(
    app: &Arc<App>,
    stop: impl Future<Output = ()> + Send + 'static,
    ready: impl FnOnce(&Ready) + Send + 'static,
) -> Result<(), StartError> {
    app.calls.end_after_restart().await.map_err(|error| StartError(error.to_string()))?;
    app.audit.start(&app.config.changed()).await;
    app.chats.index().start(app.store.clone(), &app.config.data).map_err(|error| StartError(error.to_string()))?;
    tokio::task::spawn_blocking(http::compress);
    let public = SocketAddr::new(app.config.server.address, app.config.server.port);
    let door = door(app, public).await?;
    let inside = if door.is_some() { SocketAddr::from((Ipv4Addr::LOCALHOST, 0)) } else { public };
    let rocket = app.rocket(inside, door.as_ref().map(|(_, peers)| peers));
    let (once, known) = (parking_lot::Mutex::new(Some((ready, door))), app.clone());
    let rocket = rocket.attach(AdHoc::on_liftoff("ready", move |rocket| {
        let inside = SocketAddr::new(rocket.config().address, rocket.config().port);
        if let Some((ready, door)) = once.lock().take() {
            let address = door.as_ref().and_then(|(door, _)| door.address().ok()).unwrap_or(inside);
            if let Some((door, _)) = door {
                let shutdown = rocket.shutdown();
                tokio::spawn(async move {
                    tokio::select! { () = door.open(inside) => {}, () = shutdown => {} }
                });
            }
            ready(&known.ready(address));
        }
        Box::pin(async {})
    }));
    let rocket = rocket.ignite().await.map_err(|error| StartError(explain(&error, &app.config)))?;
    let (shutdown, stopping) = (rocket.shutdown(), app.clone());
    let end = tokio::spawn(async move {
        let failure = tokio::select! {
            () = stop => None,
            why = stopping.store.failed() => Some(why),
            () = stopping.tend() => None,
            () = stopping.clear() => None,
            () = stopping.chats.keep_agenda(RETURN) => None,
            () = stopping.calls.keep_time() => None,
            () = stopping.care.keep_time() => None,
        };
        stopping.say_goodbye().await;
        shutdown.notify();
        failure
    });
    match rocket.launch().await {
        Ok(_) => {}
        // Everybody has had the time to finish. Who asks the store for something after it has closed is refused.
        Err(error) if matches!(error.kind(), rocket::error::ErrorKind::Shutdown(..)) => {
            tracing::warn!("some requests did not finish in time");
        }
        Err(error) => {
            // Nobody will stop what does not run.
            end.abort();
            return Err(StartError(explain(&error, &app.config)));
        }
    }
    match end.await {
        Ok(Some(why)) => Err(StartError(format!("the server stopped to keep your data safe: {why}"))),
        _ => Ok(()),
    }
}

impl App {
    /// Clears away what has had its time. Never ends.
    async fn tend(&self) {
        let mut minute = tokio::time::interval(MINUTE);
        for minutes in 0_u64.. {
            minute.tick().await;
            let swept = if minutes % 60 == 0 { self.chats.sweep().await } else { Ok(()) };
            let kept = if minutes % DAY == 0 { self.audit.sweep(self.config.audit.keep_days).await } else { Ok(()) };
            for done in [self.accounts.tend().await, self.files.tend().await, self.audit.tend().await, swept, kept] {
                if let Err(error) = done {
                    tracing::warn!(%error, "clearing away old rows has to wait");
                }
            }
        }
    }

    /// Removes from the disk what was deleted. Never ends.
    async fn clear(&self) {
        let mut moment = tokio::time::interval(CLEAR);
        loop {
            moment.tick().await;
            if let Err(error) = self.files.clear().await {
                tracing::warn!(%error, "removing deleted files has to wait");
            }
        }
    }

    /// Tells clients that the server comes back soon, and closes their sockets.
    async fn say_goodbye(&self) {
        let event = Event::ServerRestarting { retry_after_ms: 2_000 };
        let last = Packet::event(event.name(), &event).ok();
        let cut = self.sockets.shutdown(last.as_ref(), GOODBYE).await;
        if cut > 0 {
            tracing::info!(cut, "some sockets did not close in time");
        }
        self.sockets.handler().close().await;
    }
}

const MINUTE: Duration = Duration::from_mins(1);
/// In minutes.
const DAY: u64 = 24 * 60;
/// How soon what was deleted is gone from the disk. Nobody gets it any more from the moment of deleting.
const CLEAR: Duration = Duration::from_secs(2);
/// How long clients take to come back after a restart.
const RETURN: Duration = Duration::from_secs(4);
/// How long sockets have to close. The whole end takes at most five seconds.
const GOODBYE: Duration = Duration::from_secs(2);

/// What is known once requests are answered.
pub struct Ready {
    /// Where the server listens, such as `http://127.0.0.1:5000`.
    pub listens: String,
    /// The link for the first administrator, if there is none yet.
    pub setup_link: Option<String>,
    /// The fingerprint of the authority that devices are asked to trust, if there is one.
    pub authority: Option<String>,
}

/// What Rocket says about a failed start, as a sentence. Looking at the kind also keeps Rocket from panicking.
fn explain(error: &rocket::Error, config: &Config) -> String {
    let address = SocketAddr::new(config.server.address, config.server.port);
    match error.kind() {
        rocket::error::ErrorKind::Bind(error) => cannot_listen(address, error),
        other => format!("the server stopped: {other}"),
    }
}

fn cannot_listen(address: SocketAddr, error: &std::io::Error) -> String {
    if error.kind() == std::io::ErrorKind::AddrInUse {
        return format!("{address} is in use by another program. Choose another port with --port, or stop the other program.");
    }
    format!("cannot listen on {address}: {error}")
}
