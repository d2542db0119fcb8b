//! Identifiers: one newtype for each kind of thing, so that a conversation can never be passed where a person is meant.
//!
//! On the wire an id is lower-case hexadecimal of a fixed length. It is opaque to clients.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use sha2::{Digest as _, Sha256};
use std::{
    fmt::{self, Write as _},
    str::FromStr,
};

/// Bytes as lower-case hexadecimal.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// A text that is not an id of the wanted kind. Callers answer as for an id that does not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAnId;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub u64);

        impl $name {
            /// The smallest value; with [`Self::MAX`] it bounds a scan over all ids.
            pub const MIN: Self = Self(0);
            /// The largest value.
            pub const MAX: Self = Self(u64::MAX);
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:016x}", self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;

            fn from_str(text: &str) -> Result<Self, NotAnId> {
                number(text, 16).map(Self)
            }
        }

        impl Serialize for $name {
            /// In records a number, on the wire its text.
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                if serializer.is_human_readable() { serializer.collect_str(self) } else { serializer.serialize_u64(self.0) }
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                if !deserializer.is_human_readable() {
                    return u64::deserialize(deserializer).map(Self);
                }
                String::deserialize(deserializer)?.parse().map_err(|NotAnId| D::Error::custom("must be an id"))
            }
        }
    };
}

id! {
    /// A person with an account.
    UserId
}
id! {
    /// A conversation.
    ChatId
}
id! {
    /// One sign-in on one device.
    SessionId
}
id! {
    /// A file that somebody sent or is about to send.
    FileId
}
id! {
    /// The content of one or more files, as it lies on the disk.
    BlobId
}
id! {
    /// A call.
    CallId
}
id! {
    /// An appointment.
    AppointmentId
}
id! {
    /// What a mother says of a professional.
    ReviewId
}

/// One connection of a person: another one for each socket. Nobody outside knows the number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Device(pub u64);

impl Device {
    /// The connection whose socket is called so. Names of sockets are drawn at random, so no two make the same.
    #[must_use]
    pub fn named(socket: &str) -> Self {
        Self(Sha256::digest(socket).iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }
}

/// The place of a message in its conversation: 1, 2, 3 … without gaps. 0 means "before the first".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub struct Seq(pub u64);

impl Seq {
    /// Before the first message.
    pub const ZERO: Self = Self(0);
    /// After any message.
    pub const MAX: Self = Self(u64::MAX);
    /// The first place of messages that wait for their time. All of them lie far behind those of real ones, so that no operation on
    /// messages finds them.
    pub const WAITING: Self = Self(1 << 63);

    /// The place after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// Whether it is the place of a message that waits for its time.
    #[must_use]
    pub fn waits(self) -> bool {
        self >= Self::WAITING
    }
}

/// The place of a change in the history of a conversation. A client that knows the conversation up to a cursor asks for what came after.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub struct Cursor(pub u64);

impl Cursor {
    /// Before the first change.
    pub const ZERO: Self = Self(0);
    /// After any change.
    pub const MAX: Self = Self(u64::MAX);

    /// The place after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

/// A message: its conversation and its place in it, so that finding one needs no index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MessageId {
    /// The conversation.
    pub chat: ChatId,
    /// The place in it.
    pub seq: Seq,
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{:016x}", self.chat, self.seq.0)
    }
}

impl FromStr for MessageId {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let (chat, seq) = text.split_at_checked(16).ok_or(NotAnId)?;
        Ok(Self { chat: chat.parse()?, seq: Seq(number(seq, 16)?) })
    }
}

impl Serialize for MessageId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Reads exactly `digits` lower-case hexadecimal digits.
fn number(text: &str, digits: usize) -> Result<u64, NotAnId> {
    let valid = text.len() == digits && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    if valid { u64::from_str_radix(text, 16).map_err(|_| NotAnId) } else { Err(NotAnId) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_come_back_from_their_text() {
        let id = MessageId { chat: ChatId(0x0123_4567_89ab_cdef), seq: Seq(42) };
        assert_eq!(id.to_string(), "0123456789abcdef000000000000002a");
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(UserId(7).to_string().parse(), Ok(UserId(7)));
    }

    #[test]
    fn people_see_text_and_records_hold_numbers() {
        assert_eq!(serde_json::to_string(&UserId(7)).unwrap(), "\"0000000000000007\"");
        assert_eq!(serde_json::from_str::<UserId>("\"0000000000000007\"").unwrap(), UserId(7));
        assert!(serde_json::from_str::<UserId>("7").is_err());
    }

    #[test]
    fn other_texts_are_refused() {
        for text in ["", "7", "0123456789ABCDEF", "+123456789abcdef", "0123456789abcdeg", "0123456789abcdef0", "ünïcödé-text-16b"] {
            assert_eq!(text.parse::<UserId>(), Err(NotAnId), "{text}");
            assert_eq!(text.parse::<MessageId>(), Err(NotAnId), "{text}");
        }
    }
}
