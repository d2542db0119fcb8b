//! Encryption on the way, from outside: an authority of the server's own, certificates from files, and what becomes of those who come
//! unencrypted. The clients are rustls and, where it is installed, curl with OpenSSL.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use std::{
    fs,
    path::Path,
    process::{Command, Output},
    sync::Arc,
};
use support::{
    PATIENCE, Server, command,
    http::PASSWORD,
    own_port,
    raw::{RawReply, exchange, exchange_over, request},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::{
    TlsConnector,
    client::TlsStream,
    rustls::{ClientConfig, RootCertStore, crypto::ring::default_provider, pki_types::CertificateDer},
};

/// A device that trusts one authority and nobody else.
struct Device(TlsConnector);

impl Device {
    fn trusting(certificate: &[u8]) -> Self {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from(certificate.to_vec())).unwrap();
        let config = ClientConfig::builder_with_provider(Arc::new(default_provider())).with_safe_default_protocol_versions().unwrap();
        Self(TlsConnector::from(Arc::new(config.with_root_certificates(roots).with_no_client_auth())))
    }

    async fn connect(&self, server: &Server, name: &str) -> std::io::Result<TlsStream<TcpStream>> {
        let stream = TcpStream::connect(server.address()).await.unwrap();
        self.0.connect(name.to_owned().try_into().unwrap(), stream).await
    }

    async fn ask(&self, server: &Server, bytes: &[u8]) -> RawReply {
        exchange_over(self.connect(server, "localhost").await.unwrap(), bytes).await.expect("a whole answer")
    }

    async fn post(&self, server: &Server, path: &str, token: &str, body: &Value) -> (u16, Value) {
        let body = body.to_string();
        let length = format!("Content-Length: {}", body.len());
        let token = format!("Authorization: Bearer {token}");
        let headers = ["Content-Type: application/json", &length, &token];
        let reply = self.ask(server, &request("POST", path, &headers, body.as_bytes())).await;
        (reply.status, serde_json::from_slice(&reply.body).unwrap())
    }
}

/// A server with an authority of its own.
fn own() -> Server {
    Server::with(&[("MOMMYCARE_TLS__MODE", "own")])
}

async fn authority(server: &Server) -> Vec<u8> {
    let reply = plain(server, "GET", "/connect/authority.crt", &[]).await;
    assert_eq!((reply.status, reply.header("content-type")), (200, Some("application/x-x509-ca-cert")));
    reply.body
}

/// An unencrypted request.
async fn plain(server: &Server, method: &str, path: &str, headers: &[&str]) -> RawReply {
    exchange(server.address(), &request(method, path, headers, b"")).await.expect("a whole answer")
}

fn json(reply: &RawReply) -> Value {
    serde_json::from_slice(&reply.body).unwrap()
}

fn account(first_name: &str) -> Value {
    json!({ "firstName": first_name, "lastName": "Test", "email": format!("{first_name}@example.org"), "password": PASSWORD, "role": "mom" })
}

