//! The size of the pieces in which an answer leaves. Rocket hands each piece from one task to another: in its usual pieces of 4 KiB that
//! is most of what a long answer costs.

use rocket::{
    Request, Response,
    fairing::{Fairing, Info, Kind},
    response::Body,
};

/// The largest piece, in bytes. A reader who is slow holds about ten of them; larger ones hold more and are hardly faster
/// (`tests/bench/RESULTS.md`).
pub const PIECE: usize = 64 << 10;

/// Lets each answer leave in as few pieces as it can.
pub struct Pieces;

#[rocket::async_trait]
impl Fairing for Pieces {
    fn info(&self) -> Info {
        Info { name: "size of pieces", kind: Kind::Response }
    }

    async fn on_response<'r>(&self, _: &'r Request<'_>, response: &mut Response<'r>) {
        if let Some(size) = response.body().preset_size().filter(|size| *size > Body::DEFAULT_MAX_CHUNK) {
            response.set_max_chunk_size(size.min(PIECE));
        }
    }
}
