//! Browsers for tests: Chromium, driven by chromedriver, and what somebody does with one.
#![allow(dead_code, clippy::missing_panics_doc)] // each test program uses a part

use crate::support::{
    PATIENCE, Server,
    http::{PASSWORD, Person},
};
use fantoccini::{
    Client, ClientBuilder, Locator,
    elements::Element,
    error::{CmdError, ErrorStatus},
    wd::WebDriverCompatibleCommand,
};
use hyper_util::client::legacy::connect::HttpConnector;
use reqwest::{Method, Url};
use serde_json::{Value, json};
use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
    str::FromStr,
    time::{Duration, Instant},
};

/// Whether browsers can be tested here. Where they must be, their absence is a failure.
pub fn is_installed() -> bool {
    let there = ["chromedriver", "chromium"].iter().all(|program| Command::new(program).arg("--version").output().is_ok());
    if !there {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "chromium and chromedriver must be installed");
        println!("left out: chromium and chromedriver are not installed");
    }
    there
}

/// `chromedriver` on a free port; it ends with all its browsers.
pub struct Driver {
    child: Child,
    url: String,
    folder: tempfile::TempDir,
}

impl Driver {
    /// Starts it.
    ///
    /// It takes one for IPv4 and may find that somebody has the same one for IPv6. Then it ends, and the next one looks for another.
    pub fn start() -> Self {
        (0..10).find_map(|_| Self::try_start()).expect("chromedriver's port")
    }

    fn try_start() -> Option<Self> {
        let mut child = Command::new("chromedriver").arg("--port=0").stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let port = lines.by_ref().map(Result::unwrap).find_map(|line| {
            let (_, port) = line.split_once("started successfully on port ")?;
            port.trim().trim_end_matches('.').parse::<u16>().ok()
        });
        let Some(port) = port else {
            let _ = child.wait();
            return None;
        };
        std::thread::spawn(move || lines.for_each(drop));
        Some(Self { child, url: format!("http://127.0.0.1:{port}"), folder: tempfile::tempdir().unwrap() })
    }

    fn shut_down(&self) -> std::io::Result<usize> {
        let mut stream = TcpStream::connect(self.url.trim_start_matches("http://"))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.write_all(b"GET /shutdown HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
        // It closes the connection when it has ended.
        stream.read_to_end(&mut Vec::new())
    }

    /// A browser of its own, with nothing remembered.
    pub async fn browser(&self, server: &Server, width: u32) -> Browser {
        self.browser_with(server, width, &[]).await
    }

    /// The same, with more arguments.
    pub async fn browser_with(&self, server: &Server, width: u32, arguments: &[&str]) -> Browser {
        let profile = self.folder.path().join(format!("{:08x}", rand::random::<u32>()));
        let mut options = json!({ "args": [
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--lang=en", "--window-size=1280,900",
            format!("--user-data-dir={}", profile.display()),
        ] });
        options["args"].as_array_mut().unwrap().extend(arguments.iter().map(|argument| json!(argument)));
        if width < 500 {
            options["mobileEmulation"] = json!({ "deviceMetrics": { "width": width, "height": 740, "pixelRatio": 2, "touch": true } });
        }
        let capabilities = json!({
            "goog:chromeOptions": options,
            "goog:loggingPrefs": { "browser": "ALL" },
            "timeouts": { "script": 2 * PATIENCE.as_millis() },
        });
        let began = Instant::now();
        // On a machine that does many things at once a browser may not come up in the time that its driver gives it.
        let client = loop {
            let mut builder = ClientBuilder::new(HttpConnector::new());
            match builder.capabilities(capabilities.as_object().unwrap().clone()).connect(&self.url).await {
                Err(error) if began.elapsed() < 2 * PATIENCE => eprintln!("no browser yet: {error}"),
                client => break client.expect("a browser"),
            }
        };
        Browser { client, url: server.url() }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // Killed, it would leave the browsers of a failed test behind; asked, it takes them along.
        let _ = self.shut_down();
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A command that chromedriver hands on to the browser.
#[derive(Debug)]
struct DevTools(Value);

impl WebDriverCompatibleCommand for DevTools {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, <Url as FromStr>::Err> {
        base.join(&format!("session/{}/goog/cdp/execute", session.expect("a session")))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.0.to_string()))
    }
}

/// A clinic with its administrator, a mother and a doctor.
pub async fn mother_and_doctor(server: &Server) -> (Person, Person) {
    Person::set_up(server).await;
    (Person::register(server, "Asha", "mom").await, Person::register(server, "Ruwan", "doctor").await)
}

/// Somebody's browser.
pub struct Browser {
    pub client: Client,
    pub url: String,
}

/// How long a page has until it is looked at again.
const MOMENT: Duration = Duration::from_millis(30);

/// Whether an element could not be reached because the page was just drawing something: nothing has been done to it then.
pub fn is_moving(error: &CmdError) -> bool {
    let CmdError::Standard(error) = error else { return false };
    matches!(error.error, ErrorStatus::StaleElementReference | ErrorStatus::ElementClickIntercepted | ErrorStatus::ElementNotInteractable)
}

/// The selector of what carries a name for tests.
pub fn named(id: &str) -> String {
    format!("[data-testid={id}]")
}

impl Browser {
    pub async fn goto(&self, path: &str) {
        self.client.goto(&format!("{}{path}", self.url)).await.unwrap();
    }

