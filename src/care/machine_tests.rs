use super::*;
use crate::{
    ids::ChatId,
    store::records::{AppointmentState, Meeting},
};

const AMA: UserId = UserId(1);
const DORA: UserId = UserId(2);
const MINUTE: u64 = 60_000;
const HOUR: u64 = 60 * MINUTE;
/// When the appointment begins, and when it ends.
const START: Timestamp = Timestamp(1_000 * HOUR);
const END: Timestamp = Timestamp(1_000 * HOUR + 30 * MINUTE);
/// Some days before.
const NOW: Timestamp = Timestamp(900 * HOUR);

/// Asked for by the mother.
fn asked(state: State) -> Appointment {
    Appointment {
        chat: ChatId(7),
        patient: AMA,
        provider: DORA,
        title: None,
        description: None,
        start: START,
        end: END,
        place: Place { meeting: Meeting::InPerson, address: None, room: None },
        kind: AppointmentKind::Checkup,
        state,
        proposed_by: AMA,
        reason: None,
        cancelled_by: None,
        due: None,
        created_at: Timestamp(1),
        updated_at: Timestamp(1),
    }
}

fn after(mut appointment: Appointment, user: UserId, step: Step, now: Timestamp) -> Result<(Option<Action>, Appointment), Refusal> {
    let before = appointment.clone();
    let taken = take(&mut appointment, user, step, now);
    if taken.is_err() || taken == Ok(None) {
        assert_eq!(appointment, before, "nothing has changed");
    }
    taken.map(|action| (action, appointment))
}

/// What becomes of it: the state, or why not.
fn becomes(state: State, user: UserId, step: Step, now: Timestamp) -> Result<State, Refusal> {
    after(asked(state), user, step, now).map(|(_, appointment)| appointment.state)
}

fn moved(start: Timestamp) -> Step {
    Step::Amend(Terms { start, end: start.plus(Duration::from_mins(30)), ..Terms::of(&asked(State::Scheduled)) })
}

#[test]
fn the_usual_way() {
    let (action, appointment) = after(asked(State::Scheduled), DORA, Step::Confirm, NOW).unwrap();
    assert_eq!((action, appointment.state, appointment.updated_at), (Some(Action::Confirmed), State::Confirmed, NOW));
    let (action, appointment) = after(appointment, DORA, Step::Start, START).unwrap();
    assert_eq!((action, appointment.state), (Some(Action::Started), State::InProgress));
    let (action, appointment) = after(appointment, DORA, Step::Complete, END).unwrap();
    assert_eq!((action, appointment.state), (Some(Action::Completed), State::Completed));
}

#[test]
fn the_other_one_confirms() {
    assert_eq!(becomes(State::Scheduled, AMA, Step::Confirm, NOW), Err(Refusal::OwnProposal));
    assert_eq!(becomes(State::Confirmed, AMA, Step::Confirm, NOW), Err(Refusal::OwnProposal));
    let offered = Appointment { proposed_by: DORA, ..asked(State::Scheduled) };
    assert_eq!(after(offered.clone(), DORA, Step::Confirm, NOW), Err(Refusal::OwnProposal));
    assert_eq!(after(offered, AMA, Step::Confirm, NOW).unwrap().1.state, State::Confirmed);
    assert_eq!(becomes(State::Scheduled, DORA, Step::Confirm, END), Err(Refusal::TooLate));
    assert_eq!(becomes(State::InProgress, DORA, Step::Confirm, NOW), Err(Refusal::UnderWay));
}

#[test]
fn another_time_has_to_be_confirmed_again() {
    let later = START.plus(Duration::from_hours(2));
    for (user, other) in [(AMA, DORA), (DORA, AMA)] {
        for state in [State::Scheduled, State::Confirmed] {
            let (action, appointment) = after(asked(state), user, moved(later), NOW).unwrap();
            assert_eq!((action, appointment.state), (Some(Action::Moved), State::Scheduled));
            assert_eq!((appointment.proposed_by, appointment.start), (user, later));
            assert_eq!(after(appointment.clone(), user, Step::Confirm, NOW), Err(Refusal::OwnProposal));
            assert_eq!(after(appointment, other, Step::Confirm, NOW).unwrap().1.state, State::Confirmed);
        }
        assert_eq!(becomes(State::InProgress, user, moved(later), NOW), Err(Refusal::UnderWay));
    }
}

#[test]
fn words_need_no_consent_and_a_place_only_hers() {
    let room = |appointment: &Appointment| {
        let place = Place { room: Some("4".into()), ..appointment.place.clone() };
        Step::Amend(Terms { place, ..Terms::of(appointment) })
    };
    let confirmed = asked(State::Confirmed);
    let words = Step::Amend(Terms { description: Some("Bring the card".into()), ..Terms::of(&confirmed) });
    for user in [AMA, DORA] {
        let (action, appointment) = after(confirmed.clone(), user, words.clone(), NOW).unwrap();
        assert_eq!((action, appointment.state), (Some(Action::Updated), State::Confirmed));
    }
    let by_provider = after(confirmed.clone(), DORA, room(&confirmed), NOW).unwrap();
    assert_eq!((by_provider.0, by_provider.1.state), (Some(Action::Updated), State::Confirmed));
    let by_patient = after(confirmed.clone(), AMA, room(&confirmed), NOW).unwrap();
    assert_eq!((by_patient.0, by_patient.1.state), (Some(Action::Moved), State::Scheduled));
}

