//! Documents that prove who a professional is: brought while waiting for the clinic, seen by the person and administrators alone, and
//! files of no conversation.

use crate::{
    samples::{self, jpeg, pdf, png},
    scene::{fetch, fetch_as, part, path, post_form, upload},
    support::{
        Server,
        http::{Person, Reply},
    },
};
use reqwest::multipart::Form;
use serde_json::{Value, json};
use std::process::Command;

const DOCUMENTS: &str = "/api/auth/documents";

/// An administrator, and a doctor who waits to be approved.
struct Office {
    server: Server,
    admin: Person,
    doctor: Person,
}

impl Office {
    async fn new() -> Self {
        let server = Server::with(&[("MOMMYCARE_ACCOUNTS__APPROVE_PROFESSIONALS", "manual")]);
        let admin = Person::set_up(&server).await;
        let doctor = Person::register(&server, "Ruwan", "doctor").await;
        Self { server, admin, doctor }
    }

    fn of_doctor(&self) -> String {
        format!("/api/admin/users/{}/documents", self.doctor.id)
    }

    async fn decide(&self, what: &str) -> Reply {
        self.admin.post(&format!("/api/admin/users/{}/{what}", self.doctor.id), json!({})).await
    }
}

async fn bring(person: &Person, name: &str, kind: &str, bytes: Vec<u8>) -> Reply {
    post_form(person, DOCUMENTS, Form::new().part("file", part(name, kind, bytes))).await
}

