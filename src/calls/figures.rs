//! How many calls go on, for whoever watches the server.

use super::machine;
use crate::{
    ids::CallId,
    store::{Change, Projection, StoreError, TableId, records::CallState, tables},
};
use parking_lot::Mutex;
use std::collections::HashMap;

/// Calls that ring, and those in which people talk; kept in step with the store.
#[derive(Debug, Default)]
pub struct Live(Mutex<HashMap<CallId, CallState>>);

impl Projection for Live {
    fn name(&self) -> &'static str {
        "the calls that go on"
    }

    fn tables(&self) -> &[TableId] {
        const { &[tables::CALLS.id] }
    }

    fn apply(&self, changes: &[Change<'_>]) -> Result<(), StoreError> {
        let mut live = self.0.lock();
        for change in changes {
            let Some((id, call)) = change.row(tables::CALLS)? else { continue };
            match call.filter(machine::is_live) {
                Some(call) => live.insert(id, call.state),
                None => live.remove(&id),
            };
        }
        Ok(())
    }
}

impl Live {
    /// How many ring, and in how many people talk.
    #[must_use]
    pub fn count(&self) -> (usize, usize) {
        let live = self.0.lock();
        let ringing = live.values().filter(|state| **state == CallState::Ringing).count();
        (ringing, live.len() - ringing)
    }
}
