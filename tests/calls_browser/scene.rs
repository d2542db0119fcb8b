//! A mother and a doctor who know each other, each before a browser.

use crate::{
    browser_support::{Browser, Driver, is_installed, is_moving, mother_and_doctor, named},
    support::{PATIENCE, Server, http::Person},
};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tokio::sync::{Mutex, MutexGuard};

/// Two pictures that move are as much as a small machine can carry.
pub static ONE_AT_A_TIME: Mutex<()> = Mutex::const_new(());

/// Remembers connections, devices, sockets and what makes sounds on a page, when the first picture was decoded, and for which reasons
/// calls have ended: that goes off the screen by itself. While a page is cut off, its new sockets lead nowhere.
pub const WATCH: &str = "
    (() => {
        const Real = window.RTCPeerConnection;
        window.peers = [];
        window.tracks = [];
        window.RTCPeerConnection = class extends Real {
            constructor(...all) {
                super(...all);
                window.peers.push(this);
                const look = async () => {
                    const report = await this.getStats();
                    const isSeen = [...report.values()].some(one => one.type === 'inbound-rtp' && one.framesDecoded > 0);
                    if (isSeen) window.firstPicture ??= performance.now();
                    else if (this.connectionState !== 'closed') setTimeout(look, 10);
                };
                void look();
            }
        };
        for (const [name, list] of [['AudioContext', 'sounds'], ['WebSocket', 'sockets']]) {
            const Own = window[name];
            window[list] = [];
            window[name] = class extends Own {
                constructor(...all) {
                    if (window.isCutOff && list === 'sockets') all[0] = 'ws://' + location.hostname + ':1/';
                    super(...all);
                    window[list].push(this);
                }
            };
        }
        const open = XMLHttpRequest.prototype.open;
        XMLHttpRequest.prototype.open = function (method, url, ...more) {
            return open.call(this, method, window.isCutOff ? 'http://' + location.hostname + ':1/' : url, ...more);
        };
        window.endings = [];
        new MutationObserver(() => {
            const end = document.querySelector('[data-testid=call-end]');
            if (end && end !== window.lastEnd) window.endings.push(end.dataset.reason);
            window.lastEnd = end;
        }).observe(document, { childList: true, subtree: true });
        const devices = navigator.mediaDevices;
        if (!devices) return;
        for (const name of ['getUserMedia', 'getDisplayMedia']) {
            const open = devices[name].bind(devices);
            devices[name] = async (...all) => {
                const stream = await open(...all);
                window.tracks.push(...stream.getTracks());
                return stream;
            };
        }
    })();
";

/// What has come in on the newest connection: pictures decoded, samples of sound that are not made up, whether over a relay, and
/// which way it is.
const COUNTS: &str = "
    const done = arguments[arguments.length - 1];
    const peer = window.peers?.at(-1);
    if (!peer) return done(null);
    peer.getStats().then(report => {
        const found = { video: 0, audio: 0, relayed: false, way: null };
        for (const one of report.values()) {
            if (one.type === 'inbound-rtp' && one.kind === 'video') found.video += one.framesDecoded ?? 0;
            if (one.type === 'inbound-rtp' && one.kind === 'audio') found.audio += (one.totalSamplesReceived ?? 0) - (one.concealedSamples ?? 0);
            if (one.type === 'transport') found.way = one.selectedCandidatePairId ?? null;
            if (one.type === 'candidate-pair' && one.nominated && one.state === 'succeeded') {
                const ends = [report.get(one.localCandidateId), report.get(one.remoteCandidateId)];
                // A way that was seen before the other side told of it is called prflx at first.
                found.relayed ||= ends[0]?.candidateType === 'relay' && ['relay', 'prflx'].includes(ends[1]?.candidateType);
            }
        }
        done(found);
    }, () => done(null));
";

/// What grows so much has really come: half a second of pictures, a quarter of a second of sound.
const ENOUGH: [(&str, u64); 2] = [("video", 5), ("audio", 12_000)];

