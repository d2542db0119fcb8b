//! Bytes of keys and records. The only place that names bincode.
//!
//! Keys are big-endian and of fixed width (a text may come last), so that their order as bytes is their order as values.
//! A record is a version byte and the bytes of a frozen struct. An unknown version is a named error, never a guess.

use super::{StoreError, TableId};
use crate::{
    clock::Timestamp,
    ids::{AppointmentId, BlobId, CallId, ChatId, Cursor, FileId, ReviewId, Seq, SessionId, UserId},
};
use bincode::Options as _;
use serde::{Serialize, de::DeserializeOwned};

/// A value that can stand in a key.
pub trait Key: Sized {
    /// Appends the bytes.
    fn write(&self, out: &mut Vec<u8>);

    /// Takes the value from the front of `bytes`; `None` when they do not hold one.
    fn read(bytes: &mut &[u8]) -> Option<Self>;

    /// The whole key as bytes.
    fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(32);
        self.write(&mut out);
        out
    }
}

/// Takes `N` bytes from the front.
fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (head, rest) = bytes.split_first_chunk::<N>()?;
    *bytes = rest;
    Some(*head)
}

impl Key for u8 {
    fn write(&self, out: &mut Vec<u8>) {
        out.push(*self);
    }

    fn read(bytes: &mut &[u8]) -> Option<Self> {
        take::<1>(bytes).map(|b| b[0])
    }
}

impl Key for u64 {
    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.to_be_bytes());
    }

    fn read(bytes: &mut &[u8]) -> Option<Self> {
        take(bytes).map(Self::from_be_bytes)
    }
}

impl<const N: usize> Key for [u8; N] {
    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self);
    }

    fn read(bytes: &mut &[u8]) -> Option<Self> {
        take(bytes)
    }
}

/// A text takes the rest of the key, so it comes last.
impl Key for String {
    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.as_bytes());
    }

    fn read(bytes: &mut &[u8]) -> Option<Self> {
        Self::from_utf8(std::mem::take(bytes).to_vec()).ok()
    }
}

macro_rules! number_keys {
    ($($name:ident)*) => {$(
        impl Key for $name {
            fn write(&self, out: &mut Vec<u8>) {
                self.0.write(out);
            }

            fn read(bytes: &mut &[u8]) -> Option<Self> {
                u64::read(bytes).map(Self)
            }
        }
    )*};
}
number_keys! { UserId ChatId SessionId Seq Cursor FileId BlobId CallId AppointmentId ReviewId Timestamp }

macro_rules! tuple_keys {
    ($(($($part:ident $index:tt),+))*) => {$(
        impl<$($part: Key),+> Key for ($($part,)+) {
            fn write(&self, out: &mut Vec<u8>) {
                $(self.$index.write(out);)+
            }

            fn read(bytes: &mut &[u8]) -> Option<Self> {
                Some(($($part::read(bytes)?,)+))
            }
        }
    )*};
}
tuple_keys! { (A 0, B 1) (A 0, B 1, C 2) (A 0, B 1, C 2, D 3) }

/// Reads a whole key.
pub(super) fn decode_key<K: Key>(table: TableId, mut bytes: &[u8]) -> Result<K, StoreError> {
    let key = K::read(&mut bytes);
    key.filter(|_| bytes.is_empty()).ok_or(StoreError::Damaged { table, what: "a key has the wrong length" })
}

/// A value of a table. Its fields are frozen: a change is a new struct with the next version and a conversion from this one.
pub trait Record: Serialize + DeserializeOwned {
    /// The version that is written.
    const VERSION: u8 = 1;

    /// Reads an older version. `None` when there is none of that number.
    #[must_use]
    fn upgrade(_version: u8, _bytes: &[u8]) -> Option<Self> {
        None
    }
}

/// For tables whose keys say everything.
impl Record for () {}
/// For tables that point at something.
impl Record for u64 {}
impl Record for UserId {}
impl Record for ChatId {}
impl Record for Seq {}
impl Record for BlobId {}
impl Record for CallId {}
impl Record for AppointmentId {}
/// For tables that say when something is over.
impl Record for Timestamp {}

/// The one encoding: little-endian, small numbers in one byte, nothing left over.
fn options() -> impl bincode::Options {
    bincode::DefaultOptions::new().with_little_endian().with_varint_encoding().reject_trailing_bytes()
}

/// The bytes of a frozen struct without its version, for [`Record::upgrade`].
#[must_use]
pub fn decode_body<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    options().with_limit(bytes.len() as u64).deserialize(bytes).ok()
}

/// Writes a record: the bytes that stand in its table.
pub fn encode<R: Record>(record: &R) -> Result<Vec<u8>, StoreError> {
    let size = options().serialized_size(record).map_err(|_| StoreError::Unencodable)?;
    let mut out = Vec::with_capacity(usize::try_from(size).unwrap_or(0) + 1);
    out.push(R::VERSION);
    options().serialize_into(&mut out, record).map_err(|_| StoreError::Unencodable)?;
    Ok(out)
}

/// Reads a record of this or an older version.
pub fn decode<R: Record>(table: TableId, bytes: &[u8]) -> Result<R, StoreError> {
    let (&version, body) = bytes.split_first().ok_or(StoreError::Damaged { table, what: "a record is empty" })?;
    if version > R::VERSION {
        return Err(StoreError::NewerRecord { table, version });
    }
    let record = if version == R::VERSION { decode_body(body) } else { R::upgrade(version, body) };
    record.ok_or(StoreError::Damaged { table, what: "a record does not decode" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_sort_as_their_values() {
        let low = (ChatId(1), Seq(255)).to_bytes();
        let high = (ChatId(1), Seq(256)).to_bytes();
        assert!(low < high && high < (ChatId(2), Seq(0)).to_bytes());
        assert_eq!(decode_key::<(ChatId, Seq)>(TableId(0), &high), Ok((ChatId(1), Seq(256))));
        assert!(decode_key::<(ChatId, Seq)>(TableId(0), &high[1..]).is_err());
        assert_eq!(decode_key(TableId(0), &(7_u64, "ü".to_owned()).to_bytes()), Ok((7_u64, "ü".to_owned())));
    }

    #[test]
    fn a_newer_record_is_refused_by_name() {
        assert_eq!(encode(&300_u64).unwrap(), [1, 251, 44, 1]);
        assert_eq!(decode::<u64>(TableId(3), &[2, 0]), Err(StoreError::NewerRecord { table: TableId(3), version: 2 }));
        assert!(matches!(decode::<u64>(TableId(3), &[]), Err(StoreError::Damaged { .. })));
        assert!(matches!(decode::<u64>(TableId(3), &[1, 0, 0]), Err(StoreError::Damaged { .. })));
    }
}
