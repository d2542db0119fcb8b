//! `mommycare reindex`: the search index, anew. The server does this by itself when it must; here it is done at once and said.

use super::Failure;
use crate::{app::App, clock::Clock, config::Config};

/// Throws the index away and makes it anew.
pub(super) async fn run(config: Config) -> Result<(), Failure> {
    let app = App::open(config, Clock::system())?;
    let done = tokio::task::block_in_place(|| app.reindex());
    app.close().await;
    let done = done?;
    println!(
        "The search index has been made anew: {} messages in {} conversations, {} KiB, in {:.1} s.",
        done.messages,
        done.conversations,
        done.bytes >> 10,
        done.took.as_secs_f64()
    );
    Ok(())
}
