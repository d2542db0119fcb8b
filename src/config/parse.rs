//! Values from texts, the same for file, environment and command line.

use super::{Approval, History, TlsMode, WhenDown};
use std::{net::IpAddr, path::PathBuf, str::FromStr, time::Duration};

/// A number of bytes, written `67108864`, `64MB` or `64MiB`; units count by 1024.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bytes(pub u64);

/// A value of a setting: how it is read and shown.
pub(super) trait Value: Sized {
    /// Reads a text; `None` when it is not allowed.
    fn read(text: &str) -> Option<Self>;

    /// Shows the value as it could be written.
    fn show(&self) -> String;
}

macro_rules! plain {
    ($($type:ty)*) => {$(
        impl Value for $type {
            fn read(text: &str) -> Option<Self> {
                <$type>::from_str(text).ok()
            }

            fn show(&self) -> String {
                self.to_string()
            }
        }
    )*};
}
plain! { u16 u32 usize IpAddr bool }

impl Value for String {
    fn read(text: &str) -> Option<Self> {
        (!text.is_empty()).then(|| text.to_owned())
    }

    fn show(&self) -> String {
        self.clone()
    }
}

impl Value for PathBuf {
    fn read(text: &str) -> Option<Self> {
        (!text.is_empty()).then(|| text.into())
    }

    fn show(&self) -> String {
        self.display().to_string()
    }
}

impl<T: Value> Value for Option<T> {
    fn read(text: &str) -> Option<Self> {
        if text.is_empty() { Some(None) } else { T::read(text).map(Some) }
    }

    fn show(&self) -> String {
        self.as_ref().map_or_else(String::new, Value::show)
    }
}

impl<T: Value> Value for Vec<T> {
    fn read(text: &str) -> Option<Self> {
        text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(T::read).collect()
    }

    fn show(&self) -> String {
        self.iter().map(T::show).collect::<Vec<_>>().join(",")
    }
}

/// Splits a number from its unit.
fn number(text: &str) -> Option<(u64, &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    Some((text[..digits].parse().ok()?, text[digits..].trim()))
}

impl Value for Duration {
    fn read(text: &str) -> Option<Self> {
        let (count, unit) = number(text)?;
        let seconds = match unit {
            "" | "s" => 1,
            "m" => 60,
            "h" => 3600,
            "d" => 86_400,
            _ => return None,
        };
        // A century is more than anybody means, and far from overflow.
        count.checked_mul(seconds).filter(|total| *total <= 100 * 366 * 86_400).map(Self::from_secs)
    }

    fn show(&self) -> String {
        match self.as_secs() {
            s if s > 0 && s % 86_400 == 0 => format!("{}d", s / 86_400),
            s => s.to_string(),
        }
    }
}

impl Value for Bytes {
    fn read(text: &str) -> Option<Self> {
        let (count, unit) = number(text)?;
        let shift = match unit.to_ascii_lowercase().as_str() {
            "" | "b" => 0,
            "k" | "kb" | "kib" => 10,
            "m" | "mb" | "mib" => 20,
            "g" | "gb" | "gib" => 30,
            _ => return None,
        };
        count.checked_mul(1 << shift).map(Self)
    }

    fn show(&self) -> String {
        match self.0 {
            n if n > 0 && n % (1 << 20) == 0 => format!("{}MiB", n >> 20),
            n => n.to_string(),
        }
    }
}

impl Value for Approval {
    fn read(text: &str) -> Option<Self> {
        [Self::Manual, Self::Auto].into_iter().find(|approval| approval.word() == text)
    }

    fn show(&self) -> String {
        self.word().into()
    }
}

impl Value for TlsMode {
    fn read(text: &str) -> Option<Self> {
        match text {
            "off" => Some(Self::Off),
            "own" => Some(Self::Own),
            "files" => Some(Self::Files),
            _ => None,
        }
    }

    fn show(&self) -> String {
        match self {
            Self::Off => "off".into(),
            Self::Own => "own".into(),
            Self::Files => "files".into(),
        }
    }
}

impl Value for WhenDown {
    fn read(text: &str) -> Option<Self> {
        match text {
            "refuse" => Some(Self::Refuse),
            "label" => Some(Self::Label),
            _ => None,
        }
    }

    fn show(&self) -> String {
        match self {
            Self::Refuse => "refuse".into(),
            Self::Label => "label".into(),
        }
    }
}

impl Value for History {
    fn read(text: &str) -> Option<Self> {
        match text {
            "joined" => Some(Self::Joined),
            "all" => Some(Self::All),
            _ => None,
        }
    }

    fn show(&self) -> String {
        match self {
            Self::Joined => "joined".into(),
            Self::All => "all".into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_and_sizes_have_units() {
        assert_eq!(Duration::read("30d"), Some(Duration::from_hours(720)));
        assert_eq!(Duration::read("900"), Some(Duration::from_mins(15)));
        assert_eq!(Bytes::read("50 MB"), Some(Bytes(50 << 20)));
        for wrong in ["", "d", "-1", "1w", "99999999999999999999", "9999999d"] {
            assert_eq!(Duration::read(wrong), None, "{wrong}");
        }
        assert_eq!(Bytes::read("99999999999999999g"), None);
    }
}
