//! What only the operator writes. A status that the types could not read would
//! hide all resources from the operator, so the API server takes none.

use schemars::{Schema, SchemaGenerator, json_schema};
use serde_json::json;

/// A digest, as [`davit_plugin::Digest`] reads it.
pub(super) const DIGEST: &str = "^sha256:[0-9a-f]{64}$";

/// A semantic version, as [`davit_plugin::Version`] reads it, with numbers that
/// npm's parser can hold.
pub(super) fn version_form() -> String {
    const NUMBER: &str = "(0|[1-9][0-9]{0,13})";
    const WORD: &str = "[0-9A-Za-z-]+";
    let pre = format!("({NUMBER}|[0-9]*[A-Za-z-][0-9A-Za-z-]*)");
    format!("^{NUMBER}[.]{NUMBER}[.]{NUMBER}(-{pre}([.]{pre})*)?([+]{WORD}([.]{WORD})*)?$")
}

/// A digest.
pub(crate) fn digest(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "maxLength": 71, "pattern": DIGEST })
}

/// A semantic version.
pub(crate) fn version(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "maxLength": 256, "pattern": version_form() })
}

/// A moment.
pub(crate) fn time(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "format": "date-time" })
}

/// A fence; the API's integers have 63 bits, which no counter reaches.
pub(crate) fn fence(_: &mut SchemaGenerator) -> Schema {
    let counter =
        |what: &str| json!({ "type": "integer", "format": "int64", "minimum": 0, "description": what });
    json_schema!({
        "type": "object",
        "required": ["epoch", "sequence"],
        "properties": {
            "epoch": counter("Counts the leaders of the operator."),
            "sequence": counter("Counts the plans of one leader."),
        },
    })
}
