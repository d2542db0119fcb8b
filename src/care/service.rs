//! The one way into the rules of appointments.

use super::{
    ledger::{self, Booked},
    list,
    wish::{self, Amendment, Booking, Wish},
};
use crate::{
    accounts::Actor,
    chat::{self, Chats, Db},
    contract::{
        AppointmentPage, AppointmentView,
        appointment::{AmendBody, AppointmentsQuery, BookBody, CancelBody},
    },
    error::Result,
    ids::AppointmentId,
};
use std::sync::Arc;

/// Appointments, for those who may.
#[derive(Clone)]
pub struct Care {
    pub(super) store: Arc<Db>,
    pub(super) rules: Arc<chat::Rules>,
}

impl Care {
    /// Over the conversations.
    #[must_use]
    pub fn new(chats: &Chats) -> Self {
        Self { store: chats.store().clone(), rules: chats.rules().clone() }
    }

    /// Asks for an appointment, or offers one. True when it is new.
    pub async fn book(&self, actor: Actor, body: BookBody) -> Result<(AppointmentView, bool)> {
        actor.admitted()?;
        let (rules, booking) = (self.rules.clone(), Booking::new(body, actor.user)?);
        let Booked { view, fresh } = self.store.write(move |tx| ledger::book(tx, &rules, &actor, &booking)).await?;
        Ok((view, fresh))
    }

    /// One of the actor's appointments.
    pub fn get(&self, actor: Actor, id: &str) -> Result<AppointmentView> {
        actor.admitted()?;
        let id = appointment(id)?;
        self.store.read(|read| ledger::view(read, &self.rules, id, &ledger::own(read, actor.user, id)?))
    }

    /// A page of the actor's appointments.
    pub fn list(&self, actor: Actor, query: &AppointmentsQuery) -> Result<AppointmentPage> {
        actor.admitted()?;
        let (wish, now) = (Wish::new(query)?, self.store.clock().now());
        self.store.read(|read| list::page(read, &self.rules, actor.user, &wish, now))
    }

    /// Confirms an appointment, gives it another time or other words, or takes it another step on.
    pub async fn amend(&self, actor: Actor, id: &str, body: AmendBody) -> Result<AppointmentView> {
        actor.admitted()?;
        let (rules, id) = (self.rules.clone(), appointment(id)?);
        // Whose it is comes before what is wrong with the form: a stranger learns nothing by either.
        self.store.read(|read| ledger::own(read, actor.user, id))?;
        let amendment = Amendment::new(body)?;
        self.store.write(move |tx| ledger::amend(tx, &rules, &actor, id, &amendment)).await
    }

    /// Calls an appointment off.
    pub async fn cancel(&self, actor: Actor, id: &str, body: CancelBody) -> Result<AppointmentView> {
        actor.admitted()?;
        let (rules, id) = (self.rules.clone(), appointment(id)?);
        self.store.read(|read| ledger::own(read, actor.user, id))?;
        let reason = wish::reason(body)?;
        self.store.write(move |tx| ledger::cancel(tx, &rules, &actor, id, reason.clone())).await
    }
}

/// The id of an appointment. What cannot be one is answered like one that nobody knows.
fn appointment(id: &str) -> Result<AppointmentId> {
    id.parse().map_err(|_| ledger::absent())
}
