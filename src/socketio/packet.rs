//! Socket.IO packets: the text that travels inside an Engine.IO message.

use std::fmt::Write as _;

use bytes::Bytes;
use serde::Serialize;
use serde_json::value::RawValue;
use tokio_tungstenite::tungstenite::Utf8Bytes;

/// The namespace that every client has.
pub const MAIN: &str = "/";

/// The type of a Socket.IO packet; the number is its digit on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Connect = 0,
    Disconnect = 1,
    Event = 2,
    Ack = 3,
    ConnectError = 4,
    BinaryEvent = 5,
    BinaryAck = 6,
}

/// A packet as it was read: everything but the JSON, which is looked at only when it is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header<'a> {
    pub(crate) kind: Kind,
    /// How many binary messages follow and belong to this packet.
    pub(crate) attachments: usize,
    pub(crate) namespace: &'a str,
    pub(crate) id: Option<u64>,
    /// Where the JSON begins.
    pub(crate) start: usize,
    /// The JSON: an array for events and acknowledgements, an object or nothing for CONNECT.
    pub(crate) data: &'a str,
}

/// The text is no packet that a client may send. The protocol wants the connection closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Malformed;

/// Reads the head of a packet without touching its JSON.
pub(crate) fn parse(text: &str) -> Result<Header<'_>, Malformed> {
    let kind = match text.as_bytes().first() {
        Some(b'0') => Kind::Connect,
        Some(b'1') => Kind::Disconnect,
        Some(b'2') => Kind::Event,
        Some(b'3') => Kind::Ack,
        Some(b'5') => Kind::BinaryEvent,
        Some(b'6') => Kind::BinaryAck,
        // CONNECT_ERROR goes from server to client only.
        _ => return Err(Malformed),
    };
    let mut rest = &text[1..];
    let mut attachments = 0;
    if matches!(kind, Kind::BinaryEvent | Kind::BinaryAck) {
        let (count, after) = rest.split_once('-').ok_or(Malformed)?;
        attachments = number(count)?;
        rest = after;
    }
    let mut namespace = MAIN;
    if rest.starts_with('/') {
        (namespace, rest) = rest.split_once(',').unwrap_or((rest, ""));
        // Old clients put a query behind the name.
        namespace = namespace.split('?').next().unwrap_or(MAIN);
    }
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let id = if digits == 0 { None } else { Some(number(&rest[..digits])?) };
    let data = &rest[digits..];
    let fits = match kind {
        Kind::Connect => id.is_none() && (data.is_empty() || data.starts_with('{')),
        Kind::Disconnect => id.is_none() && data.is_empty(),
        Kind::Event | Kind::BinaryEvent => data.starts_with('['),
        Kind::Ack | Kind::BinaryAck => id.is_some() && data.starts_with('['),
        Kind::ConnectError => false,
    };
    if !fits {
        return Err(Malformed);
    }
    Ok(Header { kind, attachments, namespace, id, start: text.len() - data.len(), data })
}

fn number<T: std::str::FromStr>(digits: &str) -> Result<T, Malformed> {
    // `parse` alone would let a sign through.
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Malformed);
    }
    digits.parse().map_err(|_| Malformed)
}

/// Splits a JSON array into its raw elements, as byte ranges of `json`, without building a tree.
pub(crate) fn elements(json: &str) -> Result<Vec<std::ops::Range<usize>>, Malformed> {
    let raw: Vec<&RawValue> = serde_json::from_str(json).map_err(|_| Malformed)?;
    let origin = json.as_ptr().addr();
    Ok(raw
        .into_iter()
        .map(|value| {
            let start = value.get().as_ptr().addr() - origin;
            start..start + value.get().len()
        })
        .collect())
}

/// A Socket.IO packet to clients, encoded once. A clone shares the bytes, so a fan-out costs no copies.
#[derive(Clone, Debug)]
pub struct Packet {
    pub(crate) text: Utf8Bytes,
    pub(crate) attachments: std::sync::Arc<[Bytes]>,
}

impl Packet {
    /// An event with one argument for the main namespace. Fails only if `payload` cannot be written as JSON.
    pub fn event(name: &str, payload: &impl Serialize) -> Result<Self, serde_json::Error> {
        Self::event_with(MAIN, name, &[payload], Vec::new())
    }

