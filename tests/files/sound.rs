//! What the server finds out about sound, film and documents: lengths, loudness, sizes, pages; nothing where it cannot know; and what is
//! hostile hurts nobody.

use crate::{
    recordings::{self, bytes},
    samples::{self, boxed, element, page, pdf, short_element},
    scene::{Scene, send, upload, uploaded},
};
use flate2::{Compression, write::ZlibEncoder};
use serde_json::{Value, json};
use std::{fmt::Write as _, io::Write as _};

fn bars(file: &Value) -> Vec<u64> {
    file["waveform"].as_array().map(|bars| bars.iter().map(|bar| bar.as_u64().unwrap()).collect()).unwrap_or_default()
}

fn seconds(file: &Value) -> f64 {
    file["duration"].as_f64().unwrap_or_default()
}

#[tokio::test]
async fn a_sound_that_grows_looks_like_one() {
    let scene = Scene::new().await;
    for (name, bytes, lasts) in [
        ("a.wav", samples::wav(), 1.0..=1.0),
        ("a.mp3", bytes(recordings::MP3), 0.6..=0.7),
        ("a.aac", bytes(recordings::AAC), 0.6..=0.7),
        ("a.m4a", bytes(recordings::M4A), 0.5..=0.7),
        ("a.ogg", bytes(recordings::VORBIS), 0.5..=0.5),
    ] {
        let file = uploaded(&scene.mother, name, "", bytes).await;
        assert_eq!(file["fileType"], "audio", "{name}");
        assert!(lasts.contains(&seconds(&file)), "{name}: {file}");
        let bars = bars(&file);
        assert_eq!((bars.len(), bars.iter().max()), (64, Some(&100)), "{name}: {bars:?}");
        let part = |from: usize| bars[from..from + 16].iter().sum::<u64>() / 16;
        assert!(part(4) + 15 < part(24) && part(24) + 15 < part(44), "{name}: {bars:?}");
    }
}

#[tokio::test]
async fn the_reader_gets_the_same_facts() {
    let scene = Scene::new().await;
    let file = uploaded(&scene.mother, "a.wav", "audio/wav", samples::wav()).await;
    send(&scene.mother, json!({ "conversationId": scene.conversation, "file": file, "messageType": "audio" })).await;
    let message = scene.doctor.history(&scene.conversation).await.pop().unwrap();
    assert_eq!((&message["messageType"], &message["file"]["waveform"]), (&json!("audio"), &file["waveform"]));
    assert_eq!((&message["file"]["duration"], bars(&file).len()), (&json!(1.0), 64));
}

#[tokio::test]
async fn what_has_no_decoder_has_its_length_and_no_waveform() {
    let scene = Scene::new().await;
    for (name, bytes, lasts) in [("a.webm", bytes(recordings::OPUS), 0.4..=0.6), ("a.ogg", samples::ogg(), 3.0..=3.0)] {
        let file = uploaded(&scene.mother, name, "", bytes).await;
        assert!(lasts.contains(&seconds(&file)), "{name}: {file}");
        assert_eq!(file["waveform"], Value::Null, "{name}");
    }
    let silent = uploaded(&scene.mother, "a.mp3", "", samples::mp3(40)).await;
    assert!(bars(&silent).len() == 64 && bars(&silent).iter().all(|bar| *bar == 0), "silence is known, too: {silent}");
    let words = uploaded(&scene.mother, "a.txt", "", b"words".to_vec()).await;
    assert_eq!((&words["waveform"], &words["duration"], &words["pages"]), (&Value::Null, &Value::Null, &Value::Null));
}

#[tokio::test]
async fn films_tell_their_length_and_their_size() {
    let scene = Scene::new().await;
    // Twenty frames at ten a second: the last key frame was the sixteenth, and four followed.
    let mut theora = b"\x80theora\x03\x02\x01\0\x14\0\x0f\0\x01\x40\0\0\xf0\0\0".to_vec();
    theora.extend([10_u32, 1].map(u32::to_be_bytes).concat());
    theora.extend([0; 10]);
    theora.extend((6_u16 << 5).to_be_bytes());
    let ogv = [page(2, 0, 1, &theora), page(4, 16 << 6 | 4, 1, &[0; 300])].concat();
    // The description of a stream of pictures: its kind, forty bytes, its size.
    let mut wmv = samples::wmv();
    wmv[62 + 38..62 + 46].copy_from_slice(&[64_u32, 48].map(u32::to_le_bytes).concat());
    for (name, bytes, size, lasts) in [
        ("a.mp4", bytes(recordings::FILM), Some((32, 16)), Some(0.5)),
        ("a.ogv", ogv, Some((320, 240)), Some(2.0)),
        ("a.wmv", wmv, Some((64, 48)), None),
        ("a.wmv", samples::wmv(), None, None),
        ("a.avi", samples::avi(), Some((320, 240)), Some(2.0)),
    ] {
        let file = uploaded(&scene.mother, name, "", bytes).await;
        let found = file["width"].as_u64().zip(file["height"].as_u64());
        assert_eq!((found, file["duration"].as_f64(), &file["fileType"]), (size, lasts, &json!("video")), "{name}");
        assert_eq!((&file["waveform"], &file["thumbnailUrl"]), (&Value::Null, &Value::Null), "{name}");
    }
}

