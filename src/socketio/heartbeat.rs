//! When to ping, and when a client counts as gone. Pure: the caller has the clock.

use std::time::{Duration, Instant};

/// A timer fires at the next whole millisecond and its task runs a little later. Deadlines lie this much earlier, so
/// that a client which counts the announced times itself never sees them overrun.
const EARLY: Duration = Duration::from_millis(1);

/// The heartbeat of one session.
#[derive(Debug)]
pub(crate) struct Heartbeat {
    interval: Duration,
    timeout: Duration,
    /// The next ping or, while a pong is awaited, the end.
    due: Instant,
    /// While a pong is awaited: when its time is over as the client counts it.
    announced: Option<Instant>,
}

/// What a look at the clock says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Beat {
    /// Nothing before this time.
    Wait(Instant),
    /// Send a ping now.
    Ping,
    /// The pong did not come in time.
    Dead,
}

impl Heartbeat {
    pub(crate) fn new(now: Instant, interval: Duration, timeout: Duration) -> Self {
        Self { interval, timeout, due: now + interval.saturating_sub(EARLY), announced: None }
    }

    /// `busy`: the engine itself does not read from this client at the moment, so a missing pong proves nothing.
    pub(crate) fn tick(&mut self, now: Instant, busy: bool) -> Beat {
        if now < self.due {
            return Beat::Wait(self.due);
        }
        if self.announced.is_none() {
            // Counted from when the ping was due, except that a client gets some time even if this machine was late.
            self.announced = Some((self.due + self.timeout.saturating_sub(EARLY)).max(now + self.timeout / 2));
            // Nobody is cut for being slow by what this machine was late.
            self.due = now + self.timeout.saturating_sub(EARLY);
            return Beat::Ping;
        }
        if busy {
            self.due = now + self.timeout;
            self.announced = Some(self.due);
            return Beat::Wait(self.due);
        }
        Beat::Dead
    }

    pub(crate) fn pong(&mut self, now: Instant) {
        if self.announced.take().is_some() {
            self.due = now + self.interval.saturating_sub(EARLY);
        }
    }

    /// The time for the pong is over as the client counts it, whether or not a timer has fired. It is for clients that
    /// come back without having answered.
    pub(crate) fn overdue(&self, now: Instant) -> bool {
        self.announced.is_some_and(|announced| now >= announced)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const INTERVAL: Duration = Duration::from_millis(300);
    const TIMEOUT: Duration = Duration::from_millis(200);

    fn at(start: Instant, ms: u64) -> Instant {
        start + Duration::from_millis(ms)
    }

    #[test]
    fn pings_and_ends_within_the_announced_times() {
        let start = Instant::now();
        let mut beat = Heartbeat::new(start, INTERVAL, TIMEOUT);
        assert_eq!(beat.tick(at(start, 298), false), Beat::Wait(at(start, 299)));
        assert_eq!(beat.tick(at(start, 299), false), Beat::Ping);
        assert_eq!(beat.tick(at(start, 497), false), Beat::Wait(at(start, 498)));
        assert!(!beat.overdue(at(start, 497)));
        assert!(beat.overdue(at(start, 498)));
        assert_eq!(beat.tick(at(start, 498), false), Beat::Dead);
    }

    #[test]
    fn a_pong_starts_the_next_round_and_a_spare_pong_changes_nothing() {
        let start = Instant::now();
        let mut beat = Heartbeat::new(start, INTERVAL, TIMEOUT);
        beat.pong(at(start, 200));
        assert_eq!(beat.tick(at(start, 299), false), Beat::Ping);
        beat.pong(at(start, 400));
        assert_eq!(beat.tick(at(start, 400), false), Beat::Wait(at(start, 699)));
    }

    #[test]
    fn a_late_machine_still_leaves_the_client_time() {
        let start = Instant::now();
        let mut beat = Heartbeat::new(start, INTERVAL, TIMEOUT);
        assert_eq!(beat.tick(at(start, 10_000), false), Beat::Ping);
        assert_eq!(beat.tick(at(start, 10_000), false), Beat::Wait(at(start, 10_199)));
        assert!(!beat.overdue(at(start, 10_099)) && beat.overdue(at(start, 10_100)));

        let mut beat = Heartbeat::new(start, INTERVAL, TIMEOUT);
        beat.tick(at(start, 320), false);
        assert!(beat.overdue(at(start, 498)), "a little late: what was announced still holds");
    }

    #[test]
    fn a_client_that_is_not_being_read_is_not_dead() {
        let start = Instant::now();
        let mut beat = Heartbeat::new(start, INTERVAL, TIMEOUT);
        assert_eq!(beat.tick(at(start, 299), true), Beat::Ping);
        assert_eq!(beat.tick(at(start, 498), true), Beat::Wait(at(start, 698)));
        assert_eq!(beat.tick(at(start, 698), false), Beat::Dead);
    }
}
