//! What is written down about calls: one function for each operation, over one transaction.

use super::{
    Rules,
    machine::{self, Effect, Step},
    view,
};
use crate::{
    accounts::Actor,
    chat::{Target, TxOf, line},
    clock::Timestamp,
    contract::{AnsweredView, Audience, CallOver, CallView, CallsMissed, Connection, Emission, Event, PlacedCall, TakenCall, Word as _},
    error::{Code, Error, Result},
    ids::{CallId, Device, UserId},
    store::{
        Key, Read, StoreError, Table,
        records::{Availability, Call, CallKind, CallReason, CallState, Party},
        tables,
    },
};
use serde_json::json;
use std::time::Duration;

/// How far the end of ringing or of a grace period may lie beyond its length before that means that the clock was set back.
const SLACK: Duration = Duration::from_secs(2);

/// Which call somebody means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// By its id.
    Call(CallId),
    /// The one with this person that is going on now.
    With(UserId),
}

/// Calls somebody, from a device. Whoever is called by that very person at this moment answers that call.
pub fn place(tx: &mut TxOf<'_>, rules: &Rules, actor: &Actor, device: Device, target: Target, kind: CallKind) -> Result<PlacedCall> {
    if !rules.settings.enabled {
        return Err(Error::with(Code::Forbidden, "Calls are switched off at this clinic."));
    }
    let seat = line::seat(tx, &rules.chat, actor, target)?;
    let peer = seat.peer().ok_or(Code::UserNotFound)?;
    if let Some(id) = tx.get(tables::ENGAGED, &actor.user)? {
        return place_again(tx, rules, actor, device, peer, id);
    }
    let (now, id) = (tx.now(), CallId(tx.fresh()));
    let party = |user, device| Party { user, device, lost_until: None };
    let mut call = Call {
        chat: seat.id,
        kind,
        caller: party(actor.user, Some(device)),
        callee: party(peer, None),
        state: CallState::Ringing,
        started_at: now,
        rings_until: now.plus(rules.settings.ring_timeout),
        answered_at: None,
        ended_at: None,
        reason: None,
        missed: 0,
    };
    for user in [actor.user, peer] {
        append(tx, tables::CALLS_OF_PERSON, user, id)?;
    }
    append(tx, tables::CALLS_OF_CHAT, seat.id, id)?;
    if is_busy(tx, rules, peer)? {
        (call.state, call.reason, call.ended_at) = (CallState::Busy, Some(CallReason::Busy), Some(now));
        (call.caller.device, call.callee.device) = (None, None);
        finish(tx, rules, id, &mut call)?;
    } else {
        for user in [actor.user, peer] {
            tx.put(tables::ENGAGED, &user, &id)?;
        }
        set_due(tx, id, None, machine::due(&call))?;
        let incoming = view::incoming(tx, rules, now, id, &call)?;
        tx.emit(Emission::to_users(vec![peer], Event::IncomingCall(Box::new(incoming))));
        tell_elsewhere(tx, rules, id, &call)?;
    }
    tx.put(tables::CALLS, &id, &call)?;
    placed(tx, rules, actor.user, id, &call, false)
}

/// Somebody calls who is in a call already: perhaps in this one.
fn place_again(tx: &mut TxOf<'_>, rules: &Rules, actor: &Actor, device: Device, peer: UserId, id: CallId) -> Result<PlacedCall> {
    let call = existing(tx, id)?;
    if call.state == CallState::Ringing && machine::other(&call, actor.user).user == peer {
        if call.caller.user == peer {
            let (call, _) = step(tx, rules, id, Step::Accept(actor.user, device))?;
            return placed(tx, rules, actor.user, id, &call, true);
        }
        // The answer to the first request was lost, or the device that sent it.
        if call.caller.device.is_none_or(|known| known == device) {
            let (call, _) = step(tx, rules, id, Step::Resume(actor.user, device))?;
            return placed(tx, rules, actor.user, id, &call, false);
        }
    }
    let mut error = Error::with(Code::Conflict, "You are in another call.");
    error.details = json!({ "callId": id });
    Err(error)
}

