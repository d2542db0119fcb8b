//! How loud a sound is over time: a few bars that stand for all of it, in memory that does not grow with its length.

/// Bars of a picture of a sound.
pub const BARS: usize = 64;
/// The highest bar.
pub const FULL: u8 = 100;
/// Stretches that are kept apart while listening.
const SLOTS: usize = 2048;
/// What is softer than a thousandth everywhere is silence.
const SILENCE: f64 = 0.001;

/// Energy by stretches of equal length. When they are used up, two become one.
#[derive(Debug)]
pub struct Loudness {
    slots: Vec<(f64, u32)>,
    /// Frames of one stretch.
    wide: u64,
    /// Frames so far, heard or passed over.
    at: u64,
}

impl Loudness {
    /// Before the first frame.
    pub fn new() -> Self {
        Self { slots: Vec::with_capacity(SLOTS), wide: 16, at: 0 }
    }

    /// Frames so far, heard or passed over.
    pub fn frames(&self) -> u64 {
        self.at
    }

    /// Hears the next frames; `samples` holds all channels of each, -1 to 1.
    pub fn hear(&mut self, samples: &[f32], channels: usize) {
        for frame in samples.chunks(channels.max(1)) {
            let energy: f64 =
                frame.iter().filter(|sample| sample.is_finite()).map(|sample| f64::from(sample.clamp(-4.0, 4.0)).powi(2)).sum();
            let slot = self.slot();
            if let Some((sum, count)) = self.slots.get_mut(slot) {
                *sum += energy;
                *count += u32::try_from(frame.len()).unwrap_or(1);
            }
            self.at += 1;
        }
    }

    /// Passes over frames without hearing them.
    pub fn pass(&mut self, frames: u64) {
        self.at = self.at.saturating_add(frames);
    }

    /// The stretch that the next frame is in; there is one afterwards.
    fn slot(&mut self) -> usize {
        while self.at / self.wide >= SLOTS as u64 {
            let joined = self.slots.chunks(2).map(|pair| pair.iter().fold((0.0, 0), |(sum, count), (s, c)| (sum + s, count + c)));
            self.slots = joined.collect();
            self.wide *= 2;
        }
        let slot = usize::try_from(self.at / self.wide).unwrap_or(SLOTS - 1);
        if slot >= self.slots.len() {
            self.slots.resize(slot + 1, (0.0, 0));
        }
        slot
    }

    /// At most [`BARS`] bars from 0 to [`FULL`], the loudest one full; lower ones are lifted, as ears do. Empty if nothing was heard.
    pub fn bars(&self) -> Vec<u8> {
        let used = usize::try_from(self.at.div_ceil(self.wide)).unwrap_or(SLOTS).min(SLOTS);
        let count = used.min(BARS);
        let mut last = 0.0;
        let levels: Vec<f64> = (0..count)
            .map(|bar| {
                let slots = self.slots.iter().take((bar + 1) * used / count).skip(bar * used / count);
                let (sum, count) = slots.fold((0.0, 0_u64), |(sum, count), (s, c)| (sum + s, count + u64::from(*c)));
                // What was passed over is as loud as what came before it.
                if count > 0 {
                    #[allow(clippy::cast_precision_loss)] // Counts of samples.
                    let mean = sum / count as f64;
                    last = mean.sqrt();
                }
                last
            })
            .collect();
        let loudest = levels.iter().copied().fold(0.0, f64::max);
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // From 0 to 100.
        let height = |level: f64| if loudest < SILENCE { 0 } else { (f64::from(FULL) * (level / loudest).sqrt()).round() as u8 };
        if self.slots.is_empty() { Vec::new() } else { levels.into_iter().map(height).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(frames: u32, level: impl Fn(u32) -> f32) -> Vec<f32> {
        (0..frames).map(|n| if n % 2 == 0 { level(n) } else { -level(n) }).collect()
    }

    #[test]
    #[allow(clippy::cast_precision_loss)]
    fn a_growing_tone_grows_and_the_loudest_bar_is_full() {
        let mut heard = Loudness::new();
        heard.hear(&tone(8000, |n| n as f32 / 16_000.0), 1);
        let bars = heard.bars();
        assert_eq!((bars.len(), bars.last()), (BARS, Some(&FULL)));
        assert!(bars.is_sorted() && (5..12).contains(&bars[0]), "{bars:?}");
    }

    #[test]
    fn any_length_is_told_in_the_same_memory() {
        let second = tone(48_000, |_| 0.5);
        let quiet = tone(48_000, |_| 0.02);
        let mut heard = Loudness::new();
        for n in 0..600 {
            heard.hear(if n < 300 { &quiet } else { &second }, 2);
        }
        let bars = heard.bars();
        assert!(heard.slots.len() <= SLOTS && heard.frames() == 600 * 24_000);
        assert_eq!((bars.len(), bars[0], bars[30], bars[32], bars[63]), (BARS, 20, 20, 100, 100));
    }

    #[test]
    fn what_is_passed_over_is_as_loud_as_before() {
        let mut heard = Loudness::new();
        heard.hear(&tone(1000, |_| 0.1), 1);
        heard.pass(100_000);
        heard.hear(&tone(1000, |_| 0.4), 1);
        let bars = heard.bars();
        assert_eq!((bars.len(), bars[0], bars[40], bars[63]), (BARS, 50, 50, 100));
    }

    #[test]
    fn silence_and_nothing_are_told_apart() {
        let mut heard = Loudness::new();
        assert!(heard.bars().is_empty());
        heard.pass(u64::MAX);
        assert!(heard.bars().is_empty());
        let mut heard = Loudness::new();
        heard.hear(&[0.0, f32::NAN, f32::INFINITY, 0.000_1], 1);
        assert_eq!(heard.bars(), [0]);
    }
}
