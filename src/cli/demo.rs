use super::Failure;
use crate::config::Config;
pub(super) async fn run(_config: Config) -> Result<(), Failure> {
    Ok(())
}
