//! What a person types: `davit new`, `check`, `types`, `pack`, `push` and `dev`.
//!
//! ```text
//! command → folders → build → package → verdict | archive | ConfigMap | registry
//! ```

pub mod build;
pub mod bun;
pub mod check;
mod command;
pub mod dev;
pub mod folders;
pub mod named;
pub mod new;
pub mod pack;
pub mod package;
pub mod push;
pub mod registry;
mod say;
pub mod size;
pub mod types;

pub use command::run;
