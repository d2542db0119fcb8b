//! How far people have come: delivered, read, unread. Two numbers for each member; everything else follows from them.

use super::{Seat, db::TxOf, view::Receipt};
use crate::{
    accounts::Actor,
    contract::{Emission, Event, ReadView, ReceiptView, Status, StatusUpdate, StatusView, UnreadCount, UnreadView},
    error::{Code, Error, Result},
    ids::{ChatId, MessageId, Seq, UserId},
    store::{
        Read, StoreError,
        records::{Chat, Member},
        tables,
    },
};
use std::collections::BTreeMap;

/// Which of the two marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// On a device.
    Delivered,
    /// Seen; then it is on a device too.
    Read,
}

impl Mark {
    /// How far a member has come.
    #[must_use]
    pub fn of(self, member: &Member) -> Seq {
        match self {
            Self::Delivered => member.delivered.seq,
            Self::Read => member.read.seq,
        }
    }

    /// How far the messages of somebody have come who is alone in a group.
    pub(super) fn alone(self, chat: &Chat) -> Seq {
        match self {
            Self::Delivered => chat.floor.0,
            Self::Read => chat.floor.1,
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
    if message.sender == actor.user && message.system.is_none() {
        return Err(Error::with(Code::Forbidden, "Only a recipient can say that a message was delivered or read."));
    }
    advance(tx, &mut seat, id.seq, mark)?;
    let receipt = Receipt::of(&seat.chat, &seat.members(tx)?, message.sender, id.seq);
    Ok(StatusView {
        id,
        same_id: id,
        conversation_id: id.chat,
        status: receipt.status,
        delivered_at: receipt.delivered_at,
        read_at: receipt.read_at,
    })
}

/// How far a message has come with each of its recipients: those who were in the conversation when it was written and still are.
pub fn receipts(read: &impl Read, user: UserId, id: MessageId) -> Result<Vec<ReceiptView>> {
    let (seat, message) = Seat::find_message(read, user, id)?;
    let members = seat.members(read)?;
    let recipients = members.iter().filter(|(user, member)| *user != message.sender && member.joined_seq < id.seq);
    let view = |(user, member): &(UserId, Member)| ReceiptView {
        user_id: *user,
        status: [Mark::Read, Mark::Delivered].into_iter().find(|mark| mark.of(member) >= id.seq).map_or(Status::Sent, Mark::status),
        delivered_at: member.delivered.passed_at(id.seq),
        read_at: member.read.passed_at(id.seq),
    };
    Ok(recipients.map(view).collect())
}

/// Marks a conversation as read up to a place; without one, all of it.
pub fn read_conversation(tx: &mut TxOf<'_>, actor: &Actor, id: ChatId, up_to: Option<Seq>) -> Result<ReadView> {
    let mut seat = Seat::find(tx, actor.user, id)?;
    let before = seat.unread(tx)?;
    let seq = up_to.unwrap_or(Seq::MAX).min(seat.chat.last_seq);
    advance(tx, &mut seat, seq, Mark::Read)?;
    let marked_count = before.saturating_sub(seat.unread(tx)?);
    Ok(ReadView { conversation_id: id, marked_count, read_at: tx.now() })
}

/// Moves a member's mark forward and tells those who see it. Nothing happens when it is there already.
pub(super) fn advance(tx: &mut TxOf<'_>, seat: &mut Seat, seq: Seq, mark: Mark) -> Result<()> {
    let (before, now) = (seat.me.clone(), tx.now());
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
        tell(tx, seat, &before, mark.of(&seat.me), mark)?;
    }
    Ok(())
}

/// Tells the senders how far their messages have come now, and the member's own devices what is left to read.
/// `before` is how far the member had come, `seq` the newest message that the step was about.
pub(super) fn tell(tx: &mut TxOf<'_>, seat: &Seat, before: &Member, seq: Seq, mark: Mark) -> Result<()> {
    if let Some(peer) = seat.peer() {
        if seq > mark.of(before) {
            tx.emit(Emission::to_users(vec![peer], Event::MessageStatusUpdate(update(tx, seat, seq, mark, None))));
        }
    } else {
        let members = seat.members(tx)?;
        let marks = members.iter().map(|(user, member)| (*user, if *user == seat.user { before } else { member }));
        Progress::of(&seat.chat, marks).tell_of(tx, seat, &members, seq);
    }
    if mark == Mark::Read {
        let unread = Some(seat.unread(tx)?);
        tx.emit(Emission::to_users(vec![seat.user], Event::MessageStatusUpdate(update(tx, seat, seq, mark, unread))));
        tell_sender(tx, seat, seq)?;
    }
    Ok(())
}

/// Tells the sender of the newest message that was read; in a group as soon as everybody has read it.
fn tell_sender(tx: &mut TxOf<'_>, seat: &Seat, seq: Seq) -> Result<()> {
    let sender = if let Some(peer) = seat.peer() {
        Some(peer)
    } else {
        let message = tx.get(tables::MESSAGES, &(seat.id, seq))?.filter(|message| message.system.is_none());
        let sender = message.map(|message| message.sender).filter(|sender| *sender != seat.user);
        let members = seat.members(tx)?;
        // Who has left, or has come back to where the message is not seen, hears nothing of it.
        let sees = |sender: &UserId| members.iter().any(|(user, member)| user == sender && member.sees_after < seq);
        sender.filter(sees).filter(|sender| Receipt::of(&seat.chat, &members, *sender, seq).status == Status::Read)
    };
    if let Some(sender) = sender {
        let message_id = MessageId { chat: seat.id, seq };
        tx.emit(Emission::to_users(vec![sender], Event::MessageRead { message_id, conversation_id: seat.id, read_at: tx.now() }));
    }
    Ok(())
}

/// How far everybody's messages have come in a group at one moment: as far as the slowest of the others.
pub(super) struct Progress {
    delivered: Pace,
    read: Pace,
}

impl Progress {
    /// As it is now.
    pub fn now(read: &impl Read, seat: &Seat) -> Result<Self, StoreError> {
        let members = seat.members(read)?;
        Ok(Self::of(&seat.chat, members.iter().map(|(user, member)| (*user, member))))
    }

