//! What a plugin is: its name, manifest, package, dependency graph, routes and
//! plan. Pure: no network, no Kubernetes, no async; only [`package`] touches files.

pub mod base;
pub mod contents;
pub mod control;
pub mod digest;
pub mod grant;
pub mod graph;
pub mod manifest;
pub mod name;
pub mod package;
pub mod package_path;
pub mod plan;
pub mod reason;
pub mod routes;
mod shown;
pub mod variable;
pub mod version;

pub use base::Base;
pub use contents::Contents;
pub use digest::Digest;
pub use grant::Grant;
pub use manifest::Manifest;
pub use name::PluginName;
pub use package_path::PackagePath;
pub use reason::Reason;
pub use variable::VariableName;
pub use version::{Version, VersionRange};
