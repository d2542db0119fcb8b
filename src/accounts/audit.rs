//! What administrators see of the audit log. Never what anything says: there is nothing of that in it.

use super::{Accounts, Actor, validate::Check};
use crate::{
    audit::{Anchor, Deed, Found, Thing, Wish, newest_first},
    clock::{Day, Timestamp},
    contract::{
        Word as _,
        audit::{AuditQuery, AuditView, CursorView, HeadView, NamedView, VerdictView, VerifyQuery, by, device},
        user::full_name,
    },
    error::{Error, Result},
    ids::{MessageId, UserId, hex},
    store::{
        Read, StoreError,
        records::audit::{Action, Author, Entry},
        tables::{CHATS, USERS},
    },
};
use std::time::Duration;

/// Entries on a page, unless asked otherwise.
const USUAL: u64 = 50;
/// Most entries on a page, and in one piece of a table.
const MOST: u64 = 200;
/// Most people of a conversation that are named.
const NAMED: usize = 5;

impl Accounts {
    /// A page of the audit log, the newest entry first. That it was looked at is an entry too.
    pub async fn audit_log(&self, actor: Actor, query: AuditQuery) -> Result<(Vec<AuditView>, CursorView)> {
        actor.admin()?;
        let wish = wish(query)?;
        let page = self.audit_page(&wish)?;
        self.audit.opened(actor.by(), [Thing::Log]).await;
        Ok(page)
    }

    /// What is needed to take the log out as a table, piece by piece. That it is taken is written down before the first piece.
    pub async fn export_audit(&self, actor: Actor, query: AuditQuery) -> Result<Wish> {
        actor.admin()?;
        let wish = Wish { limit: usize::try_from(MOST).unwrap_or(usize::MAX), ..wish(query)? };
        self.audit.write(actor.by(), Deed::new(Action::AuditExported)).await?;
        Ok(wish)
    }

    /// Some entries with the names of the people in them, for whoever has asked [`Accounts::export_audit`] before.
    pub fn audit_page(&self, wish: &Wish) -> Result<(Vec<AuditView>, CursorView)> {
        self.store.read(|read| {
            let Found { entries, next, all } = newest_first(read, wish)?;
            let views = entries.into_iter().map(|(number, entry)| view(read, number, entry)).collect::<Result<_, StoreError>>()?;
            let total = wish.is_all().then_some(all);
            Ok((views, CursorView { limit: wish.limit as u64, total, has_more: next.is_some(), next_cursor: next }))
        })
    }

    /// Holds every entry against the one before.
    pub async fn verify_audit(&self, actor: Actor, query: VerifyQuery) -> Result<VerdictView> {
        actor.admin()?;
        let anchor = query.anchor.filter(|text| !text.trim().is_empty()).map(|text| text.parse::<Anchor>());
        let anchor = anchor.transpose().map_err(|()| Error::field("anchor", "must be a number, a colon and 64 hexadecimal digits"))?;
        let verdict = self.audit.verify(anchor).await?;
        let head = HeadView { number: verdict.head.number, hash: hex(&verdict.head.hash), anchor: verdict.head.to_string() };
        Ok(VerdictView {
            ok: verdict.broken.is_none(),
            entries: verdict.entries(),
            first: verdict.first,
            first_broken: verdict.broken.map(|(number, _)| number),
            reason: verdict.broken.map(|(_, why)| why),
            head,
            checked_at: self.now(),
        })
    }
}

fn wish(query: AuditQuery) -> Result<Wish> {
    let mut check = Check::default();
    let mut id = |field: &str, text: Option<String>| {
        let text = text.filter(|text| !text.is_empty())?;
        check.take(field, text.parse().map_err(|_| "must be the id of a person".to_owned()))
    };
    let (by, about): (Option<UserId>, Option<UserId>) = (id("who", query.who), id("person", query.person));
    let chat = query.conversation_id.filter(|text| !text.is_empty());
    let chat = chat.and_then(|text| check.take("conversationId", text.parse().map_err(|_| "must be the id of a conversation".to_owned())));
    let words = query.action.unwrap_or_default();
    let words = words.split(',').map(str::trim).filter(|word| !word.is_empty() && *word != "all");
    let actions: Vec<Action> = words.filter_map(|word| check.take("action", Action::from_word(word).ok_or_else(unknown_action))).collect();
    let mut time = |field: &str, text: Option<String>, is_end: bool| {
        let text = text.filter(|text| !text.is_empty())?;
        check.take(field, moment(&text, is_end).ok_or_else(|| "must be a date, or a time such as 2026-11-22T14:10:43.123Z".to_owned()))
    };
    let (from, before) = (time("from", query.from, false), time("to", query.to, true));
    let limit = query.limit.unwrap_or(USUAL);
    if !(1..=MOST).contains(&limit) {
        check.wrong("limit", format!("must be from 1 to {MOST}"));
    }
    check.finish()?;
    Ok(Wish { by, about, chat, actions, from, before, below: query.cursor, limit: usize::try_from(limit).unwrap_or(usize::MAX) })
}

fn unknown_action() -> String {
    let words: Vec<_> = Action::WORDS.iter().map(|(_, word)| *word).collect();
    format!("must be one or more of {}", words.join(", "))
}

/// A moment; a day is its first one, or as an end the first of the next.
fn moment(text: &str, is_end: bool) -> Option<Timestamp> {
    let moment: Timestamp = text.parse().ok()?;
    let is_day = text.parse::<Day>().is_ok() && text.len() == 10;
    Some(match (is_end, is_day) {
        (false, _) => moment,
        (true, true) => moment.plus(Duration::from_hours(24)),
        (true, false) => moment.plus(Duration::from_millis(1)),
    })
}

fn view(read: &impl Read, number: u64, entry: Entry) -> Result<AuditView, StoreError> {
    let name = |id: UserId| Ok::<_, StoreError>(read.get(USERS, &id)?.map(|user| NamedView::new(id, full_name(&user), user.role)));
    let actor = match entry.author {
        Author::Person(id) => name(id)?,
        _ => None,
    };
    let members = match entry.chat {
        Some(chat) => read.get(CHATS, &chat)?.map(|chat| chat.members).unwrap_or_default(),
        None => Vec::new(),
    };
    let mut participants = Vec::new();
    for member in members.into_iter().take(NAMED) {
        participants.extend(name(member)?);
    }
    Ok(AuditView {
        id: number.to_string(),
        same_id: number.to_string(),
        number,
        created_at: entry.at,
        action: entry.action,
        by: by(entry.author),
        actor,
        address: entry.address.map(|address| address.to_string()),
        device: device(entry.browser),
        person: entry.person.map(name).transpose()?.flatten(),
        conversation_id: entry.chat,
        participants,
        message_id: entry.chat.zip(entry.seq).map(|(chat, seq)| MessageId { chat, seq }),
        file_id: entry.file,
        detail: entry.detail,
        hash: hex(&entry.hash),
    })
}
