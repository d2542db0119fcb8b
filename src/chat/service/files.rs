//! What conversations know of files.

use super::Chats;
use crate::{
    chat::{Draft, Seat, schedule},
    error::{Code, Result},
    files::too_many,
    ids::{MessageId, UserId},
};

/// Files of one message, unless the settings say otherwise.
pub(super) const USUAL_MOST: usize = 5;

impl Chats {
    /// The same, with another number of files that one message may have.
    #[must_use]
    pub fn with_files(self, most_files: usize) -> Self {
        Self { most_files, ..self }
    }

    /// Whether a person sees a message; nobody sees a deleted one, and only its author one that waits for its time.
    pub fn sees(&self, user: UserId, id: MessageId) -> Result<bool> {
        if id.seq.waits() {
            return Ok(self.store.read(|read| schedule::is_of(read, user, id))?);
        }
        match self.store.read(|read| Seat::find_message(read, user, id)) {
            Ok((_, message)) => Ok(message.deleted_at.is_none()),
            Err(error) if error.code == Code::MessageNotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Refuses more files than one message may have.
    pub(super) fn check_count(&self, draft: &Draft) -> Result<()> {
        if draft.files.len() > self.most_files { Err(too_many(self.most_files)) } else { Ok(()) }
    }
}
