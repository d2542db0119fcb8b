//! What happens to a message after it was sent: edited, deleted, reacted to. Its place stays; the change takes the next
//! cursor, so that those who were away learn of it.

use super::{
    Rules, Seat,
    db::TxOf,
    draft, reaction, send, urgent,
    view::{self, People, View},
};
use crate::{
    accounts::Actor,
    audit::{Deed, note},
    contract::{DeletedView, Emission, Event, MessageView, ReactionsView, VersionView},
    error::{Code, Error, Result},
    files,
    ids::{Cursor, FileId, MessageId, Seq, UserId},
    store::{
        Direction, Read,
        records::{Message, Version, audit::Action},
        tables,
    },
};

/// Edits of one message that are kept. Nobody needs more.
const MOST_VERSIONS: usize = 100;
/// How far back a new last message is looked for when the newest is deleted: a few, and if need be more and more.
const LOOKS: [usize; 4] = [2, 30, 300, 3_000];

/// Puts other words into one's own message, within the window.
pub fn edit(tx: &mut TxOf<'_>, rules: &Rules, actor: &Actor, id: MessageId, content: &str) -> Result<MessageView> {
    let (mut seat, mut message) = own(tx, actor, id)?;
    // Taking words back is always allowed, saying others is not.
    actor.verified()?;
    let now = tx.now();
    if message.deleted_at.is_some() {
        return Err(Error::with(Code::Conflict, "This message has been deleted."));
    }
    if message.forwarded_from.is_some_and(|author| author != actor.user) {
        return Err(Error::with(Code::Conflict, "These are somebody's own words and stay as they are."));
    }
    if now.since(message.created_at) > rules.settings.edit_window {
        return Err(Code::EditWindowExpired.into());
    }
    if let Some(wrong) = draft::wrong_content(content, !message.files.is_empty()) {
        return Err(Error::field("content", wrong));
    }
    if content != message.content {
        remember(tx, id, &message)?;
        note(tx, &actor.by(), &Deed::new(Action::MessageEdited).message(id))?;
        content.clone_into(&mut message.content);
        message.edited_at = Some(now);
        touch(tx, &mut seat, id.seq, &mut message)?;
        if let Some(preview) = seat.chat.preview.as_mut().filter(|preview| preview.seq == id.seq) {
            *preview = send::preview(id.seq, &message);
        }
        seat.save(tx)?;
        let view = present(tx, rules, &seat, id.seq, &message)?;
        for (readers, view) in view::by_reader(tx, &seat, &view)? {
            tx.emit(Emission::to_users(readers, Event::message_edited(&view.seen_by_recipients())));
        }
        tx.emit(Emission::to_users(vec![actor.user], Event::message_edited(&view)));
    }
    present(tx, rules, &seat, id.seq, &message)
}

/// What a message said before, oldest first.
pub fn versions(read: &impl Read, user: UserId, id: MessageId) -> Result<Vec<VersionView>> {
    let (_, message) = Seat::find_message(read, user, id)?;
    if message.deleted_at.is_some() {
        return Ok(Vec::new());
    }
    let range = (id.chat, id.seq, 0)..=(id.chat, id.seq, u64::MAX);
    let rows = read.scan(tables::VERSIONS, range, Direction::Ascending, MOST_VERSIONS)?;
    Ok(rows
        .into_iter()
        .map(|(_, version)| VersionView { content: version.content, edited_at: version.at, created_at: version.at })
        .collect())
}

/// Takes one's own message back. Its place stays, its words go. Again is no mistake.
pub fn delete(tx: &mut TxOf<'_>, actor: &Actor, id: MessageId) -> Result<DeletedView> {
    let (mut seat, mut message) = own(tx, actor, id)?;
    if message.deleted_at.is_none() {
        message.content.clear();
        note(tx, &actor.by(), &Deed::new(Action::MessageDeleted).message(id))?;
        for file in &message.files {
            note(tx, &actor.by(), &Deed::new(Action::FileDeleted).message(id).file(FileId(*file)))?;
        }
        files::release(tx, &message.files)?;
        message.files.clear();
        message.reactions.clear();
        message.acks.clear();
        message.deleted_at = Some(tx.now());
        forget_versions(tx, id)?;
        urgent::forget(tx, id)?;
        touch(tx, &mut seat, id.seq, &mut message)?;
        seat.chat.deleted += 1;
        silence(tx, &mut seat, id.seq)?;
        if seat.chat.preview.as_ref().is_some_and(|preview| preview.seq == id.seq) {
            seat.chat.preview = newest(tx, id)?.map(|(seq, message)| send::preview(seq, &message));
        }
        seat.save(tx)?;
        let event = Event::MessageDeleted { conversation_id: id.chat, message_id: id, cursor: message.changed };
        tx.emit(Emission::to_users(seat.readers(tx, id.seq)?, event));
    }
    Ok(DeletedView { id, same_id: id })
}

