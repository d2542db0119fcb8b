//! From records to what one reader sees.

use super::{Rules, Seat, appointed, everybody::Person, group, location, marks::Mark, policy::is_there, system, urgent};
use crate::{
    clock::Timestamp,
    contract::{
        AckView, AppointmentNote, CallOver, ConversationView, GroupView, LastMessage, MessageView, Metadata, OriginView, ParticipantView,
        Participants, Perspective, QuoteView, ReactionView, ReferenceView, Status, SystemView, user::availability,
    },
    error::Result,
    files,
    ids::{MessageId, Seq, UserId},
    store::{
        Read, StoreError,
        records::{Chat, ChatKind, Member, Message, MessageKind, Role, System, Watermark},
        tables,
    },
};
use std::{rc::Rc, sync::Arc};

/// People, as one read or operation sees them at its moment.
pub struct People<'a, R> {
    read: &'a R,
    rules: &'a Rules,
    now: Timestamp,
}

impl<'a, R: Read> People<'a, R> {
    /// At a moment.
    pub fn new(read: &'a R, rules: &'a Rules, now: Timestamp) -> Self {
        Self { read, rules, now }
    }

    /// A person, without what others may not know.
    pub fn get(&self, id: UserId) -> Result<Option<Arc<Person>>, StoreError> {
        self.rules.everybody.get(self.read, id)
    }

    /// A person's full name; nothing for one who is gone.
    pub fn name(&self, id: UserId) -> Result<String, StoreError> {
        Ok(self.get(id)?.map(|person| person.name.clone()).unwrap_or_default())
    }

    /// A person as others see them.
    pub fn participant(&self, id: UserId) -> Result<Option<ParticipantView>, StoreError> {
        Ok(self.get(id)?.map(|user| ParticipantView::new(id, &user, &self.rules.roster.presence(id), self.now)))
    }

    /// Some people as others see them, in the same order.
    fn participants(&self, ids: &[UserId]) -> Result<Arc<[ParticipantView]>, StoreError> {
        ids.iter().filter_map(|id| self.participant(*id).transpose()).collect()
    }
}

/// A conversation through the eyes of one member.
pub struct View<'a, R> {
    people: &'a People<'a, R>,
    seat: &'a Seat,
    circle: Circle,
}

/// Everybody in a conversation: how far they have come, and as others see them. The same for each of them.
#[derive(Debug, Clone)]
pub struct Circle {
    members: Rc<[(UserId, Member)]>,
    everybody: Option<Arc<[ParticipantView]>>,
}

impl Circle {
    /// With everybody, for views of the conversation for several members.
    pub fn new<R: Read>(people: &People<'_, R>, seat: &Seat) -> Result<Self, StoreError> {
        let members = seat.members(people.read)?.into();
        Ok(Self { members, everybody: Some(people.participants(&seat.chat.members)?) })
    }

    /// How far everybody has come.
    pub fn members(&self) -> &[(UserId, Member)] {
        &self.members
    }
}

impl<'a, R: Read> View<'a, R> {
    /// With everybody's marks.
    pub fn new(people: &'a People<'a, R>, seat: &'a Seat) -> Result<Self, StoreError> {
        Ok(Self::with(people, seat, Circle { members: seat.members(people.read)?.into(), everybody: None }))
    }

    /// With what is known of everybody already.
    pub fn with(people: &'a People<'a, R>, seat: &'a Seat, circle: Circle) -> Self {
        Self { people, seat, circle }
    }

    /// Without marks: for a message that nobody can have received yet.
    pub fn of_new(people: &'a People<'a, R>, seat: &'a Seat) -> Self {
        Self::with(people, seat, Circle { members: Rc::new([]), everybody: None })
    }

    /// How far every member has come.
    pub fn members(&self) -> &[(UserId, Member)] {
        &self.circle.members
    }

    /// The message at a place.
    pub fn message(&self, seq: Seq, message: &Message) -> Result<MessageView> {
        let id = MessageId { chat: self.seat.id, seq };
        let sender = self.people.get(message.sender)?;
        let receipt = Receipt::of(&self.seat.chat, &self.circle.members, message.sender, seq);
        let attachments = files::of_message(self.people.read, &message.files)?;
        let first = attachments.first();
        Ok(MessageView {
            id,
            same_id: id,
            client_message_id: message.client_message_id.clone().filter(|_| message.sender == self.seat.user),
            seq,
            cursor: message.changed,
            conversation_id: id.chat,
            sender_id: message.sender,
            sender_name: sender.as_ref().map(|person| person.name.clone()).unwrap_or_default(),
            sender_role: sender.as_ref().map_or(Role::Mom, |user| user.role),
            recipient_id: self.recipient(message.sender),
            sender: Perspective::of(message.sender, self.seat.user),
            content: message.content.clone(),
            location: location::of(message),
            message_type: message.kind,
            kind: message.kind,
            timestamp: message.created_at,
            created_at: message.created_at,
            updated_at: message.updated_at,
            status: receipt.status,
            read: receipt.status == Status::Read,
            read_at: receipt.read_at,
            delivered_at: receipt.delivered_at,
            file_url: first.map(|file| file.url.clone()),
            file_name: first.map(|file| file.original_name.clone()),
            file: first.cloned(),
            attachments,
            reply_to: self.quote(message)?,
            forwarded_from: self.origin(message)?,
            reactions: reactions(message),
            is_edited: message.edited_at.is_some(),
            edited_at: message.edited_at,
            is_deleted: message.deleted_at.is_some(),
            priority: message.priority,
            requires_ack: urgent::asks(message),
            acks: acks(message),
            is_system_message: message.system.is_some(),
            system_type: message.system.as_ref().map(system::kind),
            system_data: self.system_data(message)?,
            appointment_id: message.appointment.clone(),
            scheduled_for: None,
            failed_reason: None,
        })
    }