    fn of<'a>(chat: &Chat, members: impl Iterator<Item = (UserId, &'a Member)> + Clone) -> Self {
        Self { delivered: Pace::of(chat, members.clone(), Mark::Delivered), read: Pace::of(chat, members, Mark::Read) }
    }

    /// Tells everybody whose messages have come further since: somebody has read, or has left, or has joined somebody who
    /// was alone.
    pub fn tell(&self, tx: &mut TxOf<'_>, seat: &Seat) -> Result<(), StoreError> {
        let members = seat.members(tx)?;
        self.tell_of(tx, seat, &members, Seq::MAX);
        Ok(())
    }

    /// As [`Progress::tell`], with the members as they are now. Only what lies up to `most` is told.
    fn tell_of(&self, tx: &mut TxOf<'_>, seat: &Seat, members: &[(UserId, Member)], most: Seq) {
        let is = Self::of(&seat.chat, members.iter().map(|(user, member)| (*user, member)));
        let mut moved: BTreeMap<(Mark, Seq), Vec<UserId>> = BTreeMap::new();
        for (user, member) in members {
            let (delivered, read) = (is.delivered.without(*user).min(most), is.read.without(*user).min(most));
            // Who has read has received. Places that somebody does not see are nobody's news to them.
            if delivered > self.delivered.without(*user) && delivered > read && delivered > member.sees_after {
                moved.entry((Mark::Delivered, delivered)).or_default().push(*user);
            }
            if read > self.read.without(*user) && read > member.sees_after {
                moved.entry((Mark::Read, read)).or_default().push(*user);
            }
        }
        for ((mark, seq), users) in moved {
            let receipt = Receipt::of(&seat.chat, members, users[0], seq);
            // Somebody of whom it is true: the one who acts, or one for whom the others have waited.
            let has_come = |(user, member): &&(UserId, Member)| mark.of(member) >= seq && !users.contains(user);
            let by = members.iter().filter(has_come).min_by_key(|(user, member)| (*user != seat.user, mark.of(member)));
            let update = StatusUpdate {
                conversation_id: seat.id,
                message_id: MessageId { chat: seat.id, seq },
                seq,
                status: mark.status(),
                user_id: by.map_or(seat.user, |(user, _)| *user),
                read_at: receipt.read_at.filter(|_| mark == Mark::Read),
                delivered_at: receipt.delivered_at,
                unread_count: None,
            };
            tx.emit(Emission::to_users(users, Event::MessageStatusUpdate(update)));
        }
    }
}

/// The slowest mark of everybody but one, whoever that one is: the slowest of all, and for the slowest the second.
struct Pace {
    slowest: Option<(Seq, UserId)>,
    second: Seq,
}

impl Pace {
    fn of<'a>(chat: &Chat, members: impl Iterator<Item = (UserId, &'a Member)>, mark: Mark) -> Self {
        let mut marks: Vec<(Seq, UserId)> = members.map(|(user, member)| (mark.of(member), user)).collect();
        marks.sort_unstable();
        Self { slowest: marks.first().copied(), second: marks.get(1).map_or(mark.alone(chat), |(seq, _)| *seq) }
    }

    fn without(&self, user: UserId) -> Seq {
        self.slowest.filter(|(_, slow)| *slow != user).map_or(self.second, |(seq, _)| seq)
    }
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
        let count = seat.unread(read)?;
        if count > 0 {
            view.total += count;
            view.by_conversation.push(UnreadCount { conversation_id: seat.id, count });
            view.conversations.insert(seat.id, count);
        }
    }
    view.unread_count = view.total;
    Ok(view)
}
