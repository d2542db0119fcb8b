//! The executable. Everything it can do is in `cli`.

use std::process::ExitCode;

fn main() -> ExitCode {
    mommycare::cli::run()
}
