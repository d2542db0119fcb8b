//! MommyCare.

pub mod socketio;
