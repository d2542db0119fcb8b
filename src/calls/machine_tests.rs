//! Every step in every state.

use super::*;
use crate::{ids::ChatId, store::records::CallKind};
use proptest::prelude::*;

const AMA: UserId = UserId(1);
const DORA: UserId = UserId(2);
const PHONE: Device = Device(10);
const DESK: Device = Device(20);
const TABLET: Device = Device(21);
const GRACE: Duration = Duration::from_secs(20);
const NOW: Timestamp = Timestamp(100_000);

/// Ama calls Dora from her phone.
fn ringing() -> Call {
    Call {
        chat: ChatId(1),
        kind: CallKind::Voice,
        caller: Party { user: AMA, device: Some(PHONE), lost_until: None },
        callee: Party { user: DORA, device: None, lost_until: None },
        state: CallState::Ringing,
        started_at: Timestamp(90_000),
        rings_until: Timestamp(135_000),
        answered_at: None,
        ended_at: None,
        reason: None,
        missed: 0,
    }
}

/// Dora has answered at her desk.
fn talking() -> Call {
    after(ringing(), Step::Accept(DORA, DESK), Timestamp(95_000))
}

fn after(mut call: Call, step: Step, now: Timestamp) -> Call {
    take(&mut call, step, now, GRACE).unwrap();
    call
}

/// What a step does, and how the call is then.
fn does(mut call: Call, step: Step) -> (Result<Effect, Refusal>, CallState, Option<CallReason>) {
    let before = call;
    let result = take(&mut call, step, NOW, GRACE);
    if !matches!(result, Ok(Effect::Answered | Effect::Lost(_) | Effect::Back { .. } | Effect::Over)) {
        assert_eq!(call, before, "{step:?} changed something");
    }
    (result, call.state, call.reason)
}

#[test]
fn while_it_rings() {
    use CallState::{Accepted, Cancelled, Failed, Missed, Rejected, Ringing};
    let over = |state, reason| (Ok(Effect::Over), state, Some(reason));
    let stays = |effect| (effect, Ringing, None);
    for (step, expected) in [
        (Step::Accept(DORA, DESK), (Ok(Effect::Answered), Accepted, None)),
        (Step::Accept(AMA, PHONE), stays(Err(Refusal::NotCalled))),
        (Step::Reject(DORA), over(Rejected, CallReason::Rejected)),
        (Step::Reject(AMA), stays(Err(Refusal::NotCalled))),
        (Step::HangUp(AMA), over(Cancelled, CallReason::Cancelled)),
        (Step::HangUp(DORA), over(Rejected, CallReason::Rejected)),
        (Step::Fail(AMA), over(Failed, CallReason::Failed)),
        (Step::Fail(DORA), over(Failed, CallReason::Failed)),
        (Step::Lose(AMA, PHONE), stays(Ok(Effect::Lost(AMA)))),
        (Step::Lose(AMA, DESK), stays(Ok(Effect::Nothing))),
        (Step::Lose(DORA, DESK), stays(Ok(Effect::Nothing))),
        (Step::Resume(AMA, PHONE), stays(Ok(Effect::Nothing))),
        (Step::Resume(AMA, TABLET), stays(Ok(Effect::Back { user: AMA, from: Some(PHONE) }))),
        (Step::Resume(DORA, DESK), stays(Err(Refusal::NotAnswered))),
        (Step::Return(AMA, PHONE, None), stays(Ok(Effect::Nothing))),
        (Step::Return(AMA, TABLET, None), stays(Err(Refusal::Elsewhere))),
        (Step::Return(AMA, TABLET, Some(PHONE)), stays(Ok(Effect::Back { user: AMA, from: Some(PHONE) }))),
        (Step::Return(DORA, DESK, None), stays(Err(Refusal::NotAnswered))),
        (Step::Due(Timestamp(135_000)), over(Missed, CallReason::Missed)),
        (Step::Due(Timestamp(134_999)), stays(Ok(Effect::Nothing))),
        (Step::Restart(NOW), over(Missed, CallReason::ServerRestart)),
        (Step::Remove, over(Cancelled, CallReason::Removed)),
    ] {
        assert_eq!(does(ringing(), step), expected, "{step:?}");
    }
}