    /// The conversation by its name: of a group its own, else the other person's.
    pub fn reference(&self) -> Result<ReferenceView> {
        let peer = match self.seat.peer() {
            Some(peer) => self.people.get(peer)?,
            None => None,
        };
        let name = peer.map_or_else(|| self.seat.chat.name.clone().unwrap_or_default(), |person| person.name.clone());
        Ok(ReferenceView { id: self.seat.id, same_id: self.seat.id, name, kind: self.seat.chat.kind })
    }

    /// The conversation itself.
    pub fn conversation(&self) -> Result<ConversationView> {
        let chat = &self.seat.chat;
        let peer = match self.seat.peer() {
            Some(peer) => self.people.get(peer)?,
            None => None,
        };
        Ok(ConversationView {
            id: self.seat.id,
            same_id: self.seat.id,
            kind: chat.kind,
            name: peer.as_ref().map_or_else(|| chat.name.clone().unwrap_or_default(), |person| person.name.clone()),
            participants: self.participants()?,
            last_message: self.last_message()?,
            unread_count: self.seat.unread(self.people.read)?,
            is_muted: self.seat.me.muted,
            is_pinned: self.seat.me.pinned,
            metadata: peer.as_ref().map(|user| metadata(user, self.people.now)).unwrap_or_default(),
            appointment_id: chat.appointment.clone(),
            last_activity: chat.last_activity,
            created_at: chat.created_at,
            group_name: chat.name.clone(),
            group_avatar: chat.avatar.clone(),
            group_admin: group::leader(chat, |id| Ok::<_, StoreError>(self.people.get(id)?.is_some_and(|person| is_there(&person))))?,
            is_active: peer.as_ref().map_or(chat.members.len() > 1, |user| is_there(user)),
            is_archived: self.seat.me.archived,
            seq: chat.last_seq,
            cursor: chat.cursor,
        })
    }

    fn participants(&self) -> Result<Participants, StoreError> {
        let everybody = match &self.circle.everybody {
            Some(everybody) => everybody.clone(),
            None => self.people.participants(&self.seat.chat.members)?,
        };
        Ok(Participants::new(everybody, self.seat.user))
    }

    fn recipient(&self, sender: UserId) -> Option<UserId> {
        let peer = self.seat.peer()?;
        Some(if sender == self.seat.user { peer } else { self.seat.user })
    }

    fn last_message(&self) -> Result<Option<LastMessage>, StoreError> {
        let Some(preview) = self.seat.chat.preview.as_ref().filter(|preview| self.seat.sees(preview.seq)) else { return Ok(None) };
        let id = MessageId { chat: self.seat.id, seq: preview.seq };
        // What nobody wrote is quiet; only where the newest message may be that, or has files, the whole of it is looked up.
        let has_files = !matches!(preview.kind, MessageKind::Text | MessageKind::Location);
        let is_looked_up = has_files || preview.seq <= self.seat.chat.last_quiet;
        let whole = if is_looked_up { self.people.read.get(tables::MESSAGES, &(self.seat.id, preview.seq))? } else { None };
        let files = whole.as_ref().map(|message| files::sum(self.people.read, &message.files)).transpose()?.flatten();
        let system = whole.filter(|message| message.system.is_some());
        Ok(Some(LastMessage {
            id,
            same_id: id,
            content: preview.content.clone(),
            message_type: preview.kind,
            timestamp: preview.at,
            sender: Perspective::of(preview.sender, self.seat.user),
            sender_id: preview.sender,
            status: Receipt::of(&self.seat.chat, &self.circle.members, preview.sender, preview.seq).status,
            file_count: files.map_or(0, |(count, _)| count),
            file_type: files.map(|(_, kind)| kind.word()),
            is_system_message: system.is_some(),
            system_data: system.map(|message| self.system_data(&message)).transpose()?.flatten(),
        }))
    }

    /// Who wrote the words of a forwarded message.
    fn origin(&self, message: &Message) -> Result<Option<OriginView>, StoreError> {
        let Some(sender_id) = message.forwarded_from else { return Ok(None) };
        let sender_name = self.people.get(sender_id)?.map(|person| person.name.clone()).unwrap_or_default();
        Ok(Some(OriginView { sender_id, sender_name }))
    }

