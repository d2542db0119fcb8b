//! Calls between two people.

use super::Record;
use crate::{
    clock::Timestamp,
    ids::{ChatId, Device, UserId},
};
use serde::{Deserialize, Serialize};

/// A call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// The conversation of the two.
    pub chat: ChatId,
    /// With or without pictures at first.
    pub kind: CallKind,
    /// Who calls.
    pub caller: Party,
    /// Who is called.
    pub callee: Party,
    /// How far it has come.
    pub state: CallState,
    /// When it began to ring.
    pub started_at: Timestamp,
    /// Until when it rings.
    pub rings_until: Timestamp,
    /// When it was answered.
    pub answered_at: Option<Timestamp>,
    /// When it was over.
    pub ended_at: Option<Timestamp>,
    /// Why it was over.
    pub reason: Option<CallReason>,
    /// Its number among the calls that the callee has missed; zero if it was not missed.
    pub missed: u64,
}
impl Record for Call {}

impl Call {
    /// Whole seconds from the answer to the end; zero for a call that was not answered or is not over.
    #[must_use]
    pub fn duration(&self) -> u64 {
        self.answered_at.zip(self.ended_at).map_or(0, |(from, to)| to.since(from).as_secs())
    }
}

/// One of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Party {
    /// The person.
    pub user: UserId,
    /// The connection that is in the call; none before it is answered, and while it is lost. Means nothing after a restart.
    pub device: Option<Device>,
    /// Until when a lost connection may come back.
    pub lost_until: Option<Timestamp>,
}

/// With or without pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum CallKind {
    /// Sound.
    Voice,
    /// Sound and pictures.
    Video,
}

/// How far a call has come, and how it was over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum CallState {
    /// The callee has not answered.
    Ringing,
    /// They talk.
    Accepted,
    /// Over after they had talked.
    Ended,
    /// The callee did not want it.
    Rejected,
    /// Nobody answered.
    Missed,
    /// The caller gave up.
    Cancelled,
    /// The callee was in another call, or did not want to be disturbed.
    Busy,
    /// It could not be set up.
    Failed,
}

/// Why a call was over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum CallReason {
    /// One of them hung up.
    Hangup,
    /// The caller gave up.
    Cancelled,
    /// Nobody answered in time.
    Missed,
    /// The callee did not want it.
    Rejected,
    /// The callee was not to be had.
    Busy,
    /// A connection was lost and did not come back.
    ConnectionLost,
    /// The server was started again.
    ServerRestart,
    /// A device could not set it up.
    Failed,
    /// One of them may not talk to the other any more.
    Removed,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{TableId, codec};

    /// The bytes that stand on disks. To change them is to lose what people have done.
    #[test]
    fn the_bytes_are_frozen() {
        let call = Call {
            chat: ChatId(1),
            kind: CallKind::Video,
            caller: Party { user: UserId(2), device: Some(Device(300)), lost_until: None },
            callee: Party { user: UserId(3), device: None, lost_until: Some(Timestamp(4)) },
            state: CallState::Failed,
            started_at: Timestamp(5),
            rings_until: Timestamp(6),
            answered_at: Some(Timestamp(7)),
            ended_at: None,
            reason: Some(CallReason::Removed),
            missed: 9,
        };
        let bytes = [1, 1, 1, 2, 1, 251, 44, 1, 0, 3, 0, 1, 4, 7, 5, 6, 1, 7, 0, 1, 8, 9];
        assert_eq!(codec::encode(&call).unwrap(), bytes);
        assert_eq!(codec::decode::<Call>(TableId(50), &bytes), Ok(call));
    }
}
