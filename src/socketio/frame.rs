//! Engine.IO packets: what one WebSocket frame, or one part of a polling body, holds.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use tokio_tungstenite::tungstenite::Utf8Bytes;

/// Between the packets of a polling body.
const SEPARATOR: char = '\x1e';

/// One outgoing Engine.IO packet, encoded once; a clone shares its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Frame {
    /// A text packet, with its type digit in front.
    Text(Utf8Bytes),
    /// A binary message, which has no type digit.
    Binary(Bytes),
}

impl Frame {
    pub(crate) const PING: Self = Self::Text(Utf8Bytes::from_static("2"));
    pub(crate) const PROBE_ANSWER: Self = Self::Text(Utf8Bytes::from_static("3probe"));

    /// A text message; the type digit is added here.
    #[must_use]
    pub fn message(text: &str) -> Self {
        Self::Text(format!("4{text}").into())
    }

    /// The size in bytes as it counts against the limits of a queue.
    #[must_use]
    pub fn size(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Binary(bytes) => bytes.len(),
        }
    }

    /// The size in bytes inside a polling body, where binary is base64.
    pub(crate) fn polling_size(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Binary(bytes) => 1 + bytes.len().div_ceil(3) * 4,
        }
    }
}

/// Joins packets into the body of a polling answer.
pub(crate) fn encode_payload(frames: &[Frame]) -> String {
    let size = frames.iter().map(|frame| frame.polling_size() + 1).sum();
    let mut body = String::with_capacity(size);
    for frame in frames {
        if !body.is_empty() {
            body.push(SEPARATOR);
        }
        match frame {
            Frame::Text(text) => body.push_str(text),
            Frame::Binary(bytes) => {
                body.push('b');
                STANDARD.encode_string(bytes, &mut body);
            }
        }
    }
    body
}

/// The packets of a polling body, still encoded.
pub(crate) fn split_payload(body: &str) -> impl Iterator<Item = &str> {
    body.split(SEPARATOR)
}

/// A message from a client, without its Engine.IO type digit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// Text; use [`Text::as_str`].
    Text(Text),
    /// Binary.
    Binary(Bytes),
}

/// The text of a message. It shares the bytes that were received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text(Utf8Bytes);

impl Text {
    /// The text behind the type digit.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // Made only by `decode`, which saw an ASCII digit in front.
        self.0.as_str().get(1..).unwrap_or_default()
    }
}

/// One packet from a client.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Incoming {
    Close,
    Pong,
    Message(Message),
    Upgrade,
    Noop,
}

/// The bytes are no packet that a client may send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Malformed;

/// Reads one text packet.
pub(crate) fn decode(packet: Utf8Bytes) -> Result<Incoming, Malformed> {
    match packet.as_str().as_bytes() {
        b"1" => Ok(Incoming::Close),
        b"3" => Ok(Incoming::Pong),
        b"5" => Ok(Incoming::Upgrade),
        b"6" => Ok(Incoming::Noop),
        [b'4', ..] => Ok(Incoming::Message(Message::Text(Text(packet)))),
        [b'b', encoded @ ..] => match STANDARD.decode(encoded) {
            Ok(bytes) => Ok(Incoming::Message(Message::Binary(bytes.into()))),
            Err(_) => Err(Malformed),
        },
        _ => Err(Malformed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(packet: &str) -> Result<Incoming, Malformed> {
        decode(packet.into())
    }

    #[test]
    fn reads_every_packet_of_a_client() {
        assert_eq!(read("1"), Ok(Incoming::Close));
        assert_eq!(read("3"), Ok(Incoming::Pong));
        assert_eq!(read("5"), Ok(Incoming::Upgrade));
        assert_eq!(read("6"), Ok(Incoming::Noop));
        let Ok(Incoming::Message(Message::Text(text))) = read("4é") else { panic!("a text message") };
        assert_eq!(text.as_str(), "é");
        let bytes = Bytes::from_static(&[1, 2, 3, 4]);
        assert_eq!(read("bAQIDBA=="), Ok(Incoming::Message(Message::Binary(bytes))));
    }

    #[test]
    fn refuses_what_a_client_may_not_send() {
        for packet in ["", "0", "0{}", "2", "2probe", "7", "abc", "b!", "é", "11"] {
            assert_eq!(read(packet), Err(Malformed), "{packet:?}");
        }
    }

    #[test]
    fn joins_text_and_binary() {
        let frames = [Frame::message("hello"), Frame::Binary(Bytes::from_static(&[1, 2, 3, 4]))];
        assert_eq!(encode_payload(&frames), "4hello\x1ebAQIDBA==");
    }

    proptest! {
        #[test]
        fn garbage_never_panics(packet in any::<String>()) {
            let _ = read(&packet);
        }

        #[test]
        fn a_payload_survives_the_round_trip(
            parts in prop::collection::vec(prop_oneof![
                "[^\u{1e}]{0,40}".prop_map(|text| Frame::message(&text)),
                prop::collection::vec(any::<u8>(), 0..40).prop_map(|bytes| Frame::Binary(bytes.into())),
            ], 1..8)
        ) {
            let body = encode_payload(&parts);
            prop_assert_eq!(body.len() + 1, parts.iter().map(|part| part.polling_size() + 1).sum::<usize>());
            let back: Vec<_> = split_payload(&body).map(|part| match read(part) {
                Ok(Incoming::Message(Message::Text(text))) => Frame::message(text.as_str()),
                Ok(Incoming::Message(Message::Binary(bytes))) => Frame::Binary(bytes),
                other => panic!("{other:?}"),
            }).collect();
            prop_assert_eq!(back, parts);
        }
    }
}
