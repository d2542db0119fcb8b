//! Hostile files: each is refused in the contract's shape, or made harmless, and leaves nothing behind.

use crate::{
    samples::{self, Entry, jpeg, pdf, png, segment, svg, with_segments, zip},
    scene::{Scene, upload, uploaded},
    support::raw::{exchange, request},
};
use reqwest::multipart::{Form, Part};

type Sample = (&'static str, &'static str, Vec<u8>);

const MISMATCH: &str = "FILE_CONTENT_MISMATCH";
const UNSUPPORTED: &str = "UNSUPPORTED_FILE_TYPE";

fn executable() -> Vec<u8> {
    [&b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0"[..], &[0; 300]].concat()
}

fn elf() -> Vec<u8> {
    [&b"\x7fELF\x02\x01\x01\0"[..], &[0; 200]].concat()
}

fn archive() -> Vec<u8> {
    zip(&[Entry("evil.txt", b"hello".to_vec(), None)])
}

fn document(parts: Vec<Entry>) -> Vec<u8> {
    let mut all = vec![Entry("[Content_Types].xml", b"<Types/>".to_vec(), None), Entry("word/document.xml", b"<w/>".to_vec(), None)];
    all.extend(parts);
    zip(&all)
}

/// A cut of something whole.
fn cut(mut bytes: Vec<u8>, left: usize) -> Vec<u8> {
    bytes.truncate(left);
    bytes
}

/// Files that say they are something else.
fn spoofed() -> Vec<Sample> {
    vec![
        ("photo.jpg", "image/jpeg", executable()),
        ("photo.png", "image/png", elf()),
        ("letter.pdf", "application/pdf", executable()),
        ("letter.docx", "", executable()),
        ("song.mp3", "audio/mpeg", executable()),
        ("film.mp4", "video/mp4", elf()),
        ("notes.txt", "text/plain", executable()),
        ("notes.txt", "text/plain", b"words\0with\0nothing".to_vec()),
        ("notes.txt", "text/plain", b"<!DOCTYPE html><html><body>hi".to_vec()),
        ("notes.txt", "text/plain", b"<?php system($_GET['x']); ?>".to_vec()),
        ("notes.txt", "text/plain", b"#!/bin/sh\nrm -rf /\n".to_vec()),
        ("photo.jpg", "image/jpeg", png(9, 9)),
        ("photo.png", "image/png", jpeg(9, 9)),
        ("photo.gif", "image/gif", pdf()),
        ("photo.jpg", "image/png", jpeg(9, 9)),
        ("photo.jpg", "text/html", jpeg(9, 9)),
        ("photo.jpg", "image/svg+xml", jpeg(9, 9)),
        ("photo.exe", "image/jpeg", jpeg(9, 9)),
        ("photo.jpg.html", "image/jpeg", jpeg(9, 9)),
        ("photo.jpg.svg", "", jpeg(9, 9)),
        ("letter.pdf", "application/pdf", jpeg(9, 9)),
        ("letter.docx", "", samples::office("xl/workbook.xml")),
        ("letter.docx", "", archive()),
        ("letter.doc", "application/msword", samples::office("word/document.xml")),
        ("letter.doc", "application/msword", samples::ole(&["Workbook"])),
        ("letter.doc", "application/msword", samples::ole(&["Something"])),
        ("song.mp3", "audio/mpeg", samples::wav()),
        ("song.wav", "audio/wav", samples::mp3(10)),
        ("voice.webm", "audio/webm", samples::webm(b"V_VP8", "matroska")),
        ("film.mp4", "video/mp4", samples::avi()),
        ("photo.heic.jpg", "image/jpeg", [&b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"[..], &[0; 100]].concat()),
        ("notes.txt", "text/plain", Vec::new()),
    ]
}

/// Files that are two things at once, or hide one in another.
fn polyglots() -> Vec<Sample> {
    let head_pdf = [&b"\xff\xd8"[..], &segment(0xfe, b"%PDF-1.4 hidden"), &jpeg(9, 9)[2..]].concat();
    vec![
        ("photo.jpg", "image/jpeg", [jpeg(9, 9), archive()].concat()),
        ("photo.png", "image/png", [png(9, 9), archive()].concat()),
        ("photo.gif", "image/gif", [samples::picture(image::ImageFormat::Gif, 9, 9), archive()].concat()),
        ("photo.webp", "image/webp", [samples::picture(image::ImageFormat::WebP, 9, 9), archive()].concat()),
        ("letter.pdf", "application/pdf", [pdf(), archive()].concat()),
        ("song.mp3", "audio/mpeg", [samples::mp3(10), archive()].concat()),
        ("song.wav", "audio/wav", [samples::wav(), archive()].concat()),
        ("film.mp4", "video/mp4", [samples::mp4(b"isom", b"vide"), archive()].concat()),
        ("notes.txt", "text/plain", [b"hello\n".to_vec(), b"PK\x05\x06".to_vec(), vec![0; 18]].concat()),
        ("photo.jpg", "image/jpeg", head_pdf),
        ("photo.jpg", "image/jpeg", with_segments(&jpeg(9, 9), &[segment(0xfe, b"<script>alert(1)</script>")])),
        ("photo.jpg", "image/jpeg", with_segments(&jpeg(9, 9), &[segment(0xe1, b"Exif\0\0<?php evil ?>")])),
        ("photo.jpg", "image/jpeg", [jpeg(9, 9), b"<html><script>1</script>".to_vec()].concat()),
        ("photo.jpg", "image/jpeg", [jpeg(9, 9), b"Rar!\x1a\x07\0evil".to_vec()].concat()),
        ("photo.jpg", "image/jpeg", [jpeg(9, 9), vec![7; 65_530], b"<SCRIPT>".to_vec(), vec![7; 1000]].concat()),
        ("photo.png", "image/png", {
            let whole = png(9, 9);
            let end = whole.len() - 12;
            [&whole[..end], &samples::chunk(b"tEXt", b"x\0<script>1</script>"), &whole[end..]].concat()
        }),
        ("photo.gif", "image/gif", b"GIF89a/*\x01\x01\x01\x01*/=1;alert(1)//;".to_vec()),
        ("film.mp4", "video/mp4", [samples::boxed(b"ftyp", b"isom\0\0\0\0isom%PDF-1.4"), samples::mp4(b"isom", b"vide")].concat()),
        ("song.mp3", "audio/mpeg", [&b"ID3\x03\0\0\0\0\0\x14"[..], b"<html><script>1;", &[0; 4], &samples::mp3(10)].concat()),
        ("letter.docx", "", [&b"%PDF-1.4\n"[..], &document(vec![])].concat()),
        ("letter.docx", "", samples::hiding(&[&b"PK\x03\x04"[..], &[0; 26], b"%PDF-1.4\n"].concat(), 0)),
        ("letter.docx", "", samples::hiding(&pdf(), 1)),
        ("letter.docx", "", samples::hiding(&pdf(), 3)),
        (
            "letter.docx",
            "",
            zip(&[
                Entry("a.bin", pdf(), None),
                Entry("[Content_Types].xml", b"<Types/>".to_vec(), None),
                Entry("word/a.xml", b"<w/>".to_vec(), None),
            ]),
        ),
    ]
}

/// Files that would harm whoever opens them.
fn harmful() -> Vec<Sample> {
    vec![
        ("bomb.docx", "", document(vec![Entry("word/a.xml", vec![0; 10], Some(2_000_000_000))])),
        ("bomb.docx", "", document(vec![Entry("word/a.xml", vec![0; 1000], Some(1_000_000))])),
        ("out.docx", "", document(vec![Entry("../../evil.xml", vec![0; 10], None)])),
        ("out.docx", "", document(vec![Entry("/etc/evil.xml", vec![0; 10], None)])),
        ("macros.docx", "", document(vec![Entry("word/vbaProject.bin", vec![0; 10], None)])),
        ("macros.doc", "", samples::ole(&["WordDocument", "Macros"])),
        ("inside.docx", "", document(vec![Entry("word/embeddings/evil.exe", vec![0; 10], None)])),
        ("script.svg", "", svg("<script>alert(1)</script>")),
        ("event.svg", "", svg("<rect onload=\"alert(1)\"/>")),
        ("event.svg", "", svg("<rect OnClick='alert(1)'/>")),
        ("link.svg", "", svg("<a href=\"javascript:alert(1)\"/>")),
        ("link.svg", "", svg("<a href=\"java&#x09;script&#58;alert(1)\"/>")),
        ("foreign.svg", "", svg("<foreignObject><p/></foreignObject>")),
        ("fetch.svg", "", svg("<image href=\"http://tracker.example/x.png\"/>")),
        ("fetch.svg", "", svg("<image href=\"//tracker.example/x.png\"/>")),
        ("style.svg", "", svg("<style>@import 'http://tracker.example/x.css';</style>")),
        (
            "entities.svg",
            "",
            b"<!DOCTYPE svg [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><svg xmlns=\"http://www.w3.org/2000/svg\">&b;</svg>".to_vec(),
        ),
        ("outside.svg", "", b"<!DOCTYPE svg [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><svg>&x;</svg>".to_vec()),
        ("sheet.svg", "", b"<?xml-stylesheet href=\"http://x.example\"?><svg xmlns=\"http://www.w3.org/2000/svg\"/>".to_vec()),
        ("deep.svg", "", svg(&"<g>".repeat(100_000))),
    ]
}

/// Files that end too early, or lie about their parts.
fn damaged() -> Vec<Sample> {
    let flipped = {
        let mut bytes = png(40, 40);
        let middle = bytes.len() / 2;
        bytes[middle] ^= 0xff;
        bytes
    };
    vec![
        ("a.jpg", "", cut(jpeg(99, 99), 400)),
        ("a.jpg", "", b"\xff\xd8\xff".to_vec()),
        ("a.jpg", "", b"\xff\xd8\xff\xe1\0\x01".to_vec()),
        ("a.jpg", "", b"\xff\xd8\xff\xe0\xff\xff".to_vec()),
        ("a.jpg", "", b"\xff\xd8\xff\xd9".to_vec()),
        ("a.png", "", cut(png(99, 99), 100)),
        ("a.png", "", b"\x89PNG\r\n\x1a\n".to_vec()),
        ("a.png", "", flipped),
        ("a.png", "", b"\x89PNG\r\n\x1a\n\xff\xff\xff\xffIHDR".to_vec()),
        ("a.gif", "", cut(samples::picture(image::ImageFormat::Gif, 60, 60), 300)),
        ("a.gif", "", b"GIF89a".to_vec()),
        ("a.webp", "", cut(samples::picture(image::ImageFormat::WebP, 60, 60), 100)),
        ("a.webp", "", b"RIFF\xff\xff\xff\xffWEBPVP8 \xff\xff\xff\xff".to_vec()),
        ("a.mp4", "", cut(samples::mp4(b"isom", b"vide"), 200)),
        ("a.mp4", "", b"\0\0\0\x08ftyp\0\0\0\x01moov\xff\xff\xff\xff\xff\xff\xff\xff".to_vec()),
        ("a.mp4", "", b"\0\0\0\x10ftypisom\0\0\0\0\0\0\0\x04moov".to_vec()),
        ("a.ogg", "", cut(samples::ogg(), 40)),
        ("a.ogg", "", b"OggS\0\x02".to_vec()),
        ("a.wav", "", b"RIFF\x04\0\0\0WAVE".to_vec()),
        ("a.avi", "", b"RIFF\xff\xff\xff\x7fAVI LIST".to_vec()),
        ("a.webm", "", b"\x1a\x45\xdf\xa3\x93\x42\x82\x84webm".to_vec()),
        ("a.webm", "", b"\x1a\x45\xdf\xa3\x87\x42\x82\x84webm\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xfe\x86\x86A_OPUS".to_vec()),
        ("a.webm", "", b"\x1a\x45\xdf\xa3\x87\x42\x82\x84webm\x18\x53\x80\x67\x80\0\0\0".to_vec()),
        ("a.mp3", "", b"ID3\x03\0\0\x7f\x7f\x7f\x7f".to_vec()),
        ("a.pdf", "", b"%PDF-1.7\n1 0 obj".to_vec()),
        ("a.docx", "", cut(samples::office("word/document.xml"), 150)),
        ("a.docx", "", b"PK\x03\x04".to_vec()),
        ("a.doc", "", cut(samples::ole(&["WordDocument"]), 600)),
        ("a.doc", "", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec()),
        ("a.svg", "", b"<svg xmlns=\"http://www.w3.org/2000/svg\"><g>".to_vec()),
    ]
}

#[tokio::test]
async fn what_is_not_what_it_says_is_refused_and_leaves_nothing() {
    let scene = Scene::new().await;
    let samples = [spoofed(), polyglots(), harmful(), damaged()].concat();
    assert!(samples.len() >= 60, "{}", samples.len());
    for (name, declared, bytes) in samples {
        let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(24)]).into_owned();
        let reply = upload(&scene.mother, name, declared, bytes).await;
        let (status, code) = reply.error();
        assert!(status == 415 && [MISMATCH, UNSUPPORTED].contains(&code), "{name} {declared} {shown:?}: {reply:?}");
        let message = reply.body["message"].as_str().unwrap();
        assert!(message.contains(name), "the file is named: {message}");
        assert_eq!(reply.body["details"]["file"], name);
        assert!(reply.body["details"]["allowed"].as_str().unwrap().contains("JPEG"), "{reply:?}");
    }
    scene.until_on_disk(0).await;
    uploaded(&scene.mother, "a.txt", "text/plain", b"the server is still there".to_vec()).await;
}

#[tokio::test]
async fn kinds_that_nobody_needs_are_refused_by_name() {
    let scene = Scene::new().await;
    for (name, bytes, found) in [
        ("setup.exe", executable(), "executable"),
        ("program", elf(), "executable"),
        ("stuff.zip", archive(), "ZIP archive"),
        ("page.html", b"<html><body>x</body></html>".to_vec(), "HTML page"),
        ("data.xml", b"<?xml version=\"1.0\"?><data/>".to_vec(), "XML document"),
        ("a.rtf", b"{\\rtf1 hello}".to_vec(), "application/rtf"),
        ("a.heic", [&b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"[..], &[0; 100]].concat(), "HEIC picture"),
        ("a.bin", vec![1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0], "unknown kind"),
    ] {
        let reply = upload(&scene.mother, name, "", bytes).await;
        assert_eq!(reply.error(), (415, UNSUPPORTED), "{name}: {reply:?}");
        assert!(reply.body["details"]["found"].as_str().unwrap().contains(found), "{name}: {reply:?}");
    }
}

#[tokio::test]
async fn odd_names_are_shown_clean_and_never_used_on_the_disk() {
    let scene = Scene::new().await;
    let long = format!("{}.txt", "x".repeat(3000));
    for (given, shown) in [
        ("../../../../etc/passwd.txt", "passwd.txt"),
        ("..\\..\\boot.txt", "boot.txt"),
        ("/abs/olute.txt", "olute.txt"),
        ("a\u{202e}txt.exe.txt", "atxt.exe.txt"),
        ("nul.txt", "file.txt"),
        ("<img src=x onerror=alert(1)>.txt", "_img src=x onerror=alert(1)_.txt"),
        ("%2e%2e%2fx.txt", "%2e%2e%2fx.txt"),
        ("...", "file.txt"),
        ("   ", "file.txt"),
        ("no ending", "no ending.txt"),
        ("ගොනුව.txt", "ගොනුව.txt"),
        (long.as_str(), ""),
    ] {
        let file = uploaded(&scene.mother, given, "text/plain", b"words".to_vec()).await;
        let name = file["originalName"].as_str().unwrap();
        assert!(shown.is_empty() || name == shown, "{given:?}: {name:?}");
        assert!(name.chars().count() <= 120);
        let header = crate::scene::fetch(file["url"].as_str().unwrap()).await.headers()["content-disposition"].to_str().unwrap().to_owned();
        assert!(header.is_ascii() && header.contains("filename*=UTF-8''"), "{header}");
    }
    for path in scene.on_disk() {
        let name = path.file_name().unwrap().to_str().unwrap();
        assert!(name.len() == 16 && name.bytes().all(|b| b.is_ascii_hexdigit()), "{path:?}");
    }
}

#[tokio::test]
async fn broken_forms_are_refused_in_the_usual_shape() {
    let scene = Scene::new().await;
    let token = format!("Authorization: Bearer {}", scene.mother.token.as_deref().unwrap());
    let endless = format!("--X\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\nX-Y: {}", "y".repeat(2 << 20));
    let preamble = "z".repeat(2 << 20);
    for (kind, body, code) in [
        ("multipart/form-data; boundary=X", "", "VALIDATION_ERROR"),
        ("multipart/form-data; boundary=X", "--X--\r\n", "VALIDATION_ERROR"),
        ("multipart/form-data; boundary=X", "no form at all", "VALIDATION_ERROR"),
        ("multipart/form-data; boundary=X", "--X\r\n\r\nhello\r\n--X--\r\n", "VALIDATION_ERROR"),
        (
            "multipart/form-data; boundary=X",
            "--X\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\nhel",
            "VALIDATION_ERROR",
        ),
        (
            "multipart/form-data; boundary=X",
            "--X\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nno file\r\n--X--\r\n",
            "VALIDATION_ERROR",
        ),
        (
            "multipart/form-data; boundary=X",
            "--X\r\nContent-Disposition: form-data; name=\"other\"; filename=\"a.txt\"\r\n\r\nhello\r\n--X--\r\n",
            "VALIDATION_ERROR",
        ),
        ("multipart/form-data; boundary=X", &endless, "VALIDATION_ERROR"),
        ("multipart/form-data; boundary=X", &preamble, "VALIDATION_ERROR"),
        ("multipart/form-data", "--X--\r\n", "UNSUPPORTED_MEDIA_TYPE"),
        ("application/json", "{}", "UNSUPPORTED_MEDIA_TYPE"),
        ("text/plain", "hello", "UNSUPPORTED_MEDIA_TYPE"),
    ] {
        let (kind, length) = (format!("Content-Type: {kind}"), format!("Content-Length: {}", body.len()));
        let reply =
            exchange(scene.server.address(), &request("POST", "/api/chat/upload", &[&token, &kind, &length], body.as_bytes())).await;
        let (_, found) = reply.expect("an answer").error();
        assert_eq!(found, code, "{kind} {:?}", &body[..body.len().min(60)]);
    }
    let fields = (0..60).fold(Form::new(), |form, number| form.text(format!("field{number}"), "x"));
    let reply = crate::scene::post_form(&scene.mother, "/api/chat/upload", fields).await;
    assert_eq!(reply.error(), (413, "PAYLOAD_TOO_LARGE"));
    let large = Form::new().text("content", "x".repeat(200_000));
    let reply = crate::scene::post_form(&scene.mother, "/api/chat/upload", large).await;
    assert_eq!(reply.error(), (413, "PAYLOAD_TOO_LARGE"));
    let none = Form::new().part("file", Part::bytes(Vec::new()).file_name(""));
    assert_eq!(crate::scene::post_form(&scene.mother, "/api/chat/upload", none).await.error(), (400, "VALIDATION_ERROR"));
    scene.until_on_disk(0).await;
}

#[tokio::test]
async fn one_bad_file_takes_the_others_of_its_form_with_it() {
    let scene = Scene::new().await;
    let form = Form::new()
        .part("files", crate::scene::part("good.txt", "text/plain", b"words".to_vec()))
        .part("files", crate::scene::part("bad.jpg", "image/jpeg", executable()));
    let reply = crate::scene::post_form(&scene.mother, "/api/chat/upload", form).await;
    assert_eq!(reply.error(), (415, MISMATCH));
    assert_eq!(reply.body["details"]["file"], "bad.jpg");
    scene.until_on_disk(0).await;
}
