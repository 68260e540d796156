//! Moments as the API has them: RFC 3339 in whole seconds, UTC.

use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer};

pub(crate) fn serialize<S: Serializer>(moment: &Timestamp, to: S) -> Result<S::Ok, S::Error> {
    Time(*moment).serialize(to)
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Timestamp, D::Error> {
    Time::deserialize(from).map(|time| time.0)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// The forms that an API server lets pass as `date-time`.
    #[test]
    fn reads_what_the_api_server_takes_and_writes_whole_seconds() {
        let table = [
            ("2026-11-21T10:00:00Z", "2026-11-21T10:00:00Z"),
            ("2026-11-21T10:00:00.123+01:00", "2026-11-21T09:00:00Z"),
            ("2026-11-21t10:00:00z", "2026-11-21T10:00:00Z"),
            ("0000-01-01T00:00:00Z", "0000-01-01T00:00:00Z"),
        ];
        for (text, written) in table {
            let moment = deserialize(json!(text)).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(serialize(&moment, serde_json::value::Serializer).unwrap(), Value::from(written));
        }
    }
}
