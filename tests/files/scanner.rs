//! The virus scanner: what it finds is kept apart and never served; without its answer files are refused or labelled, as the clinic has
//! set it. A stand-in speaks clamd's protocol; where `ClamAV` is installed, the real one is asked too.

use crate::{
    samples::{pdf, png},
    scene::{Scene, fetch, send, upload, uploaded},
    support::{PATIENCE, http::Person, own_port},
};
use serde_json::json;
use std::{
    fs,
    io::{Read as _, Write as _},
    os::unix::net::{UnixListener, UnixStream},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};
use tempfile::TempDir;
use tokio::time::timeout;

/// The harmless text that every scanner knows. In two parts, so that nobody's scanner finds it here.
fn eicar() -> Vec<u8> {
    [r"X5O!P%@AP[4\PZX54(P^)7CC)7}$", "EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"].concat().into_bytes()
}

/// Answers as clamd does: a command, pieces with their lengths, an empty one, and then a verdict. One that is told to take less hangs up
/// in the middle.
fn answer(mut stream: impl std::io::Read + std::io::Write, most: usize) -> std::io::Result<()> {
    let mut command = [0; 10];
    stream.read_exact(&mut command)?;
    assert_eq!(&command, b"zINSTREAM\0");
    let mut bytes = Vec::new();
    loop {
        let mut length = [0; 4];
        stream.read_exact(&mut length)?;
        let length = u32::from_be_bytes(length) as usize;
        if length == 0 {
            break;
        }
        if bytes.len() + length > most {
            return stream.write_all(b"INSTREAM size limit exceeded. ERROR\0");
        }
        let start = bytes.len();
        bytes.resize(start + length, 0);
        stream.read_exact(&mut bytes[start..])?;
    }
    let found = bytes.windows(eicar().len()).any(|part| part == eicar());
    stream.write_all(if found { b"stream: Eicar-Test-Signature FOUND\0" } else { b"stream: OK\0" })
}

/// A stand-in that listens as long as the test runs.
fn stand_in(socket: &Path, most: usize) {
    let listener = UnixListener::bind(socket).unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            std::thread::spawn(move || answer(stream, most));
        }
    });
}

async fn scene(address: &str, when_down: &str) -> Scene {
    Scene::with(&[("MOMMYCARE_FILES__CLAMD", address), ("MOMMYCARE_FILES__WHEN_DOWN", when_down)]).await
}

fn in_quarantine(scene: &Scene) -> Vec<Vec<u8>> {
    let entries = fs::read_dir(scene.server.data().join("quarantine")).unwrap();
    entries.map(|entry| fs::read(entry.unwrap().path()).unwrap()).collect()
}

#[tokio::test]
async fn what_carries_a_virus_is_kept_apart() {
    let folder = TempDir::new().unwrap();
    let socket = folder.path().join("clamd.ctl");
    stand_in(&socket, usize::MAX);
    let scene = scene(socket.to_str().unwrap(), "refuse").await;
    let clean = uploaded(&scene.mother, "a.pdf", "application/pdf", pdf()).await;
    assert!(clean["scanned"].is_null(), "{clean}");
    let reply = upload(&scene.mother, "Anna's results.txt", "text/plain", eicar()).await;
    assert_eq!(reply.error(), (415, "UNSUPPORTED_FILE_TYPE"));
    assert_eq!((&reply.body["details"]["infected"], &reply.body["details"]["file"]), (&json!(true), &json!("Anna's results.txt")));
    // A form brings all of its files or none.
    let form = reqwest::multipart::Form::new()
        .part("files", crate::scene::part("b.png", "image/png", png(4, 4)))
        .part("files", crate::scene::part("c.txt", "", [eicar(), b"\n".to_vec()].concat()));
    let reply = crate::scene::post_form(&scene.mother, "/api/chat/upload", form).await;
    assert_eq!((reply.status, &reply.body["details"]["file"]), (415, &json!("c.txt")));
    scene.until_on_disk(1).await;
    let kept = in_quarantine(&scene);
    assert!(kept.len() == 2 && kept.contains(&eicar()), "{kept:?}");
    scene.server.until_logged("Eicar-Test-Signature").await;
    scene.server.until_logged(&scene.mother.id).await;
    let log = scene.server.log();
    assert!(!log.contains("Anna"), "but no names of content: {log}");
}

