//! Records as earlier versions wrote them, and how they become today's. Nothing here is written any more.

use super::{
    decode_body,
    records::{
        Availability, Chat, ChatKind, Figures, Member, Message, MessageKind, Preview, Priority, Role, Scheduled, System, User,
        Verification, Watermark,
    },
};
use crate::{
    clock::Timestamp,
    ids::{Cursor, Seq, UserId},
};
use serde::{Deserialize, Serialize};

/// Reads a record that version 1 wrote.
pub(super) fn first<Old: serde::de::DeserializeOwned, New: From<Old>>(version: u8, bytes: &[u8]) -> Option<New> {
    if version == 1 { decode_body::<Old>(bytes).map(New::from) } else { None }
}

/// A person, while the sum of the ratings was to stand here. Nobody could give any yet.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct User1 {
    pub email: String,
    pub password_hash: String,
    pub first_name: String,
    pub last_name: String,
    pub phone: Option<String>,
    pub role: Role,
    pub is_active: bool,
    pub verification: Verification,
    pub rejection_reason: Option<String>,
    pub license_number: Option<String>,
    pub avatar: Option<String>,
    pub specialty: Option<String>,
    pub experience: Option<String>,
    pub location: Option<String>,
    pub bio: Option<String>,
    pub languages: Vec<String>,
    pub rating_sum: u64,
    pub rating_count: u64,
    pub availability: Availability,
    pub availability_until: Option<Timestamp>,
    pub preferences: String,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl From<User1> for User {
    fn from(old: User1) -> Self {
        Self {
            email: old.email,
            password_hash: old.password_hash,
            first_name: old.first_name,
            last_name: old.last_name,
            phone: old.phone,
            role: old.role,
            is_active: old.is_active,
            verification: old.verification,
            rejection_reason: old.rejection_reason,
            license_number: old.license_number,
            avatar: old.avatar,
            specialty: old.specialty,
            experience: old.experience,
            location: old.location,
            bio: old.bio,
            languages: old.languages,
            availability: old.availability,
            availability_until: old.availability_until,
            preferences: old.preferences,
            created_at: old.created_at,
            updated_at: old.updated_at,
        }
    }
}

/// A conversation, before groups.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Chat1 {
    pub kind: ChatKind,
    pub name: Option<String>,
    pub avatar: Option<String>,
    pub admin: Option<UserId>,
    pub appointment: Option<u64>,
    pub members: Vec<UserId>,
    pub last_seq: Seq,
    pub deleted: u64,
    pub cursor: Cursor,
    pub preview: Option<Preview>,
    pub last_activity: Timestamp,
    pub created_at: Timestamp,
    pub created_by: UserId,
}

impl From<Chat1> for Chat {
    fn from(old: Chat1) -> Self {
        Self {
            kind: old.kind,
            name: old.name,
            avatar: old.avatar,
            admin: old.admin,
            appointment: old.appointment.map(hex),
            members: old.members,
            last_seq: old.last_seq,
            deleted: old.deleted,
            cursor: old.cursor,
            preview: old.preview,
            last_activity: old.last_activity,
            created_at: old.created_at,
            created_by: old.created_by,
            last_quiet: Seq::ZERO,
            put_away: Vec::new(),
            floor: (Seq::ZERO, Seq::ZERO),
        }
    }
}

/// A person in a conversation, before anybody could join one later.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Member1 {
    pub joined_at: Timestamp,
    pub joined_seq: Seq,
    pub read: Watermark,
    pub delivered: Watermark,
    pub sent: Seq,
    pub posted: Vec<(Seq, Timestamp)>,
    pub muted: bool,
    pub pinned: bool,
    pub archived: bool,
}

impl From<Member1> for Member {
    fn from(old: Member1) -> Self {
        Self {
            joined_at: old.joined_at,
            joined_seq: old.joined_seq,
            sees_after: old.joined_seq,
            deleted_unseen: 0,
            read: old.read,
            delivered: old.delivered,
            sent: old.sent,
            posted: old.posted,
            muted: old.muted,
            pinned: old.pinned,
            archived: old.archived,
        }
    }
}

/// A message, before there were system messages with facts for programs.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Message1 {
    pub sender: UserId,
    pub content: String,
    pub kind: MessageKind,
    pub created_at: Timestamp,
    pub created: Cursor,
    pub changed: Cursor,
    pub updated_at: Timestamp,
    pub client_message_id: Option<String>,
    pub reply_to: Option<Seq>,
    pub priority: Priority,
    pub requires_ack: bool,
    pub acks: Vec<(UserId, Timestamp)>,
    pub reactions: Vec<(UserId, String, Timestamp)>,
    pub edited_at: Option<Timestamp>,
    pub deleted_at: Option<Timestamp>,
    pub forwarded_from: Option<UserId>,
    pub files: Vec<u64>,
    pub system: Option<String>,
    pub appointment: Option<u64>,
}

