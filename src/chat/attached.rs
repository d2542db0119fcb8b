//! Files that somebody wants to send, as clients name them: by id, or with what an upload returned.

use super::{
    db::TxOf,
    outgoing::{Enclosed, Outgoing},
};
use crate::{
    error::{Code, Error, Result},
    files::{self, Kind, named},
    ids::{FileId, MessageId},
    store::records::{Message, MessageKind},
};
use serde_json::Value;
use std::collections::BTreeSet;

/// The uploads that `file` and `attachments` mean, each once. An address is only looked at for the id in it; what means no file is
/// answered like a file that does not exist.
pub(super) fn wished(file: &Value, attachments: &Value) -> Result<Vec<FileId>> {
    let listed = match attachments {
        Value::Array(items) => items.as_slice(),
        Value::Null => &[],
        one => std::slice::from_ref(one),
    };
    let (mut ids, mut seen) = (Vec::new(), BTreeSet::new());
    for value in std::iter::once(file).chain(listed).filter(|value| !is_none(value)) {
        let id = one(value).ok_or_else(|| Error::new(Code::FileNotFound))?;
        if seen.insert(id) {
            ids.push(id);
        }
    }
    Ok(ids)
}

/// What forms and old clients send for "no file".
fn is_none(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        _ => false,
    }
}

fn one(value: &Value) -> Option<FileId> {
    let text = |value: &Value| value.as_str().and_then(named).map(|(id, _)| id);
    match value {
        Value::String(_) => text(value),
        Value::Object(fields) => ["id", "_id", "path", "url", "filename"].iter().find_map(|key| fields.get(*key).and_then(text)),
        _ => None,
    }
}

/// The type of a message with files: what was wished if the first file can be that, else what the first file is.
fn kind(wished: MessageKind, first: Kind) -> Result<MessageKind> {
    match wished {
        MessageKind::Text | MessageKind::Location => Ok(first.message()),
        // Anything can be sent as a plain file.
        MessageKind::File => Ok(wished),
        kind if kind == first.message() => Ok(wished),
        _ => Err(Error::field("messageType", format!("must be {} or file for this file", first.word()))),
    }
}

/// Puts what goes with a message into it. What is passed on becomes files of their own with the same content.
pub(super) fn place(tx: &mut TxOf<'_>, outgoing: &Outgoing, message: &mut Message, id: MessageId) -> Result<()> {
    let (Enclosed::Uploads(ids) | Enclosed::PassedOn(ids) | Enclosed::Waiting(ids)) = &outgoing.files;
    if ids.is_empty() {
        return Ok(());
    }
    message.files = match &outgoing.files {
        Enclosed::Uploads(ids) => files::attach(tx, message.sender, ids, id)?,
        Enclosed::PassedOn(ids) => files::copy(tx, message.sender, ids, id)?,
        Enclosed::Waiting(ids) => files::deliver(tx, ids, id)?,
    };
    if message.files.is_empty() && message.content.is_empty() {
        return Err(Error::with(Code::Conflict, "The files of this message are gone."));
    }
    // What is passed on, and what has waited, has its type already.
    if matches!(outgoing.files, Enclosed::Uploads(_)) {
        message.kind = kind(outgoing.kind, files::kind(tx, &message.files)?)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn clients_name_files_in_many_ways() {
        let (one, two) = (FileId(1), FileId(2));
        let path = "http://10.0.0.1/uploads/chat/images/0000000000000002.jpg?e=1&s=x";
        for (file, attachments, expected) in [
            (json!(null), json!(null), vec![]),
            (json!(""), json!([]), vec![]),
            (json!({}), json!(null), vec![]),
            (json!("0000000000000001"), json!(null), vec![one]),
            (json!({ "id": "0000000000000001" }), json!([{ "_id": "0000000000000001" }, { "url": path }]), vec![one, two]),
            (json!({ "path": "/uploads/chat/files/0000000000000002.pdf", "size": 5 }), json!(null), vec![two]),
        ] {
            assert_eq!(wished(&file, &attachments), Ok(expected), "{file} {attachments}");
        }
        for odd in [json!("/etc/passwd"), json!(5), json!({ "id": 5 }), json!({ "path": "../../token.key" }), json!([["x"]])] {
            assert_eq!(wished(&odd, &Value::Null).unwrap_err().code, Code::FileNotFound, "{odd}");
        }
    }
}
