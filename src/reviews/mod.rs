//! What mothers say of professionals: who may write what about whom, who sees it, and how everybody is rated.
//!
//! A review, its place among those that others see, and the figures of the professional change in one operation. So the books balance
//! after any history and any end of the process, and nobody ever has to add them up.

mod ledger;
mod service;
mod view;
mod wish;

pub use service::Reviews;
