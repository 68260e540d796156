//! What says where a package comes from and how it is served.

use davit_plugin::{base, package_path, routes};
use schemars::{Schema, SchemaGenerator, json_schema};

use super::{RULES, matches, rules, text};

/// A base, as [`davit_plugin::Base`] reads it; reserved ones are told of in the
/// status, since a manifest can name one too.
pub(super) const BASE: &str = "^/[a-zA-Z0-9_-]+$";
/// A path in a package, as [`davit_plugin::PackagePath`] reads it, but without
/// `./` at its beginning: no empty, `.` or `..` segment.
pub(super) const PATH: [&str; 2] = [r"^[^\\:\x00-\x1f\x7f-\x{9f}]+$", "(^|/)[.]{0,2}(/|$)"];
/// A pattern, as [`routes::check_pattern`] reads it: no `.` or `..` segment.
pub(super) const ROUTE: [&str; 2] = [r"^/[^#\\ \x00-\x1f\x7f-\x{9f}]*$", "/[.]{1,2}(/|$)"];
/// Printable ASCII.
pub(super) const WORD: &str = "^[!-~]+$";

/// A form that a text has, and one that no part of it has.
fn matches_but([form, never]: [&str; 2]) -> String {
    format!("{} && !{}", matches(form), matches(never))
}

/// A base.
pub(crate) fn base(_: &mut SchemaGenerator) -> Schema {
    text(base::MAX_LENGTH, &matches(BASE), "write `/` and then letters, digits, `-` or `_`, e.g. `/hello`")
}

/// A range of versions in npm's grammar, which is read later.
pub(crate) fn range(_: &mut SchemaGenerator) -> Schema {
    text(
        256,
        &matches("^[-0-9A-Za-z.+*^~<>=|, ]+$"),
        "write a version range as npm does, e.g. `^1.2`, `~2.0` or `>=1 <2`",
    )
}

/// A reference to an OCI artifact, which is read later.
pub(crate) fn reference(_: &mut SchemaGenerator) -> Schema {
    text(512, &matches(WORD), "write registry/repository:tag or registry/repository@sha256:…, without spaces")
}

/// A path in a package.
pub(crate) fn path(_: &mut SchemaGenerator) -> Schema {
    text(
        package_path::MAX_LENGTH,
        &matches_but(PATH),
        "write a path relative to the package's root, e.g. `dist/plugin.js`",
    )
}

/// Patterns by method, as [`routes::PublicRoutes`] reads them.
pub(crate) fn public_routes(_: &mut SchemaGenerator) -> Schema {
    let pattern = text(
        256,
        &matches_but(ROUTE),
        "write a pattern that begins with `/`, e.g. `/api/public/**`; \
         it has no `#`, `\\`, space, `.` or `..` segment",
    );
    json_schema!({
        "type": "object",
        "maxProperties": 8,
        (MAP_TYPE): "atomic",
        "additionalProperties": { "type": "array", "maxItems": routes::MAX_PATTERNS, "items": pattern },
        (RULES): rules([(
            "self.all(method, method in ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'ALL'])",
            "name the methods GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS or ALL",
        )]),
    })
}

/// How server-side apply takes a map. With `atomic` the last one who applies it says
/// all of it, and it can be emptied: of `{}` over what was there it makes `null`
/// elsewhere.
const MAP_TYPE: &str = "x-kubernetes-map-type";

/// Any JSON object; its size in bytes cannot be bounded here.
pub(crate) fn any_object(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "object",
        "maxProperties": 1024,
        (MAP_TYPE): "atomic",
        "x-kubernetes-preserve-unknown-fields": true,
    })
}
