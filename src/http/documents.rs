//! Documents that prove who a professional is: brought by the person, seen by administrators.

use super::{
    Answer,
    files::{Download, FileReader, ReaderLinks},
    multipart::Form,
};
use crate::{
    accounts::{Accounts, Actor},
    error::{Error, Result},
    files::{Files, Purpose},
};
use rocket::{Route, State, delete, get, post, routes};
use std::sync::Arc;

/// The routes of this file.
pub(super) fn routes() -> Vec<Route> {
    routes![bring, own, remove, of_person, download]
}

#[post("/api/auth/documents", data = "<form>")]
async fn bring(actor: Actor, links: ReaderLinks, form: Form<'_>, accounts: &State<Arc<Accounts>>) -> Result<Answer> {
    if let Err(error) = accounts.may_bring_document(actor) {
        return Err(form.refuse(error).await);
    }
    let views = links.fill(actor, form.receive(links.files(), actor.user, Purpose::Proof(actor.by())).await?.files);
    match &views[..] {
        [] => Err(Error::field("file", "is required")),
        [one] => Answer::created(one),
        several => Answer::created(several),
    }
}

#[get("/api/auth/documents")]
fn own(actor: Actor, links: ReaderLinks, accounts: &State<Arc<Accounts>>) -> Result<Answer> {
    Answer::ok(&links.fill(actor, accounts.documents(actor)?))
}

#[delete("/api/auth/documents/<id>")]
async fn remove(actor: Actor, id: &str, accounts: &State<Arc<Accounts>>) -> Result<Answer> {
    accounts.remove_document(actor, id).await?;
    Answer::done("The document was removed.")
}

#[get("/api/admin/users/<id>/documents")]
fn of_person(actor: Actor, id: &str, links: ReaderLinks, accounts: &State<Arc<Accounts>>) -> Result<Answer> {
    Answer::ok(&links.fill(actor, accounts.documents_of(actor, id)?))
}

#[get("/uploads/documents/<owner>/<name>")]
async fn download(reader: FileReader, owner: &str, name: &str, files: &State<Arc<Files>>) -> Result<Download> {
    Download::open(files.open_document(reader.0, owner, name).await?).await
}