impl From<Message1> for Message {
    fn from(old: Message1) -> Self {
        Self {
            sender: old.sender,
            content: old.content,
            kind: old.kind,
            created_at: old.created_at,
            created: old.created,
            changed: old.changed,
            updated_at: old.updated_at,
            client_message_id: old.client_message_id,
            reply_to: old.reply_to,
            priority: old.priority,
            requires_ack: old.requires_ack,
            acks: old.acks,
            reactions: old.reactions,
            edited_at: old.edited_at,
            deleted_at: old.deleted_at,
            forwarded_from: old.forwarded_from,
            files: old.files,
            system: old.system.map(System::Other),
            appointment: old.appointment.map(hex),
        }
    }
}

/// A message that is sent later, before such messages could have files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Scheduled1 {
    pub content: String,
    pub kind: MessageKind,
    pub reply_to: Option<Seq>,
    pub client_message_id: Option<String>,
    pub priority: Priority,
    pub requires_ack: bool,
    pub forwarded_from: Option<UserId>,
    pub appointment: Option<String>,
    pub due: Timestamp,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub failed: Option<String>,
}

impl From<Scheduled1> for Scheduled {
    fn from(old: Scheduled1) -> Self {
        Self {
            content: old.content,
            kind: old.kind,
            reply_to: old.reply_to,
            client_message_id: old.client_message_id,
            priority: old.priority,
            requires_ack: old.requires_ack,
            forwarded_from: old.forwarded_from,
            appointment: old.appointment,
            due: old.due,
            created_at: old.created_at,
            updated_at: old.updated_at,
            failed: old.failed,
            files: Vec::new(),
        }
    }
}

/// What was done on a day, before calls.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Figures1 {
    pub sent: u64,
    pub received: u64,
    pub urgent: u64,
    pub acknowledged: u64,
    pub opened: u64,
}

impl From<Figures1> for Figures {
    fn from(old: Figures1) -> Self {
        let Figures1 { sent, received, urgent, acknowledged, opened } = old;
        Self { sent, received, urgent, acknowledged, opened, ..Self::default() }
    }
}

