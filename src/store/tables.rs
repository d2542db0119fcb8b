//! The catalogue: every table, its key and record, in one place. A number is never used again for something else.

use super::{
    Table,
    records::{
        Appointment, Blob, Call, Caught, Chat, Document, Doomed, Failures, Figures, File, Member, Message, Ratings, Reset, Review,
        Scheduled, Sent, Session, Tally, Tie, Unacknowledged, User, Version,
        audit::{Chain, Entry},
    },
};
use crate::{
    clock::Timestamp,
    ids::{AppointmentId, BlobId, CallId, ChatId, Cursor, FileId, ReviewId, Seq, SessionId, UserId},
};

/// Facts about the whole data folder, by name.
pub const META: Table<String, u64> = Table::new(1, "meta");
/// People.
pub const USERS: Table<UserId, User> = Table::new(2, "users");
/// Folded e-mail address → person.
pub const LOGINS: Table<String, UserId> = Table::new(3, "logins");
/// Sign-ins by person.
pub const SESSIONS: Table<(UserId, SessionId), Session> = Table::new(4, "sessions");
/// Conversations.
pub const CHATS: Table<ChatId, Chat> = Table::new(5, "chats");
/// The two people of a direct conversation, smaller id first → conversation.
pub const DIRECT: Table<(UserId, UserId), ChatId> = Table::new(6, "direct");
/// Members of a conversation.
pub const MEMBERS: Table<(ChatId, UserId), Member> = Table::new(7, "members");
/// Conversations of a person.
pub const MEMBERSHIPS: Table<(UserId, ChatId), ()> = Table::new(8, "memberships");
/// Messages, dense by place.
pub const MESSAGES: Table<(ChatId, Seq), Message> = Table::new(9, "messages");
/// Changes to messages after they were created → which message. At most one row a message: the newest change.
pub const CHANGES: Table<(ChatId, Cursor), Seq> = Table::new(10, "changes");
/// Sent messages by sender and the client's own id for them; swept after 48 hours.
pub const SENT: Table<(ChatId, UserId, [u8; 16]), Sent> = Table::new(11, "sent");
/// When a person was last connected.
pub const LAST_SEEN: Table<UserId, u64> = Table::new(12, "last_seen");
/// Links for a new password.
pub const RESETS: Table<UserId, Reset> = Table::new(13, "resets");
/// Wrong passwords in a row, by the hash of the folded e-mail address, known or not.
pub const FAILURES: Table<[u8; 32], Failures> = Table::new(14, "failures");
/// Earlier words of edited messages, oldest first.
pub const VERSIONS: Table<(ChatId, Seq, u64), Version> = Table::new(15, "versions");
/// Places that make nothing unread although they came after the mark: system messages, and deleted ones that somebody had not
/// read.
pub const QUIET: Table<(ChatId, Seq), ()> = Table::new(16, "quiet");
/// Urgent messages that somebody has not acknowledged, by when those who have not are told again.
pub const REPEATS: Table<(Timestamp, ChatId, Seq), ()> = Table::new(20, "repeats");
/// The same by message.
pub const UNACKNOWLEDGED: Table<(ChatId, Seq), Unacknowledged> = Table::new(21, "unacknowledged");
/// Messages that are sent later, by author. Their places lie far behind those of real messages.
pub const SCHEDULED: Table<(UserId, ChatId, Seq), Scheduled> = Table::new(22, "scheduled");
/// The same by when they are sent; without those that could not be.
pub const SCHEDULE: Table<(Timestamp, UserId, ChatId, Seq), ()> = Table::new(23, "schedule");
/// Who has sent how much in a conversation on one day, until that is moved to the days.
pub const TALLIES: Table<(ChatId, UserId), Tally> = Table::new(30, "tallies");
/// What a person did, by day since 1970.
pub const DAYS: Table<(UserId, u64), Figures> = Table::new(31, "days");
/// What everybody did, by day since 1970.
pub const CLINIC_DAYS: Table<u64, Figures> = Table::new(32, "clinic_days");
/// Who has asked for a new password, and when, until an administrator hands over a link.
pub const RESET_WISHES: Table<UserId, u64> = Table::new(40, "reset_wishes");
/// Files: one row for each time that something was sent or is about to be.
pub const FILES: Table<FileId, File> = Table::new(41, "files");
/// What lies on the disk, shared by the files with that content.
pub const BLOBS: Table<BlobId, Blob> = Table::new(42, "blobs");
/// Content that a conversation has, by its digest: what is sent twice is kept once.
pub const CHAT_BLOBS: Table<(ChatId, [u8; 32]), BlobId> = Table::new(43, "chat_blobs");
/// Files that are in no message yet, by the moment of their upload in milliseconds.
pub const LOOSE_FILES: Table<(u64, FileId), ()> = Table::new(44, "loose_files");
/// Bytes on the disk that count as a person's.
pub const FILE_USE: Table<UserId, u64> = Table::new(45, "file_use");
/// Content that nothing points at any more and that is still to be removed from the disk.
pub const DOOMED_BLOBS: Table<BlobId, Doomed> = Table::new(46, "doomed_blobs");
/// What proves who a professional is, by person.
pub const DOCUMENTS: Table<(UserId, FileId), Document> = Table::new(47, "documents");
/// Documents by when they are removed; without those that the clinic has still to look at.
pub const DOCUMENT_ENDS: Table<(Timestamp, UserId, FileId), ()> = Table::new(48, "document_ends");
/// Calls, over or not.
pub const CALLS: Table<CallId, Call> = Table::new(50, "calls");
/// Calls of a person, made and received, numbered from 1 in the order in which they began: a page costs the same at any depth.
pub const CALLS_OF_PERSON: Table<(UserId, u64), CallId> = Table::new(51, "calls_of_person");
/// Calls of a conversation, likewise.
pub const CALLS_OF_CHAT: Table<(ChatId, u64), CallId> = Table::new(52, "calls_of_chat");
/// Calls that a person has missed, numbered from 1 in the order in which they were missed.
pub const MISSED_CALLS: Table<(UserId, u64), CallId> = Table::new(53, "missed_calls");
/// How many of the missed calls a person has seen.
pub const SEEN_CALLS: Table<UserId, u64> = Table::new(54, "seen_calls");
/// Who is calling, being called or talking, and in which call: one at a time.
pub const ENGAGED: Table<UserId, CallId> = Table::new(55, "engaged");
/// When something happens to a call by itself. At most one row a call.
pub const CALLS_DUE: Table<(Timestamp, CallId), ()> = Table::new(56, "calls_due");
/// Content that was taken although the virus scanner did not answer.
pub const UNSCANNED_BLOBS: Table<BlobId, ()> = Table::new(49, "unscanned_blobs");
/// Uploads that a virus scanner has refused, by when.
pub const CAUGHT: Table<(Timestamp, FileId), Caught> = Table::new(60, "caught");
/// Appointments, over or not.
pub const APPOINTMENTS: Table<AppointmentId, Appointment> = Table::new(65, "appointments");
/// Appointments of a person by how far they have come ([`AppointmentState::number`](super::records::AppointmentState::number)) and when
/// they begin → when they end. So a page of each kind is a range, however many old ones there are.
pub const APPOINTMENTS_OF_PERSON: Table<(UserId, u8, Timestamp, AppointmentId), Timestamp> = Table::new(66, "appointments_of_person");
/// How many appointments of each such kind a person has.
pub const APPOINTMENT_COUNTS: Table<(UserId, u8), u64> = Table::new(67, "appointment_counts");
/// When something happens about an appointment by itself: a reminder, or its end. At most one row an appointment.
pub const APPOINTMENTS_DUE: Table<(Timestamp, AppointmentId), ()> = Table::new(68, "appointments_due");
/// Appointments by who has made them and that client's own id for them, so that a repetition books nothing twice.
pub const BOOKED: Table<(UserId, [u8; 16]), AppointmentId> = Table::new(69, "booked");
/// What mothers say of professionals, shown and hidden.
pub const REVIEWS: Table<ReviewId, Review> = Table::new(70, "reviews");
/// What there is between a professional and a mother, in this order: at most one review.
pub const TIES: Table<(UserId, UserId), Tie> = Table::new(71, "ties");
/// Reviews of a professional that others see, by when they were written.
pub const SHOWN_REVIEWS: Table<(UserId, Timestamp, ReviewId), ()> = Table::new(72, "shown_reviews");
/// How many of the reviews that others see give a professional how many stars.
pub const RATINGS: Table<UserId, Ratings> = Table::new(73, "ratings");
/// The audit log, numbered from 1 without gaps; each entry vouches for the one before.
pub const AUDIT: Table<u64, Entry> = Table::new(74, "audit");
/// Where the log begins and ends: one row, 0.
pub const AUDIT_CHAIN: Table<u8, Chain> = Table::new(75, "audit_chain");
/// Numbers of entries by what they are looked for: which kind of thing (`audit/marks.rs`), which one, and the number.
pub const AUDIT_INDEX: Table<(u8, u64, u64), ()> = Table::new(76, "audit_index");