#[tokio::test]
async fn a_device_that_trusts_the_clinic_has_everything() {
    let mut server = own();
    let certificate = authority(&server).await;
    let device = Device::trusting(&certificate);
    for name in ["localhost", "127.0.0.1"] {
        device.connect(&server, name).await.unwrap_or_else(|error| panic!("{name}: {error}"));
    }
    assert!(device.connect(&server, "clinic.example").await.is_err(), "it is not everybody");
    let stranger = Device::trusting(&rcgen::generate_simple_self_signed(["localhost".into()]).unwrap().cert.der().clone());
    assert!(stranger.connect(&server, "localhost").await.is_err(), "and not trusted by who was not asked");

    let (status, made) = device.post(&server, "/api/auth/register", "", &account("asha")).await;
    assert_eq!(status, 201, "{made}");
    let token = made["token"].as_str().unwrap();
    let bearer = format!("Authorization: Bearer {token}");

    // Addresses of files are on the encrypted server too.
    let form =
        "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"note.txt\"\r\nContent-Type: text/plain\r\n\r\nHello\r\n--x--\r\n";
    let length = format!("Content-Length: {}", form.len());
    let upload = request("POST", "/api/chat/upload", &["Content-Type: multipart/form-data; boundary=x", &length, &bearer], form.as_bytes());
    let file = json(&device.ask(&server, &upload).await);
    let url = file["data"]["url"].as_str().unwrap_or_else(|| panic!("{file}"));
    let path = url.strip_prefix("https://localhost").unwrap_or_else(|| panic!("{url}"));
    assert_eq!(device.ask(&server, &request("GET", path, &[], b"")).await.body, b"Hello");

    // From where somebody has signed in is seen behind the door.
    let sessions = json(&device.ask(&server, &request("GET", "/api/auth/sessions", &[&bearer], b"")).await);
    assert!(sessions["data"].to_string().contains("127.0.0.1"), "{sessions}");

    // A socket.
    let stream = device.connect(&server, "localhost").await.unwrap();
    let address = "wss://localhost/socket.io/?EIO=4&transport=websocket";
    let (mut socket, _) = tokio_tungstenite::client_async(address, stream).await.unwrap();
    assert!(socket.next().await.unwrap().unwrap().to_text().unwrap().starts_with('0'));
    socket.send(format!("40{}", json!({ "token": token })).into()).await.unwrap();
    let welcome = timeout(PATIENCE, socket.next()).await.unwrap().unwrap().unwrap();
    assert!(welcome.to_text().unwrap().starts_with("40"), "{welcome}");

    // It is the same authority for as long as the data folder is.
    let fingerprint = json(&plain(&server, "GET", "/api/clinic", &[]).await)["data"]["authority"]["fingerprint"].clone();
    server.terminate();
    server.restart();
    assert_eq!(authority(&server).await, certificate);
    assert_eq!(json(&plain(&server, "GET", "/api/clinic", &[]).await)["data"]["authority"]["fingerprint"], fingerprint);
    device.connect(&server, "localhost").await.unwrap();
}

#[tokio::test]
async fn whoever_comes_unencrypted_is_told_the_way_and_nothing_else() {
    let server = own();
    let to = |reply: RawReply| (reply.status, reply.header("location").unwrap_or_default().to_owned());
    let page = ["Accept: text/html,*/*"];
    for path in ["/", "/chats/0000000000000001", "/setup?token=abc"] {
        assert_eq!(to(plain(&server, "GET", path, &page).await), (307, "/connect".into()), "{path}");
    }
    for (method, path) in [
        ("GET", "/api/chat/conversations?page=2"),
        ("POST", "/api/auth/login"),
        ("GET", "/socket.io/?EIO=4&transport=polling"),
        ("GET", "/uploads/chat/files/a.pdf?e=1&s=2"),
        ("GET", "/metrics"),
        ("DELETE", "/api/clinic"),
        ("GET", "/sw.js"),
        ("GET", "/index.html"),
        ("OPTIONS", "/api/auth/login"),
    ] {
        assert_eq!(to(plain(&server, method, path, &[]).await), (307, format!("https://localhost{path}")), "{method} {path}");
    }
    for path in ["/connect", "/js/main.js", "/i18n/en.json", "/health", "/health/ready", "/api/clinic"] {
        assert_eq!(plain(&server, "GET", path, &page).await.status, 200, "{path}");
    }

    // What was sent in the clear was not acted on.
    let body = account("asha").to_string();
    let length = format!("Content-Length: {}", body.len());
    let register = request("POST", "/api/auth/register", &["Content-Type: application/json", &length], body.as_bytes());
    assert_eq!(exchange(server.address(), &register).await.unwrap().status, 307);
    let device = Device::trusting(&authority(&server).await);
    assert_eq!(device.post(&server, "/api/auth/register", "", &account("asha")).await.0, 201, "the address is still free");

    // A connection that began with what everybody may read gets no more than that.
    let two = "GET /api/clinic HTTP/1.1\r\nHost: localhost\r\n\r\nGET /api/chat/conversations HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    stream.write_all(two.as_bytes()).await.unwrap();
    let mut answers = String::new();
    timeout(PATIENCE, stream.read_to_string(&mut answers)).await.unwrap().unwrap();
    assert!(answers.starts_with("HTTP/1.1 200") && answers.contains("HTTP/1.1 307"), "{answers}");

    // Nobody is led to a host that they did not name, or to one that is none.
    for host in ["", "Host: a/b\r\n", "Host: x\"><script>\r\n"] {
        let odd = format!("GET /api/auth/me HTTP/1.1\r\n{host}Connection: close\r\n\r\n");
        let reply = exchange(server.address(), odd.as_bytes()).await.unwrap();
        assert_eq!((reply.status, reply.header("location")), (400, None), "{host:?}: {reply:?}");
    }
}

