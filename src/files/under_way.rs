//! What is on its way at this moment: nobody sends more than so many forms at once, and what has arrived of them counts as the person's
//! space before it is written down.

use super::ledger;
use crate::{
    error::{Code, Error, Result},
    ids::UserId,
};
use dashmap::DashMap;
use std::sync::Arc;

/// Forms that one person may be sending at once, over all devices. Each may be waited for as long as its client sends now and then.
pub const AT_ONCE: usize = 16;

/// Everybody's uploads under way.
#[derive(Debug, Clone, Default)]
pub struct UnderWay(Arc<DashMap<UserId, Load>>);

/// What one person is sending.
#[derive(Debug, Default, PartialEq, Eq)]
struct Load {
    forms: usize,
    bytes: u64,
}

impl UnderWay {
    /// Lets a person send one more form, until the ticket is dropped.
    pub fn admit(&self, owner: UserId) -> Result<Ticket> {
        let mut load = self.0.entry(owner).or_default();
        if load.forms >= AT_ONCE {
            let message = format!("At most {AT_ONCE} uploads can be under way at once. Please wait until one of them has arrived.");
            return Err(Error::with(Code::RateLimited, message).retry_after(5));
        }
        load.forms += 1;
        Ok(Ticket { all: self.clone(), owner })
    }

    /// Room for a file that begins to arrive.
    pub fn room(&self, owner: UserId) -> Room {
        Room { all: self.clone(), owner, bytes: 0 }
    }

    fn leave(&self, owner: UserId, forms: usize, bytes: u64) {
        if let Some(mut load) = self.0.get_mut(&owner) {
            load.forms -= forms;
            load.bytes -= bytes;
        }
        self.0.remove_if(&owner, |_, load| *load == Load::default());
    }
}

/// One form under way.
#[derive(Debug)]
pub struct Ticket {
    all: UnderWay,
    owner: UserId,
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.all.leave(self.owner, 1, 0);
    }
}

/// What has arrived of one file. It counts until this is dropped.
#[derive(Debug)]
pub struct Room {
    all: UnderWay,
    owner: UserId,
    bytes: u64,
}

impl Room {
    /// More has arrived. Refuses what goes over `quota` bytes together with what is `used` and with everything else under way.
    pub fn grow(&mut self, bytes: u64, used: u64, quota: u64) -> Result<()> {
        let mut load = self.all.0.entry(self.owner).or_default();
        load.bytes += bytes;
        self.bytes += bytes;
        if used.saturating_add(load.bytes) > quota { Err(ledger::over_quota(quota)) } else { Ok(()) }
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        self.all.leave(self.owner, 0, self.bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ME: UserId = UserId(1);

    #[test]
    fn so_many_at_once_and_no_more_for_each_person() {
        let all = UnderWay::default();
        let mut mine: Vec<Ticket> = (0..AT_ONCE).map(|_| all.admit(ME).unwrap()).collect();
        let refused = all.admit(ME).unwrap_err();
        assert_eq!((refused.code, refused.retry_after), (Code::RateLimited, Some(5)));
        let theirs = all.admit(UserId(2)).unwrap();
        mine.pop();
        mine.push(all.admit(ME).unwrap());
        drop((mine, theirs));
        assert!(all.0.is_empty());
    }

    #[test]
    fn what_is_under_way_takes_room() {
        let all = UnderWay::default();
        let (mut one, mut two) = (all.room(ME), all.room(ME));
        one.grow(60, 0, 100).unwrap();
        two.grow(40, 0, 100).unwrap();
        assert_eq!(two.grow(1, 0, 100).unwrap_err().code, Code::QuotaExceeded);
        assert_eq!(all.room(UserId(2)).grow(100, 1, 100).unwrap_err().code, Code::QuotaExceeded);
        drop(one);
        two.grow(9, 50, 100).unwrap();
        drop(two);
        assert!(all.0.is_empty());
    }
}