#[tokio::test]
async fn administrators_see_what_was_caught_also_after_a_kill() {
    let folder = TempDir::new().unwrap();
    let socket = folder.path().join("clamd.ctl");
    stand_in(&socket, usize::MAX);
    let mut scene = scene(socket.to_str().unwrap(), "refuse").await;
    let admin = Person::set_up(&scene.server).await;
    let none = admin.get("/api/admin/stats").await;
    assert_eq!(none.data()["infectedFiles"], json!({ "total": 0, "newestAt": null }));
    assert_eq!((none.data()["total"].as_u64(), none.data()["people"]["mom"].as_u64()), (Some(4), Some(2)));
    assert_eq!(upload(&scene.mother, "results.txt", "text/plain", eicar()).await.status, 415);
    assert_eq!(upload(&scene.doctor, "../odd.txt", "text/plain", [eicar(), b"\n".to_vec()].concat()).await.status, 415);
    // Documents are looked at like everything else.
    let form = reqwest::multipart::Form::new().part("file", crate::scene::part("licence.pdf", "application/pdf", eicar()));
    assert_eq!(crate::scene::post_form(&scene.doctor, "/api/auth/documents", form).await.status, 415);

    let list = admin.get("/api/admin/infected-files").await;
    let caught = list.data().as_array().unwrap().clone();
    let facts: Vec<_> =
        caught.iter().map(|one| [&one["fileName"], &one["userId"], &one["signature"]].map(|it| it.as_str().unwrap())).collect();
    let (mother, doctor, virus) = (scene.mother.id.as_str(), scene.doctor.id.as_str(), "Eicar-Test-Signature");
    assert_eq!(facts, [["licence.pdf", doctor, virus], ["odd.txt", doctor, virus], ["results.txt", mother, virus]]);
    assert_eq!((caught[2]["size"].as_u64(), caught[2]["userName"].as_str()), (Some(68), Some("Asha Test")));
    for one in &caught {
        let kept = scene.server.data().join("quarantine").join(one["quarantine"].as_str().unwrap());
        assert_eq!(fs::read(kept).unwrap().len() as u64, one["size"].as_u64().unwrap());
    }
    let second = admin.get("/api/admin/infected-files?page=2&limit=1").await;
    assert_eq!((second.data()[0].clone(), &second.body["pagination"]["total"]), (caught[1].clone(), &json!(3)));
    assert_eq!(admin.get("/api/admin/infected-files?limit=0").await.error(), (400, "VALIDATION_ERROR"));
    for path in ["/api/admin/infected-files", "/api/admin/stats"] {
        assert_eq!(scene.doctor.get(path).await.error(), (403, "FORBIDDEN"));
        assert_eq!(Person::stranger(&scene.server).get(path).await.error(), (401, "UNAUTHORIZED"));
    }
    scene.server.kill();
    scene.server.restart();
    let admin = admin.sign_in().await;
    assert_eq!(admin.get("/api/admin/infected-files").await.data(), &json!(caught));
    let stats = admin.get("/api/admin/stats").await;
    assert_eq!(stats.data()["infectedFiles"], json!({ "total": 3, "newestAt": caught[0]["createdAt"] }));
}

#[tokio::test]
async fn without_an_answer_files_are_refused() {
    let folder = TempDir::new().unwrap();
    let socket = folder.path().join("clamd.ctl");
    let scene = scene(socket.to_str().unwrap(), "refuse").await;
    let reply = upload(&scene.mother, "a.pdf", "application/pdf", pdf()).await;
    assert_eq!(reply.error(), (503, "UNAVAILABLE"));
    assert_eq!(reply.headers["retry-after"], "30");
    scene.until_on_disk(0).await;
    // Once it is there, nothing needs to be started anew. What is too long for it is refused too.
    stand_in(&socket, 1 << 20);
    uploaded(&scene.mother, "a.pdf", "application/pdf", pdf()).await;
    let long = upload(&scene.mother, "b.txt", "text/plain", vec![b'a'; 3 << 20]).await;
    assert_eq!(long.error(), (503, "UNAVAILABLE"));
    scene.until_on_disk(1).await;
}

#[tokio::test]
async fn without_an_answer_files_can_be_labelled() {
    // A port that nobody listens on.
    let port = own_port();
    let address = port.local_addr().unwrap().to_string();
    let scene = scene(&address, "label").await;
    let file = uploaded(&scene.mother, "a.pdf", "application/pdf", pdf()).await;
    assert_eq!(file["scanned"], false);
    let message = send(&scene.mother, json!({ "conversationId": scene.conversation, "file": file })).await;
    assert_eq!(message["file"]["scanned"], false, "and it stays known");
    let theirs = scene.doctor.history(&scene.conversation).await;
    assert_eq!(theirs[0]["attachments"][0]["scanned"], false);
    assert_eq!(fetch(theirs[0]["fileUrl"].as_str().unwrap()).await.status(), 200);
}

