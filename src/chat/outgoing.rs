//! A message that has a conversation and only has to be written: what it answers and what it passes on has been looked up.

use super::{
    Rules, Seat,
    draft::{Draft, NOT_HERE},
    policy::Reach,
};
use crate::{
    error::{Code, Error, Result},
    ids::{FileId, MessageId, Seq, UserId},
    store::{
        Read,
        records::{MessageKind, Priority},
        tables,
    },
};

/// A message on its way into a conversation.
#[derive(Debug, Clone, PartialEq)]
pub struct Outgoing {
    /// The words, exactly as they came.
    pub content: String,
    /// What it is.
    pub kind: MessageKind,
    /// The message of the same conversation that it answers.
    pub reply_to: Option<Seq>,
    /// The sender's own id for it.
    pub client_message_id: Option<String>,
    /// How pressing it is.
    pub priority: Priority,
    /// Whether the sender waits for an acknowledgement.
    pub requires_ack: bool,
    /// What goes with it.
    pub files: Enclosed,
    /// Who wrote these words first, when they are passed on: as far as those who get them may know.
    pub forwarded_from: Option<UserId>,
    /// The appointment it is about.
    pub appointment: Option<String>,
}

/// The files that go with a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Enclosed {
    /// Uploads of the sender.
    Uploads(Vec<FileId>),
    /// Those of the message that is passed on, which stay there.
    PassedOn(Vec<FileId>),
    /// Those that waited with it for its time.
    Waiting(Vec<FileId>),
}

impl Outgoing {
    /// From what somebody wants to send into a conversation.
    pub fn new(read: &impl Read, rules: &Rules, seat: &Seat, draft: &Draft) -> Result<Self> {
        let reply_to = match draft.reply_to {
            None => None,
            Some(id) if id.chat == seat.id && seat.sees(id.seq) => Some(id.seq),
            Some(_) => return Err(Error::field("replyTo", NOT_HERE)),
        };
        let (content, kind, files, forwarded_from) = match draft.forwards {
            Some(id) => {
                let (content, kind, files, author) = forwarded(read, seat.user, id)?;
                (content, kind, files, Some(named(read, rules, seat, author)?))
            }
            None => (draft.content.clone(), draft.kind, Enclosed::Uploads(draft.files.clone()), None),
        };
        Ok(Self {
            content,
            kind,
            reply_to,
            client_message_id: draft.client_message_id.clone(),
            priority: draft.priority,
            requires_ack: draft.requires_ack,
            files,
            forwarded_from,
            appointment: draft.appointment.clone(),
        })
    }
}

/// What of a message is passed on: words, files, and who wrote them first, however often that was done.
type Passed = (String, MessageKind, Enclosed, UserId);

/// The words and files of a message that somebody may see. Nothing else goes with them.
fn forwarded(read: &impl Read, user: UserId, id: MessageId) -> Result<Passed> {
    let (_, message) = Seat::find_message(read, user, id)?;
    if message.deleted_at.is_some() {
        return Err(Error::with(Code::Conflict, "This message has been deleted."));
    }
    if message.system.is_some() {
        return Err(Error::with(Code::Conflict, "This message was not written by a person and cannot be forwarded."));
    }
    let files = Enclosed::PassedOn(message.files.into_iter().map(FileId).collect());
    Ok((message.content, message.kind, files, message.forwarded_from.unwrap_or(message.sender)))
}

/// Under whose name words go on. Where one who gets them may not know of their author, since the policy never lets them meet and they are
/// not together here, it is whoever passes them on.
fn named(read: &impl Read, rules: &Rules, seat: &Seat, author: UserId) -> Result<UserId> {
    if author == seat.user || seat.chat.members.contains(&author) {
        return Ok(author);
    }
    let role = |user: UserId| Ok::<_, Error>(read.get(tables::USERS, &user)?.map(|person| person.role));
    let Some(of) = role(author)? else { return Ok(author) };
    for reader in seat.others() {
        if role(reader)?.is_some_and(|reader| rules.policy.reach(reader, of) == Reach::Never) {
            return Ok(seat.user);
        }
    }
    Ok(author)
}