#[tokio::test]
async fn the_way_around_the_door_leads_nowhere() {
    let server = own();
    let inside = listens(server.pid()).into_iter().find(|port| !server.address().ends_with(&format!(":{port}"))).unwrap();
    for path in ["/metrics", "/api/auth/setup", "/api-docs"] {
        let reply = exchange(&format!("127.0.0.1:{inside}"), &request("GET", path, &[], b"")).await.unwrap();
        assert_eq!(reply.status, 307, "{path}: whoever does not come through the door is nobody, not this machine");
    }
    let device = Device::trusting(&authority(&server).await);
    assert_eq!(device.ask(&server, &request("GET", "/metrics", &[], b"")).await.status, 200, "through it, this machine is this machine");
}

/// The ports on which a process listens.
fn listens(pid: u32) -> Vec<u16> {
    let sockets: Vec<String> = fs::read_dir(format!("/proc/{pid}/fd"))
        .unwrap()
        .filter_map(|entry| {
            fs::read_link(entry.ok()?.path()).ok()?.to_str()?.strip_prefix("socket:[")?.strip_suffix(']').map(str::to_owned)
        })
        .collect();
    let table = fs::read_to_string(format!("/proc/{pid}/net/tcp")).unwrap();
    let port = |line: &str| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let is_listening = fields.get(3) == Some(&"0A") && sockets.iter().any(|socket| fields.get(9) == Some(&socket.as_str()));
        is_listening.then(|| u16::from_str_radix(fields[1].split_once(':').unwrap().1, 16).unwrap())
    };
    table.lines().skip(1).filter_map(port).collect()
}

/// A certificate for `localhost`, written where the server looks for it.
fn renew(folder: &Path) -> Vec<u8> {
    let made = rcgen::generate_simple_self_signed(["localhost".into()]).unwrap();
    fs::write(folder.join("key.pem"), made.signing_key.serialize_pem()).unwrap();
    fs::write(folder.join("cert.pem"), made.cert.pem()).unwrap();
    made.cert.der().to_vec()
}

#[tokio::test]
async fn a_renewed_certificate_is_taken_up_while_people_talk() {
    let folder = tempfile::tempdir().unwrap();
    let first = renew(folder.path());
    let file = |name: &str| folder.path().join(name).display().to_string();
    let server = Server::with(&[
        ("MOMMYCARE_TLS__MODE", "files"),
        ("MOMMYCARE_TLS__CERTIFICATE", &file("cert.pem")),
        ("MOMMYCARE_TLS__KEY", &file("key.pem")),
    ]);
    let mut open = Device::trusting(&first).connect(&server, "localhost").await.unwrap();
    let reply = plain(&server, "GET", "/", &["Accept: text/html"]).await;
    assert_eq!((reply.status, reply.header("location")), (307, Some("https://localhost/")), "there is nothing to learn to trust");
    assert_eq!(plain(&server, "GET", "/connect/authority.crt", &[]).await.status, 404);

    let second = Device::trusting(&renew(folder.path()));
    let begun = std::time::Instant::now();
    while second.connect(&server, "localhost").await.is_err() {
        assert!(begun.elapsed() < PATIENCE, "the renewed certificate is never used:\n{}", server.log());
    }
    assert!(Device::trusting(&first).connect(&server, "localhost").await.is_err());
    // Whoever was connected still is.
    open.write_all(&request("GET", "/health", &[], b"")).await.unwrap();
    let mut answer = Vec::new();
    timeout(PATIENCE, open.read_to_end(&mut answer)).await.unwrap().unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&answer));
    // A renewal that went wrong changes nothing.
    fs::write(folder.path().join("cert.pem"), "half a certif").unwrap();
    server_still_serves(&server, &second).await;
}

