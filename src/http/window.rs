//! A part of a file on its way out.
//!
//! What the kernel holds in memory already is read at once, by whoever sends it: that costs no turn between threads, which on a busy
//! machine is most of what a download costs. What would have to be waited for is read by a thread that may wait.

use super::pieces::PIECE;
use std::{
    fs::File,
    io::{self, SeekFrom},
    os::unix::fs::FileExt as _,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};
use tokio::{
    io::{AsyncRead, AsyncSeek, ReadBuf},
    task::{JoinHandle, spawn_blocking},
};

/// A part of a file. It knows its length, so that nobody has to look for its end.
pub struct Window {
    file: Arc<File>,
    at: u64,
    left: u64,
    /// What is being read from the disk.
    coming: Option<JoinHandle<io::Result<Vec<u8>>>>,
    /// What has come from the disk, and how much of it has been given.
    come: (Vec<u8>, usize),
}

impl Window {
    /// So many bytes from a place on.
    pub fn new(file: File, start: u64, length: u64) -> Self {
        Self { file: Arc::new(file), at: start, left: length, coming: None, come: (Vec::new(), 0) }
    }

    /// Gives what came from the disk. False when there is nothing of it.
    fn give(&mut self, buffer: &mut ReadBuf<'_>) -> bool {
        let (bytes, given) = &mut self.come;
        let rest = bytes.get(*given..).unwrap_or_default();
        let part = rest.get(..rest.len().min(buffer.remaining())).unwrap_or_default();
        buffer.put_slice(part);
        *given += part.len();
        !part.is_empty()
    }

    fn advance(&mut self, count: usize) {
        self.at += count as u64;
        self.left = self.left.saturating_sub(count as u64);
    }
}

impl AsyncRead for Window {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        loop {
            if this.give(buffer) || buffer.remaining() == 0 {
                return Poll::Ready(Ok(()));
            }
            if let Some(coming) = &mut this.coming {
                let read = ready!(Pin::new(coming).poll(context));
                this.coming = None;
                let bytes = read.map_err(io::Error::other)??;
                this.advance(bytes.len());
                this.come = (bytes, 0);
                continue;
            }
            let most = usize::try_from(this.left).unwrap_or(usize::MAX).min(PIECE);
            if most == 0 {
                return Poll::Ready(Ok(()));
            }
            let wanted = most.min(buffer.remaining());
            if let Some(count) = at_hand(&this.file, buffer.initialize_unfilled_to(wanted), this.at) {
                buffer.advance(count);
                this.advance(count);
                return Poll::Ready(Ok(()));
            }
            let (file, at) = (this.file.clone(), this.at);
            this.coming = Some(spawn_blocking(move || {
                let mut bytes = vec![0; most];
                // A file is never shorter than was written down.
                file.read_exact_at(&mut bytes, at).map(|()| bytes)
            }));
        }
    }
}

/// Reads what needs no waiting; `None` when nothing is at hand or the file system cannot say so.
#[cfg(target_os = "linux")]
fn at_hand(file: &File, buffer: &mut [u8], at: u64) -> Option<usize> {
    use rustix::io::{ReadWriteFlags, preadv2};
    preadv2(file, &mut [io::IoSliceMut::new(buffer)], at, ReadWriteFlags::NOWAIT).ok().filter(|count| *count > 0)
}

/// Elsewhere it is always waited for.
#[cfg(not(target_os = "linux"))]
fn at_hand(_: &File, _: &mut [u8], _: u64) -> Option<usize> {
    None
}

/// Rocket wants to be able to look for the length of a body; this one's is given.
impl AsyncSeek for Window {
    fn start_seek(self: Pin<&mut Self>, _: SeekFrom) -> io::Result<()> {
        Ok(())
    }

    fn poll_complete(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<u64>> {
        Poll::Ready(Ok(self.left))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;
    use tokio::io::AsyncReadExt as _;

    fn file(size: usize) -> (File, Vec<u8>) {
        let bytes: Vec<u8> = (0..size).map(|i| u8::try_from(i * 7 % 251).unwrap()).collect();
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&bytes).unwrap();
        (file, bytes)
    }

    #[tokio::test]
    async fn a_window_gives_its_part_and_no_more() {
        let (whole, bytes) = file(3 * PIECE + 5);
        for (start, length) in [(0, bytes.len()), (1, PIECE), (PIECE + 3, 2 * PIECE), (bytes.len() - 1, 1), (7, 0)] {
            let mut window = Window::new(whole.try_clone().unwrap(), start as u64, length as u64);
            let mut got = Vec::new();
            window.read_to_end(&mut got).await.unwrap();
            assert!(got == bytes[start..start + length], "{length} from {start}");
        }
    }

    #[tokio::test]
    async fn what_was_waited_for_is_given_in_any_pieces() {
        let (whole, bytes) = file(1000);
        let mut window = Window::new(whole, 100, 900);
        // As if the disk had been asked.
        (window.come, window.at, window.left) = ((bytes[100..600].to_vec(), 0), 600, 400);
        let mut got = Vec::new();
        let mut piece = [0; 77];
        loop {
            let count = window.read(&mut piece).await.unwrap();
            if count == 0 {
                break;
            }
            got.extend_from_slice(&piece[..count]);
        }
        assert_eq!(got, bytes[100..]);
    }

    #[tokio::test]
    async fn a_file_that_is_too_short_is_an_error() {
        let (whole, _) = file(10);
        let mut window = Window::new(whole, 5, 10);
        assert!(window.read_to_end(&mut Vec::new()).await.is_err());
    }
}
