//! Who is there at this moment. In memory only; when somebody was last there is kept in the store.

use crate::{
    clock::Timestamp,
    contract::Presence,
    ids::UserId,
    store::{Direction, Read, StoreError, tables},
};
use dashmap::DashMap;
use std::ops::Bound;

pub use crate::ids::Device;

#[derive(Debug, Default)]
struct Entry {
    /// Connected devices, and whether each is away.
    devices: Vec<(Device, bool)>,
    busy: bool,
    /// The last device has left, but the person may be back in a moment; which it was, and whether it was away.
    leaving: Option<(Device, bool)>,
    last_seen: Option<Timestamp>,
}

impl Entry {
    fn presence(&self) -> Presence {
        let away =
            if self.devices.is_empty() { self.leaving.map(|(_, away)| away) } else { Some(self.devices.iter().all(|(_, away)| *away)) };
        let status = match away {
            None => return Presence::offline(self.last_seen),
            Some(_) if self.busy => "busy",
            Some(true) => "away",
            Some(false) => "online",
        };
        Presence { is_online: true, status, last_seen: self.last_seen }
    }
}

/// Who is there, on how many devices, and in what state.
#[derive(Debug, Default)]
pub struct Roster(DashMap<UserId, Entry>);

impl Roster {
    /// Nobody is there; remembers when people last were.
    pub fn load(read: &impl Read) -> Result<Self, StoreError> {
        const CHUNK: usize = 1_000;
        let roster = Self::default();
        let mut from = Bound::Unbounded;
        loop {
            let rows = read.scan(tables::LAST_SEEN, (from, Bound::Unbounded), Direction::Ascending, CHUNK)?;
            let full = rows.len() == CHUNK;
            for (user, at) in rows {
                roster.0.entry(user).or_default().last_seen = Some(Timestamp(at));
                from = Bound::Excluded(user);
            }
            if !full {
                return Ok(roster);
            }
        }
    }

    /// How others see a person.
    #[must_use]
    pub fn presence(&self, user: UserId) -> Presence {
        self.0.get(&user).map_or_else(|| Presence::offline(None), |entry| entry.presence())
    }

    /// Everybody who is there, or has left a moment ago, with when that was last seen.
    #[must_use]
    pub fn present(&self) -> Vec<(UserId, Timestamp)> {
        let seen = |entry: &Entry| entry.last_seen.filter(|_| entry.leaving.is_some() || !entry.devices.is_empty());
        self.0.iter().filter_map(|entry| Some((*entry.key(), seen(&entry)?))).collect()
    }

    /// A device has connected.
    pub fn arrive(&self, user: UserId, device: Device, now: Timestamp) {
        let mut entry = self.0.entry(user).or_default();
        entry.devices.push((device, false));
        entry.leaving = None;
        entry.last_seen = Some(now);
    }

    /// A device has gone. True when it was the last: the person counts as there until [`Roster::settle`].
    pub fn leave(&self, user: UserId, device: Device, now: Timestamp) -> bool {
        let Some(mut entry) = self.0.get_mut(&user) else { return false };
        let Some(at) = entry.devices.iter().position(|(known, _)| *known == device) else { return false };
        let (_, away) = entry.devices.remove(at);
        let last = entry.devices.is_empty();
        if last {
            entry.leaving = Some((device, away));
            entry.last_seen = Some(now);
        }
        last
    }

    /// The time to come back is over for who has left by a device. The moment of leaving when the person is gone now.
    pub fn settle(&self, user: UserId, device: Device) -> Option<Timestamp> {
        let mut entry = self.0.get_mut(&user)?;
        entry.leaving.take_if(|(last, _)| *last == device)?;
        entry.busy = false;
        entry.last_seen
    }

    /// The person has turned to or from one device.
    pub fn set_away(&self, user: UserId, device: Device, away: bool) {
        if let Some(mut entry) = self.0.get_mut(&user)
            && let Some(known) = entry.devices.iter_mut().find(|(known, _)| *known == device)
        {
            known.1 = away;
        }
    }

    /// The person does not want to be disturbed, on whichever device.
    pub fn set_busy(&self, user: UserId, busy: bool) {
        if let Some(mut entry) = self.0.get_mut(&user) {
            entry.busy = busy;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AMA: UserId = UserId(1);

    #[test]
    fn a_person_is_there_as_long_as_one_device_is() {
        let roster = Roster::default();
        let status = || roster.presence(AMA).status;
        assert_eq!(status(), "offline");
        roster.arrive(AMA, Device(1), Timestamp(10));
        roster.arrive(AMA, Device(2), Timestamp(11));
        roster.set_away(AMA, Device(1), true);
        assert_eq!(status(), "online");
        roster.set_away(AMA, Device(2), true);
        assert_eq!(status(), "away");
        assert!(!roster.leave(AMA, Device(1), Timestamp(12)));
        roster.set_busy(AMA, true);
        assert_eq!(status(), "busy");
        assert!(roster.leave(AMA, Device(2), Timestamp(13)));
        assert_eq!(status(), "busy", "still within the time to come back");
        roster.set_busy(AMA, false);
        assert_eq!(status(), "away");
        assert_eq!(roster.settle(AMA, Device(2)), Some(Timestamp(13)));
        assert_eq!(roster.presence(AMA), Presence::offline(Some(Timestamp(13))));
    }

    #[test]
    fn coming_back_in_time_is_no_absence() {
        let roster = Roster::default();
        roster.arrive(AMA, Device(1), Timestamp(10));
        assert!(roster.leave(AMA, Device(1), Timestamp(11)));
        roster.arrive(AMA, Device(2), Timestamp(12));
        assert_eq!(roster.settle(AMA, Device(1)), None);
        assert_eq!(roster.presence(AMA).status, "online");
        assert!(!roster.leave(AMA, Device(1), Timestamp(13)), "a device leaves once");
        // Who leaves once more has the whole time to come back again.
        assert!(roster.leave(AMA, Device(2), Timestamp(14)));
        assert_eq!(roster.settle(AMA, Device(1)), None);
        assert_eq!(roster.presence(AMA).status, "online");
        assert_eq!(roster.settle(AMA, Device(2)), Some(Timestamp(14)));
    }
}
