//! Token buckets: a flood is slowed before it is parsed, a ward behind one address is not.

use crate::{
    config::Limits,
    error::{Code, Error, Result},
    ids::UserId,
};
use dashmap::DashMap;
use std::{
    hash::Hash,
    net::{IpAddr, Ipv6Addr},
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant},
};

/// Sockets that one person may have at once. Far more than anybody has devices, far fewer than an address may have.
const MOST_DEVICES: usize = 50;

/// The buckets of all accounts and of addresses that try to sign in.
pub struct Limiter {
    requests: Buckets<UserId>,
    events: Buckets<UserId>,
    addresses: Buckets<IpAddr>,
    enabled: bool,
}

impl Limiter {
    /// Full buckets of the configured size.
    #[must_use]
    pub fn new(limits: &Limits) -> Self {
        Self {
            requests: Buckets::new(limits.requests),
            events: Buckets::new(limits.events),
            addresses: Buckets::new(limits.sign_ins),
            enabled: limits.enabled,
        }
    }

    /// Takes a request from an account's bucket.
    pub fn request(&self, user: UserId) -> Result<()> {
        if self.enabled { self.requests.take(user, Instant::now()) } else { Ok(()) }
    }

    /// Takes an event from an account's bucket, which all sockets of the person share.
    pub fn event(&self, user: UserId) -> Result<()> {
        if self.enabled { self.events.take(user, Instant::now()) } else { Ok(()) }
    }

    /// Takes one from an address's bucket. Only for people who are not signed in.
    pub fn address(&self, address: IpAddr) -> Result<()> {
        if self.enabled { self.addresses.take(network(address), Instant::now()) } else { Ok(()) }
    }

    /// Refuses one more socket of somebody who has `sockets`: a single account must not take the seats of a whole ward.
    pub fn device(&self, sockets: usize) -> Result<()> {
        if self.enabled && sockets >= MOST_DEVICES {
            return Err(Error::with(Code::RateLimited, "You are connected on too many devices. Please close some of them.").retry_after(60));
        }
        Ok(())
    }
}

/// One household gets a whole /64 of IPv6 addresses, so that is what counts as one.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

/// Buckets that hold a minute's worth and are refilled evenly.
struct Buckets<K: Eq + Hash> {
    per_minute: f64,
    level: DashMap<K, (f64, Instant)>,
    /// When the map holds this many it is swept.
    sweep_at: AtomicUsize,
}

/// Full buckets say nothing, so the map is swept when it holds this many, or twice what the last sweep left: a crowd of
/// strangers must not make every request a sweep.
const SWEEP_AT: usize = 10_000;

impl<K: Eq + Hash> Buckets<K> {
    fn new(per_minute: u32) -> Self {
        Self { per_minute: f64::from(per_minute), level: DashMap::new(), sweep_at: AtomicUsize::new(SWEEP_AT) }
    }

    fn take(&self, key: K, now: Instant) -> Result<()> {
        if self.level.len() > self.sweep_at.load(Ordering::Relaxed) {
            self.level.retain(|_, (_, at)| now.saturating_duration_since(*at) < Duration::from_mins(1));
            self.sweep_at.store(SWEEP_AT.max(self.level.len().saturating_mul(2)), Ordering::Relaxed);
        }
        let mut bucket = self.level.entry(key).or_insert((self.per_minute, now));
        let (level, at) = &mut *bucket;
        let gained = now.saturating_duration_since(*at).as_secs_f64() * self.per_minute / 60.0;
        *level = (*level + gained).min(self.per_minute);
        *at = now;
        if *level < 1.0 {
            let wait = Duration::from_secs_f64((1.0 - *level) * 60.0 / self.per_minute);
            return Err(Error::new(Code::RateLimited).retry_after(wait.as_secs() + 1));
        }
        *level -= 1.0;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_empties_and_fills_again() {
        let buckets = Buckets::new(60);
        let start = Instant::now();
        assert!((0..60).all(|_| buckets.take(1, start).is_ok()));
        let refused = buckets.take(1, start).unwrap_err();
        assert_eq!((refused.code, refused.retry_after), (Code::RateLimited, Some(2)));
        assert!(buckets.take(2, start).is_ok(), "others are not slowed");
        assert!(buckets.take(1, start + Duration::from_secs(2)).is_ok());
    }

    #[test]
    fn an_ipv6_network_is_one_address() {
        let text = |text: &str| network(text.parse().unwrap());
        assert_eq!(text("2001:db8::1"), text("2001:db8::ffff:2"));
        assert_ne!(text("2001:db8::1"), text("2001:db8:0:1::1"));
        assert_eq!(text("::ffff:10.0.0.1"), text("10.0.0.1"));
        assert_ne!(text("10.0.0.1"), text("10.0.0.2"));
    }

    #[test]
    fn a_crowd_is_forgotten_when_its_buckets_are_full_again() {
        let buckets = Buckets::new(60);
        let start = Instant::now();
        for stranger in 0..3 * SWEEP_AT {
            assert!(buckets.take(stranger, start).is_ok());
        }
        assert_eq!(buckets.level.len(), 3 * SWEEP_AT, "who may be in want is not forgotten");
        assert!(buckets.sweep_at.load(Ordering::Relaxed) > 3 * SWEEP_AT, "and not every request looks at them all");
        for stranger in 0..2 * SWEEP_AT {
            assert!(buckets.take(4 * SWEEP_AT + stranger, start + Duration::from_mins(2)).is_ok());
        }
        assert!(buckets.level.len() <= 2 * SWEEP_AT);
    }
}
