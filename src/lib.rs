//! MommyCare.