/// Answers a call on a device; the others stop ringing.
pub fn accept(tx: &mut TxOf<'_>, rules: &Rules, actor: &Actor, which: Which, device: Device) -> Result<AnsweredView> {
    let id = find(tx, actor.user, which)?;
    let (call, _) = step(tx, rules, id, Step::Accept(actor.user, device))?;
    answered(tx, rules, actor.user, id, &call)
}

/// Takes a call up again on a device that was away, or on another one. `line`: the connections over which this device was in the call,
/// if it says so.
pub fn resume(
    tx: &mut TxOf<'_>,
    rules: &Rules,
    actor: &Actor,
    which: Which,
    device: Device,
    line: Option<&[Device]>,
) -> Result<AnsweredView> {
    let id = find(tx, actor.user, which)?;
    let known = machine::side(&existing(tx, id)?, actor.user).device;
    let how = match line {
        None => Step::Resume(actor.user, device),
        Some(line) => Step::Return(actor.user, device, known.filter(|known| line.contains(known))),
    };
    let (call, _) = step(tx, rules, id, how)?;
    answered(tx, rules, actor.user, id, &call)
}

/// Says no, hangs up, or says that a device could not set the call up.
pub fn end(tx: &mut TxOf<'_>, rules: &Rules, actor: &Actor, which: Which, how: impl Fn(UserId) -> Step) -> Result<CallView> {
    let id = find(tx, actor.user, which)?;
    let (call, _) = step(tx, rules, id, how(actor.user))?;
    view::call(tx, rules, actor.user, id, &call)
}

/// A device has gone. If it was in a call, the other one is told, and the person has a while to come back.
pub fn lose(tx: &mut TxOf<'_>, rules: &Rules, user: UserId, device: Device) -> Result<()> {
    match tx.get(tables::ENGAGED, &user)? {
        Some(id) => step(tx, rules, id, Step::Lose(user, device)).map(drop),
        None => Ok(()),
    }
}

/// Does what is due at a time, if that time has come; after the clock was set back, also what seems too far off.
pub fn do_due(tx: &mut TxOf<'_>, rules: &Rules, due: Timestamp, id: CallId) -> Result<()> {
    if is_due(rules, due, tx.now()) {
        let (_, effect) = step(tx, rules, id, Step::Due(due))?;
        if effect == Effect::Nothing {
            tx.delete(tables::CALLS_DUE, &(due, id));
        }
    }
    Ok(())
}

/// Whether the time has come, or lies so far off that the clock must have been set back.
pub fn is_due(rules: &Rules, due: Timestamp, now: Timestamp) -> bool {
    due <= now || due > now.plus(rules.longest() + SLACK)
}

/// Ends a call whose two people may not talk any more: one was switched off, or has another role now.
pub fn recheck(tx: &mut TxOf<'_>, rules: &Rules, user: UserId) -> Result<()> {
    let Some(id) = tx.get(tables::ENGAGED, &user)? else { return Ok(()) };
    let call = existing(tx, id)?;
    if line::may_talk(tx, &rules.chat, call.caller.user, call.chat)? {
        return Ok(());
    }
    step(tx, rules, id, Step::Remove).map(drop)
}

/// Ends calls that were going on when the server stopped: of these people, as far as they are still in them.
pub fn restart(tx: &mut TxOf<'_>, rules: &Rules, alive: Timestamp, people: &[(UserId, CallId)]) -> Result<()> {
    for (user, id) in people {
        // Both of a call stand in the table; the second one finds it over.
        if tx.get(tables::ENGAGED, user)? != Some(*id) {
            continue;
        }
        if tx.get(tables::CALLS, id)?.is_some() {
            step(tx, rules, *id, Step::Restart(alive))?;
        }
        tx.delete(tables::ENGAGED, user);
    }
    Ok(())
}

