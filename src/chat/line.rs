//! What calls ask of conversations: who may call whom, and the message that tells of a call.

use super::{
    Rules, Seat,
    db::TxOf,
    draft::{self, Target},
    send, statistics, system, toggles,
};
use crate::{
    accounts::Actor,
    audit::Whence,
    contract::request::CallRequest,
    error::{Code, Error, Result},
    ids::{CallId, ChatId, SessionId, UserId},
    store::{
        Read,
        records::{Call, ChatKind, System},
        tables,
    },
};

/// Where a call goes, once that is well said. The same answers as for a message.
pub fn target(body: &CallRequest) -> Result<Target> {
    draft::target(body.conversation_id.as_ref(), body.recipient_id.as_ref())
}

/// The seat from which a person calls another, if they may write to them. The conversation is opened if there is none.
pub fn seat(tx: &mut TxOf<'_>, rules: &Rules, actor: &Actor, target: Target) -> Result<Seat> {
    actor.verified()?;
    let seat = send::seat(tx, rules, actor, target)?;
    if seat.chat.kind != ChatKind::Direct {
        return Err(Error::with(Code::Forbidden, "Calls are between two people. Please call the members one by one."));
    }
    rules.policy.check_write(tx, actor, &seat)?;
    Ok(seat)
}

/// Whether a person could still call the other one in a conversation between two.
pub fn may_talk(tx: &TxOf<'_>, rules: &Rules, caller: UserId, chat: ChatId) -> Result<bool> {
    let Some(person) = tx.get(tables::USERS, &caller)?.filter(|person| person.is_active) else { return Ok(false) };
    let actor =
        Actor { user: caller, session: SessionId::MIN, role: person.role, verification: person.verification, whence: Whence::default() };
    let allowed = actor.verified().and_then(|()| rules.policy.check_write(tx, &actor, &Seat::find(tx, caller, chat)?));
    match allowed {
        Ok(()) => Ok(true),
        Err(error) if error.code.status() < 500 => Ok(false),
        Err(error) => Err(error),
    }
}

/// Counts a call that is over, writes of it into the conversation as the caller's doing, and tells both.
pub fn note(tx: &mut TxOf<'_>, rules: &Rules, id: CallId, call: &Call, words: String) -> Result<()> {
    statistics::called(tx, call)?;
    let mut seat = Seat::find(tx, call.caller.user, call.chat)?;
    toggles::bring_back(tx, &mut seat)?;
    let message = system::place(tx, rules, &mut seat, System::Call(id), words)?;
    system::tell(tx, &seat, message);
    Ok(())
}