async fn server_still_serves(server: &Server, device: &Device) {
    let begun = std::time::Instant::now();
    while !server.log().contains("is not used") {
        assert_eq!(device.ask(server, &request("GET", "/health", &[], b"")).await.status, 200);
        assert!(begun.elapsed() < PATIENCE, "{}", server.log());
    }
    assert_eq!(device.ask(server, &request("GET", "/health", &[], b"")).await.status, 200);
}

#[tokio::test]
async fn those_who_say_nothing_or_nonsense_hold_nobody_up() {
    let server = own();
    let device = Device::trusting(&authority(&server).await);
    let mut idle = Vec::new();
    for n in 0..200_u16 {
        let mut stream = TcpStream::connect(server.address()).await.unwrap();
        // Nothing, the beginning of a handshake, garbage that looks like one, garbage that looks like nothing.
        let words: &[u8] = match n % 4 {
            0 => b"",
            1 => &[0x16, 3, 1],
            2 => &[0x16, 3, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
            _ => &[0, 0xff, 0x80, 13, 10, 13, 10],
        };
        let _ = stream.write_all(words).await;
        idle.push(stream);
    }
    for _ in 0..20 {
        assert_eq!(device.ask(&server, &request("GET", "/health", &[], b"")).await.status, 200);
    }
}

#[test]
fn a_start_without_a_certificate_says_what_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    let port = own_port();
    let serve = |settings: &[(&str, &str)]| -> Output {
        let mut command = command(folder.path());
        command.args(["--port", &port.local_addr().unwrap().port().to_string()]).envs(settings.iter().copied());
        command.output().unwrap()
    };
    for (settings, says) in [
        (&[("MOMMYCARE_TLS__MODE", "files")][..], "tls.certificate"),
        (&[("MOMMYCARE_TLS__MODE", "files"), ("MOMMYCARE_TLS__CERTIFICATE", "no.pem"), ("MOMMYCARE_TLS__KEY", "no.key")], "no.pem"),
        (&[("MOMMYCARE_TLS__MODE", "maybe")], "off, own or files"),
        (&[("MOMMYCARE_TLS__MODE", "own"), ("MOMMYCARE_TLS__NAMES", "not a name")], "tls.names"),
    ] {
        let output = serve(settings);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && said.contains(says), "{settings:?}: {said}");
    }
}

#[tokio::test]
async fn curl_believes_it_too() {
    if Command::new("curl").arg("--version").output().is_err() {
        return;
    }
    let server = own();
    let pem = server.data().join("tls/authority.crt");
    let port = server.address().rsplit_once(':').unwrap().1.to_owned();
    let curl = async |name: &str| {
        let (url, pem) = (format!("https://{name}:{port}/health"), pem.clone());
        let ask =
            move || Command::new("curl").args(["--silent", "--show-error", "--max-time", "60", "--cacert"]).arg(pem).arg(url).output();
        tokio::task::spawn_blocking(ask).await.unwrap().unwrap()
    };
    for name in ["localhost", "127.0.0.1"] {
        let output = curl(name).await;
        assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    }
}
