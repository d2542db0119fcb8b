//! Settings: what can be set, where values come from, and what is allowed.
//!
//! Order: defaults < file < environment < command line. A wrong value or an unknown name stops the start, with its name, its
//! place and what is allowed.

mod parse;
mod policy;
pub mod secret;
mod settings;
mod source;

pub use parse::Bytes;
pub use policy::{Policy, Reach, Reaches};
pub use source::{Loaded, Problem, Sources};

use crate::store::records::Verification;
use std::{net::IpAddr, path::PathBuf, time::Duration};

/// All settings, checked.
#[derive(Debug, Clone)]
pub struct Config {
    /// The one folder that holds everything.
    pub data: PathBuf,
    /// Address and surroundings of the server.
    pub server: Server,
    /// Encryption on the way.
    pub tls: Tls,
    /// What the app says about the clinic.
    pub clinic: Clinic,
    /// Sign-in.
    pub accounts: Accounts,
    /// Brakes against floods.
    pub limits: Limits,
    /// Rules of conversations.
    pub chat: Chat,
    /// Calls.
    pub calls: Calls,
    /// Who may reach whom.
    pub policy: Policy,
    /// The engine below.
    pub store: Store,
    /// Limits of uploads.
    pub files: Files,
    /// What is kept of who did and looked at what.
    pub audit: Audit,
    /// What is written to the log.
    pub log: Log,
}

/// See the catalogue in `settings.rs` for names, defaults and what is allowed.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Server {
    pub address: IpAddr,
    pub port: u16,
    pub public_url: Option<String>,
    pub origins: Vec<String>,
    pub ip_header: Option<String>,
    pub proxies: Vec<IpAddr>,
    pub max_sockets: usize,
    pub max_sockets_per_address: usize,
    pub metrics_token: Option<String>,
    pub body_timeout: Duration,
}

/// See the catalogue in `settings.rs`.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Tls {
    pub mode: TlsMode,
    pub certificate: Option<PathBuf>,
    pub key: Option<PathBuf>,
    pub names: Vec<String>,
}

/// Where the certificate comes from with which the server proves who it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TlsMode {
    /// Nowhere: nothing is encrypted here. A proxy in front may do it.
    Off,
    /// From an authority of the server's own, which people's devices are asked to trust.
    Own,
    /// From files that somebody else keeps up to date.
    Files,
}

/// See the catalogue in `settings.rs`.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Clinic {
    pub name: String,
    pub emergency_phone: Option<String>,
}

/// See the catalogue in `settings.rs`.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Accounts {
    pub approve_professionals: Approval,
    pub bcrypt_cost: u32,
    pub jwt_secret: Option<String>,
    pub jwt_secret_file: Option<PathBuf>,
    pub jwt_expire: Duration,
    pub session_idle: Duration,
    pub session_max: Duration,
}

/// How a professional gets to work after registering.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Approval {
    /// An administrator decides.
    Manual,
    /// At once. For trying out, not for a clinic.
    Auto,
}

impl Approval {
    /// As it is written in settings and on the wire.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Manual => "manual",
            Self::Auto => "auto",
        }
    }

    /// The state of a professional who has just registered.
    #[must_use]
    pub fn at_first(self) -> Verification {
        match self {
            Self::Manual => Verification::Pending,
            Self::Auto => Verification::Approved,
        }
    }
}

/// See the catalogue in `settings.rs`.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Limits {
    pub enabled: bool,
    pub requests: u32,
    pub events: u32,
    pub sign_ins: u32,
}

/// See the catalogue in `settings.rs`.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Chat {
    pub edit_window: Duration,
    pub urgent_repeat: Duration,
    pub group_history: History,
    pub group_members: usize,
}

/// See the catalogue in `settings.rs`.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Calls {
    pub enabled: bool,
    pub ring_timeout: Duration,
    pub grace: Duration,
    pub stun: Vec<String>,
    pub turn: Vec<String>,
    pub turn_secret: Option<String>,
    pub turn_secret_file: Option<PathBuf>,
    pub turn_ttl: Duration,
    /// Nothing goes straight from one device to the other: neither learns the other's address.
    pub relay_only: bool,
}

/// What somebody sees who joins a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum History {
    /// What is written from then on.
    Joined,
    /// Everything.
    All,
}

/// See the catalogue in `settings.rs`.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Store {
    pub cache: Bytes,
    pub min_free: Bytes,
}

/// See the catalogue in `settings.rs`.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Files {
    pub max_size: Bytes,
    pub max_count: usize,
    pub quota: Bytes,
    pub clamd: Option<String>,
    pub when_down: WhenDown,
}

/// What becomes of a file while the virus scanner does not answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhenDown {
    /// It is not taken.
    Refuse,
    /// It is taken and says that it was not scanned.
    Label,
}

/// See the catalogue in `settings.rs`.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Audit {
    pub keep_days: u32,
}

/// See the catalogue in `settings.rs`.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Log {
    pub level: String,
    pub json: bool,
}
