//! Names.

use schemars::{Schema, SchemaGenerator};

use super::{matches, text};
use crate::runtime::MAX_NAME;

/// A plugin's name, as [`davit_plugin::PluginName`] reads it.
pub(super) const PLUGIN: &str = "^(@[A-Za-z0-9_~][A-Za-z0-9_.~-]*/)?[A-Za-z0-9_~][A-Za-z0-9_.~-]*$";
/// RFC 1123 subdomain.
pub(super) const OBJECT: &str = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$";
/// RFC 1035 label: what a Service can be named.
pub(super) const RUNTIME: &str = "^[a-z]([-a-z0-9]*[a-z0-9])?$";
/// RFC 1123 label.
const LABEL: &str = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$";

/// A plugin's name.
pub(crate) fn plugin_name(_: &mut SchemaGenerator) -> Schema {
    text(
        davit_plugin::name::MAX_LENGTH,
        &matches(PLUGIN),
        "write `my-plugin` or `@scope/my-plugin`, of letters, digits, `-`, `_`, `.` and `~`; \
         no part begins with `.` or `-`",
    )
}

/// The name of a Kubernetes object.
pub(crate) fn object_name(_: &mut SchemaGenerator) -> Schema {
    text(
        253,
        &matches(OBJECT),
        "write the name of an object in this namespace: lower-case letters, digits, `-` and `.`",
    )
}

/// A PluginRuntime's name.
pub(crate) fn runtime_name(_: &mut SchemaGenerator) -> Schema {
    text(
        MAX_NAME,
        &matches(RUNTIME),
        "write the name of a PluginRuntime: lower-case letters, digits and `-`, beginning with a letter",
    )
}

/// A class of operators.
pub(crate) fn class(_: &mut SchemaGenerator) -> Schema {
    text(
        63,
        &matches(LABEL),
        "write lower-case letters, digits and `-`, beginning and ending with a letter or digit",
    )
}

/// A key of a ConfigMap or Secret.
pub(crate) fn key(_: &mut SchemaGenerator) -> Schema {
    text(
        253,
        &matches("^[-._a-zA-Z0-9]+$"),
        "a key of a ConfigMap or Secret has letters, digits, `-`, `_` and `.`",
    )
}
