//! What tests share: the real server as a process, people who use it over REST, and their sockets.
#![allow(dead_code, clippy::zombie_processes, clippy::unwrap_used, clippy::expect_used, clippy::missing_panics_doc)] // each test uses a part; tests may stop at the first surprise

pub mod http;
pub mod polling;
pub mod raw;
pub mod socket;

use std::{
    collections::HashMap,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};
use tokio::net::TcpSocket;

/// How long anything may take before a test gives up. Far more than anything takes, also on a small machine that does ten other things.
pub const PATIENCE: Duration = Duration::from_mins(2);

/// A server of its own for one test: the real executable on a free port, with an empty data folder unless told otherwise.
pub struct Server {
    child: Child,
    address: String,
    setup_link: Option<String>,
    data: PathBuf,
    environment: HashMap<String, String>,
    log: Log,
    /// Keeps the port for this server also while it is down.
    _port: TcpSocket,
    /// Goes with the server.
    folder: Option<tempfile::TempDir>,
}

impl Server {
    /// Starts with settings for tests: cheap passwords, no approval, no limits.
    pub fn start() -> Self {
        Self::with(&[])
    }

    /// Starts with settings of one's own on top of those for tests.
    pub fn with(settings: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut server = Self::on(&folder.path().join("data"), settings);
        server.folder = Some(folder);
        server
    }

    /// The same with a data folder that is there already, or is to be made.
    pub fn on(data: &Path, settings: &[(&str, &str)]) -> Self {
        let mut environment: HashMap<String, String> = [
            ("MOMMYCARE_ACCOUNTS__BCRYPT_COST", "4"),
            ("MOMMYCARE_ACCOUNTS__APPROVE_PROFESSIONALS", "auto"),
            ("MOMMYCARE_LIMITS__ENABLED", "false"),
            ("MOMMYCARE_LOG__LEVEL", "warn"),
        ]
        .map(|(name, value)| (name.into(), value.into()))
        .into();
        environment.extend(settings.iter().map(|(name, value)| ((*name).into(), (*value).into())));
        let log = Log::default();
        let port = own_port();
        let (child, address, setup_link) = launch(data, port.local_addr().unwrap().port(), &environment, &log);
        Self { child, address, setup_link, data: data.to_owned(), environment, log, _port: port, folder: None }
    }

    /// `http://ADDRESS:PORT`
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// `ADDRESS:PORT`
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The link for the first administrator, if one was printed at the last start.
    pub fn setup_link(&self) -> Option<&str> {
        self.setup_link.as_deref()
    }

    /// The data folder.
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// The process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What the server has written to its log, since the first start.
    pub fn log(&self) -> String {
        self.log.text()
    }

    /// Waits until something stands in the log: what a server has written arrives a moment later.
    pub async fn until_logged(&self, text: &str) {
        let begun = Instant::now();
        while !self.log().contains(text) {
            assert!(begun.elapsed() < PATIENCE, "{text:?} is never logged:\n{}", self.log());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Ends the process as a power switch would, as far as a process can see.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks the process to stop, and says how long that took and whether it ended well.
    pub fn terminate(&mut self) -> (Duration, bool) {
        let began = Instant::now();
        let told = Command::new("kill").args(["-TERM", &self.pid().to_string()]).status().unwrap();
        assert!(told.success());
        let status = self.child.wait().unwrap();
        (began.elapsed(), status.success())
    }

    /// Changes a setting for the next start.
    pub fn set(&mut self, name: &str, value: &str) {
        self.environment.insert(name.into(), value.into());
    }

    /// Starts the process again on the same port and data; the old one must have ended.
    pub fn restart(&mut self) {
        let port = self.address.rsplit(':').next().unwrap().parse().unwrap();
        let (child, address, setup_link) = launch(&self.data, port, &self.environment, &self.log);
        (self.child, self.address, self.setup_link) = (child, address, setup_link);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            eprintln!("-- the server's log:\n{}--", self.log());
            return;
        }
        // Whatever a test asked for: no request may make a thread of the server panic.
        assert!(!self.log().contains("panicked"), "the server panicked:\n{}", self.log());
    }
}

/// What a server writes to its standard error, collected line by line.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<String>>);

impl Log {
    /// Collects until the stream ends.
    fn follow(&self, stream: impl std::io::Read + Send + 'static) {
        let log = self.clone();
        std::thread::spawn(move || {
            for line in BufReader::new(stream).split(b'\n').map_while(Result::ok) {
                let mut text = log.0.lock().unwrap();
                text.push_str(&String::from_utf8_lossy(&line));
                text.push('\n');
            }
        });
    }

    fn text(&self) -> String {
        self.0.lock().unwrap().clone()
    }
}

/// The executable: the one that cargo has built, or the one that `BINARY_UNDER_TEST` names.
pub fn executable() -> PathBuf {
    std::env::var_os("BINARY_UNDER_TEST").map_or_else(|| env!("CARGO_BIN_EXE_mommycare").into(), PathBuf::from)
}

/// A command of the executable with a clean environment, for tests of the command line.
pub fn command(folder: &Path) -> Command {
    command_of(executable(), folder)
}

/// As [`command`], of a copy of the executable.
pub fn command_of(executable: impl AsRef<std::ffi::OsStr>, folder: &Path) -> Command {
    let mut command = Command::new(executable);
    command.current_dir(folder).env_clear();
    if let Ok(path) = std::env::var("PATH") {
        command.env("PATH", path);
    }
    command
}

/// A free port that nobody else is given, neither to listen on nor to connect from, for as long as this is held. Who asks for it by its
/// number gets it, as long as nobody listens on it.
pub fn own_port() -> TcpSocket {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_reuseaddr(true).unwrap();
    socket.bind(([127, 0, 0, 1], 0).into()).unwrap();
    socket
}

/// Starts the server and waits until it says that it listens.
fn launch(data: &Path, port: u16, environment: &HashMap<String, String>, log: &Log) -> (Child, String, Option<String>) {
    let folder = data.parent().unwrap();
    let mut child = command(folder)
        .args(["--port", &port.to_string(), "--data"])
        .arg(data)
        .envs(environment)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    log.follow(child.stderr.take().unwrap());
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut setup_link = None;
    loop {
        let line = lines.next().unwrap_or_else(|| panic!("the server ended before it listened: {}", log.text())).unwrap();
        if let Some((_, address)) = line.strip_prefix("listening on ").and_then(|url| url.split_once("://")) {
            let address = address.trim().to_owned();
            // Keep reading, so that the server never writes into a closed pipe.
            std::thread::spawn(move || lines.for_each(drop));
            return (child, address, setup_link);
        }
        if line.trim().starts_with("http") && line.contains("/setup?token=") {
            setup_link = Some(line.trim().to_owned());
        }
    }
}
