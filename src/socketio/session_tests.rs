use std::time::Instant;

use super::*;

fn machine(transport: Transport) -> (Machine, Instant) {
    let now = Instant::now();
    (Machine::new(&Config::default(), transport, now), now)
}

fn text(text: &str) -> Frame {
    Frame::message(text)
}

fn raw(word: &'static str) -> Frame {
    Frame::Text(word.into())
}

#[test]
fn a_get_waits_and_carries_what_comes() {
    let (mut machine, now) = machine(Transport::Polling);
    assert_eq!(machine.get(now), Arrival::Wait);
    assert_eq!(machine.next(1000), Step::Wait);
    assert!(machine.send(text("a"), &[]));
    assert_eq!(machine.next(1000), Step::Deliver(vec![text("a")]));
    assert_eq!(machine.get(now), Arrival::Later, "the next GET may overtake the end of this one");
    machine.delivered();
    assert_eq!(machine.get(now), Arrival::Wait);
}

#[test]
fn what_a_lost_get_carried_comes_again_in_order() {
    let (mut machine, now) = machine(Transport::Polling);
    machine.get(now);
    machine.send(text("a"), &[]);
    let Step::Deliver(frames) = machine.next(1000) else { panic!("a delivery") };
    machine.send(text("b"), &[]);
    machine.undelivered(frames);
    assert_eq!(machine.get(now), Arrival::Wait);
    assert_eq!(machine.next(1000), Step::Deliver(vec![text("a"), text("b")]));
}

#[test]
fn one_answer_carries_no_more_than_every_client_takes() {
    let (mut machine, now) = machine(Transport::Polling);
    for _ in 0..20 {
        machine.send(text("a"), &[]);
    }
    for expected in [16, 4] {
        assert_eq!(machine.get(now), Arrival::Wait);
        let Step::Deliver(frames) = machine.next(1000) else { panic!("a delivery") };
        assert_eq!(frames.len(), expected);
        machine.delivered();
    }
}

#[test]
fn two_gets_end_the_session() {
    let (mut machine, now) = machine(Transport::Polling);
    machine.get(now);
    assert_eq!(machine.get(now), Arrival::Unknown);
    assert_eq!(machine.closed(), Some(CloseReason::Protocol));
    assert_eq!(machine.next(1000), Step::Deliver(vec![raw("1")]));
    machine.delivered();
    assert_eq!(machine.get(now), Arrival::Unknown);
}

#[test]
fn a_goodbye_answers_the_get_that_waits_and_only_that() {
    let (mut machine, now) = machine(Transport::Polling);
    machine.get(now);
    machine.close(CloseReason::ClientLeft);
    assert_eq!(machine.next(1000), Step::Deliver(vec![raw("6")]));
    machine.delivered();
    assert!(!machine.lingers());
    assert_eq!(machine.get(now), Arrival::Unknown);
}

#[test]
fn a_goodbye_answers_the_get_that_comes_after_it_once() {
    let (mut machine, now) = machine(Transport::Polling);
    machine.close(CloseReason::ClientLeft);
    assert!(machine.lingers());
    assert_eq!(machine.get(now), Arrival::Wait);
    assert_eq!(machine.next(1000), Step::Deliver(vec![raw("6")]));
    machine.delivered();
    assert_eq!(machine.get(now), Arrival::Unknown);
}

#[test]
fn a_server_that_closes_delivers_what_is_queued_first() {
    let (mut machine, now) = machine(Transport::Polling);
    machine.send(text("last"), &[]);
    machine.close(CloseReason::Shutdown);
    machine.send(text("too late"), &[]);
    assert_eq!(machine.get(now), Arrival::Wait);
    let Step::Deliver(frames) = machine.next(1000) else { panic!("a delivery") };
    assert_eq!(frames, [text("last")]);
    machine.undelivered(frames);
    machine.get(now);
    assert_eq!(machine.next(1000), Step::Deliver(vec![text("last")]));
    machine.delivered();
    assert!(machine.lingers());
    assert_eq!(machine.get(now), Arrival::Wait);
    assert_eq!(machine.next(1000), Step::Deliver(vec![raw("1")]));
    machine.delivered();
    assert!(!machine.lingers());
}

#[test]
fn a_full_queue_closes_the_session_without_linger() {
    let now = Instant::now();
    let config = Config { queue_packets: 2, ..Config::default() };
    let mut machine = Machine::new(&config, Transport::Polling, now);
    assert!(machine.send(text("a"), &[]) && machine.send(text("b"), &[]));
    assert!(!machine.send(text("c"), &[]));
    assert_eq!(machine.closed(), Some(CloseReason::SlowClient));
    assert!(!machine.lingers());
    assert_eq!(machine.get(now), Arrival::Unknown);
}

#[test]
fn an_overdue_client_is_gone_before_its_timer_fires() {
    let (mut machine, now) = machine(Transport::Polling);
    let config = Config::default();
    let ping = now + config.ping_interval;
    assert_eq!(machine.tick(ping, false), Beat::Ping);
    assert_eq!(machine.get(ping + config.ping_timeout), Arrival::Unknown);
    assert_eq!(machine.closed(), Some(CloseReason::PingTimeout));
}

#[test]
fn the_first_reason_to_close_stays() {
    let (mut machine, _) = machine(Transport::WebSocket);
    machine.close(CloseReason::TooLarge);
    machine.close(CloseReason::ClientLeft);
    assert_eq!(machine.closed(), Some(CloseReason::TooLarge));
}

#[test]
fn two_posts_at_once_end_the_session() {
    let (mut machine, _) = machine(Transport::Polling);
    assert!(machine.post());
    machine.posted();
    assert!(machine.post());
    assert!(!machine.post());
    assert_eq!(machine.closed(), Some(CloseReason::Protocol));
}

#[test]
fn an_upgrade_ends_the_poll_and_keeps_the_queue() {
    let (mut machine, now) = machine(Transport::Polling);
    machine.get(now);
    assert!(machine.begin_upgrade());
    assert!(!machine.begin_upgrade(), "only one WebSocket may take over");
    assert_eq!(machine.next(1000), Step::Wait, "nothing is proven yet");
    machine.probe();
    assert_eq!(machine.next(1000), Step::WaitForUpgrade);
    machine.stop_waiting();
    machine.send(text("a"), &[]);
    assert!(machine.upgrade());
    assert_eq!(machine.get(now), Arrival::Unknown);
    assert!(!machine.post());
    assert_eq!(machine.take(1000), [text("a")]);
}

#[test]
fn a_waiting_get_leaves_when_the_upgrade_is_done() {
    let (mut machine, now) = machine(Transport::Polling);
    machine.get(now);
    machine.begin_upgrade();
    machine.upgrade();
    machine.send(text("for the WebSocket"), &[]);
    assert_eq!(machine.next(1000), Step::Leave);
}

#[test]
fn a_failed_upgrade_goes_back_to_polling() {
    let (mut machine, now) = machine(Transport::Polling);
    machine.begin_upgrade();
    machine.probe();
    machine.abandon_upgrade();
    machine.get(now);
    assert_eq!(machine.next(1000), Step::Wait);
    assert!(machine.begin_upgrade());
}
