//! MommyCare: the chat of a clinic, on the clinic's own machine.
//!
//! `ARCHITECTURE.md` has the picture of the house; each module's first lines say what it is for.

pub mod accounts;
pub mod app;
pub mod audit;
pub mod calls;
pub mod care;
pub mod chat;
pub mod cli;
pub mod clock;
pub mod config;
pub mod contract;
pub mod error;
pub mod files;
pub mod fold;
pub mod http;
pub mod ids;
pub mod limit;
pub mod metrics;
pub mod private_file;
pub mod realtime;
pub mod reviews;
pub mod search;
pub mod socketio;
pub mod store;
pub mod tls;
