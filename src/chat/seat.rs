//! A conversation together with the member who acts in it. Without being a member nobody gets one.

use super::db::TxOf;
use crate::{
    error::{Code, Error, Result},
    ids::{ChatId, Cursor, MessageId, Seq, UserId},
    store::{
        Direction, Read, StoreError,
        records::{Chat, ChatKind, Member, Message},
        tables,
    },
};

/// A member's place in a conversation.
#[derive(Debug, Clone)]
pub struct Seat {
    /// Which conversation.
    pub id: ChatId,
    /// The conversation.
    pub chat: Chat,
    /// Who sits here.
    pub user: UserId,
    /// How far that person has come in it.
    pub me: Member,
}

impl Seat {
    /// The place of `user` in a conversation. The same refusal whether there is no such conversation or no such member.
    pub fn find(read: &impl Read, user: UserId, id: ChatId) -> Result<Self> {
        Self::look(read, user, id)?.ok_or_else(|| Error::new(Code::ConversationNotFound))
    }

    /// As [`Seat::find`], for a message: the conversation, and the message as far as the person may see it.
    pub fn find_message(read: &impl Read, user: UserId, id: MessageId) -> Result<(Self, Message)> {
        let absent = || Error::new(Code::MessageNotFound);
        let seat = Self::look(read, user, id.chat)?.filter(|seat| seat.sees(id.seq)).ok_or_else(absent)?;
        let message = read.get(tables::MESSAGES, &(id.chat, id.seq))?.ok_or_else(absent)?;
        Ok((seat, message))
    }

    fn look(read: &impl Read, user: UserId, id: ChatId) -> Result<Option<Self>, StoreError> {
        let Some(chat) = read.get(tables::CHATS, &id)? else { return Ok(None) };
        let Some(me) = read.get(tables::MEMBERS, &(id, user))? else { return Ok(None) };
        Ok(Some(Self { id, chat, user, me }))
    }

    /// Everybody else in the conversation.
    pub fn others(&self) -> impl Iterator<Item = UserId> {
        self.chat.members.iter().copied().filter(|member| *member != self.user)
    }

    /// The other person of a direct conversation.
    #[must_use]
    pub fn peer(&self) -> Option<UserId> {
        if self.chat.kind == ChatKind::Direct { self.others().next() } else { None }
    }

    /// Whether the member may see a place: it exists, and is not hidden from who joined later.
    #[must_use]
    pub fn sees(&self, seq: Seq) -> bool {
        seq > self.me.sees_after && seq <= self.chat.last_seq
    }

    /// How many messages the member has not read. What the system says, what was deleted and what one has written is nothing to read.
    pub fn unread(&self, read: &impl Read) -> Result<u64, StoreError> {
        let (mark, last) = (self.me.read.seq, self.chat.last_seq);
        let all = last.0.saturating_sub(mark.0);
        let most = usize::try_from(all).unwrap_or(usize::MAX);
        let mut nothing = 0;
        if all > 0 && self.chat.last_quiet > mark {
            nothing += read.scan(tables::QUIET, (self.id, mark.next())..=(self.id, last), Direction::Ascending, most)?.len();
        }
        if self.me.sent > mark {
            // Only the house sends a message whose author has not read what is before it; deleted ones are counted already.
            let since = read.scan(tables::MESSAGES, (self.id, mark.next())..=(self.id, self.me.sent), Direction::Ascending, most)?;
            let own = |message: &Message| message.sender == self.user && message.system.is_none() && message.deleted_at.is_none();
            nothing += since.iter().filter(|(_, message)| own(message)).count();
        }
        Ok(all.saturating_sub(nothing as u64))
    }

    /// Everybody who sees a place that the member sees: in a group not those who joined later.
    pub fn readers(&self, read: &impl Read, seq: Seq) -> Result<Vec<UserId>, StoreError> {
        if self.chat.kind == ChatKind::Direct {
            return Ok(self.chat.members.clone());
        }
        let sees = self.members(read)?.into_iter().filter(|(_, member)| member.sees_after < seq);
        Ok(sees.map(|(user, _)| user).collect())
    }

    /// Whether another member has ever written here.
    pub fn has_written(&self, read: &impl Read, member: UserId) -> Result<bool, StoreError> {
        Ok(read.get(tables::MEMBERS, &(self.id, member))?.is_some_and(|member| member.sent > Seq::ZERO))
    }

    /// The marks of all members.
    pub fn members(&self, read: &impl Read) -> Result<Vec<(UserId, Member)>, StoreError> {
        members(read, self.id, &self.chat)
    }

    /// Takes the next place in the history of the conversation.
    pub(super) fn next_cursor(&mut self) -> Cursor {
        self.chat.cursor = self.chat.cursor.next();
        self.chat.cursor
    }

    /// Writes conversation and member.
    pub(super) fn save(&self, tx: &mut TxOf<'_>) -> Result<(), StoreError> {
        self.save_chat(tx)?;
        self.save_member(tx)
    }

    /// Writes the conversation only.
    pub(super) fn save_chat(&self, tx: &mut TxOf<'_>) -> Result<(), StoreError> {
        tx.put(tables::CHATS, &self.id, &self.chat)
    }

    /// Writes the member only.
    pub(super) fn save_member(&self, tx: &mut TxOf<'_>) -> Result<(), StoreError> {
        tx.put(tables::MEMBERS, &(self.id, self.user), &self.me)
    }
}

/// The marks of all members of a conversation.
pub(super) fn members(read: &impl Read, id: ChatId, chat: &Chat) -> Result<Vec<(UserId, Member)>, StoreError> {
    let mut members = Vec::with_capacity(chat.members.len());
    for user in &chat.members {
        if let Some(member) = read.get(tables::MEMBERS, &(id, *user))? {
            members.push((*user, member));
        }
    }
    Ok(members)
}
