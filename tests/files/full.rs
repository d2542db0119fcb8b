//! A disk that is full: the file is refused by name and leaves nothing behind, everything else goes on as far as it can, and when there is
//! room again, uploads work without a restart.

use crate::{
    samples::png,
    scene::{Scene, fetch_as, part, path, post_form, send, upload, uploaded},
    support::{Server, http::Reply},
};
use reqwest::multipart::Form;
use rustix::process::{Pid, Resource, Rlimit, getrlimit, prlimit};
use serde_json::json;
use std::{
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
    process::Command,
};
use tempfile::TempDir;

const MIB: usize = 1 << 20;

fn text(size: usize) -> Vec<u8> {
    vec![b'a'; size]
}

/// The refusal names the file, for programs and for people.
fn assert_full(reply: &Reply, name: &str) {
    assert_eq!(reply.error(), (503, "STORAGE_FULL"), "{reply:?}");
    assert_eq!(reply.body["details"]["file"], name, "{reply:?}");
    assert!(reply.body["message"].as_str().unwrap().contains(name), "{reply:?}");
}

/// Sets how long a file of the server's may be, from outside: what the system says then is what it says on a full disk, but for its name.
/// It needs no rights, and only files that are longer meet it.
fn longest_file(server: &Server, most: Option<u64>) {
    let pid = Pid::from_raw(i32::try_from(server.pid()).unwrap()).unwrap();
    // What the machine itself allows at most stays.
    let maximum = getrlimit(Resource::Fsize).maximum;
    let limit = prlimit(Some(pid), Resource::Fsize, Rlimit { current: most.or(maximum), maximum });
    assert!(limit.is_ok(), "{limit:?}");
}

#[tokio::test]
async fn a_write_that_fails_refuses_the_file_and_nothing_else() {
    let scene = Scene::new().await;
    let small = uploaded(&scene.mother, "small.png", "image/png", png(20, 20)).await;
    send(&scene.mother, json!({ "conversationId": scene.conversation, "file": small })).await;
    longest_file(&scene.server, Some(24 << 20));
    assert_full(&upload(&scene.mother, "long.txt", "text/plain", text(30 * MIB)).await, "long.txt");
    // All files of a form go with the one that does not fit, and the message with them.
    let form = Form::new()
        .text("conversationId", scene.conversation.clone())
        .part("files", part("first.txt", "text/plain", text(MIB)))
        .part("files", part("second.txt", "text/plain", text(30 * MIB)));
    assert_full(&post_form(&scene.mother, "/api/chat/send", form).await, "second.txt");
    scene.until_on_disk(2).await;
    assert_eq!(scene.doctor.history(&scene.conversation).await.len(), 1);
    // Everything else goes on.
    scene.mother.say(&scene.conversation, "still here").await;
    assert_eq!(fetch_as(&scene.doctor, path(&small)).await.status(), 200);
    let other = uploaded(&scene.mother, "other.txt", "text/plain", text(MIB)).await;
    longest_file(&scene.server, None);
    let long = uploaded(&scene.mother, "long.txt", "text/plain", text(30 * MIB)).await;
    send(&scene.mother, json!({ "conversationId": scene.conversation, "attachments": [other, long] })).await;
    assert_eq!(scene.doctor.history(&scene.conversation).await.len(), 3);
}

/// A small disk of its own, where the test may have one.
struct SmallDisk {
    folder: TempDir,
}

impl SmallDisk {
    fn new(mebibytes: usize) -> Option<Self> {
        let folder = TempDir::new().unwrap();
        let size = format!("size={mebibytes}m,mode=700");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "none"]).arg(folder.path()).output();
        if mounted.is_ok_and(|output| output.status.success()) {
            return Some(Self { folder });
        }
        println!("left out: no disk of a size of its own may be made here");
        None
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Takes room until so many bytes are left, for as long as the answer is there.
    fn fill(&self, left: u64) -> PathBuf {
        let path = self.path().join("filler");
        let stat = rustix::fs::statvfs(self.path()).unwrap();
        let free = stat.f_bavail * stat.f_frsize;
        let filled = fs::write(&path, vec![1; usize::try_from(free - left).unwrap()]);
        // What the server itself has taken meanwhile does not fit any more; where nothing is to be left, that is as meant.
        assert!(filled.is_ok() || left == 0 && filled.as_ref().is_err_and(|error| error.kind() == ErrorKind::StorageFull), "{filled:?}");
        path
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.path()).status();
    }
}

#[tokio::test]
async fn a_full_disk_refuses_files_by_name_and_recovers_by_itself() {
    let Some(disk) = SmallDisk::new(160) else { return };
    let data = disk.path().join("data");
    let mut scene = Scene::of(Server::on(&data, &[("MOMMYCARE_STORE__MIN_FREE", "16MiB")])).await;
    let picture = uploaded(&scene.mother, "a.png", "image/png", png(20, 20)).await;
    send(&scene.mother, json!({ "conversationId": scene.conversation, "file": picture })).await;
    // It fits when it begins, and not when it goes on.
    let filler = disk.fill(48 << 20);
    assert_full(&upload(&scene.mother, "film.txt", "text/plain", text(50 * MIB)).await, "film.txt");
    scene.until_on_disk(2).await;
    scene.mother.say(&scene.conversation, "words still fit").await;
    fs::remove_file(&filler).unwrap();
    uploaded(&scene.mother, "film.txt", "text/plain", text(40 * MIB)).await;

    // Not even words fit: nothing is taken, everything can be read.
    let filler = disk.fill(8 << 20);
    assert_full(&upload(&scene.mother, "b.png", "image/png", png(5, 5)).await, "b.png");
    let words = json!({ "conversationId": scene.conversation, "content": "too much" });
    assert_eq!(scene.mother.post("/api/chat/send", words).await.error(), (503, "STORAGE_FULL"));
    assert_eq!(scene.doctor.history(&scene.conversation).await.len(), 2);
    assert_eq!(fetch_as(&scene.doctor, path(&picture)).await.status(), 200);
    fs::remove_file(&filler).unwrap();
    let file = uploaded(&scene.mother, "b.png", "image/png", png(5, 5)).await;
    send(&scene.mother, json!({ "conversationId": scene.conversation, "file": file, "content": "there is room again" })).await;
    assert_eq!(scene.doctor.history(&scene.conversation).await.len(), 3);

    // Somebody else takes the last byte, and the server is killed: it starts, and shows what it has.
    let filler = disk.fill(0);
    scene.server.kill();
    scene.server.restart();
    (scene.mother, scene.doctor) = (scene.mother.anew(), scene.doctor.anew());
    assert_eq!(scene.doctor.history(&scene.conversation).await.len(), 3);
    assert_eq!(fetch_as(&scene.doctor, path(&picture)).await.status(), 200);
    fs::remove_file(&filler).unwrap();
    scene.mother.say(&scene.conversation, "there is room once more").await;
    // The server writes there until it ends.
    drop(scene);
    drop(disk);
}
