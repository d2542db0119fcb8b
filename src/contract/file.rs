//! A file as one reader sees it.

use super::{ChangesView, Event, FoundPage, Listing, MessagePage, MessageView, SharedFiles};
use crate::{clock::Timestamp, ids::FileId};
use serde::Serialize;

/// An attached file.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)] // The fields of the contract, under their own names.
pub struct FileView {
    pub id: FileId,
    #[serde(rename = "_id")]
    pub same_id: FileId,
    /// In addresses.
    pub filename: String,
    /// For people.
    pub original_name: String,
    pub mimetype: &'static str,
    pub mime_type: &'static str,
    /// Bytes of what is served; pictures have lost their metadata.
    pub size: u64,
    /// Without host and signature.
    pub path: String,
    /// With both, for the reader alone and for some hours.
    pub url: String,
    pub file_type: &'static str,
    pub thumbnail_url: Option<String>,
    pub width: Option<u32>,
    pub height: Option<u32>,
    /// Seconds.
    pub duration: Option<f64>,
    /// Loudness over time: 1 to 64 bars from 0 to 100, evenly spread; absent when it is not known.
    pub waveform: Option<Vec<u8>>,
    pub pages: Option<u32>,
    pub sha256: String,
    /// False where the clinic's virus scanner did not answer; absent in every other case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scanned: Option<bool>,
    pub created_at: Timestamp,
}

/// What may have files in it, whose addresses are made for each reader.
pub trait WithFiles {
    /// Calls `change` for each of them.
    fn each_file(&mut self, change: &mut dyn FnMut(&mut FileView));
}

impl WithFiles for FileView {
    fn each_file(&mut self, change: &mut dyn FnMut(&mut FileView)) {
        change(self);
    }
}

impl<T: WithFiles> WithFiles for [T] {
    fn each_file(&mut self, change: &mut dyn FnMut(&mut FileView)) {
        for item in self {
            item.each_file(change);
        }
    }
}

impl<T: WithFiles> WithFiles for Vec<T> {
    fn each_file(&mut self, change: &mut dyn FnMut(&mut FileView)) {
        self.as_mut_slice().each_file(change);
    }
}

impl<T: WithFiles> WithFiles for Listing<T> {
    fn each_file(&mut self, change: &mut dyn FnMut(&mut FileView)) {
        self.items.each_file(change);
    }
}

impl WithFiles for MessageView {
    fn each_file(&mut self, change: &mut dyn FnMut(&mut FileView)) {
        self.attachments.each_file(change);
        // The first one stands in the older fields too.
        self.file = self.attachments.first().cloned();
        self.file_url = self.file.as_ref().map(|file| file.url.clone());
    }
}

impl WithFiles for MessagePage {
    fn each_file(&mut self, change: &mut dyn FnMut(&mut FileView)) {
        self.items.each_file(change);
    }
}

impl WithFiles for ChangesView {
    fn each_file(&mut self, change: &mut dyn FnMut(&mut FileView)) {
        self.messages.each_file(change);
    }
}

impl WithFiles for FoundPage {
    fn each_file(&mut self, change: &mut dyn FnMut(&mut FileView)) {
        self.items.iter_mut().for_each(|found| found.message.each_file(change));
    }
}

impl WithFiles for SharedFiles {
    fn each_file(&mut self, change: &mut dyn FnMut(&mut FileView)) {
        self.items.iter_mut().for_each(|shared| shared.file.each_file(change));
    }
}

impl Event {
    /// The message that the event tells of, if it tells of one.
    pub fn message(&self) -> Option<&MessageView> {
        match self {
            Self::NewMessage { message, .. }
            | Self::MessageSent { message, .. }
            | Self::MessageEdited { message, .. }
            | Self::ScheduledMessageChanged { message, .. } => Some(message),
            _ => None,
        }
    }
}

impl WithFiles for Event {
    fn each_file(&mut self, change: &mut dyn FnMut(&mut FileView)) {
        if let Self::NewMessage { message, .. }
        | Self::MessageSent { message, .. }
        | Self::MessageEdited { message, .. }
        | Self::ScheduledMessageChanged { message, .. } = self
        {
            message.each_file(change);
        }
    }
}
