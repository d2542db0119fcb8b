//! Where on the map a message of the type `location` points. Its content stays as it came; what can be read from it is shown
//! beside it.

use crate::{
    contract::LocationView,
    store::records::{Message, MessageKind},
};
use serde::Deserialize;

/// The place that a message is about. `None` for all other types, and when its content names none.
#[must_use]
pub fn of(message: &Message) -> Option<LocationView> {
    if message.kind == MessageKind::Location { read(&message.content) } else { None }
}

/// The place that a text names: `6.927079,79.861244 Label`, or JSON with `latitude`, `longitude` and perhaps `address` or `label`.
/// `None` when it begins with neither, or lies outside of the world.
fn read(content: &str) -> Option<LocationView> {
    let content = content.trim();
    let (latitude, longitude, label) = if content.starts_with('{') { object(content)? } else { text(content)? };
    let on_earth = (-90.0..=90.0).contains(&latitude) && (-180.0..=180.0).contains(&longitude);
    let label = label.map(|label| label.trim().to_owned()).filter(|label| !label.is_empty());
    on_earth.then_some(LocationView { latitude, longitude, label })
}

type Parts = (f64, f64, Option<String>);

fn text(content: &str) -> Option<Parts> {
    let (latitude, rest) = degrees(content)?;
    let (longitude, rest) = degrees(rest.trim_start().strip_prefix(',')?.trim_start())?;
    // What follows the number is a label only when something stands between: "1,2nd floor" is no place.
    let ends = rest.is_empty() || rest.starts_with(|c: char| c.is_whitespace() || c == ',' || c == ';');
    ends.then(|| (latitude, longitude, Some(rest.trim_start_matches([',', ';']).to_owned())))
}

/// Decimal degrees at the beginning of a text, and what comes after them.
fn degrees(text: &str) -> Option<(f64, &str)> {
    let sign = text.len() - text.trim_start_matches(['-', '+']).len();
    let digits = text[sign..].find(|c: char| !c.is_ascii_digit() && c != '.').map_or(text.len(), |end| sign + end);
    let number = text[..digits].parse().ok().filter(|_| sign <= 1 && digits > sign)?;
    Some((number, &text[digits..]))
}

fn object(content: &str) -> Option<Parts> {
    #[derive(Deserialize)]
    struct Object {
        latitude: f64,
        longitude: f64,
        address: Option<String>,
        label: Option<String>,
    }
    let Object { latitude, longitude, address, label } = serde_json::from_str(content).ok()?;
    Some((latitude, longitude, label.or(address)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(content: &str) -> Option<(f64, f64, Option<String>)> {
        read(content).map(|place| (place.latitude, place.longitude, place.label))
    }

    #[test]
    fn a_place_is_read_from_text_and_from_json() {
        let colombo = |label: Option<&str>| Some((6.927_079, 79.861_244, label.map(str::to_owned)));
        assert_eq!(place("6.927079,79.861244"), colombo(None));
        assert_eq!(place(" +6.927079 , 79.861244 \n"), colombo(None));
        assert_eq!(place("6.927079,79.861244 Ward 3, කොළඹ"), colombo(Some("Ward 3, කොළඹ")));
        assert_eq!(place("6.927079,79.861244, Ward 3"), colombo(Some("Ward 3")));
        assert_eq!(place(r#"{"latitude":6.927079,"longitude":79.861244}"#), colombo(None));
        assert_eq!(place(r#"{"latitude":6.927079,"longitude":79.861244,"address":" Home "}"#), colombo(Some("Home")));
        assert_eq!(place(r#"{"longitude":79.861244,"latitude":6.927079,"label":"Here","address":"x","zoom":3}"#), colombo(Some("Here")));
        assert_eq!(place("-90,180"), Some((-90.0, 180.0, None)));
        assert_eq!(place("0,-0.5"), Some((0.0, -0.5, None)));
    }

    #[test]
    fn what_is_no_place_is_none() {
        for text in [
            "",
            "at home",
            "6.9",
            "6.9,",
            ",79.8",
            "6.9 79.8",
            "91,0",
            "0,180.01",
            "1e1,2",
            "inf,nan",
            "NaN,0",
            "--1,2",
            "1.2.3,4",
            ".,.",
            "1,2nd floor",
            "{",
            "{}",
            "[1,2]",
            r#"{"latitude":"6","longitude":79}"#,
            r#"{"latitude":1e999,"longitude":0}"#,
            "෧,෨",
        ] {
            assert_eq!(place(text), None, "{text:?}");
        }
    }
}