    /// Waits for an element.
    pub async fn find(&self, css: &str) -> Element {
        let found = self.client.wait().at_most(PATIENCE).for_element(Locator::Css(css)).await;
        match found {
            Ok(element) => element,
            Err(error) => panic!("{css} does not appear ({error}); there is: {}", self.text().await),
        }
    }

    pub async fn click(&self, css: &str) {
        let began = Instant::now();
        loop {
            match self.find(css).await.click().await {
                Err(error) if is_moving(&error) && began.elapsed() < PATIENCE => tokio::time::sleep(MOMENT).await,
                done => return done.unwrap_or_else(|error| panic!("{css} cannot be clicked: {error}")),
            }
        }
    }

    pub async fn fill(&self, css: &str, text: &str) {
        let began = Instant::now();
        loop {
            match self.find(css).await.send_keys(text).await {
                Err(error) if is_moving(&error) && began.elapsed() < PATIENCE => tokio::time::sleep(MOMENT).await,
                done => return done.unwrap_or_else(|error| panic!("{css} takes no keys: {error}")),
            }
        }
    }

    pub async fn run(&self, script: &str) -> Value {
        self.client.execute(script, Vec::new()).await.unwrap()
    }

    /// Waits until a script gives true.
    pub async fn until(&self, what: &str, script: &str) {
        let began = Instant::now();
        while self.run(script).await != json!(true) {
            if began.elapsed() > PATIENCE {
                panic!("never: {what}; messages: {:?}; there is: {}", self.messages().await, self.text().await);
            }
            tokio::time::sleep(MOMENT).await;
        }
    }

    /// Runs a script in every page from now on, before the page's own.
    pub async fn on_every_page(&self, script: &str) {
        self.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": script })).await;
    }

    /// A command of the browser's own protocol, for what the driver does not know.
    pub async fn devtools(&self, command: &str, parameters: Value) -> Value {
        self.client.issue_cmd(DevTools(json!({ "cmd": command, "params": parameters }))).await.unwrap()
    }

    /// Waits for what a script gives to its last argument.
    pub async fn ask(&self, script: &str) -> Value {
        self.client.execute_async(script, Vec::new()).await.unwrap()
    }

    pub async fn text(&self) -> String {
        self.run("return document.body.innerText").await.as_str().unwrap_or_default().to_owned()
    }

    pub async fn sign_in(&self, person: &Person) {
        self.goto("/login").await;
        self.fill("[data-testid=login-form] [name=email]", &person.email).await;
        self.fill("[data-testid=login-form] [name=password]", PASSWORD).await;
        self.click("[data-testid=login-form] [type=submit]").await;
        self.find(&named("new-conversation")).await;
    }

    pub async fn say(&self, words: &str) {
        self.fill(&named("composer-input"), words).await;
        self.click(&named("send")).await;
    }

    /// The messages that stand in the thread: id, status, whose, words.
    pub async fn messages(&self) -> Vec<(String, String, bool, String)> {
        let script = "return [...document.querySelectorAll('[data-testid=message]')].map(m => \
                      [m.dataset.id, m.dataset.status, m.dataset.mine === 'true', m.innerText])";
        serde_json::from_value(self.run(script).await).unwrap()
    }

    /// Waits until the message with some words has a status.
    pub async fn status(&self, words: &str, status: &[&str]) {
        let script = format!(
            "const found = [...document.querySelectorAll('[data-testid=message]')].filter(m => m.innerText.includes({})); \
             return found.length === 1 && {}.includes(found[0].dataset.status)",
            json!(words),
            json!(status)
        );
        self.until(&format!("“{words}” once and {status:?}"), &script).await;
    }

    /// Ids in the order in which they stand.
    pub async fn order(&self) -> Vec<String> {
        self.messages().await.into_iter().map(|(id, ..)| id).collect()
    }
}

/// The script of axe-core, where it is installed. Where it must be, its absence is a failure.
pub fn axe() -> Option<String> {
    let path = Path::new(env!("CARGO_BIN_EXE_mommycare")).ancestors().nth(2).unwrap().join("clients/node_modules/axe-core/axe.min.js");
    let axe = std::fs::read_to_string(&path).ok();
    if axe.is_none() {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "{} is missing; run tests/clients/install.sh", path.display());
        println!("left out: axe-core is not installed; run tests/clients/install.sh");
    }
    axe
}

/// Runs axe-core on what is shown; gives each fault with its places.
pub async fn faults(browser: &Browser, axe: &str) -> Vec<String> {
    browser.run(axe).await;
    // What is just fading in is paler than it will be.
    let still = "const done = arguments[arguments.length - 1]; \
        Promise.allSettled(document.getAnimations().filter(one => one.effect?.getComputedTiming().iterations !== Infinity && one.playState === 'running').map(one => one.finished)) \
            .then(() => done(true))";
    browser.ask(still).await;
    let script = "const done = arguments[arguments.length - 1]; \
        axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }).then( \
        found => done(found.violations.map(v => v.id + ': ' + v.nodes.map(n => n.target.join(' ') + ' ' + n.html.slice(0, 160)).join(' | '))), \
        error => done(['axe failed: ' + error]))";
    serde_json::from_value(browser.client.execute_async(script, Vec::new()).await.unwrap()).unwrap()
}
