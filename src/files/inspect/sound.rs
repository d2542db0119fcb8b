//! Listening to a sound: how long it is and how loud over time. Decoders are others' work and what they decode is strangers', so this
//! runs in a process of its own only, see `apart`.

use super::loudness::Loudness;
use std::{fs::File, time::Instant};
use symphonia::{
    core::{
        codecs::{CodecParameters, audio::AudioDecoderOptions},
        errors::Error,
        formats::{FormatOptions, FormatReader, TrackType, probe::Hint},
        io::{MediaSourceStream, MediaSourceStreamOptions},
        meta::MetadataOptions,
    },
    default::{get_codecs, get_probe},
};

/// Sound that is decoded, in seconds; of what is longer, parts that are evenly spread.
const HEARD: u64 = 180;
/// Packets that are decoded one behind the other, or left out.
const RUN: u64 = 16;

/// What was heard.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Sound {
    /// How long it plays, in milliseconds; only if it was followed to its end.
    pub millis: Option<u64>,
    /// At most 64 bars from 0 to 100; empty if it could not be decoded, or not in time.
    pub bars: Vec<u8>,
}

/// Listens to a file until a moment. `about` is how long it seems to play, in milliseconds.
pub fn listen(file: File, about: u64, until: Instant) -> Sound {
    let stream = MediaSourceStream::new(Box::new(file), MediaSourceStreamOptions::default());
    let probed = get_probe().probe(&Hint::new(), stream, FormatOptions::default(), MetadataOptions::default());
    probed.ok().and_then(|reader| follow(reader, about, until)).unwrap_or_default()
}

/// `None` for what has no sound that we can decode.
fn follow(mut reader: Box<dyn FormatReader + '_>, about: u64, until: Instant) -> Option<Sound> {
    let track = reader.default_track(TrackType::Audio)?;
    let (id, base) = (track.id, track.time_base);
    let Some(CodecParameters::Audio(wanted)) = &track.codec_params else { return None };
    let rate = wanted.sample_rate.filter(|rate| (1000..=768_000).contains(rate))?;
    let mut decoder = get_codecs().make_audio_decoder(wanted, &AudioDecoderOptions::default()).ok()?;
    let stride = (about / 1000).div_ceil(HEARD).max(1);
    let (mut loudness, mut samples, mut count, mut heard) = (Loudness::new(), Vec::<f32>::new(), 0_u64, false);
    let whole = loop {
        let packet = match reader.next_packet() {
            Ok(Some(packet)) => packet,
            Ok(None) => break true,
            // Files that end in the middle of a packet play, too.
            Err(Error::IoError(error)) if error.kind() == std::io::ErrorKind::UnexpectedEof => break true,
            Err(_) => break false,
        };
        if Instant::now() > until {
            return None;
        }
        if packet.track_id != id {
            continue;
        }
        let place = count % (RUN * stride);
        count += 1;
        // Frames in the track's unit of time, which is nearly always one frame.
        let frames = base.map_or(packet.dur.get(), |base| {
            let scaled = u128::from(packet.dur.get()) * u128::from(base.numer.get()) * u128::from(rate) / u128::from(base.denom.get());
            u64::try_from(scaled).unwrap_or(0)
        });
        if place >= RUN {
            loudness.pass(frames);
            continue;
        }
        if stride > 1 && place == 0 {
            decoder.reset();
        }
        match decoder.decode(&packet) {
            // The first packet behind a gap lacks what came before it.
            Ok(_) if stride > 1 && place == 0 => loudness.pass(frames),
            Ok(buffer) => {
                let channels = buffer.spec().channels().count();
                buffer.copy_to_vec_interleaved(&mut samples);
                loudness.hear(&samples, channels);
                heard |= !samples.is_empty();
            }
            Err(Error::DecodeError(_) | Error::IoError(_)) => loudness.pass(frames),
            Err(_) => break false,
        }
    };
    let millis = whole.then(|| loudness.frames().saturating_mul(1000) / u64::from(rate));
    Some(Sound { millis, bars: if heard && whole { loudness.bars() } else { Vec::new() } })
}
