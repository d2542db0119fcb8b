//! What the two devices in a call tell each other to get connected. It is of the moment: it is never stored, and goes through the
//! hub's queue, so that it comes in the order in which it was sent and never before what made it possible.
//!
//! What is said to somebody who has not answered yet waits for the device that answers; and for every device until it knows that it
//! is in the call.

use super::Hub;
use crate::{
    calls::End,
    contract::{Audience, Emission, Event},
    error::{Code, Error, Result},
    ids::{CallId, Device, UserId},
};
use parking_lot::Mutex;
use std::collections::HashMap;
use tokio::time::Instant;

/// Largest signal, in bytes. Descriptions of a session take five to ten thousand.
pub const MAX_SIGNAL: usize = 32 << 10;
/// How many signals wait for one person who has not answered.
const MOST_WAITING: usize = 64;
/// How many bytes wait, likewise.
const MOST_BYTES: usize = 256 << 10;
/// Bytes that one person may send at once, and per second in the long run. Together with what waits that is less than a socket takes:
/// nobody can cut off the other one by talking too much.
const BURST: f64 = 512.0 * 1024.0;
const PER_SECOND: f64 = 128.0 * 1024.0;

/// The lines of all calls.
#[derive(Default)]
pub struct Lines(Mutex<HashMap<CallId, HashMap<UserId, Side>>>);

/// One of the two: what they have said lately, and what waits for them.
struct Side {
    /// The device that knows that it is in the call.
    open: Option<Device>,
    /// In order, each for one device, or for whichever answers.
    waiting: Vec<(Option<Device>, Event)>,
    bytes: usize,
    level: f64,
    at: Instant,
}

impl Default for Side {
    fn default() -> Self {
        Self { open: None, waiting: Vec::new(), bytes: 0, level: BURST, at: Instant::now() }
    }
}

impl Side {
    /// Takes bytes from the bucket.
    #[allow(clippy::cast_precision_loss)] // Signals are small.
    fn pay(&mut self, bytes: usize, now: Instant) -> Result<()> {
        self.level = now.duration_since(self.at).as_secs_f64().mul_add(PER_SECOND, self.level).min(BURST);
        self.at = now;
        if self.level < bytes as f64 {
            return Err(Error::new(Code::RateLimited).retry_after(1));
        }
        self.level -= bytes as f64;
        Ok(())
    }

    fn hold(&mut self, device: Option<Device>, event: Event, bytes: usize) -> Result<()> {
        // Whoever has answered is about to listen: what comes in between is not refused for what waits already.
        let room = if device.is_some() { 2 } else { 1 };
        if self.waiting.len() >= room * MOST_WAITING || self.bytes + bytes > room * MOST_BYTES {
            return Err(Error::with(Code::RateLimited, "Too much waits for the other person already.").retry_after(1));
        }
        self.waiting.push((device, event));
        self.bytes += bytes;
        Ok(())
    }
}

impl Lines {
    /// The call is over.
    pub fn close(&self, call: CallId) {
        self.0.lock().remove(&call);
    }
}

impl Hub {
    /// Hands something on to the other end of a call. Where that is, is asked while nobody can answer, come back or be lost on this
    /// line, so that nothing is overtaken. False when the other one is away: after coming back, both begin anew.
    pub(super) fn pass_on(
        &self,
        call: CallId,
        from: UserId,
        event: Event,
        bytes: usize,
        end: impl FnOnce() -> Result<End>,
    ) -> Result<bool> {
        let mut lines = self.lines.0.lock();
        let end = end()?;
        let line = lines.entry(call).or_default();
        line.entry(from).or_default().pay(bytes, Instant::now())?;
        let side = line.entry(end.user).or_default();
        match end.device {
            Some(device) if side.open == Some(device) => {
                self.publish(vec![Emission { to: Audience::Device(end.user, device), event }]);
                Ok(true)
            }
            None if !end.rings => Ok(false),
            device => side.hold(device, event, bytes).map(|()| true),
        }
    }

    /// A device knows now that it is in a call, if it still is: what has waited for it comes.
    pub(super) fn open_line(&self, call: CallId, user: UserId, device: Device, end: impl FnOnce() -> Result<End>) {
        let mut lines = self.lines.0.lock();
        if end().is_err() {
            return;
        }
        let side = lines.entry(call).or_default().entry(user).or_default();
        side.open = Some(device);
        side.bytes = 0;
        let waiting = std::mem::take(&mut side.waiting).into_iter();
        let due = waiting.filter(|(meant, _)| meant.is_none_or(|meant| meant == device));
        self.publish(due.map(|(_, event)| Emission { to: Audience::Device(user, device), event }).collect());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::CallsMissed;
    use std::time::Duration;

    #[test]
    fn who_talks_too_much_has_to_wait() {
        let mut side = Side::default();
        let start = side.at;
        for _ in 0..16 {
            assert_eq!(side.pay(MAX_SIGNAL, start), Ok(()));
        }
        assert_eq!(side.pay(MAX_SIGNAL, start).unwrap_err().code, Code::RateLimited);
        assert_eq!(side.pay(MAX_SIGNAL, start + Duration::from_millis(250)), Ok(()));
        assert!(side.pay(1, start + Duration::from_millis(250)).is_err());
    }

    #[test]
    fn what_waits_is_bounded() {
        let event = || Event::CallsMissed(CallsMissed { count: 1 });
        let mut side = Side::default();
        for _ in 0..8 {
            assert_eq!(side.hold(None, event(), MAX_SIGNAL), Ok(()));
        }
        assert!(side.hold(None, event(), 1).is_err(), "so many bytes");
        let mut side = Side::default();
        for _ in 0..MOST_WAITING {
            assert_eq!(side.hold(None, event(), 1), Ok(()));
        }
        assert!(side.hold(None, event(), 1).is_err(), "so many signals");
        for _ in 0..MOST_WAITING {
            assert_eq!(side.hold(Some(Device(1)), event(), 1), Ok(()), "somebody has answered");
        }
        assert!(side.hold(Some(Device(1)), event(), 1).is_err());
    }
}
