//! How long a key counts.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, Visitor};
use utoipa::openapi::{ObjectBuilder, OneOfBuilder, RefOr, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// Ten years, in seconds.
const LONGEST: u64 = 3_650 * DAY;
const DAY: u64 = 86_400;

/// From a second to ten years; in JSON `30d`, `12h`, or a number of seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lifetime(u64);

/// The text or the number is no lifetime.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "no lifetime of a key: write a number and a unit, e.g. `30d`, `12h`, or seconds as a number; from 1 s to 10 years (`3650d`); leave it out for a key that never expires"
)]
pub struct InvalidLifetime;

impl Lifetime {
    /// In seconds.
    pub fn seconds(self) -> u64 {
        self.0
    }

    fn of(seconds: u64) -> Result<Self, InvalidLifetime> {
        (1..=LONGEST).contains(&seconds).then_some(Self(seconds)).ok_or(InvalidLifetime)
    }
}

impl std::str::FromStr for Lifetime {
    type Err = InvalidLifetime;

    fn from_str(text: &str) -> Result<Self, InvalidLifetime> {
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = text.split_at(digits);
        let unit = match unit {
            "" | "s" => 1,
            "m" => 60,
            "h" => 3_600,
            "d" => DAY,
            "w" => 7 * DAY,
            "y" => 365 * DAY,
            _ => return Err(InvalidLifetime),
        };
        let number: u64 = number.parse().map_err(|_| InvalidLifetime)?;
        Self::of(number.checked_mul(unit).ok_or(InvalidLifetime)?)
    }
}

impl<'de> Deserialize<'de> for Lifetime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

impl PartialSchema for Lifetime {
    fn schema() -> RefOr<Schema> {
        let text = ObjectBuilder::new().schema_type(Type::String).pattern(Some("^[0-9]{1,9}[smhdwy]?$"));
        let text = text.description(Some("A number with a unit; a year has 365 days")).examples(["30d"]);
        let seconds = ObjectBuilder::new().schema_type(Type::Integer).description(Some("Seconds"));
        let seconds = seconds.minimum(Some(1_u32)).maximum(Some(LONGEST));
        OneOfBuilder::new().item(text).item(seconds).into()
    }
}

impl ToSchema for Lifetime {}

struct Reader;

impl Visitor<'_> for Reader {
    type Value = Lifetime;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a lifetime, e.g. `30d`, or a whole number of seconds")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Lifetime, E> {
        text.parse().map_err(E::custom)
    }

    fn visit_u64<E: de::Error>(self, seconds: u64) -> Result<Lifetime, E> {
        Lifetime::of(seconds).map_err(E::custom)
    }

    fn visit_i64<E: de::Error>(self, _seconds: i64) -> Result<Lifetime, E> {
        Err(E::custom(InvalidLifetime))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(json: &str) -> Option<u64> {
        serde_json::from_str::<Lifetime>(json).ok().map(Lifetime::seconds)
    }

    #[test]
    fn is_a_second_to_ten_years_as_text_or_as_seconds() {
        let table = [
            ("\"30d\"", Some(2_592_000)),
            ("\"12h\"", Some(43_200)),
            ("\"1s\"", Some(1)),
            ("\"90\"", Some(90)),
            ("\"2w\"", Some(1_209_600)),
            ("\"10y\"", Some(315_360_000)),
            ("3600", Some(3_600)),
            ("315360000", Some(315_360_000)),
            ("315360001", None),
            ("\"3651d\"", None),
            ("0", None),
            ("-1", None),
            ("1.5", None),
            ("\"0d\"", None),
            ("\"\"", None),
            ("\"d\"", None),
            ("\"30 d\"", None),
            ("\"-30d\"", None),
            ("\"1M\"", None),
            ("\"99999999999999999999d\"", None),
            ("\"9999999999999999999d\"", None),
            ("true", None),
        ];
        for (json, expected) in table {
            assert_eq!(read(json), expected, "{json}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_a_key_that_outlives_ten_years(text in "[0-9]{0,24}[smhdwy]?") {
            let seconds = text.parse::<Lifetime>().map_or(1, Lifetime::seconds);
            prop_assert!((1..=LONGEST).contains(&seconds));
        }
    }
}