/// A document whose tables are packed, as most programs write them.
fn packed_pdf(pages: usize) -> Vec<u8> {
    let pack = |bytes: &[u8]| {
        let mut packed = ZlibEncoder::new(Vec::new(), Compression::best());
        packed.write_all(bytes).unwrap();
        packed.finish().unwrap()
    };
    let kids: String = (0..pages).map(|number| format!("{} 0 R ", number + 3)).collect();
    let mut parts = vec!["<</Type/Catalog/Pages 2 0 R>>".to_owned(), format!("<</Type/Pages/Kids[{kids}]/Count {pages}>>")];
    parts.extend((0..pages).map(|_| "<</Type/Page/Parent 2 0 R/MediaBox[0 0 72 72]>>".to_owned()));
    let (mut places, mut objects) = (String::new(), String::new());
    for (number, part) in parts.iter().enumerate() {
        let _ = write!(places, "{} {} ", number + 1, objects.len());
        let _ = write!(objects, "{part} ");
    }
    let body = pack(format!("{places}{objects}").as_bytes());
    let (stream, table) = (parts.len() + 1, parts.len() + 2);
    let mut out = b"%PDF-1.5\n".to_vec();
    let at = out.len() as u32;
    out.extend(
        format!("{stream} 0 obj<</Type/ObjStm/N {}/First {}/Filter/FlateDecode/Length {}>>stream\n", parts.len(), places.len(), body.len())
            .bytes(),
    );
    out.extend([&body[..], b"\nendstream endobj\n"].concat());
    let mut rows = vec![0, 0, 0, 0, 0, 0];
    for number in 0..parts.len() {
        rows.extend([&[2][..], &(stream as u32).to_be_bytes(), &[number as u8]].concat());
    }
    rows.extend([&[1][..], &at.to_be_bytes(), &[0]].concat());
    let start = out.len();
    rows.extend([&[1][..], &(start as u32).to_be_bytes(), &[0]].concat());
    let rows = pack(&rows);
    let head =
        format!("{table} 0 obj<</Type/XRef/Size {}/W[1 4 1]/Root 1 0 R/Filter/FlateDecode/Length {}>>stream\n", table + 1, rows.len());
    [&out[..], head.as_bytes(), &rows, format!("\nendstream endobj\nstartxref\n{start}\n%%EOF\n").as_bytes()].concat()
}

/// Gigabytes of nothing, packed twice, where a reader must look first.
fn pdf_bomb() -> Vec<u8> {
    let mut once = ZlibEncoder::new(Vec::new(), Compression::best());
    let nothing = vec![0; 1 << 20];
    for _ in 0..1024 {
        once.write_all(&nothing).unwrap();
    }
    let mut twice = ZlibEncoder::new(Vec::new(), Compression::best());
    twice.write_all(&once.finish().unwrap()).unwrap();
    let body = twice.finish().unwrap();
    let head = format!(
        "%PDF-1.5\n1 0 obj<</Type/XRef/Size 3/W[1 2 1]/Root 2 0 R/Filter[/FlateDecode/FlateDecode]/Length {}>>stream\n",
        body.len()
    );
    [head.as_bytes(), &body, b"\nendstream endobj\nstartxref\n9\n%%EOF\n"].concat()
}

#[tokio::test]
async fn pages_are_counted_where_they_can_be() {
    let scene = Scene::new().await;
    let empty = b"%PDF-1.4\nnothing in it\n%%EOF\n".to_vec();
    for (what, bytes, pages) in
        [("plain", pdf(), Some(1)), ("packed", packed_pdf(7), Some(7)), ("empty", empty, None), ("a bomb", pdf_bomb(), None)]
    {
        let file = uploaded(&scene.mother, "a.pdf", "application/pdf", bytes).await;
        assert_eq!(file["pages"].as_u64(), pages, "{what}");
    }
}

/// Numbers that look random and are the same every time.
fn dice(seed: u64) -> impl FnMut(usize) -> usize {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    move |below| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below as u64) as usize
    }
}

