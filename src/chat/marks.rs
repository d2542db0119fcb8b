//! How far people have come: delivered, read, unread. Two numbers for each member; everything else follows from them.

use super::{Seat, db::TxOf, view::Receipt};
use crate::{
    accounts::Actor,
    contract::{Emission, Event, ReadView, Status, StatusUpdate, StatusView, UnreadCount, UnreadView},
    error::{Code, Error, Result},
    ids::{ChatId, MessageId, Seq, UserId},
    store::{Read, records::Member, tables},
};

/// Which of the two marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// On a device.
    Delivered,
    /// Seen; then it is on a device too.
    Read,
}

impl Mark {
    fn of(self, member: &Member) -> Seq {
        match self {
            Self::Delivered => member.delivered.seq,
            Self::Read => member.read.seq,
        }
    }

    fn status(self) -> Status {
        match self {
            Self::Delivered => Status::Delivered,
            Self::Read => Status::Read,
        }
    }
}

/// Marks a message, and with it everything before it.
pub fn mark_message(tx: &mut TxOf<'_>, actor: &Actor, id: MessageId, mark: Mark) -> Result<StatusView> {
    let (mut seat, message) = Seat::find_message(tx, actor.user, id)?;
    if message.sender == actor.user {
        return Err(Error::with(Code::Forbidden, "Only a recipient can say that a message was delivered or read."));
    }
    advance(tx, &mut seat, id.seq, mark)?;
    let receipt = Receipt::of(&seat.members(tx)?, message.sender, id.seq);
    Ok(StatusView {
        id,
        same_id: id,
        conversation_id: id.chat,
        status: receipt.status,
        delivered_at: receipt.delivered_at,
        read_at: receipt.read_at,
    })
}

/// Marks a conversation as read up to a place; without one, all of it.
pub fn read_conversation(tx: &mut TxOf<'_>, actor: &Actor, id: ChatId, up_to: Option<Seq>) -> Result<ReadView> {
    let mut seat = Seat::find(tx, actor.user, id)?;
    let before = seat.me.read.seq;
    let seq = up_to.unwrap_or(Seq::MAX).min(seat.chat.last_seq);
    advance(tx, &mut seat, seq, Mark::Read)?;
    Ok(ReadView { conversation_id: id, marked_count: seat.me.read.seq.0 - before.0, read_at: tx.now() })
}

/// Moves a member's mark forward and tells those who see it. Nothing happens when it is there already.
pub(super) fn advance(tx: &mut TxOf<'_>, seat: &mut Seat, seq: Seq, mark: Mark) -> Result<()> {
    let (before, now) = (mark.of(&seat.me), tx.now());
    let moved = match mark {
        Mark::Delivered => seat.me.delivered.advance(seq, now),
        Mark::Read => {
            seat.me.delivered.advance(seq, now);
            seat.me.read.advance(seq, now)
        }
    };
    if moved {
        seat.next_cursor();
        seat.save(tx)?;
        tell(tx, seat, before, mark.of(&seat.me), mark)?;
    }
    Ok(())
}

/// Tells the senders how far their messages have come now, and the member's own devices what is left to read.
pub(super) fn tell(tx: &mut TxOf<'_>, seat: &Seat, before: Seq, now: Seq, mark: Mark) -> Result<()> {
    for (audience, others) in audiences(tx, seat, mark)? {
        // A message counts as read when its slowest recipient has read it.
        let (was, is) = (before.min(others), now.min(others));
        if is > was && !audience.is_empty() {
            tx.emit(Emission::to_users(audience, Event::MessageStatusUpdate(update(tx, seat, is, mark, None))));
        }
    }
    if mark == Mark::Read {
        let unread = Some(seat.unread());
        tx.emit(Emission::to_users(vec![seat.user], Event::MessageStatusUpdate(update(tx, seat, now, mark, unread))));
        tell_sender(tx, seat, now)?;
    }
    Ok(())
}

/// Tells the sender of the newest message that was read.
fn tell_sender(tx: &mut TxOf<'_>, seat: &Seat, seq: Seq) -> Result<()> {
    let sender = match seat.peer() {
        Some(peer) => Some(peer),
        None => tx.get(tables::MESSAGES, &(seat.id, seq))?.map(|message| message.sender),
    };
    if let Some(sender) = sender {
        let message_id = MessageId { chat: seat.id, seq };
        tx.emit(Emission::to_users(vec![sender], Event::MessageRead { message_id, conversation_id: seat.id, read_at: tx.now() }));
    }
    Ok(())
}

/// The other members, each with the slowest mark of everybody but that one and the one who acts. That is the slowest of
/// all for everybody except the slowest, so there are two groups at most.
fn audiences(tx: &TxOf<'_>, seat: &Seat, mark: Mark) -> Result<Vec<(Vec<UserId>, Seq)>> {
    if let Some(peer) = seat.peer() {
        return Ok(vec![(vec![peer], Seq::MAX)]);
    }
    let mut marks: Vec<(Seq, UserId)> =
        seat.members(tx)?.into_iter().filter(|(user, _)| *user != seat.user).map(|(user, member)| (mark.of(&member), user)).collect();
    marks.sort_unstable();
    let Some(&(slowest, slow)) = marks.first() else { return Ok(Vec::new()) };
    let second = marks.get(1).map_or(Seq::MAX, |(seq, _)| *seq);
    Ok(vec![(vec![slow], second), (marks.iter().skip(1).map(|(_, user)| *user).collect(), slowest)])
}

fn update(tx: &TxOf<'_>, seat: &Seat, seq: Seq, mark: Mark, unread_count: Option<u64>) -> StatusUpdate {
    StatusUpdate {
        conversation_id: seat.id,
        message_id: MessageId { chat: seat.id, seq },
        seq,
        status: mark.status(),
        user_id: seat.user,
        read_at: (mark == Mark::Read).then(|| tx.now()),
        delivered_at: seat.me.delivered.passed_at(seq),
        unread_count,
    }
}

/// How much a person has not read.
pub fn unread(read: &impl Read, user: UserId) -> Result<UnreadView> {
    let mut view = UnreadView::default();
    for seat in super::inbox::seats(read, user)? {
        let count = seat.unread();
        if count > 0 {
            view.total += count;
            view.by_conversation.push(UnreadCount { conversation_id: seat.id, count });
            view.conversations.insert(seat.id, count);
        }
    }
    view.unread_count = view.total;
    Ok(view)
}
