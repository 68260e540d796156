//! Every field of a manifest as data, from which the reference and the JSON
//! Schema are made. The parser stays the judge; the tests hold this against it.
//!
//! ```text
//! top, serverless, davit, nested (what there is) → page (Markdown), schema (JSON Schema)
//! ```

mod davit;
mod nested;
mod page;
mod schema;
mod serverless;
mod shape;
mod top;

use serde_json::Value;

pub use shape::{Absent, Field, Mapping, Shape};

/// A generated file of the author's guide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its name, without a folder.
    pub name: &'static str,
    /// What it holds.
    pub text: String,
}

/// The manifest's name for its JSON Schema, beside the types that an editor
/// reads.
pub const SCHEMA_FILE: &str = "manifest.schema.json";

/// The fields that every plugin's manifest may have.
pub fn fields() -> &'static Mapping {
    &top::MANIFEST
}

/// The fields that only a serverless plugin's manifest has a meaning for.
pub fn serverless() -> &'static Mapping {
    &serverless::SERVERLESS
}

/// The JSON Schema (2020-12) of a manifest. Whatever the parser takes fits it.
pub fn schema() -> Value {
    schema::manifest()
}

/// The generated files, for `docs/plugins`.
pub fn files() -> [File; 2] {
    [File { name: "manifest.md", text: page::text() }, File { name: SCHEMA_FILE, text: schema::text() }]
}