#[test]
fn while_they_talk() {
    use CallState::{Accepted, Ended, Failed};
    let over = |reason| (Ok(Effect::Over), Ended, Some(reason));
    let stays = |effect| (effect, Accepted, None);
    for (step, expected) in [
        (Step::Accept(DORA, DESK), stays(Ok(Effect::Nothing))),
        (Step::Accept(DORA, TABLET), stays(Err(Refusal::Answered))),
        (Step::Accept(AMA, PHONE), stays(Err(Refusal::NotCalled))),
        (Step::Reject(DORA), stays(Err(Refusal::Answered))),
        (Step::HangUp(AMA), over(CallReason::Hangup)),
        (Step::HangUp(DORA), over(CallReason::Hangup)),
        (Step::Fail(DORA), (Ok(Effect::Over), Failed, Some(CallReason::Failed))),
        (Step::Lose(DORA, DESK), stays(Ok(Effect::Lost(DORA)))),
        (Step::Lose(DORA, TABLET), stays(Ok(Effect::Nothing))),
        (Step::Resume(DORA, DESK), stays(Ok(Effect::Nothing))),
        (Step::Resume(DORA, TABLET), stays(Ok(Effect::Back { user: DORA, from: Some(DESK) }))),
        (Step::Return(DORA, DESK, None), stays(Ok(Effect::Nothing))),
        (Step::Return(DORA, TABLET, None), stays(Err(Refusal::Elsewhere))),
        (Step::Return(DORA, TABLET, Some(PHONE)), stays(Err(Refusal::Elsewhere))),
        (Step::Return(DORA, TABLET, Some(DESK)), stays(Ok(Effect::Back { user: DORA, from: Some(DESK) }))),
        (Step::Due(Timestamp(135_000)), stays(Ok(Effect::Nothing))),
        (Step::Restart(NOW), over(CallReason::ServerRestart)),
        (Step::Remove, over(CallReason::Removed)),
    ] {
        assert_eq!(does(talking(), step), expected, "{step:?}");
    }
}

#[test]
fn what_is_over_stays_as_it_is() {
    let ended = after(talking(), Step::HangUp(AMA), NOW);
    for step in [
        Step::Reject(DORA),
        Step::HangUp(AMA),
        Step::HangUp(DORA),
        Step::Fail(AMA),
        Step::Lose(AMA, PHONE),
        Step::Due(Timestamp(135_000)),
        Step::Restart(NOW),
        Step::Remove,
    ] {
        assert_eq!(does(ended, step), (Ok(Effect::Nothing), CallState::Ended, Some(CallReason::Hangup)), "{step:?}");
    }
    for step in [Step::Accept(DORA, DESK), Step::Resume(AMA, PHONE), Step::Return(AMA, TABLET, Some(PHONE))] {
        assert_eq!(does(ended, step).0, Err(Refusal::Over(CallState::Ended)), "{step:?}");
    }
    assert_eq!((ended.caller.device, ended.callee.device, due(&ended)), (None, None, None));
}

#[test]
fn a_lost_connection_has_its_time() {
    let lost = after(talking(), Step::Lose(DORA, DESK), NOW);
    let until = NOW.plus(GRACE);
    assert_eq!(due(&lost), Some(until));
    let back = after(lost, Step::Resume(DORA, TABLET), Timestamp(NOW.0 + 1));
    assert_eq!((due(&back), back.callee.device), (None, Some(TABLET)));
    assert_eq!(does(back, Step::Due(until)).0, Ok(Effect::Nothing), "what was due then is not due any more");
    let ended = after(lost, Step::Due(until), until);
    assert_eq!((ended.state, ended.reason), (CallState::Ended, Some(CallReason::ConnectionLost)));
    // What was lost is nobody else's: any device of the person may go on.
    assert_eq!(does(lost, Step::Return(DORA, TABLET, None)).0, Ok(Effect::Back { user: DORA, from: None }));
    // Both are lost: who was lost first decides.
    let both = after(lost, Step::Lose(AMA, PHONE), Timestamp(NOW.0 + 5));
    assert_eq!(due(&both), Some(until));
    let one = after(both, Step::Resume(DORA, DESK), Timestamp(NOW.0 + 6));
    assert_eq!(due(&one), Some(Timestamp(until.0 + 5)));
    // A caller who is lost while it rings.
    let gone = after(ringing(), Step::Lose(AMA, PHONE), NOW);
    assert_eq!(due(&gone), Some(until));
    let over = after(gone, Step::Due(until), until);
    assert_eq!((over.state, over.reason, is_missed(&over)), (CallState::Cancelled, Some(CallReason::ConnectionLost), true));
    // One who is lost shortly before nobody answers.
    let late = after(ringing(), Step::Lose(AMA, PHONE), Timestamp(130_000));
    assert_eq!(due(&late), Some(Timestamp(135_000)));
    assert_eq!(after(late, Step::Due(Timestamp(135_000)), Timestamp(135_000)).state, CallState::Missed);
}

