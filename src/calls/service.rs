//! The one way into the rules of calls, for both doors.

use super::{
    Live, Rules,
    agenda::Interrupted,
    ice::Ice,
    ledger::{self, Which},
    machine::{self, Step},
    view,
};
use crate::{
    accounts::Actor,
    chat::{self, Chats, Db},
    clock::Timestamp,
    config,
    contract::{
        AnsweredView, CallView, CallsMissed, IceServersView, IncomingCall, Listing, PlacedCall,
        request::{CallEvent, CallRequest, CallsQuery},
    },
    error::{Code, Error, Result},
    ids::{CallId, Device, UserId},
    store::{
        Begin, StoreError,
        records::{CallKind, CallState},
    },
};
use parking_lot::Mutex;
use std::sync::Arc;

/// Calls, for those who may.
#[derive(Clone)]
pub struct Calls {
    pub(super) store: Arc<Db>,
    pub(super) rules: Arc<Rules>,
    live: Arc<Live>,
    pub(super) interrupted: Arc<Mutex<Interrupted>>,
}

/// The other end of a line, as one of the two devices in a call sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct End {
    /// Who is there.
    pub user: UserId,
    /// On which device, if any.
    pub device: Option<Device>,
    /// Nobody has answered there yet.
    pub rings: bool,
}

impl Calls {
    /// Over the conversations. What went on before a restart is over, so only what comes is counted as going on.
    pub fn new(chats: &Chats, settings: config::Calls) -> Result<Self, StoreError> {
        let (ice, live, store) = (Ice::new(&settings), Arc::new(Live::default()), chats.store().clone());
        store.attach(live.clone(), Begin::WithNextCommit)?;
        Ok(Self { store, rules: Arc::new(Rules { chat: chats.rules().clone(), settings, ice }), live, interrupted: Arc::default() })
    }

    /// How many calls go on.
    #[must_use]
    pub fn live(&self) -> &Arc<Live> {
        &self.live
    }

    /// Calls somebody from a device.
    pub async fn place(&self, actor: Actor, device: Device, kind: CallKind, body: &CallRequest) -> Result<PlacedCall> {
        let (rules, target) = (self.rules.clone(), chat::line::target(body)?);
        self.store.write(move |tx| ledger::place(tx, &rules, &actor, device, target, kind)).await
    }

    /// Answers a call on a device.
    pub async fn accept(&self, actor: Actor, device: Device, event: &CallEvent) -> Result<AnsweredView> {
        let (rules, which) = (self.rules.clone(), which(event)?);
        self.store.write(move |tx| ledger::accept(tx, &rules, &actor, which, device)).await
    }

    /// Takes a call up again on a device; never from another one where the client says over which sockets it was in the call.
    pub async fn resume(&self, actor: Actor, device: Device, event: &CallEvent) -> Result<AnsweredView> {
        let (rules, which, line) = (self.rules.clone(), which(event)?, line(event)?);
        self.store.write(move |tx| ledger::resume(tx, &rules, &actor, which, device, line.as_deref())).await
    }

    /// Does not want a call.
    pub async fn reject(&self, actor: Actor, event: &CallEvent) -> Result<CallView> {
        self.end(actor, event, Step::Reject).await
    }

    /// Hangs up, or says that a device could not set the call up.
    pub async fn hang_up(&self, actor: Actor, event: &CallEvent) -> Result<CallView> {
        let failed = event.reason.as_deref() == Some("failed");
        self.end(actor, event, if failed { Step::Fail } else { Step::HangUp }).await
    }

    async fn end(&self, actor: Actor, event: &CallEvent, how: fn(UserId) -> Step) -> Result<CallView> {
        let (rules, which) = (self.rules.clone(), which(event)?);
        self.store.write(move |tx| ledger::end(tx, &rules, &actor, which, how)).await
    }

    /// A device of a person has gone.
    pub async fn lose(&self, user: UserId, device: Device) -> Result<()> {
        let rules = self.rules.clone();
        self.store.write(move |tx| ledger::lose(tx, &rules, user, device)).await
    }

