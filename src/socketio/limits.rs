//! How many sessions may be open, and how many messages one of them may send.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;
use std::time::Instant;

use parking_lot::Mutex;

use super::config::Rate;
use super::refusal::Refusal;

/// The seats for sessions, overall and per address.
#[derive(Debug)]
pub(crate) struct Seats {
    max: usize,
    max_per_address: usize,
    taken: Mutex<Taken>,
}

#[derive(Debug, Default)]
struct Taken {
    all: usize,
    by_address: HashMap<IpAddr, usize>,
}

/// A place for one session. It is free again when this is dropped.
#[derive(Debug)]
pub struct Seat {
    seats: Arc<Seats>,
    address: Option<IpAddr>,
}

impl Seats {
    pub(crate) fn new(max: usize, max_per_address: usize) -> Arc<Self> {
        Arc::new(Self { max, max_per_address, taken: Mutex::default() })
    }

    pub(crate) fn take(self: &Arc<Self>, address: Option<IpAddr>) -> Result<Seat, Refusal> {
        let address = address.map(network);
        let mut taken = self.taken.lock();
        if taken.all >= self.max {
            return Err(Refusal::Full);
        }
        if let Some(address) = address {
            let count = taken.by_address.entry(address).or_insert(0);
            if *count >= self.max_per_address {
                return Err(Refusal::TooManyFromAddress);
            }
            *count += 1;
        }
        taken.all += 1;
        Ok(Seat { seats: self.clone(), address })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.seats.taken.lock();
        taken.all -= 1;
        if let Some(address) = self.address
            && let Some(count) = taken.by_address.get_mut(&address)
        {
            *count -= 1;
            if *count == 0 {
                taken.by_address.remove(&address);
            }
        }
    }
}

/// One household gets a whole /64 of IPv6 addresses, so that is what is counted.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

/// Counts the messages of one session. Pure: the caller has the clock.
#[derive(Debug)]
pub(crate) struct Bucket {
    tokens: f64,
    filled: Instant,
    refused: u32,
}

/// What to do with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Admission {
    Admit,
    /// Over the limit: answer cheaply.
    Refuse,
    /// Over the limit, and the client does not care.
    Close,
}

impl Bucket {
    pub(crate) fn new(rate: Option<Rate>, now: Instant) -> Self {
        Self { tokens: rate.map_or(0.0, |rate| f64::from(rate.burst)), filled: now, refused: 0 }
    }

    pub(crate) fn take(&mut self, rate: Option<Rate>, now: Instant) -> Admission {
        let Some(rate) = rate else { return Admission::Admit };
        let gained = now.saturating_duration_since(self.filled).as_secs_f64() * f64::from(rate.per_second);
        self.tokens = (self.tokens + gained).min(f64::from(rate.burst));
        self.filled = now;
        if self.tokens >= 1.0 {
            self.tokens -= 1.0;
            self.refused = 0;
            return Admission::Admit;
        }
        self.refused += 1;
        if self.refused > rate.patience { Admission::Close } else { Admission::Refuse }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn seats_are_counted_and_given_back() {
        let seats = Seats::new(3, 2);
        let address: Option<IpAddr> = "10.0.0.1".parse().ok();
        let mapped: Option<IpAddr> = "::ffff:10.0.0.1".parse().ok();
        let first = seats.take(address).unwrap();
        let _second = seats.take(mapped).unwrap();
        assert_eq!(seats.take(address).err(), Some(Refusal::TooManyFromAddress));
        let _third = seats.take(None).unwrap();
        assert_eq!(seats.take(None).err(), Some(Refusal::Full));
        drop(first);
        assert!(seats.take(address).is_ok());
        assert_eq!(seats.taken.lock().by_address.len(), 1);
    }

    #[test]
    fn an_ipv6_network_is_one_address() {
        let seats = Seats::new(9, 1);
        let _first = seats.take("2001:db8::1".parse().ok()).unwrap();
        assert!(seats.take("2001:db8::2".parse().ok()).is_err());
        assert!(seats.take("2001:db8:0:1::2".parse().ok()).is_ok());
    }

    #[test]
    fn a_bucket_refills_and_loses_patience() {
        let rate = Some(Rate { per_second: 10, burst: 2, patience: 2 });
        let start = Instant::now();
        let mut bucket = Bucket::new(rate, start);
        let mut take = |ms| bucket.take(rate, start + Duration::from_millis(ms));
        assert_eq!([take(0), take(0), take(0)], [Admission::Admit, Admission::Admit, Admission::Refuse]);
        assert_eq!([take(100), take(100)], [Admission::Admit, Admission::Refuse], "patience starts anew");
        assert_eq!([take(100), take(100)], [Admission::Refuse, Admission::Close]);
    }
}
