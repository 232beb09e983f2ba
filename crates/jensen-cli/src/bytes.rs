//! Amounts of memory as people write and read them.

use std::fmt;
use std::str::FromStr;

/// Decimal units, and binary ones.
const UNITS: [(&str, u64); 15] = [
    ("", 1),
    ("b", 1),
    ("k", 1_000),
    ("kb", 1_000),
    ("m", 1_000_000),
    ("mb", 1_000_000),
    ("g", 1_000_000_000),
    ("gb", 1_000_000_000),
    ("t", 1_000_000_000_000),
    ("tb", 1_000_000_000_000),
    ("kib", 1 << 10),
    ("mib", 1 << 20),
    ("gib", 1 << 30),
    ("tib", 1 << 40),
    ("pib", 1 << 50),
];

/// A number of bytes: `400MB`, `1.5GiB`, `65536`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bytes(pub u64);

impl FromStr for Bytes {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected = || "give a number with a unit, as 400MB, 1.5GB or 2GiB".to_owned();
        let split = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
        let (number, unit) = text.split_at(split);
        let number: f64 = number.parse().map_err(|_| expected())?;
        let unit = unit.trim().to_ascii_lowercase();
        let (_, factor) = UNITS.into_iter().find(|(name, _)| *name == unit).ok_or_else(expected)?;
        let bytes = number * factor as f64;
        if bytes < 1.0 { Err(expected()) } else { Ok(Self(bytes as u64)) }
    }
}

/// Four digits with a decimal unit: `313.6 MB`.
impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = ["bytes", "kB", "MB", "GB", "TB", "PB", "EB"];
        let steps = std::iter::successors(Some(self.0 as f64), |value| Some(value / 1000.0));
        let mut scaled = names.into_iter().zip(steps);
        match scaled.by_ref().find(|(_, value)| *value < 999.95) {
            Some(("bytes", value)) => write!(f, "{value} bytes"),
            Some((name, value)) => write!(f, "{value:.1} {name}"),
            None => write!(f, "{} bytes", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_with_any_usual_unit() {
        let sizes = [
            ("400MB", 400_000_000),
            ("400m", 400_000_000),
            ("1GiB", 1 << 30),
            ("1.5 gb", 1_500_000_000),
            ("65536", 65536),
        ];
        for (text, bytes) in sizes {
            assert_eq!(text.parse(), Ok(Bytes(bytes)), "{text}");
        }
        for wrong in ["", "MB", "-1MB", "0", "0.0001kB", "1.2.3MB", "4 potatoes", "nanGB", "1e9"] {
            assert!(wrong.parse::<Bytes>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn sizes_are_shown_in_four_digits() {
        let sizes = [(0, "0 bytes"), (999, "999 bytes"), (1000, "1.0 kB"), (313_600_000, "313.6 MB")];
        for (bytes, text) in sizes {
            assert_eq!(Bytes(bytes).to_string(), text);
        }
        assert_eq!(Bytes(999_999).to_string(), "1.0 MB");
        assert_eq!(Bytes(u64::MAX).to_string(), "18.4 EB");
    }
}