/// How a browser gets its cameras and microphones. The second camera shows depth, which cannot be sent to anybody.
pub const MADE_UP: &[&str] = &["--use-fake-device-for-media-stream=device-count=3,fps=10", "--use-fake-ui-for-media-stream"];

/// The scene.
pub struct Scene {
    pub server: Server,
    pub driver: Driver,
    pub mother: Person,
    pub doctor: Person,
    pub chat: String,
    pub hers: Browser,
    pub his: Browser,
    _turn: MutexGuard<'static, ()>,
}

impl Scene {
    /// Both are signed in; each has the conversation open. Nothing where browsers cannot be tested.
    pub async fn start() -> Option<Self> {
        Self::with(&[], 1280).await
    }

    /// With settings of the server, and so wide for her.
    pub async fn with(settings: &[(&str, &str)], width: u32) -> Option<Self> {
        if !is_installed() {
            return None;
        }
        let turn = ONE_AT_A_TIME.lock().await;
        let server = Server::with(settings);
        let (mother, doctor) = mother_and_doctor(&server).await;
        let chat = mother.open(&doctor).await;
        let driver = Driver::start();
        let hers = enter(&driver, &server, &mother, width).await;
        let his = enter(&driver, &server, &doctor, 1280).await;
        for browser in [&hers, &his] {
            open(browser, &chat).await;
        }
        Some(Self { server, driver, mother, doctor, chat, hers, his, _turn: turn })
    }

    /// She calls him, and it rings there.
    pub async fn she_calls(&self, kind: &str) {
        call(&self.hers, kind).await;
        self.his.phase("incoming").await;
        self.hers.phase("ringing").await;
    }

    /// She calls him, he answers, and both are connected.
    pub async fn they_talk(&self, kind: &str) {
        self.she_calls(kind).await;
        self.his.click(&named("call-accept")).await;
        for browser in [&self.hers, &self.his] {
            browser.phase("active").await;
        }
    }

    /// The newest call, as somebody sees it.
    pub async fn newest(person: &Person) -> Value {
        person.get("/api/chat/calls").await.data()[0].clone()
    }

    /// Ends the browsers.
    pub async fn end(self) {
        self.hers.client.close().await.unwrap();
        self.his.client.close().await.unwrap();
    }
}

/// Somebody signs in on a device of their own.
pub async fn enter(driver: &Driver, server: &Server, person: &Person, width: u32) -> Browser {
    let browser = driver.browser_with(server, width, MADE_UP).await;
    browser.on_every_page(WATCH).await;
    browser.sign_in(person).await;
    browser
}

/// Opens a conversation.
pub async fn open(browser: &Browser, chat: &str) {
    browser.goto(&format!("/chats/{chat}")).await;
    browser.find(&named("composer-input")).await;
}

/// Presses what calls; on a phone there is a choice.
pub async fn call(browser: &Browser, kind: &str) {
    if browser.run("return innerWidth < 760").await == json!(true) {
        browser.click(&named("call-menu")).await;
        let nth = if kind == "voice" { 1 } else { 2 };
        browser.click(&format!("[role=menu] [role=menuitem]:nth-of-type({nth})")).await;
    } else {
        browser.click(&named(&format!("call-{kind}"))).await;
    }
}

impl Browser {
    /// Waits until the call is so far.
    pub async fn phase(&self, phase: &str) {
        self.until(&format!("phase {phase}"), &format!("return document.querySelector('[data-testid=call]')?.dataset.phase === '{phase}'"))
            .await;
    }

    /// Waits until nothing of a call is left, and no device is open.
    pub async fn is_quiet(&self) {
        self.until("that the call is off the screen", "return !document.querySelector('[data-testid=call], [data-testid=call-bar]')").await;
        self.until("that every device is closed", "return window.tracks.every(track => track.readyState === 'ended')").await;
        self.until("that every connection is closed", "return window.peers.every(peer => peer.connectionState === 'closed')").await;
    }

