//! The bounded queue of packets that wait for one client.

use std::collections::VecDeque;

use bytes::Bytes;

use super::frame::Frame;

/// Packets in the order in which they were sent, bounded by count and by bytes.
///
/// Sending never waits: one client that does not read must not hold up a fan-out to the others. So a full queue is an
/// answer, and the caller closes that client's session.
#[derive(Debug)]
pub(crate) struct Queue {
    frames: VecDeque<Frame>,
    bytes: usize,
    max_frames: usize,
    max_bytes: usize,
}

/// The queue had no room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Full;

impl Queue {
    pub(crate) fn new(max_frames: usize, max_bytes: usize) -> Self {
        Self { frames: VecDeque::new(), bytes: 0, max_frames, max_bytes }
    }

    /// Adds a packet and its attachments, all or nothing, so that nothing gets between them.
    pub(crate) fn push(&mut self, frame: Frame, attachments: &[Bytes]) -> Result<(), Full> {
        let bytes = frame.size() + attachments.iter().map(Bytes::len).sum::<usize>();
        if self.frames.len() + 1 + attachments.len() > self.max_frames || self.bytes + bytes > self.max_bytes {
            return Err(Full);
        }
        self.push_control(frame);
        for attachment in attachments {
            self.push_control(Frame::Binary(attachment.clone()));
        }
        Ok(())
    }

    /// Adds a packet of the engine itself. There is at most one ping in flight, so these need no limit.
    pub(crate) fn push_control(&mut self, frame: Frame) {
        self.bytes += frame.size();
        self.frames.push_back(frame);
    }

    /// Takes the oldest packets, up to `max` packets and `budget` bytes as `size` counts them, and at least one if there
    /// is one.
    pub(crate) fn take(&mut self, max: usize, budget: usize, size: impl Fn(&Frame) -> usize) -> Vec<Frame> {
        let mut total = 0;
        let mut count = 0;
        for frame in self.frames.iter().take(max) {
            total += size(frame);
            if count > 0 && total > budget {
                break;
            }
            count += 1;
        }
        let taken: Vec<_> = self.frames.drain(..count).collect();
        self.bytes -= taken.iter().map(Frame::size).sum::<usize>();
        if self.frames.is_empty() {
            // An idle session keeps no buffer.
            self.frames = VecDeque::new();
        }
        taken
    }

    /// Puts packets back in front that did not reach the client after all. They were admitted before, so no limit.
    pub(crate) fn restore(&mut self, frames: Vec<Frame>) {
        for frame in frames.into_iter().rev() {
            self.bytes += frame.size();
            self.frames.push_front(frame);
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(frames: &[Frame]) -> Vec<String> {
        frames
            .iter()
            .map(|frame| match frame {
                Frame::Text(text) => text.to_string(),
                Frame::Binary(bytes) => format!("{bytes:?}"),
            })
            .collect()
    }

    #[test]
    fn is_bounded_by_count() {
        let mut queue = Queue::new(2, 1000);
        assert_eq!(queue.push(Frame::message("a"), &[]), Ok(()));
        assert_eq!(queue.push(Frame::message("b"), &[Bytes::new()]), Err(Full), "attachments count");
        assert_eq!(queue.push(Frame::message("b"), &[]), Ok(()));
        assert_eq!(queue.push(Frame::message("c"), &[]), Err(Full));
    }

    #[test]
    fn is_bounded_by_bytes() {
        let mut queue = Queue::new(100, 10);
        assert_eq!(queue.push(Frame::message("12345"), &[]), Ok(()));
        assert_eq!(queue.push(Frame::message("1"), &[Bytes::from_static(b"123")]), Err(Full));
        assert_eq!(queue.push(Frame::message("123"), &[]), Ok(()));
        queue.take(9, 1000, Frame::size);
        assert_eq!(queue.push(Frame::message("123456789"), &[]), Ok(()), "taking makes room");
    }

    #[test]
    fn takes_at_least_one_and_keeps_the_order_when_restored() {
        let mut queue = Queue::new(100, 1000);
        for text in ["aaa", "bbb", "ccc"] {
            queue.push(Frame::message(text), &[]).unwrap();
        }
        assert_eq!(texts(&queue.take(9, 1, Frame::size)), ["4aaa"]);
        let taken = queue.take(9, 4, Frame::size);
        assert_eq!(texts(&taken), ["4bbb"]);
        queue.restore(taken);
        assert_eq!(texts(&queue.take(1, 1000, Frame::size)), ["4bbb"]);
        queue.restore(vec![Frame::message("bbb")]);
        assert_eq!(texts(&queue.take(9, 1000, Frame::size)), ["4bbb", "4ccc"]);
        assert!(queue.is_empty());
        assert_eq!(queue.bytes, 0);
    }
}
