//! Documents that prove who a professional is. Also who still waits for the clinic brings them: that is what they wait with.

use super::{Accounts, Actor, admin::user_id, existing};
use crate::{
    audit::{Deed, note},
    contract::FileView,
    error::{Code, Error, Result},
    files::documents,
    ids::FileId,
    store::records::audit::Action,
};

impl Accounts {
    /// Whether somebody may bring a document now: a professional who has not brought as many as can be kept.
    pub fn may_bring_document(&self, actor: Actor) -> Result<()> {
        if !actor.role.is_professional() {
            return Err(Error::with(Code::Forbidden, "Only doctors, midwives and service providers show documents to the clinic."));
        }
        self.store.read(|read| documents::check_room(read, actor.user))
    }

    /// The caller's own documents, the oldest first.
    pub fn documents(&self, actor: Actor) -> Result<Vec<FileView>> {
        self.store.read(|read| documents::list(read, actor.user))
    }

    /// Removes one of them.
    pub async fn remove_document(&self, actor: Actor, id: &str) -> Result<()> {
        let id: FileId = id.parse().map_err(|_| Error::new(Code::FileNotFound))?;
        let removed = self.store.write(move |tx| {
            let found = documents::remove(tx, actor.user, &[id])?;
            if found {
                note(tx, &actor.by(), &Deed::new(Action::DocumentRemoved).file(id))?;
            }
            Ok::<_, Error>(found)
        });
        let found = removed.await?;
        if found { Ok(()) } else { Err(Code::FileNotFound.into()) }
    }

    /// Somebody's documents, for administrators.
    pub fn documents_of(&self, actor: Actor, id: &str) -> Result<Vec<FileView>> {
        actor.admin()?;
        let id = user_id(id)?;
        self.store.read(|read| {
            existing(read, id)?;
            documents::list(read, id)
        })
    }
}