    /// Whether a device of a person is in a call: cheap, for each that goes.
    pub fn has(&self, user: UserId, device: Device) -> Result<bool> {
        let current = self.store.read(|read| view::current(read, user))?;
        Ok(current.is_some_and(|(_, call)| machine::side(&call, user).device == Some(device)))
    }

    /// The other end of the line, for the device that is in the call. Other devices and other people get what they get for a call
    /// that there is not.
    pub fn other_end(&self, user: UserId, device: Device, id: CallId) -> Result<End> {
        let current = self.store.read(|read| view::current(read, user))?;
        let (_, call) = current.filter(|(current, _)| *current == id).ok_or_else(ledger::absent)?;
        if machine::side(&call, user).device != Some(device) {
            return Err(Error::with(Code::Conflict, "This device is not in the call."));
        }
        let other = machine::other(&call, user);
        Ok(End { user: other.user, device: other.device, rings: call.state == CallState::Ringing && call.callee.user == other.user })
    }

    /// The call that rings for a person, handed on while nothing can become of it.
    pub fn ringing(&self, user: UserId, tell: impl FnOnce(IncomingCall)) -> Result<()> {
        let now = self.now();
        self.store.read(|read| {
            let current = view::current(read, user)?;
            if let Some((id, call)) = current.filter(|(_, call)| call.state == CallState::Ringing && call.callee.user == user) {
                tell(view::incoming(read, &self.rules, now, id, &call)?);
            }
            Ok(())
        })
    }

    /// A page of the actor's calls, newest first.
    pub fn list(&self, actor: Actor, query: &CallsQuery) -> Result<Listing<CallView>> {
        let wish = view::Wish::new(query)?;
        self.store.read(|read| view::list(read, &self.rules, actor.user, wish))
    }

    /// The call that the actor is in, or that rings for them.
    pub fn active(&self, actor: Actor) -> Result<Option<CallView>> {
        self.store.read(|read| {
            let current = view::current(read, actor.user)?;
            current.map(|(id, call)| view::call(read, &self.rules, actor.user, id, &call)).transpose()
        })
    }

    /// How many missed calls the actor has not looked at.
    pub fn missed(&self, actor: Actor) -> Result<CallsMissed> {
        self.store.read(|read| view::missed(read, actor.user))
    }

    /// The actor has looked at the missed calls.
    pub async fn see(&self, actor: Actor) -> Result<CallsMissed> {
        self.store.write(move |tx| ledger::see(tx, &actor)).await
    }

    /// Servers that help the actor's devices to find others.
    pub fn ice_servers(&self, actor: Actor) -> Result<IceServersView> {
        actor.verified()?;
        let ice = &self.rules.ice;
        Ok(IceServersView { ice_servers: ice.servers(actor.user, self.now()), relay_only: ice.relay_only, ttl: ice.ttl() })
    }

    /// The present moment.
    pub(super) fn now(&self) -> Timestamp {
        self.store.clock().now()
    }
}

/// Which call is meant. What cannot be an id is answered like one that nobody knows.
fn which(event: &CallEvent) -> Result<Which> {
    let given = |id: &Option<String>| id.clone().filter(|id| !id.is_empty());
    if let Some(id) = given(&event.call_id) {
        return id.parse().map(Which::Call).map_err(|_| ledger::absent());
    }
    let other = given(&event.caller_id).or_else(|| given(&event.recipient_id)).ok_or_else(|| Error::field("callId", "is required"))?;
    other.parse().map(Which::With).map_err(|_| ledger::absent())
}

/// The connections over which a client says it was in a call.
fn line(event: &CallEvent) -> Result<Option<Vec<Device>>> {
    let Some(names) = &event.line else { return Ok(None) };
    if names.len() > CallEvent::MOST_LINES {
        return Err(Error::field("line", format!("has at most {} entries", CallEvent::MOST_LINES)));
    }
    Ok(Some(names.iter().map(|name| Device::named(name)).collect()))
}