/// Adds a reaction, or takes it away. Again is no mistake.
pub fn react(tx: &mut TxOf<'_>, actor: &Actor, id: MessageId, emoji: &str, adds: bool) -> Result<ReactionsView> {
    actor.verified()?;
    reaction::check(emoji)?;
    let (mut seat, mut message) = Seat::find_message(tx, actor.user, id)?;
    if message.deleted_at.is_some() {
        return Err(Error::with(Code::Conflict, "This message has been deleted."));
    }
    if let Some(emoji) = reaction::change(&mut message.reactions, actor.user, emoji, adds.then(|| tx.now()))? {
        touch(tx, &mut seat, id.seq, &mut message)?;
        seat.save(tx)?;
        let event = Event::MessageReactionUpdated {
            conversation_id: id.chat,
            message_id: id,
            cursor: message.changed,
            user_id: actor.user,
            emoji,
            action: if adds { "added" } else { "removed" },
            reactions: view::reactions(&message),
        };
        tx.emit(Emission::to_users(seat.readers(tx, id.seq)?, event));
    }
    Ok(ReactionsView { conversation_id: id.chat, message_id: id, reactions: view::reactions(&message) })
}

/// Counts a deleted message no more: not as unread, and not as one of those that late comers do not see.
fn silence(tx: &mut TxOf<'_>, seat: &mut Seat, seq: Seq) -> Result<()> {
    let mut unread = false;
    for (user, mut member) in seat.members(tx)? {
        unread |= member.read.seq < seq;
        if member.sees_after >= seq {
            member.deleted_unseen += 1;
            tx.put(tables::MEMBERS, &(seat.id, user), &member)?;
        }
    }
    if unread {
        tx.put(tables::QUIET, &(seat.id, seq), &())?;
        seat.chat.last_quiet = seat.chat.last_quiet.max(seq);
    }
    Ok(())
}

/// The actor's own message. Somebody else's is visible, but not theirs to change.
fn own(tx: &TxOf<'_>, actor: &Actor, id: MessageId) -> Result<(Seat, Message)> {
    let (seat, message) = Seat::find_message(tx, actor.user, id)?;
    if message.sender != actor.user || message.system.is_some() {
        return Err(Error::with(Code::Forbidden, "Only the person who wrote a message can change it."));
    }
    Ok((seat, message))
}

/// Writes a changed message and moves it to the end of the changes, of which each message has one row at most.
pub(super) fn touch(tx: &mut TxOf<'_>, seat: &mut Seat, seq: Seq, message: &mut Message) -> Result<()> {
    if message.changed != message.created {
        tx.delete(tables::CHANGES, &(seat.id, message.changed));
    }
    let cursor: Cursor = seat.next_cursor();
    message.changed = cursor;
    message.updated_at = tx.now();
    tx.put(tables::CHANGES, &(seat.id, cursor), &seq)?;
    tx.put(tables::MESSAGES, &(seat.id, seq), message)?;
    Ok(())
}

/// Keeps what the message says now.
fn remember(tx: &mut TxOf<'_>, id: MessageId, message: &Message) -> Result<()> {
    let range = (id.chat, id.seq, 0)..=(id.chat, id.seq, u64::MAX);
    let rows = tx.scan(tables::VERSIONS, range, Direction::Descending, MOST_VERSIONS)?;
    let next = rows.first().map_or(0, |((.., number), _)| number + 1);
    if let Some((oldest, _)) = rows.last().filter(|_| rows.len() == MOST_VERSIONS) {
        tx.delete(tables::VERSIONS, oldest);
    }
    let version = Version { content: message.content.clone(), at: message.edited_at.unwrap_or(message.created_at) };
    Ok(tx.put(tables::VERSIONS, &(id.chat, id.seq, next), &version)?)
}

fn forget_versions(tx: &mut TxOf<'_>, id: MessageId) -> Result<()> {
    let range = (id.chat, id.seq, 0)..=(id.chat, id.seq, u64::MAX);
    for (key, _) in tx.scan(tables::VERSIONS, range, Direction::Ascending, MOST_VERSIONS)? {
        tx.delete(tables::VERSIONS, &key);
    }
    Ok(())
}

/// The newest message before one that is not deleted. It is nearly always the one before.
fn newest(tx: &TxOf<'_>, mut before: MessageId) -> Result<Option<(Seq, Message)>> {
    for count in LOOKS {
        let range = (before.chat, Seq::ZERO)..(before.chat, before.seq);
        let rows = tx.scan(tables::MESSAGES, range, Direction::Descending, count)?;
        let Some(((_, last), _)) = rows.last() else { return Ok(None) };
        before.seq = *last;
        if let Some(((_, seq), message)) = rows.into_iter().find(|(_, message)| message.deleted_at.is_none()) {
            return Ok(Some((seq, message)));
        }
    }
    Ok(None)
}

fn present(tx: &TxOf<'_>, rules: &Rules, seat: &Seat, seq: Seq, message: &Message) -> Result<MessageView> {
    let people = People::new(tx, rules, tx.now());
    View::new(&people, seat)?.message(seq, message)
}
