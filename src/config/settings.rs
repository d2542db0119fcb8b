//! The catalogue: every setting with its name, older name, default, limits and meaning, in one place.

use super::{
    Accounts, Approval, Audit, Bytes, Calls, Chat, Clinic, Config, Files, History, Limits, Log, Policy, Server, Store, Tls, TlsMode,
    WhenDown,
    parse::Value,
    secret::{Weakness, weakness},
};
use std::{
    net::{Ipv4Addr, Ipv6Addr},
    time::Duration,
};

/// One setting.
pub(super) struct Setting {
    /// Name in the file; the environment says `MOMMYCARE_` and the name in capitals, with `__` for the dot.
    pub name: &'static str,
    /// Names in the environment that existing installations use.
    pub older: &'static [&'static str],
    /// What is allowed, as a phrase after "must be".
    pub allowed: &'static str,
    /// Whether the value must not be shown.
    pub secret: bool,
    /// Reads a text into the settings; false when it is not allowed.
    pub set: fn(&mut Config, &str) -> bool,
    /// Shows the present value.
    pub show: fn(&Config) -> String,
}

/// Reads `text` into `place` if it is allowed.
fn set<T: Value>(place: &mut T, text: &str, allowed: impl Fn(&T) -> bool) -> bool {
    match T::read(text).filter(|value| allowed(value)) {
        Some(value) => {
            *place = value;
            true
        }
        None => false,
    }
}

macro_rules! settings {
    ($($name:literal $(or $older:literal)? $([$secret:ident])? : $($field:ident).+ , $allowed:literal $(, if $check:expr)?;)*) => {
        /// Every setting there is.
        pub(super) const SETTINGS: &[Setting] = &[$(Setting {
            name: $name,
            older: &[$($older)?],
            allowed: $allowed,
            secret: !<[&str]>::is_empty(&[$(stringify!($secret))?]),
            set: |config, text| set(&mut config.$($field).+, text, |_value| true $(&& $check(_value))?),
            show: |config| config.$($field).+.show(),
        }),*];
    };
}