/// A stop does not wait for what takes minutes, and what was acknowledged is closed as it should be all the same.
#[tokio::test]
async fn a_stop_closes_well_while_a_scanner_says_nothing() {
    let folder = TempDir::new().unwrap();
    let socket = folder.path().join("clamd.ctl");
    let silent = tokio::net::UnixListener::bind(&socket).unwrap();
    let mut scene = Scene::with(&[("MOMMYCARE_FILES__CLAMD", socket.to_str().unwrap()), ("MOMMYCARE_LOG__LEVEL", "info")]).await;
    let said = scene.mother.say(&scene.conversation, "before the stop").await;
    let form = reqwest::multipart::Form::new().part("file", crate::scene::part("a.pdf", "application/pdf", pdf()));
    let upload = tokio::spawn(scene.mother.request(reqwest::Method::POST, "/api/chat/upload").multipart(form).send());
    let asked = timeout(PATIENCE, silent.accept()).await.expect("the scanner is asked").unwrap();
    let (took, well) = scene.server.terminate();
    assert!(well && took < PATIENCE / 2, "{took:?} {}", scene.server.log());
    assert!(upload.await.unwrap().is_err(), "nobody was told that the file is there");
    drop(asked);
    scene.server.restart();
    scene.server.until_logged("start=Clean").await;
    assert_eq!(scene.mother.anew().history(&scene.conversation).await, [said]);
    scene.until_on_disk(0).await;
}

/// The real scanner, with a signature of our own: no other is needed to see that both speak the same language.
struct Clamd(Child);

impl Drop for Clamd {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Clamd {
    /// `None` where `ClamAV` is not installed.
    async fn start(folder: &Path) -> Option<Self> {
        let program = Path::new("/usr/sbin/clamd");
        if !program.exists() {
            eprintln!("clamd is not installed; the stand-in has to do");
            return None;
        }
        let signatures = folder.join("signatures");
        fs::create_dir(&signatures).unwrap();
        let hex: String = eicar().iter().map(|byte| format!("{byte:02x}")).collect();
        fs::write(signatures.join("own.ndb"), format!("Own.Test.Signature:0:*:{hex}\n")).unwrap();
        let (socket, settings) = (folder.join("clamd.ctl"), folder.join("clamd.conf"));
        let text = format!(
            "LocalSocket {}\nDatabaseDirectory {}\nForeground yes\nStreamMaxLength 60M\nOfficialDatabaseOnly no\n",
            socket.display(),
            signatures.display()
        );
        fs::write(&settings, text).unwrap();
        let child = Command::new(program)
            .arg("--config-file")
            .arg(&settings)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the clamd that is installed");
        let clamd = Self(child);
        let began = Instant::now();
        while began.elapsed() < PATIENCE {
            let mut said = [0; 5];
            if let Ok(mut stream) = UnixStream::connect(&socket)
                && stream.write_all(b"zPING\0").is_ok()
                && stream.read_exact(&mut said).is_ok()
            {
                return Some(clamd);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("clamd did not come up");
    }
}

#[tokio::test]
async fn the_real_scanner_is_understood() {
    let folder = TempDir::new().unwrap();
    let Some(_clamd) = Clamd::start(folder.path()).await else { return };
    let scene = scene(folder.path().join("clamd.ctl").to_str().unwrap(), "refuse").await;
    uploaded(&scene.mother, "a.pdf", "application/pdf", pdf()).await;
    uploaded(&scene.mother, "b.png", "image/png", png(40, 40)).await;
    let reply = upload(&scene.mother, "c.txt", "text/plain", eicar()).await;
    assert_eq!((reply.error(), &reply.body["details"]["infected"]), ((415, "UNSUPPORTED_FILE_TYPE"), &json!(true)));
    assert_eq!(in_quarantine(&scene), [eicar()]);
    scene.server.until_logged("Own.Test.Signature").await;
    let large = vec![b'a'; 50 << 20];
    assert_eq!(upload(&scene.mother, "d.txt", "text/plain", large).await.status, 201, "as long as may be");
}