/// Appointments were numbers that nobody could set.
fn hex(id: u64) -> String {
    format!("{id:016x}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{AppointmentId, CallId};
    use crate::store::{
        Record, TableId, codec,
        records::{AppointmentAction, AppointmentChange, GroupAction, GroupChange},
    };

    impl Record for Chat1 {}
    impl Record for Member1 {}
    impl Record for Message1 {}
    impl Record for User1 {}

    fn user1() -> User1 {
        User1 {
            email: "a@b".into(),
            password_hash: "h".into(),
            first_name: "A".into(),
            last_name: "B".into(),
            phone: Some("1".into()),
            role: Role::Midwife,
            is_active: true,
            verification: Verification::Approved,
            rejection_reason: None,
            license_number: Some("l".into()),
            avatar: None,
            specialty: Some("s".into()),
            experience: Some("e".into()),
            location: None,
            bio: Some("b".into()),
            languages: vec!["si".into()],
            rating_sum: 0,
            rating_count: 0,
            availability: Availability::Busy,
            availability_until: Some(Timestamp(7)),
            preferences: "{}".into(),
            created_at: Timestamp(1),
            updated_at: Timestamp(300),
        }
    }

    const USER1: &str = "01036140620168014101420101310201010001016c0001017301016500010162010273690000010107027b7d01fb2c01";
    const USER2: &str = "02036140620168014101420101310201010001016c000101730101650001016201027369010107027b7d01fb2c01";

    #[test]
    fn a_person_is_read_as_before_there_were_reviews() {
        assert_eq!(hexed(&codec::encode(&user1()).unwrap()), USER1);
        assert_eq!(read::<User>(USER1), user1().into());
        assert_eq!(hexed(&codec::encode(&User::from(user1())).unwrap()), USER2);
        assert_eq!(read::<User>(USER2), user1().into());
    }

    fn chat1() -> Chat1 {
        Chat1 {
            kind: ChatKind::Direct,
            name: None,
            avatar: None,
            admin: None,
            appointment: Some(7),
            members: vec![UserId(1), UserId(300)],
            last_seq: Seq(2),
            deleted: 1,
            cursor: Cursor(5),
            preview: Some(Preview {
                seq: Seq(1), sender: UserId(1), content: "අම්මා".into(), kind: MessageKind::Text, at: Timestamp(9)
            }),
            last_activity: Timestamp(1_795_000_000_000),
            created_at: Timestamp(3),
            created_by: UserId(1),
        }
    }

    fn member1() -> Member1 {
        Member1 {
            joined_at: Timestamp(3),
            joined_seq: Seq(0),
            read: Watermark { seq: Seq(2), steps: vec![(Seq(2), Timestamp(8))] },
            delivered: Watermark { seq: Seq(2), steps: Vec::new() },
            sent: Seq(1),
            posted: vec![(Seq(1), Timestamp(7))],
            muted: true,
            pinned: false,
            archived: true,
        }
    }

    fn message1() -> Message1 {
        Message1 {
            sender: UserId(1),
            content: "Hi".into(),
            kind: MessageKind::Location,
            created_at: Timestamp(4),
            created: Cursor(1),
            changed: Cursor(2),
            updated_at: Timestamp(5),
            client_message_id: Some("c".into()),
            reply_to: Some(Seq(1)),
            priority: Priority::Urgent,
            requires_ack: true,
            acks: vec![(UserId(300), Timestamp(6))],
            reactions: vec![(UserId(300), "👍".into(), Timestamp(6))],
            edited_at: Some(Timestamp(5)),
            deleted_at: None,
            forwarded_from: Some(UserId(2)),
            files: Vec::new(),
            system: Some("welcome".into()),
            appointment: Some(255),
        }
    }

    const CHAT1: &str = "010000000001070201fb2c010201050101010fe0b685e0b6b8e0b78ae0b6b8e0b78f0009fd005e56eea10100000301";
    const CHAT2: &str = "02000000000110303030303030303030303030303030370201fb2c010201050101010fe0b685e0b6b8e0b78ae0b6b8e0b78f0009\
                         fd005e56eea1010000030100000000";
    const MEMBER1: &str = "01030002010208020001010107010001";
    const MEMBER2: &str = "020300000002010208020001010107010001";
    const MESSAGE1: &str = "010102486905040102050101630101010101fb2c010601fb2c0104f09f918d06010500010200010777656c636f6d6501fbff00";
    const MESSAGE2: &str = "020102486905040102050101630101010101fb2c010601fb2c0104f09f918d0601050001020001000777656c636f6d6501103030\
                            3030303030303030303030306666";

    const CALL3: &str = "030102486905040102050101630101010101fb2c010601fb2c0104f09f918d060105000102000102fb2c0100";

    #[test]
    fn what_version_1_wrote_is_read_as_it_was() {
        assert_eq!(hexed(&codec::encode(&chat1()).unwrap()), CHAT1);
        assert_eq!(hexed(&codec::encode(&member1()).unwrap()), MEMBER1);
        assert_eq!(hexed(&codec::encode(&message1()).unwrap()), MESSAGE1);
        assert_eq!(read::<Chat>(CHAT1), chat1().into());
        assert_eq!(read::<Member>(MEMBER1), member1().into());
        assert_eq!(read::<Message>(MESSAGE1), message1().into());
        let message: Message = message1().into();
        assert_eq!((message.system, message.appointment.as_deref()), (Some(System::Other("welcome".into())), Some("00000000000000ff")));
    }

    #[test]
    fn the_bytes_of_version_2_stay_as_they_are() {
        assert_eq!(hexed(&codec::encode(&Chat::from(chat1())).unwrap()), CHAT2);
        assert_eq!(hexed(&codec::encode(&Member::from(member1())).unwrap()), MEMBER2);
        assert_eq!(read::<Chat>(CHAT2), chat1().into());
        assert_eq!(read::<Member>(MEMBER2), member1().into());
        assert_eq!(read::<Message>(MESSAGE2), message1().into());
        let change = GroupChange { action: GroupAction::Admin, people: vec![UserId(300)], name: Some("x".into()) };
        assert_eq!(codec::decode_body::<System>(&[1, 6, 1, 251, 44, 1, 1, 1, b'x']), Some(System::Group(change)));
    }

    #[test]
    fn what_version_3_wrote_is_read_as_it_was() {
        let message = Message::from(message1());
        assert_eq!(read::<Message>(&MESSAGE2.replacen("02", "03", 1)), message);
        let call = Message { system: Some(System::Call(CallId(300))), appointment: None, ..message };
        assert_eq!(read::<Message>(CALL3), call);
    }

    #[test]
    fn the_bytes_of_version_4_stay_as_they_are() {
        let message = Message::from(message1());
        assert_eq!(hexed(&codec::encode(&message).unwrap()), MESSAGE2.replacen("02", "04", 1));
        let call = Message { system: Some(System::Call(CallId(300))), appointment: None, ..message.clone() };
        assert_eq!(hexed(&codec::encode(&call).unwrap()), CALL3.replacen("03", "04", 1));
        let change = AppointmentChange { id: AppointmentId(300), action: AppointmentAction::Moved, start: Timestamp(5), end: Timestamp(6) };
        let moved = Message { system: Some(System::Appointment(change)), appointment: None, ..message };
        let bytes = hexed(&codec::encode(&moved).unwrap());
        assert_eq!(bytes, CALL3.replacen("03", "04", 1).replace("0102fb2c0100", "0103fb2c0102050600"));
        assert_eq!(read::<Message>(&bytes), moved);
    }

    fn read<R: Record>(hex: &str) -> R {
        let bytes: Vec<u8> = (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect();
        codec::decode(TableId(0), &bytes).unwrap()
    }

    fn hexed(bytes: &[u8]) -> String {
        bytes.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
    }
}