    /// An event for any namespace, with any number of arguments and with attachments.
    ///
    /// `arguments` must be written as a JSON array: a slice, a `Vec` or a tuple. Where an attachment belongs, the
    /// arguments hold `{"_placeholder":true,"num":INDEX}`.
    pub fn event_with(namespace: &str, name: &str, arguments: &impl Serialize, attachments: Vec<Bytes>) -> Result<Self, serde_json::Error> {
        let kind = if attachments.is_empty() { Kind::Event } else { Kind::BinaryEvent };
        let mut data = serde_json::to_string(&[name])?;
        let arguments = array(arguments)?;
        if arguments != "[]" {
            data.truncate(data.len() - 1);
            data.push(',');
            data.push_str(&arguments[1..]);
        }
        Ok(Self::assemble(kind, namespace, None, &data, attachments))
    }

    /// The answer to an event that asked for one.
    pub(crate) fn ack(namespace: &str, id: u64, arguments: &impl Serialize, attachments: Vec<Bytes>) -> Result<Self, serde_json::Error> {
        let kind = if attachments.is_empty() { Kind::Ack } else { Kind::BinaryAck };
        Ok(Self::assemble(kind, namespace, Some(id), &array(arguments)?, attachments))
    }

    /// An event that the client is to answer.
    pub(crate) fn request(namespace: &str, id: u64, name: &str, payload: &impl Serialize) -> Result<Self, serde_json::Error> {
        let data = serde_json::to_string(&(name, payload))?;
        Ok(Self::assemble(Kind::Event, namespace, Some(id), &data, Vec::new()))
    }

    pub(crate) fn plain(kind: Kind, namespace: &str, data: &str) -> Self {
        Self::assemble(kind, namespace, None, data, Vec::new())
    }

    fn assemble(kind: Kind, namespace: &str, id: Option<u64>, data: &str, attachments: Vec<Bytes>) -> Self {
        let mut text = String::with_capacity(namespace.len() + data.len() + 24);
        // The Engine.IO type of a message, then the type of the Socket.IO packet.
        text.push('4');
        text.push(char::from(b'0' + kind as u8));
        if !attachments.is_empty() {
            // Writing to a string cannot fail.
            let _ = write!(text, "{}-", attachments.len());
        }
        if namespace != MAIN {
            text.push_str(namespace);
            text.push(',');
        }
        if let Some(id) = id {
            let _ = write!(text, "{id}");
        }
        text.push_str(data);
        Self { text: text.into(), attachments: attachments.into() }
    }
}

