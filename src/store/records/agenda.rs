//! What stands on the agenda.

use super::{
    MessageKind, Priority, Record,
    older::{self, Scheduled1},
};
use crate::{
    clock::Timestamp,
    ids::{Seq, UserId},
};
use serde::{Deserialize, Serialize};

/// An urgent message that somebody has not acknowledged yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unacknowledged {
    /// When those who have not are told again.
    pub due: Timestamp,
    /// How often they were told already, without the message itself.
    pub attempt: u32,
}
impl Record for Unacknowledged {}

/// A message that is sent later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scheduled {
    /// The words, exactly as they came.
    pub content: String,
    /// What it is.
    pub kind: MessageKind,
    /// The message it answers, in the same conversation.
    pub reply_to: Option<Seq>,
    /// The sender's own id for it.
    pub client_message_id: Option<String>,
    /// How pressing it is.
    pub priority: Priority,
    /// Whether the sender waits for an acknowledgement.
    pub requires_ack: bool,
    /// Who wrote the original of a forwarded message.
    pub forwarded_from: Option<UserId>,
    /// The appointment it is about.
    pub appointment: Option<String>,
    /// When it is sent.
    pub due: Timestamp,
    /// When it was scheduled.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Why it could not be sent when its time had come, in words for its author.
    pub failed: Option<String>,
    /// Files that wait with it.
    pub files: Vec<u64>,
}
impl Record for Scheduled {
    const VERSION: u8 = 2;

    fn upgrade(version: u8, bytes: &[u8]) -> Option<Self> {
        older::first::<Scheduled1, _>(version, bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{TableId, codec};

    /// The bytes that stand on disks. To change them is to lose what people have written.
    #[test]
    fn the_bytes_are_frozen() {
        let open = Unacknowledged { due: Timestamp(1_795_000_000_000), attempt: 3 };
        let bytes = [1, 253, 0, 94, 86, 238, 161, 1, 0, 0, 3];
        assert_eq!(codec::encode(&open).unwrap(), bytes);
        assert_eq!(codec::decode::<Unacknowledged>(TableId(21), &bytes), Ok(open));
        let scheduled = Scheduled {
            content: "Hi".into(),
            kind: MessageKind::Location,
            reply_to: Some(Seq(7)),
            client_message_id: Some("c".into()),
            priority: Priority::Urgent,
            requires_ack: true,
            forwarded_from: Some(UserId(9)),
            appointment: Some("a".into()),
            due: Timestamp(5),
            created_at: Timestamp(3),
            updated_at: Timestamp(4),
            failed: Some("no".into()),
            files: vec![8, 300],
        };
        let first = [1, 2, b'H', b'i', 5, 1, 7, 1, 1, b'c', 1, 1, 1, 9, 1, 1, b'a', 5, 3, 4, 1, 2, b'n', b'o'];
        let before = Scheduled { files: Vec::new(), ..scheduled.clone() };
        assert_eq!(codec::decode::<Scheduled>(TableId(22), &first), Ok(before), "what version 1 wrote");
        let bytes = [&[2], &first[1..], &[2, 8, 251, 44, 1]].concat();
        assert_eq!(codec::encode(&scheduled).unwrap(), bytes);
        assert_eq!(codec::decode::<Scheduled>(TableId(22), &bytes), Ok(scheduled));
    }
}
