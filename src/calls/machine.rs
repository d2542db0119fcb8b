//! What can become of a call, as a pure function of its record, what happens, and when.
//!
//! ```text
//!   request ─► ringing ─► accepted ─► ended          hung up, connection lost, server restarted, not allowed any more
//!      │          │           └─────► failed         a device could not set it up
//!      │          ├─► rejected                       by the one who is called
//!      │          ├─► missed                         nobody answered in time, or the server restarted
//!      │          ├─► cancelled                      the caller gave up, was lost for too long, or is not allowed any more
//!      │          └─► failed
//!      └─► busy
//! ```
//!
//! What is over stays as it is. Whoever repeats a step that was taken already changes nothing and is told so kindly, so that a
//! lost answer does no harm.

use crate::{
    clock::Timestamp,
    error::{Code, Error},
    ids::{Device, UserId},
    store::records::{Call, CallReason, CallState, Party},
};
use serde_json::json;
use std::time::Duration;

/// Something that happens to a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Somebody answers on a device.
    Accept(UserId, Device),
    /// Somebody does not want it.
    Reject(UserId),
    /// Somebody hangs up.
    HangUp(UserId),
    /// Somebody's device could not set it up.
    Fail(UserId),
    /// Somebody's device is not connected any more.
    Lose(UserId, Device),
    /// Somebody takes it up again on a device, wherever they are in it now.
    Resume(UserId, Device),
    /// A device of somebody comes back, under another name than the one that it had: no other device loses the call by that.
    Return(UserId, Device, Option<Device>),
    /// The time has come that was [`due`].
    Due(Timestamp),
    /// The server was started again; it was last known to work at this time.
    Restart(Timestamp),
    /// One of them may not talk to the other any more.
    Remove,
}

/// What a step has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Nothing: it had been done before, or concerns what is no more.
    Nothing,
    /// They talk now.
    Answered,
    /// This person's connection is lost, for the time being.
    Lost(UserId),
    /// This person is back on another device than before.
    Back {
        /// Who.
        user: UserId,
        /// The device that was in the call until now, if it was not lost.
        from: Option<Device>,
    },
    /// It is over.
    Over,
}

/// Why a step cannot be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Only the one who is called may.
    NotCalled,
    /// It was answered already.
    Answered,
    /// Nobody has answered yet.
    NotAnswered,
    /// The person is in it on another device.
    Elsewhere,
    /// It is over.
    Over(CallState),
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NotCalled => Self::with(Code::Forbidden, "Only the person who is called can do this."),
            Refusal::Answered => Self::with(Code::Conflict, "This call has been answered already."),
            Refusal::NotAnswered => Self::with(Code::Conflict, "This call has not been answered."),
            Refusal::Elsewhere => {
                let mut error = Self::with(Code::Conflict, "You are in this call on another device.");
                error.details = json!({ "elsewhere": true });
                error
            }
            Refusal::Over(state) => {
                let mut error = Self::with(Code::Conflict, "This call is over.");
                error.details = json!({ "status": crate::contract::Word::word(state) });
                error
            }
        }
    }
}

/// Whether somebody still calls or talks.
#[must_use]
pub fn is_live(call: &Call) -> bool {
    matches!(call.state, CallState::Ringing | CallState::Accepted)
}

/// When something happens to a call by itself.
#[must_use]
pub fn due(call: &Call) -> Option<Timestamp> {
    let lost = [call.caller.lost_until, call.callee.lost_until].into_iter().flatten().min();
    match call.state {
        CallState::Ringing => Some(lost.map_or(call.rings_until, |lost| lost.min(call.rings_until))),
        CallState::Accepted => lost,
        _ => None,
    }
}

/// Whether the one who was called had no part in how it was over.
#[must_use]
pub fn is_missed(call: &Call) -> bool {
    let unwanted = matches!(call.state, CallState::Rejected) || is_live(call);
    call.answered_at.is_none() && !unwanted
}

/// The one of the two who is not this person.
#[must_use]
pub fn other(call: &Call, user: UserId) -> &Party {
    if call.caller.user == user { &call.callee } else { &call.caller }
}

/// This person's side.
#[must_use]
pub fn side(call: &Call, user: UserId) -> &Party {
    if call.caller.user == user { &call.caller } else { &call.callee }
}

fn side_mut(call: &mut Call, user: UserId) -> &mut Party {
    if call.caller.user == user { &mut call.caller } else { &mut call.callee }
}

/// Takes a step. Whoever takes it must be one of the two. A refused step changes nothing.
pub fn take(call: &mut Call, step: Step, now: Timestamp, grace: Duration) -> Result<Effect, Refusal> {
    match call.state {
        CallState::Ringing => while_it_rings(call, step, now, grace),
        CallState::Accepted => while_they_talk(call, step, now, grace),
        state => match step {
            Step::Accept(..) | Step::Resume(..) | Step::Return(..) => Err(Refusal::Over(state)),
            _ => Ok(Effect::Nothing),
        },
    }
}