/// Sounds that were made to harm whoever decodes them. Their containers are as they should be, so they are taken.
fn hostile() -> Vec<(&'static str, Vec<u8>)> {
    let u32s = |numbers: &[u32]| numbers.iter().flat_map(|number| number.to_be_bytes()).collect::<Vec<u8>>();
    // An MP4 whose tables promise four thousand million samples.
    let tables = [
        boxed(b"stsd", &[u32s(&[0, 1]), boxed(b"mp4a", &[0xff; 28])].concat()),
        boxed(b"stts", &u32s(&[0, u32::MAX, u32::MAX, u32::MAX])),
        boxed(b"stsc", &u32s(&[0, u32::MAX, 1, u32::MAX, 1])),
        boxed(b"stsz", &u32s(&[0, 1, u32::MAX])),
        boxed(b"stco", &u32s(&[0, u32::MAX])),
    ];
    let mdia = [
        boxed(b"mdhd", &u32s(&[0, 0, 0, 1, u32::MAX, 0])),
        boxed(b"hdlr", &[&[0; 8][..], b"soun", &[0; 13]].concat()),
        boxed(b"minf", &boxed(b"stbl", &tables.concat())),
    ];
    let trak = boxed(b"trak", &[boxed(b"tkhd", &[0; 84]), boxed(b"mdia", &mdia.concat())].concat());
    let mvhd = boxed(b"mvhd", &[&[0; 12][..], &u32s(&[1, 5]), &[0; 80]].concat());
    let mp4 = [boxed(b"ftyp", b"M4A \0\0\0\0isom"), boxed(b"moov", &[mvhd, trak].concat()), boxed(b"mdat", &[0x5a; 500])].concat();
    // Vorbis with a book of codes as large as can be said, and a second page that never ends.
    let head = [&b"\x01vorbis\0\0\0\0\xff"[..], &1_u32.to_le_bytes(), &[0; 12], &[0xff, 1]].concat();
    let book = [&b"\x05vorbis\0BCV\xff\xff\xff\xff\xff"[..], &[0xff; 400]].concat();
    let ogg = [page(2, 0, 7, &head), page(0, 0, 7, b"\x03vorbis\0\0\0\0\0\0\0\0\x01"), page(0, 0, 7, &book), page(4, 9000, 7, &[1; 300])]
        .concat();
    // A block that says it is a petabyte long behind a codec's secrets that say so, too.
    let track = [short_element(b"\x83", &[2]), short_element(b"\x86", b"A_VORBIS"), b"\x63\xa2\x01\x04\0\0\0\0\0\0".to_vec()].concat();
    let tracks = element(b"\x16\x54\xae\x6b", &element(b"\xae", &track));
    let kind = element(b"\x1a\x45\xdf\xa3", &short_element(b"\x42\x82", b"webm"));
    let open = |id: &[u8]| [id, b"\x01\xff\xff\xff\xff\xff\xff\xff"].concat();
    let webm =
        [kind, open(b"\x18\x53\x80\x67"), tracks, open(b"\x1f\x43\xb6\x75"), b"\xa3\x01\x04\0\0\0\0\0\0\x81\0\0\x80".to_vec()].concat();
    // Sound with more channels than ears, a rate of one, and samples of any width.
    let wav = |channels: u16, rate: u32, wide: u16, kind: u16| {
        let format =
            [&kind.to_le_bytes()[..], &channels.to_le_bytes(), &rate.to_le_bytes(), &rate.to_le_bytes(), &[0, 0], &wide.to_le_bytes()];
        samples::riff(
            b"WAVE",
            &[&b"fmt "[..], &16_u32.to_le_bytes(), &format.concat(), b"data", &u32::MAX.to_le_bytes(), &[7; 5000]].concat(),
        )
    };
    vec![
        ("tables.m4a", mp4),
        ("book.ogg", ogg),
        ("block.webm", webm),
        ("channels.wav", wav(u16::MAX, u32::MAX, 16, 1)),
        ("none.wav", wav(0, 1, 0, 1)),
        ("wide.wav", wav(1, 8000, u16::MAX, 1)),
        ("packed.wav", wav(2, 8000, 4, 0x11)),
        ("float.wav", wav(2, 8000, 64, 3)),
    ]
}

#[tokio::test]
async fn hostile_sound_is_refused_or_taken_without_facts_and_the_server_goes_on() {
    let scene = Scene::new().await;
    let mut samples = hostile();
    let made = [("r.mp3", recordings::MP3), ("r.aac", recordings::AAC), ("r.m4a", recordings::M4A), ("r.ogg", recordings::VORBIS)];
    for (index, (name, recording)) in made.into_iter().enumerate() {
        let whole = bytes(recording);
        for round in 0..12 {
            let (mut dice, mut bytes) = (dice(index as u64 * 100 + round), whole.clone());
            if round % 3 == 0 {
                bytes.truncate(dice(whole.len()).max(1));
            }
            for _ in 0..=round {
                let at = dice(bytes.len());
                bytes[at] = dice(256) as u8;
            }
            samples.push((name, bytes));
        }
    }
    let mut taken = 0;
    for (name, bytes) in samples {
        let reply = upload(&scene.mother, name, "", bytes).await;
        assert!(reply.status == 201 || reply.error().0 == 415, "{name}: {reply:?}");
        if reply.status == 201 {
            taken += 1;
            let bars = bars(reply.data());
            assert!(bars.len() <= 64 && bars.iter().all(|bar| *bar <= 100), "{name}: {bars:?}");
        }
    }
    assert!(taken >= 20, "most are whole enough to be listened to: {taken}");
    uploaded(&scene.mother, "a.txt", "text/plain", b"the server is still there".to_vec()).await;
}
