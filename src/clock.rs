//! Time as the product knows it: whole milliseconds, UTC.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use std::{
    fmt,
    str::FromStr,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use time::{Date, OffsetDateTime, format_description::well_known::Rfc3339, macros::format_description};

/// Milliseconds since 1970-01-01 UTC. In records a number, for people ISO 8601 with milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Timestamp(pub u64);

impl Timestamp {
    /// This moment plus `duration`.
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)))
    }

    /// How long ago `earlier` was; zero when it lies in the future.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }

    /// Whole seconds since 1970, as tokens count.
    #[must_use]
    pub fn seconds(self) -> u64 {
        self.0 / 1000
    }
}

impl fmt::Display for Timestamp {
    /// Writes ISO 8601, for example `2026-11-22T14:10:43.123Z`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nanos = i128::from(self.0).saturating_mul(1_000_000);
        let moment = OffsetDateTime::from_unix_timestamp_nanos(nanos).unwrap_or(OffsetDateTime::UNIX_EPOCH);
        let iso = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");
        f.write_str(&moment.format(&iso).map_err(|_| fmt::Error)?)
    }
}

impl FromStr for Timestamp {
    type Err = NotATime;

    /// Reads a time in ISO 8601, or a date, which is its first moment.
    fn from_str(text: &str) -> Result<Self, NotATime> {
        let day = || Date::parse(text, format_description!("[year]-[month]-[day]")).map(|day| day.midnight().assume_utc());
        let moment = OffsetDateTime::parse(text, &Rfc3339).or_else(|_| day()).map_err(|_| NotATime)?;
        u64::try_from(moment.unix_timestamp_nanos() / 1_000_000).map(Self).map_err(|_| NotATime)
    }
}

/// A text that is no time, or one before 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotATime;

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() { serializer.collect_str(self) } else { serializer.serialize_u64(self.0) }
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if !deserializer.is_human_readable() {
            return u64::deserialize(deserializer).map(Self);
        }
        let text = String::deserialize(deserializer)?;
        let moment =
            OffsetDateTime::parse(&text, &Rfc3339).map_err(|_| D::Error::custom("must be a time such as 2026-11-22T14:10:43.123Z"))?;
        u64::try_from(moment.unix_timestamp_nanos() / 1_000_000).map(Self).map_err(|_| D::Error::custom("must be after 1970"))
    }
}

/// A day, which begins at midnight UTC: whole days since 1970. For people a date such as `2026-11-22`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Day(pub u64);

impl Day {
    const MILLISECONDS: u64 = 86_400_000;

    /// The day of a moment.
    #[must_use]
    pub fn of(moment: Timestamp) -> Self {
        Self(moment.0 / Self::MILLISECONDS)
    }

    /// The day after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// Its first moment.
    #[must_use]
    pub fn begin(self) -> Timestamp {
        Timestamp(self.0.saturating_mul(Self::MILLISECONDS))
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.begin().to_string();
        f.write_str(text.get(..10).unwrap_or(&text))
    }
}

impl FromStr for Day {
    type Err = ();

    /// Reads a date, or the day of a time.
    fn from_str(text: &str) -> Result<Self, ()> {
        let moment = if text.len() == 10 { format!("{text}T00:00:00Z") } else { text.to_owned() };
        let moment = OffsetDateTime::parse(&moment, &Rfc3339).map_err(|_| ())?;
        u64::try_from(moment.unix_timestamp().div_euclid(86_400)).map(Self).map_err(|_| ())
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Where the time comes from. Handed in, so that tests can stand still or jump.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock {
    /// The machine's clock.
    #[must_use]
    pub fn system() -> Self {
        Self::new(|| {
            let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            Timestamp(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
        })
    }

    /// A clock of one's own.
    pub fn new(read: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(read))
    }

    /// The present moment.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        (self.0)()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_read_iso_8601_with_milliseconds() {
        let moment = Timestamp(1_795_356_643_123);
        assert_eq!(serde_json::to_string(&moment).unwrap(), "\"2026-11-22T14:10:43.123Z\"");
        assert_eq!(serde_json::from_str::<Timestamp>("\"2026-11-22T14:10:43.123Z\"").unwrap(), moment);
        assert_eq!(serde_json::from_str::<Timestamp>("\"2026-11-22T19:40:43.123+05:30\"").unwrap(), moment);
        assert!(serde_json::from_str::<Timestamp>("\"yesterday\"").is_err());
        assert_eq!("2026-11-22T19:40:43.123+05:30".parse(), Ok(moment));
        assert_eq!("2026-11-22".parse(), Ok(Timestamp(1_795_356_643_123 / 86_400_000 * 86_400_000)));
        for text in ["", "yesterday", "2026-11-31", "1969-12-31"] {
            assert_eq!(text.parse::<Timestamp>(), Err(NotATime), "{text}");
        }
    }

    #[test]
    fn days_are_dates() {
        let day: Day = "2026-11-22".parse().unwrap();
        assert_eq!((day, day.to_string().as_str()), (Day::of(Timestamp(1_795_356_643_123)), "2026-11-22"));
        assert_eq!("2026-11-23T00:30:00+05:30".parse(), Ok(day), "a time is of the day that it is in UTC");
        for wrong in ["", "22.11.2026", "2026-02-30", "1969-12-31", "2026-11-2é"] {
            assert_eq!(wrong.parse::<Day>(), Err(()), "{wrong}");
        }
    }
}
