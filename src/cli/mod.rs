//! The command line.

mod check;
mod demo;
mod reindex;
mod serve;
mod user;
mod verify;

use crate::{
    audit::Anchor,
    config::{Loaded, Problem, Sources},
    files,
};
use clap::{Args, Parser, Subcommand};
use std::{net::IpAddr, path::PathBuf, process::ExitCode};

/// MommyCare, the chat of a clinic on the clinic's own machine.
///
/// Without a command it serves. Everything it keeps is in one data folder. Settings come from mommycare.toml, from
/// environment variables and from the options below, the later ones winning; `mommycare check` shows them all.
#[derive(Parser)]
#[command(name = "mommycare", version, max_term_width = 100)]
struct Cli {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Args)]
struct Common {
    /// The folder that holds everything [default: data]
    #[arg(long, global = true, value_name = "DIR")]
    data: Option<PathBuf>,
    /// The file of settings [default: mommycare.toml, if there is one]
    #[arg(long, global = true, value_name = "FILE", env = "MOMMYCARE_CONFIG")]
    config: Option<PathBuf>,
    /// The port to serve on; 0 takes any free one [default: 5000]
    #[arg(long, global = true)]
    port: Option<u16>,
    /// The address to serve on; 0.0.0.0 lets the clinic's network in [default: 127.0.0.1]
    #[arg(long, global = true)]
    address: Option<IpAddr>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the app, REST and Socket.IO (the default)
    Serve,
    /// Fill an empty data folder with a small clinic to look around in
    Demo,
    /// Check the settings and show each with the place it comes from
    Check {
        /// Read the whole search index too, and say whether it can be used
        #[arg(long)]
        index: bool,
    },
    /// Make the index for searching messages anew while the server is stopped
    Reindex,
    /// Check while the server is stopped that nobody has changed the audit log, and name the first entry that is not as it was written
    Verify {
        /// An end of the log that was noted earlier, as this command and the server's log show it: it must still be there
        #[arg(long, value_name = "NUMBER:HASH", value_parser = verify::anchor)]
        anchor: Option<Anchor>,
    },
    /// Look after accounts while the server is stopped
    #[command(subcommand)]
    User(user::Command),
    /// Look into the file on standard input. The server calls this for itself, see `files/apart.rs`.
    #[command(name = files::LOOK, hide = true)]
    Look { wish: String, about: u64 },
}

/// Reads the command line and does what it says.
#[must_use]
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    // Whatever this process writes is health data or a secret: nobody else on the machine reads it, wherever it lies.
    rustix::process::umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
    match execute(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("mommycare: {failure}");
            ExitCode::FAILURE
        }
    }
}

/// Why a command ends with a failure; a sentence for the person who gave it.
type Failure = Box<dyn std::error::Error + Send + Sync>;

fn execute(cli: Cli) -> Result<(), Failure> {
    let command = cli.command.unwrap_or(Command::Serve);
    if let Command::Look { wish, about } = &command {
        return Ok(files::look(wish, *about)?);
    }
    let loaded = load(&cli.common)?;
    match command {
        Command::Look { .. } => Ok(()),
        Command::Check { index } => check::run(&loaded, index),
        Command::Serve => runtime()?.block_on(serve::run(loaded)),
        Command::Demo => runtime()?.block_on(demo::run(loaded.config)),
        Command::Reindex => runtime()?.block_on(reindex::run(loaded.config)),
        Command::Verify { anchor } => runtime()?.block_on(verify::run(anchor, loaded.config)),
        Command::User(command) => runtime()?.block_on(user::run(command, loaded.config)),
    }
}

fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().thread_name("mommycare").build()?)
}

fn load(common: &Common) -> Result<Loaded, Problem> {
    let given = [
        ("data", common.data.as_ref().map(|path| path.display().to_string()), "--data"),
        ("server.port", common.port.map(|port| port.to_string()), "--port"),
        ("server.address", common.address.map(|address| address.to_string()), "--address"),
    ];
    let command_line = given.into_iter().filter_map(|(name, value, option)| Some((name, value?, option))).collect();
    // Names or values that are not Unicode cannot be settings of ours.
    let environment = std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?))).collect();
    Sources { file: common.config.clone(), environment, command_line }.load()
}
