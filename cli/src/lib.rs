//! What a person types: `davit new`, `check` and `pack`.
//!
//! ```text
//! command → folders → build → package → verdict | archive
//! ```

pub mod build;
pub mod bun;
pub mod check;
mod command;
pub mod dev;
pub mod folders;
pub mod new;
pub mod pack;
pub mod package;
mod say;
pub mod size;

pub use command::run;
