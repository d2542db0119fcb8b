//! What an administrator looks at first: how many there are, what waits for a decision, and what the virus scanner has caught.

use super::{
    Accounts, Actor,
    admin::{page, waiting},
};
use crate::{
    clock::Timestamp,
    contract::{CaughtView, InfectedView, Listing, PeopleView, StatsView, WaitingView, account::PageQuery, user::full_name},
    error::Result,
    files::caught,
    store::{
        Read as _,
        records::Verification,
        tables::{RESET_WISHES, USERS},
    },
};

impl Accounts {
    /// The figures of the clinic's accounts, and what is to be done.
    pub fn stats(&self, actor: Actor) -> Result<StatsView> {
        actor.admin()?;
        let all = self.all_people()?;
        let (mut people, mut disabled) = (PeopleView::default(), 0);
        for (_, person) in &all {
            match (person.is_active, person.verification) {
                (false, _) => disabled += 1,
                (true, Verification::Pending) => people.pending += 1,
                (true, Verification::Approved) => *people.of(person.role) += 1,
                (true, Verification::Rejected) => {}
            }
        }
        let resets = self.all_of(RESET_WISHES)?.len() as u64;
        let total = all.len() as u64;
        let undecided = all.into_iter().filter(|(_, person)| person.verification != Verification::Approved).collect();
        let (decisions, infected) = self.store.read(|read| {
            let newest = caught::list(read, 1)?.first().map(|(at, ..)| *at);
            let infected = InfectedView { total: caught::count(read)?, newest_at: newest };
            Ok::<_, crate::error::Error>((waiting(read, undecided)?.len() as u64, infected))
        })?;
        let waiting = WaitingView { decisions, password_resets: resets };
        Ok(StatsView { total, disabled, people, waiting, infected_files: infected })
    }

    /// Uploads that the virus scanner has refused, the newest first.
    pub fn infected_files(&self, actor: Actor, query: &PageQuery) -> Result<Listing<CaughtView>> {
        actor.admin()?;
        let (number, limit) = page(query.page, query.limit)?;
        let Listing { items, page } = Listing::cut(self.store.read(|read| caught::list(read, caught::MOST))?, number, limit);
        let view = |(at, id, caught): (Timestamp, _, crate::store::records::Caught)| {
            let person = self.store.read(|read| read.get(USERS, &caught.owner))?;
            Ok(CaughtView::new(id, at, caught, person.map(|person| full_name(&person)).unwrap_or_default()))
        };
        Ok(Listing { items: items.into_iter().map(view).collect::<Result<_>>()?, page })
    }
}