    /// Takes the connection to the server away from this page. What goes straight to the other side goes on.
    pub async fn cut_off(&self) {
        self.run("window.isCutOff = true; window.sockets.forEach(socket => socket.close())").await;
    }

    /// Gives it back.
    pub async fn let_in(&self) {
        self.run("window.isCutOff = false").await;
    }

    /// Waits until it rings, or until it does not any more.
    pub async fn rings(&self, rings: bool) {
        let what = if rings { "that it rings" } else { "that it is silent" };
        self.until(what, &format!("return window.sounds.some(sound => sound.state !== 'closed') === {rings}")).await;
    }

    /// The id of the device behind the one track of this kind that is open.
    pub async fn device(&self, kind: &str) -> Value {
        let open = format!("window.tracks.filter(track => track.kind === '{kind}' && track.readyState === 'live')");
        self.until(&format!("that one {kind} is open"), &format!("return {open}.length === 1")).await;
        self.run(&format!("return {open}[0].getSettings().deviceId")).await
    }

    /// Waits until another device of a kind is open than this one.
    pub async fn another(&self, kind: &str, than: &Value) {
        let open = format!("window.tracks.filter(track => track.kind === '{kind}' && track.readyState === 'live')");
        let script = format!("const open = {open}; return open.length === 1 && open[0].getSettings().deviceId !== {than}");
        self.until(&format!("another {kind}"), &script).await;
    }

    /// Goes on with the Tab key until what carries this name has the focus, and presses Enter.
    pub async fn press(&self, id: &str) {
        for _ in 0..80 {
            self.key("\u{E004}").await;
            if self.run("return document.activeElement?.dataset.testid ?? ''").await == id {
                return self.key("\u{E007}").await;
            }
        }
        panic!("the Tab key does not come to {id}; there is: {}", self.text().await);
    }

    /// A key, by its sign in the protocol of drivers.
    pub async fn key(&self, key: &str) {
        let began = Instant::now();
        loop {
            match self.client.active_element().await.unwrap().send_keys(key).await {
                Err(error) if is_moving(&error) && began.elapsed() < PATIENCE => tokio::time::sleep(Duration::from_millis(30)).await,
                done => return done.unwrap(),
            }
        }
    }

    /// Waits until the call is over here, for a reason that stands on the screen, or has stood there.
    pub async fn ended(&self, reason: &str) {
        let script =
            format!("const at = window.endings.indexOf('{reason}'); if (at >= 0) window.endings.splice(0, at + 1); return at >= 0");
        self.until(&format!("an end: {reason}"), &script).await;
    }

    /// Waits until sound or pictures really come in, on the connection that there is now.
    pub async fn receives(&self, what: &[&str]) {
        let began = Instant::now();
        let mut first: Option<Value> = None;
        loop {
            let now = self.ask(COUNTS).await;
            let base = first.as_ref().filter(|base| what.iter().all(|kind| base[*kind].as_u64() <= now[*kind].as_u64()));
            let has_come = |base: &Value, kind: &str, enough: u64| now[kind].as_u64() >= base[kind].as_u64().map(|count| count + enough);
            if let Some(base) = base {
                if ENOUGH.iter().filter(|(kind, _)| what.contains(kind)).all(|(kind, enough)| has_come(base, kind, *enough)) {
                    return;
                }
            } else if now.is_object() {
                // A new connection counts from its beginning.
                first = Some(now.clone());
            }
            if began.elapsed() > PATIENCE {
                panic!("{what:?} do not come: {now} after {first:?}; there is: {}", self.text().await);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Waits until what comes goes over a relay, on another way than this one: which it is.
    pub async fn is_relayed(&self, than: &Value) -> Value {
        let began = Instant::now();
        loop {
            let now = self.ask(COUNTS).await;
            if now["relayed"] == json!(true) && now["way"].is_string() && now["way"] != *than {
                return now["way"].clone();
            }
            assert!(began.elapsed() < PATIENCE, "something went straight, or nothing at all: {now}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}
