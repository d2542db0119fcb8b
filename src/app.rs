//! The wiring: what is made in which order, and how it stops.

use crate::{
    accounts::{Accounts, AccountsConfig, secret},
    clock::Clock,
    config::Config,
    contract::{Emission, Presence},
    http,
    metrics::Metrics,
    store::{OpenReport, Options, Start, Store},
};
use rocket::{
    Build, Rocket,
    config::{LogLevel, Shutdown as ShutdownConfig},
    data::{Limits, ToByteUnit},
    fairing::AdHoc,
    shield::Shield,
};
use std::{fmt, net::SocketAddr, sync::Arc};

/// Everything that is needed to serve.
pub struct App {
    config: Arc<Config>,
    store: Arc<Store<Emission>>,
    accounts: Arc<Accounts>,
    metrics: Arc<Metrics>,
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
    pub async fn open(config: Config) -> Result<Self, StartError> {
        let options = Options { cache: config.store.cache.0, min_free: config.store.min_free.0, ..Options::new(&config.data) };
        let (store, report) = Store::open(&options, Clock::system(), Box::new(|_| ())).map_err(|error| StartError(error.to_string()))?;
        tell(&report);
        let store = Arc::new(store);
        let metrics = Arc::new(Metrics::new(store.clone(), Arc::default()));
        let accounts = accounts(&config, store.clone())?;
        let setup_token = accounts.begin_setup(std::env::var("MOMMYCARE_SETUP_TOKEN").ok()).map_err(|error| StartError(error.message))?;
        Ok(Self { config: Arc::new(config), store, accounts: Arc::new(accounts), metrics, setup_token })
    }

    /// The accounts, for the command line.
    pub fn accounts(&self) -> &Accounts {
        &self.accounts
    }

    /// The link for the first administrator, if there is none yet, on the address that the server listens on.
    fn setup_link(&self, address: SocketAddr) -> Option<String> {
        let token = self.setup_token.as_deref()?;
        let origin = self.config.server.public_url.clone().unwrap_or_else(|| format!("http://{address}"));
        Some(format!("{origin}/setup?token={token}"))
    }

    /// Writes out what waits and lets go of the data folder.
    pub async fn close(&self) {
        if let Err(error) = self.store.close().await {
            tracing::error!(%error, "the store did not close well; the next start replays its journal");
        }
    }

    fn rocket(&self) -> Rocket<Build> {
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
            .merge(("address", server.address))
            .merge(("port", server.port))
            .merge(("ip_header", server.ip_header.clone().map_or(rocket::figment::value::Value::from(false), Into::into)))
            .merge(("ident", false))
            .merge(("cli_colors", false))
            .merge(("keep_alive", 65))
            .merge(("limits", Limits::default().limit("json", 256.kibibytes())))
            .merge(("log_level", LogLevel::Off))
            .merge(("shutdown", shutdown));
        rocket::custom(figment)
            .manage(self.config.clone())
            .manage(self.store.clone())
            .manage(self.accounts.clone())
            .manage(self.metrics.clone())
            .manage(http::Limiter::new(&self.config.limits))
            // Our own headers stand in place of Rocket's.
            .attach(Shield::new())
            .attach(http::Trace)
            .attach(http::Headers)
            .mount("/", http::routes())
            .register("/", http::catchers())
    }
}

/// What the operator should know about how the store came up.
fn tell(report: &OpenReport) {
    tracing::info!(start = ?report.start, replayed = report.replayed, ms = report.took.as_millis(), "the data folder is open");
    if let Start::Rebuilt { why } = &report.start {
        tracing::error!(why, "the store was damaged and has been built anew from its journals; please look after the disk");
    }
    for note in &report.notes {
        tracing::warn!("{note}");
    }
}

/// Accounts, with the secret that was set or one of the data folder's own.
fn accounts(config: &Config, store: Arc<Store<Emission>>) -> Result<Accounts, StartError> {
    let secret = match &config.accounts.jwt_secret {
        Some(secret) => secret.clone().into_bytes(),
        None => {
            std::fs::create_dir_all(&config.data).map_err(|error| StartError(format!("{}: {error}", config.data.display())))?;
            secret::load_or_create(&config.data.join("token.key")).map_err(|error| StartError(error.to_string()))?
        }
    };
    let presence = Arc::new(|_| Presence::offline(None));
    Accounts::new(store, AccountsConfig::new(&config.accounts, secret), presence).map_err(|error| StartError(error.message))
}

/// Serves until `stop` ends. `ready` is told the address as soon as requests are answered.
///
/// Order of the end: clients are told, sockets close, requests under way finish, the store checkpoints.
pub async fn serve(
    app: App,
    stop: impl Future<Output = ()> + Send + 'static,
    ready: impl FnOnce(&Ready) + Send + 'static,
) -> Result<(), StartError> {
    let app = Arc::new(app);
    let (ready, known) = (parking_lot::Mutex::new(Some(ready)), app.clone());
    let rocket = app.rocket().attach(AdHoc::on_liftoff("ready", move |rocket| {
        let address = SocketAddr::new(rocket.config().address, rocket.config().port);
        if let Some(ready) = ready.lock().take() {
            ready(&Ready { address, setup_link: known.setup_link(address) });
        }
        Box::pin(async {})
    }));
    let rocket = rocket.ignite().await.map_err(|error| StartError(explain(&error, &app.config)))?;
    let shutdown = rocket.shutdown();
    tokio::spawn(tend(app.accounts.clone(), rocket.shutdown()));
    tokio::spawn(async move {
        stop.await;
        shutdown.notify();
    });
    rocket.launch().await.map_err(|error| StartError(explain(&error, &app.config)))?;
    app.close().await;
    Ok(())
}

/// Looks after the accounts once a minute until the server stops.
async fn tend(accounts: Arc<Accounts>, mut shutdown: rocket::Shutdown) {
    let mut minute = tokio::time::interval(std::time::Duration::from_secs(60));
    loop {
        tokio::select! { _ = minute.tick() => {}, () = &mut shutdown => return }
        if let Err(error) = accounts.tend().await {
            tracing::warn!(code = error.code.name(), "looking after the accounts failed; it is tried again in a minute");
        }
    }
}

/// What is known once requests are answered.
pub struct Ready {
    /// Where the server listens.
    pub address: SocketAddr,
    /// The link for the first administrator, if there is none yet.
    pub setup_link: Option<String>,
}

/// What Rocket says about a failed start, as a sentence. Looking at the kind also keeps Rocket from panicking.
fn explain(error: &rocket::Error, config: &Config) -> String {
    let address = SocketAddr::new(config.server.address, config.server.port);
    match error.kind() {
        rocket::error::ErrorKind::Bind(error) if error.kind() == std::io::ErrorKind::AddrInUse => {
            format!("{address} is in use by another program. Choose another port with --port, or stop the other program.")
        }
        rocket::error::ErrorKind::Bind(error) => format!("cannot listen on {address}: {error}"),
        other => format!("the server stopped: {other}"),
    }
}
