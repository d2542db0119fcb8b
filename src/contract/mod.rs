//! The shapes of the wire: the only place with JSON field names and event names.
//! Records of the store never get here; rules turn them into these views.

pub mod account;
pub mod appointment;
pub mod audit;
mod call;
mod conversation;
mod event;
mod file;
mod found;
pub mod input;
mod message;
mod names;
mod overview;
mod page;
mod person;
pub mod request;
pub mod review;
mod statistics;
pub mod user;

pub use appointment::{AppointmentNote, AppointmentPage, AppointmentView};
pub use call::{
    AnsweredView, CallMedia, CallOver, CallSignal, CallView, CallsMissed, Connection, IceServer, IceServersView, IncomingCall, PlacedCall,
    TakenCall,
};
pub use conversation::{
    ArchivedView, ConversationView, LastMessage, LeftView, Metadata, MutedView, PinnedView, ReadView, RemovedView, UnreadCount, UnreadView,
};
pub use event::{Audience, Emission, Event, Notification, ScheduledChange, StatusUpdate};
pub use file::{FileView, WithFiles};
pub use found::{FoundPage, FoundView, HighlightView, ReferenceView, SharedFileView, SharedFiles};
pub use message::{
    AckView, AckedView, ChangesView, DeletedView, GroupView, LocationView, MarkView, MessageView, OriginView, Perspective, QuoteView,
    ReactionView, ReactionsView, ReceiptView, Status, StatusView, SystemView, VersionView,
};
pub use names::Word;
pub use overview::{CaughtView, InfectedView, StatsView, WaitingView};
pub use page::{ConversationPage, Listing, MessagePage, Page};
pub use person::{AvailabilityView, DirectoryView, ParticipantView, Participants, ProviderView, SpecialtyCount};
pub use review::{AdminReviewView, OwnReview, RatingView, RemovedReview, ReplyView, ReviewPage, ReviewView, StarsView};
pub use statistics::{DayView, FiguresView, PeopleView, StatisticsView};
pub use user::{Presence, ResetLink, SessionView, SignedIn, UserView};

use serde::Serializer;

/// Writes an enum by its word.
fn word<T: Word, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(value.word())
}