settings! {
    "data": data, "a folder";
    "server.address": server.address, "an IP address of this machine, such as 127.0.0.1 or 0.0.0.0";
    "server.port" or "PORT": server.port, "a port from 0 to 65535; 0 takes any free one";
    "server.public_url": server.public_url, "empty, or the address that people type, such as https://chat.example.org",
        if |url: &Option<String>| url.as_ref().is_none_or(|url| is_origin(url));
    "server.origins" or "SOCKET_CORS_ORIGIN": server.origins, "a list of origins such as https://app.example.org, separated by commas",
        if |list: &Vec<String>| list.iter().all(|origin| is_origin(origin));
    "server.ip_header": server.ip_header, "empty, or the header in which a proxy in front of this server names the client, such as X-Real-IP";
    "server.proxies": server.proxies, "a list of IP addresses such as 127.0.0.1, separated by commas";
    "server.max_sockets": server.max_sockets, "a number from 1 to 1000000", if |n: &usize| (1..=1_000_000).contains(n);
    "server.max_sockets_per_address": server.max_sockets_per_address, "a number from 1 to 1000000", if |n: &usize| (1..=1_000_000).contains(n);
    "server.body_timeout": server.body_timeout, "a time from 1s to 10m", if |t: &Duration| (1..=600).contains(&t.as_secs());
    "server.metrics_token" [secret]: server.metrics_token, "empty, or at least 16 characters", if |t: &Option<String>| t.as_ref().is_none_or(|t| t.len() >= 16);
    "tls.mode": tls.mode, "off, own or files";
    "tls.certificate": tls.certificate, "empty, or a file";
    "tls.key": tls.key, "empty, or a file";
    "tls.names": tls.names, "a list of names such as chat.clinic.example, separated by commas", if |list: &Vec<String>| list.iter().all(|name| is_host(name));
    "clinic.name": clinic.name, "one to 80 characters", if |name: &String| name.chars().count() <= 80;
    "clinic.emergency_phone": clinic.emergency_phone, "empty, or a telephone number of digits, spaces, + and -",
        if |p: &Option<String>| p.as_ref().is_none_or(|p| p.len() <= 32 && p.chars().all(|c| c.is_ascii_digit() || " +-()".contains(c)));
    "accounts.approve_professionals": accounts.approve_professionals, "manual or auto";
    "accounts.bcrypt_cost": accounts.bcrypt_cost, "a number from 4 to 15", if |cost: &u32| (4..=15).contains(cost);
    "accounts.jwt_secret" or "JWT_SECRET" [secret]: accounts.jwt_secret, "empty, or at least 32 bytes that are not a published sample",
        if |s: &Option<String>| s.as_ref().is_none_or(|s| weakness(s.as_bytes()).is_none());
    "accounts.jwt_secret_file": accounts.jwt_secret_file, "empty, or a file that holds the secret";
    "accounts.jwt_expire" or "JWT_EXPIRE": accounts.jwt_expire, "a duration from 1m to 365d, such as 30d", if |d: &Duration| between(*d, 60, 365 * DAY);
    "accounts.session_idle": accounts.session_idle, "a duration from 5m to 365d", if |d: &Duration| between(*d, 300, 365 * DAY);
    "accounts.session_max": accounts.session_max, "a duration from 5m to 3650d", if |d: &Duration| between(*d, 300, 3650 * DAY);
    "limits.enabled": limits.enabled, "true or false";
    "limits.requests": limits.requests, "requests a minute for one account, from 10 to 1000000", if |n: &u32| (10..=1_000_000).contains(n);
    "limits.events": limits.events, "events a minute for one account over all its sockets, from 10 to 1000000", if |n: &u32| (10..=1_000_000).contains(n);
    "limits.sign_ins": limits.sign_ins, "attempts a minute to sign in or register from one address, from 1 to 1000000", if |n: &u32| (1..=1_000_000).contains(n);
    "chat.edit_window": chat.edit_window, "a duration from 0 to 365d", if |d: &Duration| between(*d, 0, 365 * DAY);
    "chat.group_history": chat.group_history, "joined or all";
    "chat.group_members": chat.group_members, "a number from 2 to 250", if |n: &usize| (2..=250).contains(n);
    "chat.urgent_repeat": chat.urgent_repeat, "a duration from 10s to 1h", if |d: &Duration| between(*d, 10, 3600);
    "calls.enabled": calls.enabled, "true or false";
    "calls.ring_timeout": calls.ring_timeout, "a duration from 10s to 120s", if |d: &Duration| between(*d, 10, 120);
    "calls.grace": calls.grace, "a duration from 5s to 120s", if |d: &Duration| between(*d, 5, 120);
    "calls.stun": calls.stun, "a list of addresses such as stun:stun.example.org:3478, separated by commas",
        if |list: &Vec<String>| list.iter().all(|address| is_helper(address, &["stun:", "stuns:"]));
    "calls.turn": calls.turn, "a list of addresses such as turn:turn.example.org:3478?transport=udp, separated by commas",
        if |list: &Vec<String>| list.iter().all(|address| is_helper(address, &["turn:", "turns:"]));
    "calls.turn_secret" [secret]: calls.turn_secret, "empty, or at least 16 bytes that are not a published sample",
        if |s: &Option<String>| s.as_ref().is_none_or(|s| s.len() >= 16 && weakness(s.as_bytes()) != Some(Weakness::Sample));
    "calls.turn_secret_file": calls.turn_secret_file, "empty, or a file that holds the secret";
    "calls.turn_ttl": calls.turn_ttl, "a duration from 5m to 1d", if |d: &Duration| between(*d, 300, DAY);
    "calls.relay_only": calls.relay_only, "true or false";
    "policy.mom.mom": policy.mom.mom, "always, in_answer or never";
    "policy.mom.doctor": policy.mom.doctor, "always, in_answer or never";
    "policy.mom.midwife": policy.mom.midwife, "always, in_answer or never";
    "policy.mom.service_provider": policy.mom.service_provider, "always, in_answer or never";
    "policy.mom.admin": policy.mom.admin, "always, in_answer or never";
    "policy.doctor.mom": policy.doctor.mom, "always, in_answer or never";
    "policy.doctor.doctor": policy.doctor.doctor, "always, in_answer or never";
    "policy.doctor.midwife": policy.doctor.midwife, "always, in_answer or never";
    "policy.doctor.service_provider": policy.doctor.service_provider, "always, in_answer or never";
    "policy.doctor.admin": policy.doctor.admin, "always, in_answer or never";
    "policy.midwife.mom": policy.midwife.mom, "always, in_answer or never";
    "policy.midwife.doctor": policy.midwife.doctor, "always, in_answer or never";
    "policy.midwife.midwife": policy.midwife.midwife, "always, in_answer or never";
    "policy.midwife.service_provider": policy.midwife.service_provider, "always, in_answer or never";
    "policy.midwife.admin": policy.midwife.admin, "always, in_answer or never";
    "policy.service_provider.mom": policy.service_provider.mom, "always, in_answer or never";
    "policy.service_provider.doctor": policy.service_provider.doctor, "always, in_answer or never";
    "policy.service_provider.midwife": policy.service_provider.midwife, "always, in_answer or never";
    "policy.service_provider.service_provider": policy.service_provider.service_provider, "always, in_answer or never";
    "policy.service_provider.admin": policy.service_provider.admin, "always, in_answer or never";
    "policy.admin.mom": policy.admin.mom, "always, in_answer or never";
    "policy.admin.doctor": policy.admin.doctor, "always, in_answer or never";
    "policy.admin.midwife": policy.admin.midwife, "always, in_answer or never";
    "policy.admin.service_provider": policy.admin.service_provider, "always, in_answer or never";
    "policy.admin.admin": policy.admin.admin, "always, in_answer or never";
    "store.cache": store.cache, "a size from 8MiB to 64GiB", if |b: &Bytes| (8 << 20..=64 << 30).contains(&b.0);
    "store.min_free": store.min_free, "a size from 16MiB to 1048576GiB", if |b: &Bytes| (16 << 20..=1 << 50).contains(&b.0);
    "files.max_size" or "MAX_FILE_SIZE": files.max_size, "a size from 1KiB to 4GiB", if |b: &Bytes| (1 << 10..=4 << 30).contains(&b.0);
    "files.max_count" or "MAX_FILES": files.max_count, "a number from 1 to 50", if |n: &usize| (1..=50).contains(n);
    "files.quota": files.quota, "a size from 1MiB to 1048576GiB", if |b: &Bytes| (1 << 20..=1 << 50).contains(&b.0);
    "files.clamd": files.clamd, "empty, the path of clamd's socket such as /run/clamav/clamd.ctl, or a host and port such as localhost:3310",
        if |address: &Option<String>| address.as_ref().is_none_or(|address| address.starts_with('/') || has_port(address));
    "files.when_down": files.when_down, "refuse or label";
    "audit.keep_days": audit.keep_days, "days from 90 to 3650", if |days: &u32| (90..=3650).contains(days);
    "log.level": log.level, "error, warn, info, debug or trace", if |l: &String| ["error", "warn", "info", "debug", "trace"].contains(&l.as_str());
    "log.json": log.json, "true or false";
}