#[test]
fn only_the_professional_begins_ends_and_notes_who_did_not_come() {
    for step in [Step::Start, Step::Complete, Step::NoShow] {
        for state in [State::Scheduled, State::Confirmed, State::InProgress] {
            assert_eq!(becomes(state, AMA, step.clone(), END), Err(Refusal::NotProvider), "{step:?} {state:?}");
        }
        assert_eq!(becomes(State::Scheduled, DORA, step, END), Err(Refusal::NotConfirmed));
    }
    let hour_before = Timestamp(START.0 - HOUR);
    assert_eq!(becomes(State::Confirmed, DORA, Step::Start, hour_before), Ok(State::InProgress));
    assert_eq!(becomes(State::Confirmed, DORA, Step::Start, Timestamp(hour_before.0 - 1)), Err(Refusal::TooEarly));
    for (step, state) in [(Step::Complete, State::Completed), (Step::NoShow, State::NoShow)] {
        assert_eq!(becomes(State::Confirmed, DORA, step.clone(), Timestamp(START.0 - 1)), Err(Refusal::TooEarly));
        assert_eq!(becomes(State::Confirmed, DORA, step, START), Ok(state));
    }
    assert_eq!(becomes(State::InProgress, DORA, Step::Complete, hour_before), Ok(State::Completed), "a visit may be shorter");
    assert_eq!(becomes(State::InProgress, DORA, Step::NoShow, END), Err(Refusal::UnderWay), "she is there");
}

#[test]
fn either_calls_it_off() {
    for (user, state) in [(AMA, State::Scheduled), (DORA, State::Scheduled), (AMA, State::Confirmed), (DORA, State::Confirmed)] {
        let (action, appointment) = after(asked(state), user, Step::Cancel(Some("ill".into())), NOW).unwrap();
        assert_eq!((action, appointment.state), (Some(Action::Cancelled), State::Cancelled));
        assert_eq!((appointment.reason.as_deref(), appointment.cancelled_by), (Some("ill"), Some(user)));
    }
    assert_eq!(becomes(State::InProgress, AMA, Step::Cancel(None), START), Err(Refusal::UnderWay));
    assert_eq!(becomes(State::InProgress, DORA, Step::Cancel(None), START), Ok(State::Cancelled));
    assert_eq!(becomes(State::Confirmed, AMA, Step::Cancel(None), END), Err(Refusal::TooLate));
    assert_eq!(becomes(State::Confirmed, DORA, Step::Cancel(None), END), Ok(State::Cancelled));
}

#[test]
fn nothing_changes_after_an_end() {
    let steps = [Step::Confirm, Step::Start, Step::Complete, Step::NoShow, Step::Cancel(None), moved(START.plus(EARLY))];
    for state in AppointmentState::ALL.into_iter().filter(|state| !state.is_open()) {
        for step in &steps {
            for user in [AMA, DORA] {
                let appointment = Appointment { cancelled_by: (state == State::Cancelled).then_some(DORA), ..asked(state) };
                let taken = after(appointment, user, step.clone(), NOW).map(|(action, _)| action);
                let own = user == DORA
                    && matches!(
                        (step, state),
                        (Step::Complete, State::Completed) | (Step::NoShow, State::NoShow) | (Step::Cancel(_), State::Cancelled)
                    );
                assert_eq!(taken, if own { Ok(None) } else { Err(Refusal::Over(state)) }, "{step:?} {state:?}");
            }
        }
    }
}

#[test]
fn a_repeated_step_does_no_harm() {
    assert_eq!(after(asked(State::Confirmed), DORA, Step::Confirm, NOW).unwrap().0, None);
    assert_eq!(after(asked(State::InProgress), DORA, Step::Start, START).unwrap().0, None);
    assert_eq!(after(asked(State::Confirmed), AMA, moved(START), NOW).unwrap().0, None, "the time that it has");
}

#[test]
fn it_is_brought_to_mind_a_day_and_an_hour_before() {
    let (day, hour) = (Timestamp(START.0 - 24 * HOUR), Timestamp(START.0 - HOUR));
    for state in [State::Scheduled, State::Confirmed] {
        let appointment = asked(state);
        assert_eq!(due(&appointment, NOW), Some(day));
        assert_eq!(due(&appointment, day), Some(hour), "less time is left");
        assert_eq!(due(&appointment, hour), Some(END));
        assert_eq!(due(&appointment, END), None);
    }
    assert_eq!(due(&asked(State::InProgress), NOW), Some(END), "they are together");
    assert_eq!(due(&asked(State::Cancelled), NOW), None);
}

#[test]
fn a_late_reminder_is_the_newest_one_or_none() {
    let (day, hour) = (Timestamp(START.0 - 24 * HOUR), Timestamp(START.0 - HOUR));
    let appointment = asked(State::Confirmed);
    let late = |at: Timestamp, by: u64| reminds(&appointment, at, Timestamp(at.0 + by));
    assert!(late(day, 0) && late(day, 22 * HOUR));
    assert!(!late(day, 23 * HOUR), "the next one is due too");
    assert!(late(hour, 0) && late(hour, 59 * MINUTE) && !late(hour, HOUR), "it has begun");
    assert!(!late(END, 0));
}