    /// What a system message says, for programs.
    fn system_data(&self, message: &Message) -> Result<Option<SystemView>, StoreError> {
        let change = match &message.system {
            Some(System::Group(change)) => change,
            Some(System::Call(id)) => {
                let call = self.people.read.get(tables::CALLS, id)?;
                return Ok(call.map(|call| SystemView::Call(CallOver::new(*id, &call))));
            }
            Some(System::Appointment(change)) => {
                let Some(appointment) = self.people.read.get(tables::APPOINTMENTS, &change.id)? else { return Ok(None) };
                let view = appointed::view(self.people, change.id, &appointment)?;
                return Ok(Some(SystemView::Appointment(Box::new(AppointmentNote::new(*change, message.sender, view)))));
            }
            Some(System::Other(_)) | None => return Ok(None),
        };
        Ok(Some(SystemView::Group(GroupView {
            action: change.action,
            actor_id: message.sender,
            actor_name: self.people.name(message.sender)?,
            user_ids: change.people.clone(),
            names: system::names(self.people, &change.people)?,
            name: change.name.clone(),
        })))
    }

    fn quote(&self, message: &Message) -> Result<Option<QuoteView>, StoreError> {
        let Some(seq) = message.reply_to.filter(|seq| self.seat.sees(*seq)) else { return Ok(None) };
        let Some(original) = self.people.read.get(tables::MESSAGES, &(self.seat.id, seq))? else { return Ok(None) };
        Ok(Some(QuoteView {
            id: MessageId { chat: self.seat.id, seq },
            seq,
            sender: Perspective::of(original.sender, self.seat.user),
            sender_id: original.sender,
            sender_name: self.people.name(original.sender)?,
            content: original.content,
            message_type: original.kind,
            is_deleted: original.deleted_at.is_some(),
        }))
    }
}

/// How far a message has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Receipt {
    /// With the slowest recipient.
    pub status: Status,
    /// When the last one received it.
    pub delivered_at: Option<Timestamp>,
    /// When the last one read it.
    pub read_at: Option<Timestamp>,
}

impl Receipt {
    /// From the marks of all members. Who joins later begins with marks behind what was there, and so holds nothing up; who
    /// is alone keeps what the last companion had reached.
    #[must_use]
    pub fn of(chat: &Chat, members: &[(UserId, Member)], sender: UserId, seq: Seq) -> Self {
        let others = || members.iter().filter(|(user, _)| *user != sender).map(|(_, member)| member);
        let alone = others().next().is_none();
        let all = |mark: Mark| if alone { mark.alone(chat) >= seq } else { others().all(|member| mark.of(member) >= seq) };
        let recipients = || others().filter(|member| member.joined_seq < seq);
        let when = |mark: fn(&Member) -> &Watermark| recipients().map(|member| mark(member).passed_at(seq)).max().flatten();
        if all(Mark::Read) {
            Self { status: Status::Read, delivered_at: when(|member| &member.delivered), read_at: when(|member| &member.read) }
        } else if all(Mark::Delivered) {
            Self { status: Status::Delivered, delivered_at: when(|member| &member.delivered), read_at: None }
        } else {
            Self { status: Status::Sent, delivered_at: None, read_at: None }
        }
    }
}

/// The reactions to a message.
pub fn reactions(message: &Message) -> Vec<ReactionView> {
    let view = |(user, emoji, at): &(UserId, String, Timestamp)| ReactionView {
        user_id: *user,
        user: *user,
        emoji: emoji.clone(),
        created_at: *at,
    };
    message.reactions.iter().map(view).collect()
}

/// Who has acknowledged a message, and when.
pub fn acks(message: &Message) -> Vec<AckView> {
    message.acks.iter().map(|&(user_id, at)| AckView { user_id, at }).collect()
}

fn metadata(user: &Person, now: Timestamp) -> Metadata {
    Metadata {
        specialty: user.specialty.clone(),
        location: user.location.clone(),
        rating: user.rating,
        experience: user.experience.clone(),
        availability: Some(availability(user, now)),
    }
}

/// The others who see a message of the seat's member, by how they see it: in a group not everybody sees what it answers.
pub fn by_reader(read: &impl Read, seat: &Seat, message: &MessageView) -> Result<Vec<(Vec<UserId>, MessageView)>> {
    let others = |readers: Vec<UserId>| readers.into_iter().filter(|user| *user != seat.user).collect::<Vec<_>>();
    let is_newest = message.seq == seat.chat.last_seq;
    let all = if is_newest { seat.others().collect() } else { others(seat.readers(read, message.seq)?) };
    let Some(quote) = message.reply_to.as_ref().filter(|_| seat.chat.kind == ChatKind::Group) else {
        return Ok(vec![(all, message.clone())]);
    };
    let whole = others(seat.readers(read, quote.id.seq)?);
    let rest = all.into_iter().filter(|user| !whole.contains(user)).collect();
    Ok(vec![(whole, message.clone()), (rest, MessageView { reply_to: None, ..message.clone() })])
}

/// A conversation for one of its members.
pub fn conversation(read: &impl Read, rules: &Rules, now: Timestamp, seat: &Seat) -> Result<ConversationView> {
    let people = People::new(read, rules, now);
    View::new(&people, seat)?.conversation()
}
