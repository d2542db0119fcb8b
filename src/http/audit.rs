//! The audit log for administrators, and for everybody who has looked at what is theirs.

use super::{Answer, Query};
use crate::{
    accounts::{Accounts, Actor},
    audit::Wish,
    chat::Chats,
    contract::{
        Word as _,
        audit::{AccessQuery, AuditQuery, AuditView, NamedView, VerifyQuery},
    },
    error::Result,
};
use rocket::{
    Request, Response, Route, State, get,
    response::{self, Responder},
    routes,
};
use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};
use tokio::io::{AsyncRead, ReadBuf};

/// The routes of this file.
pub(super) fn routes() -> Vec<Route> {
    routes![list, verify, table, access_log]
}

#[get("/api/admin/audit")]
async fn list(actor: Actor, query: Query<AuditQuery>, accounts: &State<Arc<Accounts>>) -> Result<Answer> {
    let (entries, page) = accounts.audit_log(actor, query.0).await?;
    Answer::ok(&entries)?.page(&page)
}

#[get("/api/admin/audit/verify")]
async fn verify(actor: Actor, query: Query<VerifyQuery>, accounts: &State<Arc<Accounts>>) -> Result<Answer> {
    Answer::ok(&accounts.verify_audit(actor, query.0).await?)
}

#[get("/api/admin/audit.csv")]
async fn table(actor: Actor, query: Query<AuditQuery>, accounts: &State<Arc<Accounts>>) -> Result<Table> {
    let wish = accounts.export_audit(actor, query.0).await?;
    Ok(Table { accounts: accounts.inner().clone(), next: Some(wish), ready: io::Cursor::new(header()) })
}

#[get("/api/privacy/access-log")]
async fn access_log(actor: Actor, query: Query<AccessQuery>, chats: &State<Chats>) -> Result<Answer> {
    let (entries, page) = chats.access_log(actor, &query.0).await?;
    Answer::ok(&entries)?.page(&page)
}

/// The log as a table of comma-separated values, made while it is sent. If it cannot go on, the answer breaks off, so that nobody takes
/// a part for the whole.
struct Table {
    accounts: Arc<Accounts>,
    /// What follows; nothing at the end.
    next: Option<Wish>,
    ready: io::Cursor<Vec<u8>>,
}

impl<'r> Responder<'r, 'static> for Table {
    fn respond_to(self, _: &'r Request<'_>) -> response::Result<'static> {
        Response::build()
            .raw_header("Content-Type", "text/csv; charset=utf-8; header=present")
            .raw_header("Content-Disposition", "attachment; filename=\"audit.csv\"")
            .streamed_body(self)
            .max_chunk_size(super::pieces::PIECE)
            .ok()
    }
}

impl AsyncRead for Table {
    fn poll_read(mut self: Pin<&mut Self>, _: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        loop {
            let rest = self.rest();
            if !rest.is_empty() {
                let length = rest.len().min(buffer.remaining());
                buffer.put_slice(rest.get(..length).unwrap_or_default());
                let position = self.ready.position() + length as u64;
                self.ready.set_position(position);
                return Poll::Ready(Ok(()));
            }
            let Some(wish) = self.next.take() else { return Poll::Ready(Ok(())) };
            match self.accounts.audit_page(&wish) {
                Ok((entries, page)) => {
                    self.ready = io::Cursor::new(entries.iter().flat_map(|entry| row(entry).into_bytes()).collect());
                    self.next = page.next_cursor.map(|below| Wish { below: Some(below), ..wish });
                }
                Err(error) => {
                    tracing::warn!(%error, "the audit log could not be sent whole");
                    return Poll::Ready(Err(io::Error::other("the log cannot be read")));
                }
            }
        }
    }
}

impl Table {
    fn rest(&self) -> &[u8] {
        let position = usize::try_from(self.ready.position()).unwrap_or(usize::MAX);
        self.ready.get_ref().get(position..).unwrap_or_default()
    }
}

/// The names of the columns, behind the sign by which spreadsheets know that this is UTF-8.
fn header() -> Vec<u8> {
    "\u{feff}number,time,action,by,actor,actorId,role,address,device,person,personId,conversationId,messageId,fileId,detail,hash\r\n".into()
}

fn row(entry: &AuditView) -> String {
    let name = |person: &Option<NamedView>| person.as_ref().map(|person| person.name.clone()).unwrap_or_default();
    let id = |person: &Option<NamedView>| person.as_ref().map(|person| person.id.to_string()).unwrap_or_default();
    let cells = [
        entry.number.to_string(),
        entry.created_at.to_string(),
        entry.action.word().into(),
        entry.by.into(),
        name(&entry.actor),
        id(&entry.actor),
        entry.actor.as_ref().map(|person| person.role.word().to_owned()).unwrap_or_default(),
        entry.address.clone().unwrap_or_default(),
        entry.device.clone(),
        name(&entry.person),
        id(&entry.person),
        entry.conversation_id.map(|id| id.to_string()).unwrap_or_default(),
        entry.message_id.map(|id| id.to_string()).unwrap_or_default(),
        entry.file_id.map(|id| id.to_string()).unwrap_or_default(),
        entry.detail.clone().unwrap_or_default(),
        entry.hash.clone(),
    ];
    cells.map(|text| cell(&text)).join(",") + "\r\n"
}

/// A text as a cell. A spreadsheet takes what begins like a formula for one, so an apostrophe stands before it.
fn cell(text: &str) -> String {
    let is_formula = text.trim_start().starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']);
    let guard = if is_formula || text.starts_with(['\t', '\r', '\n']) { "'" } else { "" };
    format!("\"{guard}{}\"", text.replace('"', "\"\"").replace(['\r', '\n'], " "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        for (text, safe) in [
            ("Nila", "\"Nila\""),
            ("=HYPERLINK(\"http://x\")", "\"'=HYPERLINK(\"\"http://x\"\")\""),
            ("+1", "\"'+1\""),
            ("-1", "\"'-1\""),
            ("@SUM(A1)", "\"'@SUM(A1)\""),
            ("  =1", "\"'  =1\""),
            ("\t=1", "\"'\t=1\""),
            ("＝1", "\"'＝1\""),
            ("a,b\r\n=c", "\"a,b  =c\""),
        ] {
            assert_eq!(cell(text), safe, "{text:?}");
        }
    }
}