#[test]
fn the_server_counts_the_seconds() {
    assert_eq!(after(talking(), Step::HangUp(AMA), Timestamp(98_999)).duration(), 3);
    assert_eq!(after(ringing(), Step::HangUp(AMA), Timestamp(98_999)).duration(), 0);
    let later = Timestamp(9_000_000);
    let restart = |alive| after(talking(), Step::Restart(Timestamp(alive)), later);
    assert_eq!(restart(99_000).duration(), 4, "until it was last seen at work");
    assert_eq!(restart(0).duration(), 0);
    assert_eq!(restart(u64::MAX).ended_at, Some(later));
    // A clock that goes back takes no time away from anybody.
    assert_eq!(after(talking(), Step::HangUp(AMA), Timestamp(1)).duration(), 0);
}

#[test]
fn only_what_one_could_not_help_was_missed() {
    let missed = |call, step| is_missed(&after(call, step, NOW));
    for step in [Step::HangUp(AMA), Step::Fail(AMA), Step::Due(Timestamp(135_000)), Step::Restart(NOW), Step::Remove] {
        assert!(missed(ringing(), step), "{step:?}");
        assert!(!missed(talking(), step), "{step:?}");
    }
    assert!(!missed(ringing(), Step::Reject(DORA)) && !is_missed(&ringing()));
    assert!(is_missed(&Call { state: CallState::Busy, ..ringing() }));
}

proptest! {
    /// Whatever happens in whatever order: a call goes forward only, and what is over says when and why.
    #[test]
    fn calls_go_forward(steps in prop::collection::vec((0_usize..10, any::<bool>(), 0_u64..4), 0..24)) {
        let mut call = ringing();
        let mut now = NOW;
        for (which, caller, number) in steps {
            now = Timestamp(now.0 + number * 9_000);
            let (user, device) = (if caller { AMA } else { DORA }, Device(number));
            let step = match which {
                0 => Step::Accept(user, device),
                1 => Step::Reject(user),
                2 => Step::HangUp(user),
                3 => Step::Fail(user),
                4 => Step::Lose(user, side(&call, user).device.unwrap_or(device)),
                5 => Step::Resume(user, device),
                6 => Step::Due(due(&call).unwrap_or(now)),
                7 => Step::Restart(now),
                8 => Step::Return(user, device, side(&call, user).device.filter(|_| number < 2)),
                _ => Step::Remove,
            };
            let before = call;
            let effect = take(&mut call, step, now, GRACE);
            prop_assert!(is_live(&before) || call == before);
            prop_assert!(before.answered_at.is_none() || before.answered_at == call.answered_at);
            prop_assert_eq!(effect == Ok(Effect::Over), is_live(&before) && !is_live(&call));
            prop_assert_eq!(call.ended_at.is_some() && call.reason.is_some(), !is_live(&call));
            prop_assert_eq!(call.state == CallState::Accepted, is_live(&call) && call.answered_at.is_some());
            prop_assert!(is_live(&call) || due(&call).is_none());
            if call.state == CallState::Accepted {
                // Each of them is either there or expected.
                for side in [&call.caller, &call.callee] {
                    prop_assert!(side.device.is_some() != side.lost_until.is_some());
                }
            }
        }
    }
}