const DAY: u64 = 86_400;

fn between(duration: Duration, from: u64, to: u64) -> bool {
    (from..=to).contains(&duration.as_secs())
}

/// Whether a text is scheme and host, and a port perhaps, and nothing more.
fn is_origin(text: &str) -> bool {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    host.is_some_and(|host| !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || b".-:[]".contains(&b)))
}

/// Whether a text is a name that a machine can have in a network.
fn is_host(text: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.len() <= 253 && text.split('.').all(is_label) && text.parse::<Ipv4Addr>().is_err()
}

/// Whether a text is the address of a STUN or TURN server, as browsers take it: one that they do not take would end every call.
fn is_helper(text: &str, kinds: &[&str]) -> bool {
    let Some(rest) = kinds.iter().find_map(|kind| text.strip_prefix(kind)) else { return false };
    let (host, query) = rest.split_once('?').map_or((rest, None), |(host, query)| (host, Some(query)));
    let is_transport = matches!(query, None | Some("transport=udp" | "transport=tcp")) && (query.is_none() || text.starts_with("turn"));
    is_transport && !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || b".-:[]".contains(&b))
}

/// Whether an address has a host and a port.
fn has_port(address: &str) -> bool {
    address.rsplit_once(':').is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok_and(|port| port > 0))
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data: "data".into(),
            server: Server {
                address: Ipv4Addr::LOCALHOST.into(),
                port: 5000,
                public_url: None,
                origins: Vec::new(),
                ip_header: None,
                proxies: vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()],
                max_sockets: 10_000,
                max_sockets_per_address: 1_000,
                metrics_token: None,
                body_timeout: Duration::from_secs(30),
            },
            tls: Tls { mode: TlsMode::Off, certificate: None, key: None, names: Vec::new() },
            clinic: Clinic { name: "MommyCare".into(), emergency_phone: None },
            accounts: Accounts {
                approve_professionals: Approval::Manual,
                bcrypt_cost: 12,
                jwt_secret: None,
                jwt_secret_file: None,
                jwt_expire: Duration::from_secs(30 * DAY),
                session_idle: Duration::from_secs(30 * DAY),
                session_max: Duration::from_secs(180 * DAY),
            },
            limits: Limits { enabled: true, requests: 600, events: 3_000, sign_ins: 60 },
            chat: Chat {
                edit_window: Duration::from_mins(15),
                urgent_repeat: Duration::from_mins(2),
                group_history: History::Joined,
                group_members: 100,
            },
            calls: Calls {
                enabled: true,
                ring_timeout: Duration::from_secs(45),
                grace: Duration::from_secs(20),
                stun: Vec::new(),
                turn: Vec::new(),
                turn_secret: None,
                turn_secret_file: None,
                turn_ttl: Duration::from_hours(1),
                relay_only: false,
            },
            policy: Policy::default(),
            store: Store { cache: Bytes(32 << 20), min_free: Bytes(64 << 20) },
            files: Files { max_size: Bytes(50 << 20), max_count: 5, quota: Bytes(2 << 30), clamd: None, when_down: WhenDown::Refuse },
            audit: Audit { keep_days: 730 },
            log: Log { level: "info".into(), json: false },
        }
    }
}

