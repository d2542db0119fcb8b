//! From records of calls to what one of the two sees, and lists of them.

use super::{Rules, machine};
use crate::{
    chat::{Everybody, Seat},
    clock::Timestamp,
    contract::{CallView, CallsMissed, IncomingCall, Listing, Page, request::CallsQuery},
    error::{Code, Error, Result},
    ids::{CallId, ChatId, UserId},
    store::{
        Direction, Key, Read, StoreError, Table,
        records::{Call, CallState, Role},
        tables,
    },
};
use std::sync::Arc;

/// Calls on a page when nothing is said, and at most.
const USUAL_LIMIT: u64 = 20;
const MAX_LIMIT: u64 = 100;

/// A call through the eyes of one of its two.
pub fn call(read: &impl Read, rules: &Rules, reader: UserId, id: CallId, call: &Call) -> Result<CallView> {
    let (from, to) = (call.caller.user, call.callee.user);
    let is_in = to == reader;
    let missed = is_in && call.missed > 0;
    Ok(CallView {
        id,
        same_id: id,
        conversation_id: call.chat,
        kind: call.kind,
        caller_id: from,
        caller_name: name(read, &rules.chat.everybody, from)?,
        callee_id: to,
        callee_name: name(read, &rules.chat.everybody, to)?,
        direction: if is_in { "in" } else { "out" },
        status: call.state,
        started_at: call.started_at,
        answered_at: call.answered_at,
        ended_at: call.ended_at,
        duration: call.duration(),
        end_reason: call.reason,
        missed,
        seen: !missed || call.missed <= seen(read, reader)?,
        expires_at: (call.state == CallState::Ringing).then_some(call.rings_until),
    })
}

/// A call as the devices of the one who is called learn of it.
pub fn incoming(read: &impl Read, rules: &Rules, now: Timestamp, id: CallId, call: &Call) -> Result<IncomingCall> {
    let caller = rules.chat.everybody.get(read, call.caller.user)?;
    Ok(IncomingCall {
        kind: call.kind,
        call_id: id,
        caller_id: call.caller.user,
        caller_name: caller.as_ref().map(|person| person.name.clone()).unwrap_or_default(),
        caller_role: caller.as_ref().map_or(Role::Mom, |person| person.role),
        caller_avatar: caller.and_then(|person| person.avatar.clone()),
        conversation_id: call.chat,
        timestamp: call.started_at,
        ice_servers: rules.ice.servers(call.callee.user, now),
        relay_only: rules.ice.relay_only,
        expires_at: call.rings_until,
    })
}

/// The call that somebody is in, or that rings for them.
pub fn current(read: &impl Read, user: UserId) -> Result<Option<(CallId, Call)>> {
    let Some(id) = read.get(tables::ENGAGED, &user)? else { return Ok(None) };
    Ok(read.get(tables::CALLS, &id)?.filter(machine::is_live).map(|call| (id, call)))
}

/// How many missed calls somebody has not looked at.
pub fn missed(read: &impl Read, user: UserId) -> Result<CallsMissed> {
    let count = count(read, tables::MISSED_CALLS, user)?.saturating_sub(seen(read, user)?);
    Ok(CallsMissed { count })
}

fn seen(read: &impl Read, user: UserId) -> Result<u64, StoreError> {
    Ok(read.get(tables::SEEN_CALLS, &user)?.unwrap_or(0))
}

/// How many calls a list has: they are numbered without gaps.
pub fn count<O: Key + Copy>(read: &impl Read, table: Table<(O, u64), CallId>, owner: O) -> Result<u64, StoreError> {
    let newest = read.scan(table, (owner, 0)..=(owner, u64::MAX), Direction::Descending, 1)?;
    Ok(newest.first().map_or(0, |((_, number), _)| *number))
}

/// A valid wish for a page of calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wish {
    chat: Option<ChatId>,
    missed: bool,
    page: u64,
    limit: u64,
}

impl Wish {
    /// Reads a query.
    pub fn new(query: &CallsQuery) -> Result<Self> {
        let id = query.conversation_id.as_deref().filter(|id| !id.is_empty());
        Ok(Self {
            chat: id.map(|id| id.parse().map_err(|_| Error::new(Code::ConversationNotFound))).transpose()?,
            missed: query.missed.unwrap_or(false),
            page: crate::chat::page_number(query.page)?,
            limit: crate::chat::limit(query.limit, USUAL_LIMIT, MAX_LIMIT)?,
        })
    }
}

/// A page of somebody's calls, newest first.
pub fn list(read: &impl Read, rules: &Rules, reader: UserId, wish: Wish) -> Result<Listing<CallView>> {
    let (ids, page) = match wish.chat {
        None if wish.missed => page(read, tables::MISSED_CALLS, reader, wish)?,
        None => page(read, tables::CALLS_OF_PERSON, reader, wish)?,
        Some(chat) => {
            Seat::find(read, reader, chat)?;
            if wish.missed { missed_in(read, reader, chat, wish)? } else { page(read, tables::CALLS_OF_CHAT, chat, wish)? }
        }
    };
    let mut items = Vec::with_capacity(ids.len());
    for id in ids {
        if let Some(record) = read.get(tables::CALLS, &id)? {
            items.push(call(read, rules, reader, id, &record)?);
        }
    }
    Ok(Listing { items, page })
}

/// Numbers have no gaps, so a page is a range of them.
fn page<O: Key + Copy>(read: &impl Read, table: Table<(O, u64), CallId>, owner: O, wish: Wish) -> Result<(Vec<CallId>, Page)> {
    let total = count(read, table, owner)?;
    let page = Page::new(wish.page, wish.limit, total);
    let last = total.saturating_sub((wish.page - 1).saturating_mul(wish.limit));
    let first = last.saturating_sub(wish.limit) + 1;
    let most = usize::try_from(wish.limit).unwrap_or(usize::MAX);
    let rows = if last == 0 { Vec::new() } else { read.scan(table, (owner, first)..=(owner, last), Direction::Descending, most)? };
    Ok((rows.into_iter().map(|(_, id)| id).collect(), page))
}

/// Somebody's missed calls in one conversation. Two people call each other hundreds of times, not millions: they are looked through.
fn missed_in(read: &impl Read, reader: UserId, chat: ChatId, wish: Wish) -> Result<(Vec<CallId>, Page)> {
    const CHUNK: usize = 1_000;
    let (mut found, mut below) = (Vec::new(), u64::MAX);
    loop {
        let rows = read.scan(tables::CALLS_OF_CHAT, (chat, 0)..=(chat, below), Direction::Descending, CHUNK)?;
        for (_, id) in &rows {
            if read.get(tables::CALLS, id)?.is_some_and(|call| call.callee.user == reader && call.missed > 0) {
                found.push(*id);
            }
        }
        match rows.last() {
            Some(((_, number), _)) if rows.len() == CHUNK && *number > 0 => below = number - 1,
            _ => break,
        }
    }
    let Listing { items, page } = Listing::cut(found, wish.page, wish.limit);
    Ok((items, page))
}

fn name(read: &impl Read, everybody: &Arc<Everybody>, user: UserId) -> Result<String, StoreError> {
    Ok(everybody.get(read, user)?.map(|person| person.name.clone()).unwrap_or_default())
}
