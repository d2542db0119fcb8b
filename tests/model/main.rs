//! The rules of conversations against a small model that was written from the contract: what several people do at random, with
//! restarts between, must give the same answers, the same events and the same pictures on both sides.
//!
//! Without a setting the same 300 lists of steps are tried each time, a tenth of them on disk: what passes today passes tomorrow.
//! `MOMMYCARE_MODEL_SEARCH` tries that many which nobody has tried yet, `MOMMYCARE_MODEL_SEED` a single one. A list that shows a
//! difference is shortened before it is printed.
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

/// Which lists are tried: the first one, and how many from there on.
fn lists() -> (u64, u64) {
    match (setting("MOMMYCARE_MODEL_SEED"), setting("MOMMYCARE_MODEL_SEARCH")) {
        (Some(one), _) => (one, 1),
        // Room for many lists after the first, within what people can type.
        (None, Some(count)) => (u64::from(rand::random::<u32>()) << 20, count),
        (None, None) => (0, 300),
    }
}

fn compare((first, count): (u64, u64), on_disk: bool) {
    for seed in first..first + count {
        let steps = op::steps(seed);
        if attempt(&steps, on_disk).is_ok() {
            continue;
        }
        let steps = shortened(steps, on_disk);
        let found = attempt(&steps, on_disk).expect_err("a difference that stays");
        let list: Vec<String> = steps.iter().map(|step| format!("  {step:?}")).collect();
        panic!("MOMMYCARE_MODEL_SEED={seed}, shortened to {} steps:\n{}\n{found}", list.len(), list.join("\n"));
    }
    println!("{count} lists of steps from {first} on, no difference");
}

#[test]
fn the_rules_do_what_the_contract_says() {
    compare(lists(), false);
}

#[test]
fn and_go_on_with_it_after_every_stop() {
    let (first, count) = lists();
    compare((first, count.div_ceil(10)), true);
}
