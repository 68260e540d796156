//! What says how pods are run.

use schemars::{Schema, SchemaGenerator, json_schema};

use super::package::WORD;
use super::{matches, text};

/// A container image, which the container runtime reads.
pub(crate) fn image(_: &mut SchemaGenerator) -> Schema {
    text(512, &matches(WORD), "write registry/repository:tag, without spaces")
}

/// Annotations of another object.
pub(crate) fn annotations(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "object",
        "maxProperties": 64,
        "additionalProperties": { "type": "string", "maxLength": 4096 },
    })
}
