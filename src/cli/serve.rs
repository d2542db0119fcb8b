//! `mommycare serve`.

use super::Failure;
use crate::{
    app::{self, App},
    clock::Clock,
    config::{Config, Loaded},
};
use sd_notify::NotifyState;
use std::io::IsTerminal as _;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

/// Serves until the process is told to stop.
pub(super) async fn run(loaded: Loaded) -> Result<(), Failure> {
    log_to_stderr(&loaded.config);
    for warning in &loaded.warnings {
        tracing::warn!("{warning}");
    }
    raise_file_limit();
    outlive_length_limit()?;
    let app = App::open(loaded.config, Clock::system())?;
    let stop = stop_signal()?;
    app::serve(app, stop, |ready| {
        if let Some(link) = &ready.setup_link {
            println!("Welcome. Open this link within an hour to make the first administrator:\n  {link}");
        }
        if let Some(fingerprint) = &ready.authority {
            println!(
                "Devices learn to trust this clinic at /connect, over http. The fingerprint of its authority (SHA-256):\n  {fingerprint}"
            );
        }
        println!("listening on {}", ready.listens);
        watch();
    })
    .await?;
    Ok(())
}

/// Ends when the service manager or a person at the keyboard wants the server to stop.
fn stop_signal() -> Result<impl Future<Output = ()>, Failure> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! { _ = terminate.recv() => {}, _ = interrupt.recv() => {} }
        let _ = sd_notify::notify(&[NotifyState::Stopping]);
    })
}

/// Tells the service manager that the server is ready, and again and again that it lives, if it asked for that.
fn watch() {
    let _ = sd_notify::notify(&[NotifyState::Ready]);
    if let Some(within) = sd_notify::watchdog_enabled() {
        tokio::spawn(async move {
            let mut beat = tokio::time::interval(within / 3);
            loop {
                beat.tick().await;
                let _ = sd_notify::notify(&[NotifyState::Watchdog]);
            }
        });
    }
}

/// Each connection is an open file; the usual soft limit of 1,024 is for programs that use `select`.
fn raise_file_limit() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    if limit.current == limit.maximum {
        return;
    }
    if let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum }) {
        tracing::warn!(%error, "the limit of open files stays as it is");
    }
}

/// A limit that the operator has set on the length of files fails the write that meets it. Without a handler the system would end the
/// process instead, and everybody's connection with it.
fn outlive_length_limit() -> Result<(), Failure> {
    // The handler stays when what listens to it is gone.
    drop(signal(SignalKind::from_raw(rustix::process::Signal::XFSZ.as_raw()))?);
    Ok(())
}

fn log_to_stderr(config: &Config) {
    // Rocket and the layers below it say little that an operator can use, and cost a sixth of the processor at `info`.
    let filter = EnvFilter::new(format!("{},rocket=off,hyper=warn,sled=warn", config.log.level));
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_target(false)
        .with_ansi(std::io::stderr().is_terminal());
    if config.log.json { log.json().init() } else { log.init() }
}
