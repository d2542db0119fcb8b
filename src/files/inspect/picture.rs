//! Pictures that are decoded: to stand upright, and to be shown small. Bounded by pixels and memory before anything is unpacked.

use super::Doubt;
use crate::store::records::Format;
use image::{
    DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits, RgbImage,
    codecs::{jpeg::JpegEncoder, png::PngEncoder, webp::WebPEncoder},
    metadata::Orientation,
};
use std::{
    fs::File,
    io::{BufReader, BufWriter, Seek as _, SeekFrom, Write as _},
};

/// Most pixels of a picture: what the largest cameras in pockets make.
pub const PIXELS: u64 = 50_000_000;
/// The longer side of a small picture.
const SMALL: u32 = 480;
/// Memory that decoding may take.
const MEMORY: u64 = 256 << 20;
/// Longest side of any picture.
const SIDE: u32 = 30_000;

fn kind(format: Format) -> ImageFormat {
    match format {
        Format::Png => ImageFormat::Png,
        Format::Gif => ImageFormat::Gif,
        Format::WebP => ImageFormat::WebP,
        _ => ImageFormat::Jpeg,
    }
}

/// A decoder for the picture in a file, with its width and height; refuses one with more pixels than a picture has.
fn decoder(format: Format, mut file: &File) -> Result<(impl ImageDecoder, (u32, u32)), Doubt> {
    file.seek(SeekFrom::Start(0))?;
    let mut reader = ImageReader::with_format(BufReader::with_capacity(64 << 10, file), kind(format));
    let mut limits = Limits::default();
    (limits.max_alloc, limits.max_image_width, limits.max_image_height) = (Some(MEMORY), Some(SIDE), Some(SIDE));
    reader.limits(limits);
    let decoder = reader.into_decoder().map_err(|error| doubt(&error))?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > PIXELS {
        return Err(too_large());
    }
    Ok((decoder, (width, height)))
}

/// Width and height.
pub fn size(format: Format, file: &File) -> Result<(u32, u32), Doubt> {
    Ok(decoder(format, file)?.1)
}

/// About how much memory decoding takes, in MiB.
pub fn weight((width, height): (u32, u32)) -> u32 {
    u32::try_from((u64::from(width) * u64::from(height) * 4) >> 20).unwrap_or(u32::MAX).max(1)
}

/// Writes the picture upright into another file if it lies on a side, and a small one. Answers width and height as it stands.
pub fn develop(
    format: Format,
    orientation: u8,
    file: &File,
    upright: impl FnOnce() -> Result<File, Doubt>,
    mut small: &File,
) -> Result<(u32, u32), Doubt> {
    let (mut decoder, _) = decoder(format, file)?;
    let profile = decoder.icc_profile().ok().flatten();
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|error| doubt(&error))?;
    let turn = Orientation::from_exif(orientation).unwrap_or(Orientation::NoTransforms);
    if turn != Orientation::NoTransforms {
        picture.apply_orientation(turn);
        write(format, &picture, profile.as_deref(), &upright()?)?;
    }
    let size = (picture.width(), picture.height());
    // A profile would be larger than the small picture; its colours are near enough without.
    let thumbnail = if size.0.max(size.1) > SMALL { picture.thumbnail(SMALL, SMALL) } else { picture };
    let mut out = BufWriter::new(&mut small);
    JpegEncoder::new_with_quality(&mut out, 78).encode_image(&on_white(&thumbnail)).map_err(|error| doubt(&error))?;
    out.flush()?;
    Ok(size)
}

/// Writes a turned picture in its own format.
fn write(format: Format, picture: &DynamicImage, profile: Option<&[u8]>, mut file: &File) -> Result<(), Doubt> {
    use image::ImageEncoder as _;
    let mut out = BufWriter::with_capacity(64 << 10, &mut file);
    let profile = profile.unwrap_or_default().to_vec();
    let written = match format {
        Format::Png => {
            let mut encoder = PngEncoder::new(&mut out);
            let _ = encoder.set_icc_profile(profile);
            picture.write_with_encoder(encoder)
        }
        Format::WebP => DynamicImage::from(picture.to_rgba8()).write_with_encoder(WebPEncoder::new_lossless(&mut out)),
        _ => {
            let mut encoder = JpegEncoder::new_with_quality(&mut out, 92);
            let _ = encoder.set_icc_profile(profile);
            picture.write_with_encoder(encoder)
        }
    };
    written.map_err(|error| doubt(&error))?;
    Ok(out.flush()?)
}

/// Without transparency, which JPEG does not have.
fn on_white(picture: &DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.to_rgb8();
    }
    let rgba = picture.to_rgba8();
    RgbImage::from_fn(rgba.width(), rgba.height(), |x, y| {
        let [r, g, b, alpha] = rgba.get_pixel(x, y).0;
        let mix = |part: u8| u8::try_from((u32::from(part) * u32::from(alpha) + 255 * (255 - u32::from(alpha))) / 255).unwrap_or(255);
        image::Rgb([mix(r), mix(g), mix(b)])
    })
}

fn too_large() -> Doubt {
    Doubt::TooLarge(format!("a picture of more than {} megapixels", PIXELS / 1_000_000))
}

fn doubt(error: &ImageError) -> Doubt {
    match error {
        ImageError::Limits(_) => too_large(),
        ImageError::IoError(error) if error.kind() != std::io::ErrorKind::UnexpectedEof && error.raw_os_error().is_some() => {
            Doubt::Io(std::io::Error::from(error.kind()))
        }
        _ => Doubt::Broken("the picture is damaged or incomplete".into()),
    }
}
