//! Events about calls, and what the coming and going of sockets means for them.

use super::{
    Realtime,
    connection::Client,
    dispatch::{Data, answer, decode, given},
    lines::MAX_SIGNAL,
};
use crate::{
    accounts::Actor,
    calls::absent,
    contract::{
        Audience, CallMedia, CallSignal, Emission, Event,
        request::{CallEvent, CallMediaEvent, CallRequest, CallSignalEvent},
    },
    error::{Code, Error, Result},
    ids::{CallId, Device, UserId},
    socketio::Args,
    store::records::{CallKind, CallState},
};
use serde_json::json;
use std::sync::Arc;

/// Bytes that a change of what is heard and seen counts as.
const MEDIA: usize = 64;

impl Realtime {
    /// Deals with an event about a call; nothing when it is about something else.
    pub(super) async fn call(&self, client: &Client, actor: Actor, name: &str, args: &Args) -> Option<Result<Data>> {
        let result = match name {
            "voice_call_request" => self.place_call(client, actor, CallKind::Voice, args).await,
            "video_call_request" => self.place_call(client, actor, CallKind::Video, args).await,
            "call_accepted" | "call_resume" => self.join_call(client, actor, name == "call_resume", args).await,
            "call_rejected" => self.end_call(actor, false, args).await,
            "call_ended" => self.end_call(actor, true, args).await,
            "call_signal" => self.signal(client, actor, args),
            "call_media" => self.media(client, actor, args),
            "calls_seen" => self.0.calls.see(actor).await.and_then(|missed| answer(&missed)),
            _ => return None,
        };
        Some(result)
    }

    async fn place_call(&self, client: &Client, actor: Actor, kind: CallKind, args: &Args) -> Result<Data> {
        let device = client.state().device;
        let placed = self.0.calls.place(actor, device, kind, &decode::<CallRequest>(args, "recipientId")?).await?;
        if placed.call.status != CallState::Busy {
            self.is_in_call(client, placed.call_id).await;
        }
        answer(&placed)
    }

    async fn join_call(&self, client: &Client, actor: Actor, again: bool, args: &Args) -> Result<Data> {
        let (device, event) = (client.state().device, decode::<CallEvent>(args, "callId")?);
        let calls = &self.0.calls;
        let joined = if again { calls.resume(actor, device, &event).await? } else { calls.accept(actor, device, &event).await? };
        self.is_in_call(client, joined.call.id).await;
        answer(&joined)
    }

    async fn end_call(&self, actor: Actor, hangs_up: bool, args: &Args) -> Result<Data> {
        let event = decode::<CallEvent>(args, "callId")?;
        let calls = &self.0.calls;
        answer(&if hangs_up { calls.hang_up(actor, &event).await? } else { calls.reject(actor, &event).await? })
    }

    fn signal(&self, client: &Client, actor: Actor, args: &Args) -> Result<Data> {
        // As it came: it is for the other device, and kept in the order of its fields.
        let event: CallSignalEvent = args.parse(0).map_err(|_| Error::field("signal", "is required, with callId"))?;
        let call_id = call(&given("callId", event.call_id)?)?;
        let signal = event.signal.ok_or_else(|| Error::field("signal", "is required"))?;
        let bytes = signal.get().len();
        if bytes > MAX_SIGNAL {
            return Err(Error::with(Code::PayloadTooLarge, format!("A signal has at most {MAX_SIGNAL} bytes.")));
        }
        self.pass_on(client, actor, call_id, Event::CallSignal(CallSignal { call_id, signal }), bytes)
    }

    fn media(&self, client: &Client, actor: Actor, args: &Args) -> Result<Data> {
        let CallMediaEvent { call_id, audio, video, screen } = decode(args, "callId")?;
        let call_id = call(&given("callId", call_id)?)?;
        let media = CallMedia { call_id, user_id: actor.user, audio, video, screen };
        self.pass_on(client, actor, call_id, Event::CallMedia(media), MEDIA)
    }

    fn pass_on(&self, client: &Client, actor: Actor, call: CallId, event: Event, bytes: usize) -> Result<Data> {
        let device = client.state().device;
        let end = || self.0.calls.other_end(actor.user, device, call);
        let delivered = self.0.hub.pass_on(call, actor.user, event, bytes, end)?;
        answer(&json!({ "callId": call, "delivered": delivered }))
    }

    /// A device is in a call now. It learns so first, and then what the other one says. One that has gone meanwhile is lost.
    async fn is_in_call(&self, client: &Client, call: CallId) {
        *client.state().line.lock() = Some(call);
        let (user, device) = (client.state().actor.user, client.state().device);
        if !self.0.hub.has_device(user, device) {
            self.lose(user, device).await;
        }
    }

    /// A socket has its answer.
    pub(super) fn answered(&self, client: &Client) {
        if let Some(call) = client.state().line.lock().take() {
            let (user, device) = (client.state().actor.user, client.state().device);
            self.0.hub.open_line(call, user, device, || self.0.calls.other_end(user, device, call));
        }
    }

    /// Tells a socket that has just connected what rings.
    pub(super) fn tell_ringing(&self, client: &Client) {
        let (user, device) = (client.state().actor.user, client.state().device);
        let told = self.0.calls.ringing(user, |call| {
            let event = Event::IncomingCall(Box::new(call));
            self.0.hub.publish(vec![Emission { to: Audience::Device(user, device), event }]);
        });
        if let Err(error) = told {
            tracing::warn!(%error, "a device was not told what rings");
        }
    }

    /// A socket has gone. Where it was in a call, that is written down.
    pub(super) fn gone(&self, client: &Arc<Client>) {
        let (user, device) = (client.state().actor.user, client.state().device);
        if !matches!(self.0.calls.has(user, device), Ok(false)) {
            let realtime = self.clone();
            tokio::spawn(async move { realtime.lose(user, device).await });
        }
    }

    async fn lose(&self, user: UserId, device: Device) {
        if let Err(error) = self.0.calls.lose(user, device).await {
            tracing::warn!(%error, "a connection that a call has lost was not noted");
        }
    }
}

/// The id of a call. What cannot be one is answered like one that nobody knows.
fn call(id: &str) -> Result<CallId> {
    id.parse().map_err(|_| absent())
}