/// Writes arguments and insists on an array: anything else would break the packet around it.
fn array(arguments: &impl Serialize) -> Result<String, serde_json::Error> {
    let json = serde_json::to_string(arguments)?;
    if json.starts_with('[') { Ok(json) } else { Err(serde::ser::Error::custom("the arguments of a packet must be a sequence")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    fn read(text: &str) -> (Kind, usize, &str, Option<u64>, &str) {
        let header = parse(text).unwrap();
        assert_eq!(&text[header.start..], header.data);
        (header.kind, header.attachments, header.namespace, header.id, header.data)
    }

    #[test]
    fn reads_the_examples_of_the_protocol() {
        assert_eq!(read("0"), (Kind::Connect, 0, "/", None, ""));
        assert_eq!(read(r#"0/admin,{"sid":"x"}"#), (Kind::Connect, 0, "/admin", None, r#"{"sid":"x"}"#));
        assert_eq!(read("0/admin?a=b,"), (Kind::Connect, 0, "/admin", None, ""));
        assert_eq!(read("1/admin,"), (Kind::Disconnect, 0, "/admin", None, ""));
        assert_eq!(read("1/admin"), (Kind::Disconnect, 0, "/admin", None, ""));
        assert_eq!(read(r#"2["foo"]"#), (Kind::Event, 0, "/", None, r#"["foo"]"#));
        assert_eq!(read(r#"2/admin,12["bar"]"#), (Kind::Event, 0, "/admin", Some(12), r#"["bar"]"#));
        assert_eq!(read("3/admin,13[]"), (Kind::Ack, 0, "/admin", Some(13), "[]"));
        assert_eq!(read(r#"52-/a,7["b",0]"#), (Kind::BinaryEvent, 2, "/a", Some(7), r#"["b",0]"#));
        assert_eq!(read("61-15[0]"), (Kind::BinaryAck, 1, "/", Some(15), "[0]"));
    }

    #[test]
    fn refuses_what_a_client_may_not_send() {
        let bad = [
            "",
            "abc",
            "4{}",
            "7",
            "2",
            "2{}",
            r#"2abc["x"]"#,
            "3[]",
            "5[]",
            "5-[]",
            "5+1-[]",
            "5x-[]",
            "0[]",
            "01{}",
            "1{}",
            r#"299999999999999999999["x"]"#,
            "é",
            "2/ns",
            r#"2-1["x"]"#,
        ];
        for text in bad {
            assert_eq!(parse(text), Err(Malformed), "{text:?}");
        }
    }

    #[test]
    fn splits_an_array_into_raw_elements() {
        let json = r#" ["a", {"b":[1,2]} ,null]"#;
        let parts: Vec<_> = elements(json).unwrap().into_iter().map(|range| &json[range]).collect();
        assert_eq!(parts, [r#""a""#, r#"{"b":[1,2]}"#, "null"]);
        assert!(elements("[1,").is_err());
        assert!(elements("[1] x").is_err());
        assert!(elements(&"[".repeat(60_000)).is_err(), "deep nesting does not overflow the stack");
    }

    #[test]
    fn writes_the_examples_of_the_protocol() {
        let text = |packet: Result<Packet, serde_json::Error>| packet.unwrap().text.to_string();
        assert_eq!(text(Packet::event("foo", &json!({"a":1}))), r#"42["foo",{"a":1}]"#);
        assert_eq!(text(Packet::event_with("/b", "x", &json!([]), vec![])), r#"42/b,["x"]"#);
        assert_eq!(text(Packet::event_with("/", "x", &(1, "2"), vec![Bytes::new()])), r#"451-["x",1,"2"]"#);
        assert_eq!(text(Packet::ack("/", 456, &json!([1, "2"]), vec![])), r#"43456[1,"2"]"#);
        assert_eq!(text(Packet::ack("/c", 7, &[0], vec![Bytes::new(), Bytes::new()])), "462-/c,7[0]");
        assert_eq!(text(Packet::request("/", 3, "q", &"a")), r#"423["q","a"]"#);
        assert!(Packet::event_with("/", "x", &json!({}), vec![]).is_err());
    }

    fn leaf() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 16, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map(any::<String>(), inner, 0..4).prop_map(Value::from_iter),
            ]
        })
    }

    proptest! {
        #[test]
        fn garbage_never_panics(text in any::<String>()) {
            let _ = parse(&text);
            let _ = elements(&text);
        }

        #[test]
        fn almost_packets_never_panic(text in r"[0-7]?[0-9]{0,3}-?(/[a-z]{0,4},?)?[0-9]{0,22}[\[{]?.{0,20}") {
            if let Ok(header) = parse(&text) {
                let _ = elements(header.data);
            }
        }

        #[test]
        fn an_event_survives_the_round_trip(
            namespace in "/[a-z]{0,8}", name in any::<String>(), id in any::<u64>(),
            arguments in prop::collection::vec(leaf(), 0..4), attachments in 0_usize..3,
        ) {
            let bytes = vec![Bytes::new(); attachments];
            let event = Packet::event_with(&namespace, &name, &arguments, bytes.clone()).unwrap();
            let header = parse(&event.text[1..]).unwrap();
            prop_assert_eq!((header.namespace, header.attachments, header.id), (namespace.as_str(), attachments, None));
            let parts: Vec<Value> = elements(header.data).unwrap().into_iter()
                .map(|range| serde_json::from_str(&header.data[range]).unwrap()).collect();
            prop_assert_eq!(&parts[0], &Value::from(name));
            prop_assert_eq!(&parts[1..], &arguments[..]);

            let ack = Packet::ack(&namespace, id, &arguments, bytes).unwrap();
            let header = parse(&ack.text[1..]).unwrap();
            prop_assert_eq!((header.namespace, header.attachments, header.id), (namespace.as_str(), attachments, Some(id)));
            prop_assert_eq!(serde_json::from_str::<Vec<Value>>(header.data).unwrap(), arguments);
        }
    }
}
