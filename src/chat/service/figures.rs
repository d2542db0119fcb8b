//! What has been counted.

use super::Chats;
use crate::{
    accounts::Actor,
    chat::statistics,
    contract::{StatisticsView, request::StatisticsQuery},
    error::Result,
};

impl Chats {
    /// The actor's own figures; for administrators, the clinic's.
    pub fn statistics(&self, actor: Actor, query: &StatisticsQuery) -> Result<StatisticsView> {
        let wish = statistics::Wish::new(query, self.now())?;
        self.store.read(|read| statistics::figures(read, &self.rules, &actor, wish))
    }
}