fn names(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|file| file["originalName"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn who_waits_brings_documents_and_nothing_else() {
    let office = Office::new().await;
    let brought = bring(&office.doctor, "licence.pdf", "application/pdf", pdf()).await;
    assert_eq!(brought.status, 201, "{brought:?}");
    let several = Form::new().part("files", part("a.png", "image/png", png(30, 20))).part("files", part("b.jpg", "", jpeg(40, 40)));
    let several = post_form(&office.doctor, DOCUMENTS, several).await;
    assert_eq!(several.data().as_array().unwrap().len(), 2);
    let list = office.doctor.get(DOCUMENTS).await;
    assert_eq!(names(list.data()), ["licence.pdf", "a.png", "b.jpg"]);
    for file in list.data().as_array().unwrap() {
        assert_eq!(fetch(file["url"].as_str().unwrap()).await.status(), 200);
    }
    assert_eq!(fetch(list.data()[1]["thumbnailUrl"].as_str().unwrap()).await.headers()["content-type"], "image/jpeg");
    let page = fetch(list.data()[0]["url"].as_str().unwrap()).await;
    assert_eq!(page.headers()["content-security-policy"], "sandbox; default-src 'none'");
    assert_eq!(page.bytes().await.unwrap(), pdf());
    assert_eq!(upload(&office.doctor, "x.png", "image/png", png(4, 4)).await.error(), (403, "VERIFICATION_PENDING"));

    // The clinic looks at them.
    let seen = office.admin.get(&office.of_doctor()).await;
    assert_eq!(names(seen.data()), ["licence.pdf", "a.png", "b.jpg"]);
    assert_ne!(seen.data()[0]["url"], list.data()[0]["url"], "an address for each reader");
    assert_eq!(fetch(seen.data()[0]["url"].as_str().unwrap()).await.status(), 200);
    let waiting = office.admin.get("/api/admin/users?status=pending").await;
    assert_eq!(waiting.data()[0]["documentCount"], 3);
    assert_eq!(office.admin.get("/api/admin/users?role=admin").await.data()[0]["documentCount"], 0);

    // Taken back again.
    let id = list.data()[1]["id"].as_str().unwrap();
    assert_eq!(office.doctor.delete(&format!("{DOCUMENTS}/{id}")).await.status, 200);
    assert_eq!(office.doctor.delete(&format!("{DOCUMENTS}/{id}")).await.error(), (404, "FILE_NOT_FOUND"));
    assert_eq!(fetch(list.data()[1]["url"].as_str().unwrap()).await.status(), 404);
    assert_eq!(names(office.admin.get(&office.of_doctor()).await.data()), ["licence.pdf", "b.jpg"]);

    // After the decision they are still there for a while, and so is the way to show a renewed one.
    assert_eq!(office.decide("approve").await.status, 200);
    assert_eq!(names(office.doctor.get(DOCUMENTS).await.data()), ["licence.pdf", "b.jpg"]);
    assert_eq!(bring(&office.doctor, "renewed.pdf", "", pdf()).await.status, 201);
}

#[tokio::test]
async fn nobody_else_sees_or_brings_them() {
    let office = Office::new().await;
    let file = bring(&office.doctor, "licence.pdf", "application/pdf", pdf()).await.data().clone();
    let mother = Person::register(&office.server, "Asha", "mom").await;
    let midwife = Person::register(&office.server, "Sita", "midwife").await;
    let id = file["id"].as_str().unwrap();
    let random = path(&file).replace(id, "00000000000000aa");
    let chat = format!("/uploads/chat/files/{id}.pdf");
    for other in [&mother, &midwife] {
        assert_eq!(other.get(&office.of_doctor()).await.error(), (403, "FORBIDDEN"));
        assert_eq!(other.delete(&format!("{DOCUMENTS}/{id}")).await.error(), (404, "FILE_NOT_FOUND"));
        let (theirs, unknown) = (other.get(path(&file)).await, other.get(&random).await);
        assert_eq!((theirs.error(), &theirs.body), ((404, "FILE_NOT_FOUND"), &unknown.body));
    }
    assert_eq!(bring(&mother, "x.pdf", "application/pdf", pdf()).await.error(), (403, "FORBIDDEN"));
    assert_eq!(mother.get(DOCUMENTS).await.data(), &json!([]));
    let nobody = Person::stranger(&office.server);
    assert_eq!(nobody.get(DOCUMENTS).await.status, 401);
    assert_eq!(nobody.get(path(&file)).await.status, 401);
    let unknown = "/api/admin/users/00000000000000aa/documents";
    assert_eq!(office.admin.get(unknown).await.error(), (404, "USER_NOT_FOUND"));

    // It is no file of conversations: not by that address, and not to be sent.
    assert_eq!(office.doctor.get(&chat).await.error(), (404, "FILE_NOT_FOUND"));
    assert_eq!(office.decide("approve").await.status, 200);
    let conversation = office.doctor.open(&midwife_approved(&office, &midwife).await).await;
    for file in [file.clone(), json!(id)] {
        let sent = office.doctor.post("/api/chat/send", json!({ "conversationId": conversation, "file": file })).await;
        assert_eq!(sent.error(), (404, "FILE_NOT_FOUND"));
    }
    // Nor is one of a conversation a document.
    let loose = upload(&office.doctor, "a.pdf", "application/pdf", pdf()).await.data().clone();
    let as_document = format!("/uploads/documents/{}/{}", office.doctor.id, loose["filename"].as_str().unwrap());
    assert_eq!(office.doctor.get(&as_document).await.error(), (404, "FILE_NOT_FOUND"));
    assert_eq!(fetch_as(&office.admin, path(&loose)).await.status(), 404);

    // An administrator who is none any more has no use of an address that was signed before.
    let second = Person::register(&office.server, "Nimal", "doctor").await;
    let role = |role: &str| json!({ "role": role });
    assert_eq!(office.admin.patch(&format!("/api/admin/users/{}/role", second.id), role("admin")).await.status, 200);
    let second = second.sign_in().await;
    let url = second.get(&office.of_doctor()).await.data()[0]["url"].as_str().unwrap().to_owned();
    assert_eq!(fetch(&url).await.status(), 200);
    assert_eq!(office.admin.patch(&format!("/api/admin/users/{}/role", second.id), role("mom")).await.status, 200);
    assert_eq!(fetch(&url).await.status(), 404);
}

async fn midwife_approved(office: &Office, midwife: &Person) -> Person {
    assert_eq!(office.admin.post(&format!("/api/admin/users/{}/approve", midwife.id), json!({})).await.status, 200);
    midwife.clone()
}

#[tokio::test]
async fn only_a_few_pictures_and_pdf_count_as_documents() {
    let mut office = Office::new().await;
    let refused = bring(&office.doctor, "cv.docx", "", samples::office("word/document.xml")).await;
    assert_eq!(refused.error(), (415, "UNSUPPORTED_FILE_TYPE"));
    assert_eq!(refused.body["details"]["file"], "cv.docx");
    assert_eq!(bring(&office.doctor, "cv.txt", "", b"words".to_vec()).await.error(), (415, "UNSUPPORTED_FILE_TYPE"));
    assert_eq!(bring(&office.doctor, "a.png", "image/png", pdf()).await.error(), (415, "FILE_CONTENT_MISMATCH"));
    assert_eq!(bring(&office.doctor, "a.pdf", "", vec![b'%'; (20 << 20) + 1]).await.error(), (413, "FILE_TOO_LARGE"));
    for number in 0..4 {
        assert_eq!(bring(&office.doctor, &format!("{number}.pdf"), "", pdf()).await.status, 201);
    }
    // Two more would be six: nothing of them is kept.
    let two = Form::new().part("files", part("5.pdf", "", pdf())).part("files", part("6.pdf", "", pdf()));
    assert_eq!(post_form(&office.doctor, DOCUMENTS, two).await.error(), (400, "TOO_MANY_FILES"));
    assert_eq!(office.doctor.get(DOCUMENTS).await.data().as_array().unwrap().len(), 4);
    assert_eq!(bring(&office.doctor, "5.pdf", "", pdf()).await.status, 201);
    assert_eq!(bring(&office.doctor, "6.pdf", "", pdf()).await.error(), (400, "TOO_MANY_FILES"));

    // They are there after a restart, and the command line says how many.
    office.server.terminate();
    let listed = Command::new(crate::support::executable()).args(["user", "list", "--data"]).arg(office.server.data()).output().unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    assert!(listed.lines().any(|line| line.contains("Ruwan") && line.ends_with("5 documents")), "{listed}");
    assert!(listed.lines().any(|line| line.contains("Mala") && line.ends_with('>')), "{listed}");
    office.server.restart();
    assert_eq!(office.doctor.sign_in().await.get(DOCUMENTS).await.data().as_array().unwrap().len(), 5);
}

#[tokio::test]
async fn who_was_refused_waits_again_with_new_documents() {
    let office = Office::new().await;
    let waiting = async || {
        let reply = office.admin.get("/api/admin/users?status=waiting").await;
        let total = office.admin.get("/api/admin/stats").await.data()["waiting"]["decisions"].clone();
        assert_eq!(reply.body["pagination"]["total"], total);
        reply.data().as_array().unwrap().clone()
    };
    assert_eq!(bring(&office.doctor, "old.pdf", "application/pdf", pdf()).await.status, 201);
    let first = waiting().await;
    assert_eq!((first.len(), &first[0]["verificationStatus"], &first[0]["newDocuments"]), (1, &json!("pending"), &Value::Null));
    assert_eq!(office.decide("reject").await.status, 200);
    assert_eq!(waiting().await, Vec::<Value>::new(), "what the clinic has seen is not new");
    let id = bring(&office.doctor, "new.pdf", "application/pdf", pdf()).await.data()["id"].as_str().unwrap().to_owned();
    let again = waiting().await;
    assert_eq!((again.len(), &again[0]["verificationStatus"]), (1, &json!("rejected")));
    assert_eq!((&again[0]["documentCount"], &again[0]["newDocuments"]), (&json!(2), &json!(1)));
    assert_eq!(office.admin.get("/api/admin/users?status=pending").await.data(), &json!([]));
    // Taken back, brought again, refused again, brought again, approved.
    assert_eq!(office.doctor.delete(&format!("{DOCUMENTS}/{id}")).await.status, 200);
    assert_eq!(waiting().await.len(), 0);
    for decision in ["reject", "approve"] {
        assert_eq!(bring(&office.doctor, "newer.pdf", "application/pdf", pdf()).await.status, 201);
        assert_eq!(waiting().await.len(), 1);
        assert_eq!(office.decide(decision).await.status, 200);
        assert_eq!(waiting().await.len(), 0);
    }
    // Who works and shows a renewed licence waits for nothing.
    assert_eq!(bring(&office.doctor, "renewed.pdf", "application/pdf", pdf()).await.status, 201);
    assert_eq!(waiting().await.len(), 0);
}