/// Somebody has looked at the missed calls.
pub fn see(tx: &mut TxOf<'_>, actor: &Actor) -> Result<CallsMissed> {
    let last = view::count(tx, tables::MISSED_CALLS, actor.user)?;
    if tx.get(tables::SEEN_CALLS, &actor.user)?.unwrap_or(0) != last {
        tx.put(tables::SEEN_CALLS, &actor.user, &last)?;
        tx.emit(Emission::to_users(vec![actor.user], Event::CallsMissed(CallsMissed { count: 0 })));
    }
    Ok(CallsMissed { count: 0 })
}

/// Takes a step, writes down what it has changed, and tells those whom it concerns.
fn step(tx: &mut TxOf<'_>, rules: &Rules, id: CallId, step: Step) -> Result<(Call, Effect)> {
    let before = existing(tx, id)?;
    let mut call = before;
    let effect = machine::take(&mut call, step, tx.now(), rules.settings.grace)?;
    if effect == Effect::Nothing {
        return Ok((call, effect));
    }
    set_due(tx, id, machine::due(&before), machine::due(&call))?;
    match effect {
        Effect::Nothing => {}
        Effect::Answered => tell_answered(tx, rules, id, &call)?,
        Effect::Lost(user) => tell_connection(tx, id, &call, user, None),
        Effect::Back { user, from } => tell_connection(tx, id, &call, user, from),
        Effect::Over => {
            for party in [&call.caller, &call.callee] {
                tx.delete(tables::ENGAGED, &party.user);
            }
            let over = CallOver::new(id, &call);
            let event = if call.state == CallState::Rejected { Event::CallRejected(over) } else { Event::CallEnded(over) };
            tx.emit(Emission::to_users(vec![call.caller.user, call.callee.user], event));
            finish(tx, rules, id, &mut call)?;
        }
    }
    tx.put(tables::CALLS, &id, &call)?;
    Ok((call, effect))
}

/// Notes in the conversation that a call is over, and counts it if it was missed. The call itself is written by the caller.
fn finish(tx: &mut TxOf<'_>, rules: &Rules, id: CallId, call: &mut Call) -> Result<()> {
    let callee = call.callee.user;
    if machine::is_missed(call) {
        call.missed = append(tx, tables::MISSED_CALLS, callee, id)?;
    }
    // The message about it looks the call up.
    tx.put(tables::CALLS, &id, call)?;
    line::note(tx, &rules.chat, id, call, words(call))?;
    if call.missed > 0 {
        let missed = view::missed(tx, callee)?;
        tx.emit(Emission::to_users(vec![callee], Event::CallsMissed(missed)));
    }
    Ok(())
}

/// How a call was, for clients that show nothing but words.
fn words(call: &Call) -> String {
    let kind = call.kind.word();
    if call.answered_at.is_some() && call.state == CallState::Ended {
        let seconds = call.duration();
        let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        let length = if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") };
        let kind = if call.kind == CallKind::Video { "Video" } else { "Voice" };
        return format!("{kind} call, {length}");
    }
    match call.state {
        CallState::Rejected => format!("Declined {kind} call"),
        CallState::Failed if call.answered_at.is_some() => format!("Failed {kind} call"),
        _ => format!("Missed {kind} call"),
    }
}

fn tell_answered(tx: &mut TxOf<'_>, rules: &Rules, id: CallId, call: &Call) -> Result<()> {
    let event = Event::CallAccepted(TakenCall {
        call_id: id,
        conversation_id: call.chat,
        caller_id: call.caller.user,
        recipient_id: call.callee.user,
        timestamp: tx.now(),
    });
    if let Some(device) = call.caller.device {
        tx.emit(Emission { to: Audience::Device(call.caller.user, device), event: event.clone() });
    }
    if let Some(device) = call.callee.device {
        tx.emit(Emission { to: Audience::OtherDevices(call.callee.user, device), event });
    }
    tell_elsewhere(tx, rules, id, call)
}

/// Tells the caller's other devices that there is a call on this one.
fn tell_elsewhere(tx: &mut TxOf<'_>, rules: &Rules, id: CallId, call: &Call) -> Result<()> {
    let Party { user, device: Some(device), .. } = call.caller else { return Ok(()) };
    let view = Box::new(view::call(tx, rules, user, id, call)?);
    tx.emit(Emission { to: Audience::OtherDevices(user, device), event: Event::CallElsewhere { call: view } });
    Ok(())
}

