use super::Failure;
use crate::config::Config;
#[derive(clap::Subcommand)]
pub(super) enum Command {
    /// List accounts
    List,
}
pub(super) async fn run(_command: Command, _config: Config) -> Result<(), Failure> {
    Ok(())
}
