//! Pictures lose what they tell beside the picture, stand upright, and get a small one within limits.

use crate::{
    samples::{self, exif, jpeg, segment, with_segments},
    scene::{Scene, fetch, upload, uploaded},
};
use image::GenericImageView as _;

async fn served(url: &serde_json::Value) -> Vec<u8> {
    let response = fetch(url.as_str().unwrap()).await;
    assert_eq!(response.status(), 200);
    response.bytes().await.unwrap().to_vec()
}

fn holds(bytes: &[u8], words: &[u8]) -> bool {
    bytes.windows(words.len()).any(|window| window == words)
}

#[tokio::test]
async fn places_and_comments_are_gone_and_the_pixels_are_not_touched() {
    let scene = Scene::new().await;
    let plain = jpeg(200, 100);
    let told = with_segments(
        &plain,
        &[exif(1), segment(0xfe, b"SECRET-COMMENT"), segment(0xe1, b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta/>SECRET-XMP")],
    );
    let told = [&told[..], b"trailing SECRET-TAIL of a camera"].concat();
    let file = uploaded(&scene.mother, "a.jpg", "image/jpeg", told).await;
    let bytes = served(&file["url"]).await;
    assert!(!holds(&bytes, b"SECRET") && !holds(&bytes, b"Exif") && !holds(&bytes, b"xmp"));
    assert_eq!(bytes, plain, "what is left is the picture as it was");
    let plain = samples::png(50, 50);
    let end = plain.len() - 12;
    let text =
        [samples::chunk(b"tEXt", b"Comment\0SECRET"), samples::chunk(b"eXIf", b"II*\0SECRET"), samples::chunk(b"tIME", &[7; 7])].concat();
    let told = [&plain[..end], &text, &plain[end..], b"SECRET-TAIL"].concat();
    let file = uploaded(&scene.mother, "a.png", "image/png", told).await;
    assert_eq!(served(&file["url"]).await, plain);
    let plain = samples::picture(image::ImageFormat::Gif, 20, 20);
    let told = [&plain[..plain.len() - 1], b"\x21\xfe\x06SECRET\0\x3b"].concat();
    let file = uploaded(&scene.mother, "a.gif", "image/gif", told).await;
    assert_eq!(served(&file["url"]).await, plain);
    let plain = samples::picture(image::ImageFormat::WebP, 20, 20);
    let body = [&plain[12..], b"EXIF\x06\0\0\0SECRET", b"XMP \x06\0\0\0SECRET"].concat();
    let file = uploaded(&scene.mother, "a.webp", "image/webp", samples::riff(b"WEBP", &body)).await;
    assert_eq!(served(&file["url"]).await, plain);
    // Nothing of it is on the disk either.
    for path in scene.on_disk() {
        assert!(!holds(&std::fs::read(&path).unwrap(), b"SECRET"), "{path:?}");
    }
}

#[tokio::test]
async fn a_picture_that_lies_on_its_side_is_put_upright() {
    let scene = Scene::new().await;
    // Turned by 90° to the right, the red corner goes from the upper left to the upper right.
    for (orientation, size, corner) in
        [(1, (400, 200), (5, 5)), (3, (400, 200), (394, 194)), (6, (200, 400), (194, 5)), (8, (200, 400), (5, 394))]
    {
        let told = with_segments(&jpeg(400, 200), &[exif(orientation)]);
        let file = uploaded(&scene.mother, "a.jpg", "image/jpeg", told).await;
        assert_eq!((file["width"].as_u64(), file["height"].as_u64()), (Some(u64::from(size.0)), Some(u64::from(size.1))), "{orientation}");
        let bytes = served(&file["url"]).await;
        assert!(!holds(&bytes, b"SECRET") && !holds(&bytes, b"Exif"));
        let picture = image::load_from_memory(&bytes).unwrap();
        assert_eq!(picture.dimensions(), size, "{orientation}");
        let [red, green, ..] = picture.get_pixel(corner.0, corner.1).0;
        assert!(red > 150 && green < 100, "{orientation}: {red} {green}");
        let small = image::load_from_memory(&served(&file["thumbnailUrl"]).await).unwrap();
        assert_eq!(small.dimensions(), size, "{orientation}: smaller than a small picture may be");
    }
}

#[tokio::test]
async fn a_large_picture_gets_a_small_one() {
    let scene = Scene::new().await;
    let file = uploaded(&scene.mother, "a.jpg", "image/jpeg", jpeg(3000, 1500)).await;
    let bytes = served(&file["thumbnailUrl"]).await;
    let small = image::load_from_memory(&bytes).unwrap();
    assert_eq!(small.dimensions(), (480, 240));
    assert!(bytes.len() < 60_000, "{}", bytes.len());
}

#[tokio::test]
async fn bombs_are_refused_before_they_are_unpacked() {
    let scene = Scene::new().await;
    let frames = [&samples::picture(image::ImageFormat::Gif, 4, 4)[..]].concat();
    let frame = b"\x2c\0\0\0\0\x01\0\x01\0\0\x02\x02\x4c\x01\0".repeat(2_100);
    for (name, bytes) in [
        ("pixels.png", samples::png_of_zeros(29_999, 29_999, 100_000)),
        ("sides.png", samples::png_of_zeros(2_000_000_000, 1, 1000)),
        ("frames.gif", [&frames[..frames.len() - 1], &frame, b"\x3b"].concat()),
    ] {
        let reply = upload(&scene.mother, name, "", bytes).await;
        assert_eq!(reply.error(), (413, "FILE_TOO_LARGE"), "{name}: {reply:?}");
    }
    // A head that promises more than comes.
    let reply = upload(&scene.mother, "short.png", "", samples::png_of_zeros(4000, 4000, 1000)).await;
    assert_eq!(reply.error(), (415, "FILE_CONTENT_MISMATCH"), "{reply:?}");
    scene.until_on_disk(0).await;
}