/// Tells the other one that somebody is gone or back, and the device that was in the call until now that it is not any more.
fn tell_connection(tx: &mut TxOf<'_>, id: CallId, call: &Call, user: UserId, from: Option<Device>) {
    let (side, other) = (machine::side(call, user), machine::other(call, user));
    let connected = side.device.is_some();
    let event = Connection { call_id: id, user_id: user, connected, resumed: connected, until: side.lost_until };
    if let Some(device) = other.device {
        tx.emit(Emission { to: Audience::Device(other.user, device), event: Event::CallConnection(event) });
    }
    if let Some(device) = from {
        let moved = Connection { connected: false, resumed: false, ..event };
        tx.emit(Emission { to: Audience::Device(user, device), event: Event::CallConnection(moved) });
    }
}

fn placed(tx: &TxOf<'_>, rules: &Rules, user: UserId, id: CallId, call: &Call, joined: bool) -> Result<PlacedCall> {
    let AnsweredView { call: view, ice_servers, relay_only } = answered(tx, rules, user, id, call)?;
    Ok(PlacedCall { call_id: id, call: view, ice_servers, relay_only, expires_at: call.rings_until, joined })
}

fn answered(tx: &TxOf<'_>, rules: &Rules, user: UserId, id: CallId, call: &Call) -> Result<AnsweredView> {
    let relay_only = rules.ice.relay_only;
    Ok(AnsweredView { call: view::call(tx, rules, user, id, call)?, ice_servers: rules.ice.servers(user, tx.now()), relay_only })
}

/// Whether somebody cannot be called now: is in another call, or does not want to be disturbed.
fn is_busy(tx: &TxOf<'_>, rules: &Rules, user: UserId) -> Result<bool> {
    if tx.get(tables::ENGAGED, &user)?.is_some() || rules.chat.roster.presence(user).status == "busy" {
        return Ok(true);
    }
    let person = tx.get(tables::USERS, &user)?.ok_or(Code::UserNotFound)?;
    Ok(crate::contract::user::availability(&person, tx.now()) != Availability::Available)
}

/// The call that somebody means, who is one of its two. Everybody else gets what they get for a call that there is not.
fn find(read: &impl Read, user: UserId, which: Which) -> Result<CallId> {
    let id = match which {
        Which::Call(id) => Some(id),
        Which::With(_) => read.get(tables::ENGAGED, &user)?,
    };
    let (id, call) = id.map(|id| Ok::<_, Error>((id, read.get(tables::CALLS, &id)?))).transpose()?.ok_or_else(absent)?;
    let call = call.ok_or_else(absent)?;
    let is_party = call.caller.user == user || call.callee.user == user;
    let is_meant = match which {
        Which::Call(_) => true,
        Which::With(other) => machine::other(&call, user).user == other,
    };
    if is_party && is_meant { Ok(id) } else { Err(absent()) }
}

/// What is answered for a call that there is not, or that is somebody else's.
pub fn absent() -> Error {
    Error::with(Code::NotFound, "There is no such call.")
}

fn existing(read: &impl Read, id: CallId) -> Result<Call> {
    read.get(tables::CALLS, &id)?.ok_or_else(absent)
}

fn set_due(tx: &mut TxOf<'_>, id: CallId, before: Option<Timestamp>, now: Option<Timestamp>) -> Result<(), StoreError> {
    if let Some(before) = before.filter(|before| Some(*before) != now) {
        tx.delete(tables::CALLS_DUE, &(before, id));
    }
    now.map_or(Ok(()), |due| tx.put(tables::CALLS_DUE, &(due, id), &()))
}

/// Gives a call the next number in a list, and says which.
fn append<O: Key + Copy>(tx: &mut TxOf<'_>, table: Table<(O, u64), CallId>, owner: O, id: CallId) -> Result<u64, StoreError> {
    let number = view::count(tx, table, owner)? + 1;
    tx.put(table, &(owner, number), &id)?;
    Ok(number)
}
