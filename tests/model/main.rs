//! The rules of conversations against a small model that was written from the contract: what several people do at random, with
//! restarts between, must give the same answers, the same events and the same pictures on both sides.
//!
//! `MOMMYCARE_MODEL_SEQUENCES` sets how many lists of steps are tried (default 300 in memory, and a tenth of that on disk).
//! `MOMMYCARE_MODEL_SEED` tries that one list only. A list that shows a difference is shortened before it is printed.
#![allow(clippy::unwrap_used, clippy::expect_used)] // a test may stop at the first surprise

mod agenda;
#[path = "../chat_support/mod.rs"]
mod chat_support;
mod group;
mod op;
mod real;
mod run;
mod sight;
mod world;

use op::Step;
use std::panic::{AssertUnwindSafe, catch_unwind};

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name} is a number")))
}

/// Runs a list of steps; what was found, be it a difference or a panic.
fn attempt(steps: &[Step], on_disk: bool) -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let result = catch_unwind(AssertUnwindSafe(|| runtime.block_on(run::run(steps, on_disk))));
    result.unwrap_or_else(|panic| {
        let words = panic.downcast_ref::<String>().cloned().or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        Err(format!("a panic: {}", words.unwrap_or_default()))
    })
}

/// Leaves steps out, first many and then single ones, for as long as something is still found.
fn shortened(mut steps: Vec<Step>, on_disk: bool) -> Vec<Step> {
    let mut piece = steps.len().div_ceil(2);
    loop {
        let mut from = 0;
        while from < steps.len() {
            let mut fewer = steps.clone();
            fewer.drain(from..(from + piece).min(steps.len()));
            if attempt(&fewer, on_disk).is_err() {
                steps = fewer;
            } else {
                from += piece;
            }
        }
        if piece == 1 {
            return steps;
        }
        piece = piece.div_ceil(2);
    }
}

fn compare(sequences: u64, on_disk: bool) {
    let one = setting("MOMMYCARE_MODEL_SEED");
    // Room for many lists after the first, within what people can type.
    let first = one.unwrap_or_else(|| u64::from(rand::random::<u32>()) << 20);
    for (count, seed) in (first..first + if one.is_some() { 1 } else { sequences }).enumerate() {
        let steps = op::steps(seed);
        if attempt(&steps, on_disk).is_ok() {
            continue;
        }
        let steps = shortened(steps, on_disk);
        let found = attempt(&steps, on_disk).expect_err("a difference that stays");
        let list: Vec<String> = steps.iter().map(|step| format!("  {step:?}")).collect();
        panic!("MOMMYCARE_MODEL_SEED={seed}, the {}. list, shortened to {} steps:\n{}\n{found}", count + 1, list.len(), list.join("\n"));
    }
    println!("{sequences} lists of steps from {first} on, no difference");
}

#[test]
fn the_rules_do_what_the_contract_says() {
    compare(setting("MOMMYCARE_MODEL_SEQUENCES").unwrap_or(300), false);
}

#[test]
fn and_go_on_with_it_after_every_stop() {
    compare(setting("MOMMYCARE_MODEL_SEQUENCES").unwrap_or(300) / 10, true);
}
