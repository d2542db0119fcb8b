//! Token buckets: a flood is slowed before it is parsed, a ward behind one address is not.

use crate::{
    config::Limits,
    error::{Code, Error, Result},
    ids::UserId,
};
use dashmap::DashMap;
use std::{
    hash::Hash,
    net::IpAddr,
    time::{Duration, Instant},
};

/// The buckets of all accounts and of addresses that try to sign in.
pub struct Limiter {
    accounts: Buckets<UserId>,
    addresses: Buckets<IpAddr>,
    enabled: bool,
}

impl Limiter {
    /// Full buckets of the configured size.
    #[must_use]
    pub fn new(limits: &Limits) -> Self {
        Self { accounts: Buckets::new(limits.requests), addresses: Buckets::new(limits.sign_ins), enabled: limits.enabled }
    }

    /// Takes one from an account's bucket.
    pub fn account(&self, user: UserId) -> Result<()> {
        if self.enabled { self.accounts.take(user, Instant::now()) } else { Ok(()) }
    }

    /// Takes one from an address's bucket. Only for people who are not signed in.
    pub fn address(&self, address: IpAddr) -> Result<()> {
        if self.enabled { self.addresses.take(address, Instant::now()) } else { Ok(()) }
    }
}

/// Buckets that hold a minute's worth and are refilled evenly.
struct Buckets<K: Eq + Hash> {
    per_minute: f64,
    level: DashMap<K, (f64, Instant)>,
}

/// Full buckets say nothing, so the map is swept when it holds this many.
const SWEEP_AT: usize = 10_000;

impl<K: Eq + Hash> Buckets<K> {
    fn new(per_minute: u32) -> Self {
        Self { per_minute: f64::from(per_minute), level: DashMap::new() }
    }

    fn take(&self, key: K, now: Instant) -> Result<()> {
        if self.level.len() > SWEEP_AT {
            self.level.retain(|_, (_, at)| now.duration_since(*at) < Duration::from_mins(1));
        }
        let mut bucket = self.level.entry(key).or_insert((self.per_minute, now));
        let (level, at) = &mut *bucket;
        let gained = now.duration_since(*at).as_secs_f64() * self.per_minute / 60.0;
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
}
