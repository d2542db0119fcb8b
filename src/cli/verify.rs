//! `mommycare verify`: whether the audit log is as it was written.

use super::Failure;
use crate::{
    app::App,
    audit::{Anchor, Verdict},
    clock::Clock,
    config::Config,
};

/// Reads an end of the log that was noted earlier.
pub(super) fn anchor(text: &str) -> Result<Anchor, String> {
    text.parse().map_err(|()| "a number, a colon and 64 hexadecimal digits".into())
}

/// Checks the whole log; a failure names the first entry that is not as it was written.
pub(super) async fn run(noted: Option<Anchor>, config: Config) -> Result<(), Failure> {
    let app = App::open(config, Clock::system())?;
    let verdict = app.accounts().log().verify(noted).await;
    app.close().await;
    let verdict = verdict?;
    let Verdict { first, head, broken } = verdict;
    if let Some((number, why)) = broken {
        return Err(format!("the audit log is not as it was written: entry {number}: {why}. What comes before it is.").into());
    }
    println!("The audit log is as it was written: {} entries, the first is {first}.", verdict.entries());
    println!("It ends at {head}");
    println!("Note this line somewhere else: later, --anchor with it shows whether all that is there now was made anew meanwhile.");
    Ok(())
}
