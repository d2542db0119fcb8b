//! `mommycare check`: every setting, its value and its origin, and if wished whether the search index can be used.

use super::Failure;
use crate::{config::Loaded, search};

/// Prints the table. The settings have been checked by loading them. To say something about the index all of it is read, which no start
/// shall wait for.
#[allow(clippy::unnecessary_wraps)] // the same shape as the other commands
pub(super) fn run(loaded: &Loaded, index: bool) -> Result<(), Failure> {
    let lines: Vec<_> = loaded.lines().collect();
    let wide = |of: fn(&(String, String, String)) -> &String| lines.iter().map(|line| of(line).chars().count()).max().unwrap_or(0);
    let (name, value) = (wide(|line| &line.0), wide(|line| &line.1));
    for line in &lines {
        println!("{:name$}  {:value$}  {}", line.0, line.1, line.2);
    }
    for warning in &loaded.warnings {
        println!("note: {warning}");
    }
    if index {
        match search::inspect(&loaded.config.data) {
            Some(bytes) => println!("\nThe search index is ready, {} KiB.", bytes >> 10),
            None => println!("\nThere is no usable search index; the server makes one when it starts."),
        }
    }
    println!("All settings are fine.");
    Ok(())
}
