//! The command line of MommyCare.
fn main() {}