fn while_it_rings(call: &mut Call, step: Step, now: Timestamp, grace: Duration) -> Result<Effect, Refusal> {
    let called = call.callee.user;
    let (state, reason) = match step {
        Step::Accept(user, _) | Step::Reject(user) if user != called => return Err(Refusal::NotCalled),
        Step::Accept(_, device) => {
            (call.state, call.answered_at, call.callee.device) = (CallState::Accepted, Some(now), Some(device));
            return Ok(Effect::Answered);
        }
        Step::Lose(user, device) => return Ok(lose(call, user, device, now.plus(grace))),
        Step::Resume(user, _) | Step::Return(user, ..) if user == called => return Err(Refusal::NotAnswered),
        Step::Resume(user, device) => return Ok(resume(call, user, device)),
        Step::Return(user, device, had) => return come_back(call, user, device, had),
        Step::Due(at) if due(call) != Some(at) => return Ok(Effect::Nothing),
        Step::HangUp(user) if user != called => (CallState::Cancelled, CallReason::Cancelled),
        Step::HangUp(_) | Step::Reject(_) => (CallState::Rejected, CallReason::Rejected),
        Step::Fail(_) => (CallState::Failed, CallReason::Failed),
        Step::Due(at) if call.caller.lost_until == Some(at) => (CallState::Cancelled, CallReason::ConnectionLost),
        Step::Due(_) => (CallState::Missed, CallReason::Missed),
        Step::Remove => (CallState::Cancelled, CallReason::Removed),
        Step::Restart(alive) => {
            return Ok(end(call, CallState::Missed, CallReason::ServerRestart, alive.min(now).max(call.started_at)));
        }
    };
    Ok(end(call, state, reason, now))
}

fn while_they_talk(call: &mut Call, step: Step, now: Timestamp, grace: Duration) -> Result<Effect, Refusal> {
    let reason = match step {
        Step::Accept(user, _) | Step::Reject(user) if user != call.callee.user => return Err(Refusal::NotCalled),
        Step::Accept(_, device) if call.callee.device == Some(device) => return Ok(Effect::Nothing),
        Step::Accept(..) | Step::Reject(_) => return Err(Refusal::Answered),
        Step::Lose(user, device) => return Ok(lose(call, user, device, now.plus(grace))),
        Step::Resume(user, device) => return Ok(resume(call, user, device)),
        Step::Return(user, device, had) => return come_back(call, user, device, had),
        Step::Due(at) if due(call) != Some(at) => return Ok(Effect::Nothing),
        Step::Fail(_) => return Ok(end(call, CallState::Failed, CallReason::Failed, now)),
        Step::HangUp(_) => CallReason::Hangup,
        Step::Due(_) => CallReason::ConnectionLost,
        Step::Remove => CallReason::Removed,
        // Nobody knows how long they talked after the server was last seen at work.
        Step::Restart(alive) => {
            let from = call.answered_at.unwrap_or(call.started_at);
            return Ok(end(call, CallState::Ended, CallReason::ServerRestart, alive.min(now).max(from)));
        }
    };
    Ok(end(call, CallState::Ended, reason, now))
}

fn lose(call: &mut Call, user: UserId, device: Device, until: Timestamp) -> Effect {
    let side = side_mut(call, user);
    if side.device != Some(device) {
        return Effect::Nothing;
    }
    (side.device, side.lost_until) = (None, Some(until));
    Effect::Lost(user)
}

fn resume(call: &mut Call, user: UserId, device: Device) -> Effect {
    let side = side_mut(call, user);
    if side.device == Some(device) {
        return Effect::Nothing;
    }
    side.lost_until = None;
    Effect::Back { user, from: side.device.replace(device) }
}

/// A device that was lost, or that is not yet known to be, is succeeded; any other one is left alone.
fn come_back(call: &mut Call, user: UserId, device: Device, had: Option<Device>) -> Result<Effect, Refusal> {
    let known = side(call, user).device;
    if known.is_some() && known != had && known != Some(device) {
        return Err(Refusal::Elsewhere);
    }
    Ok(resume(call, user, device))
}

fn end(call: &mut Call, state: CallState, reason: CallReason, at: Timestamp) -> Effect {
    (call.state, call.reason, call.ended_at) = (state, Some(reason), Some(at));
    for side in [&mut call.caller, &mut call.callee] {
        (side.device, side.lost_until) = (None, None);
    }
    Effect::Over
}

#[cfg(test)]
#[path = "machine_tests.rs"]
mod tests;