impl Config {
    /// The names of the settings that are not as they come.
    #[must_use]
    pub fn changed(&self) -> Vec<&'static str> {
        let defaults = Self::default();
        SETTINGS.iter().filter(|setting| (setting.show)(self) != (setting.show)(&defaults)).map(|setting| setting.name).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_is_allowed_and_names_are_unique() {
        let defaults = Config::default();
        for (index, setting) in SETTINGS.iter().enumerate() {
            let text = (setting.show)(&defaults);
            assert!((setting.set)(&mut defaults.clone(), &text), "{} = {text}", setting.name);
            assert!(SETTINGS[..index].iter().all(|other| other.name != setting.name), "{} stands twice", setting.name);
        }
    }

    #[test]
    fn the_sample_file_shows_every_setting_with_its_default() {
        let sample = include_str!("../../mommycare.toml");
        for setting in SETTINGS {
            let (part, name) = setting.name.rsplit_once('.').unwrap_or(("", setting.name));
            let header = format!("\n[{part}]\n");
            let (_, rest) = if part.is_empty() { ("", sample) } else { sample.split_once(&header).unwrap_or_else(|| panic!("[{part}]")) };
            let line = rest.lines().take_while(|line| !line.starts_with('[')).find_map(|line| line.strip_prefix(&format!("# {name} = ")));
            let line = line.unwrap_or_else(|| panic!("{} is missing", setting.name));
            let value = line.split(" #").next().unwrap().trim().trim_matches(['"', '[', ']']).replace("\", \"", ",");
            assert_eq!(value, (setting.show)(&Config::default()), "{}", setting.name);
        }
    }
}
