//! Measured figures, beside the verdict.

use std::fmt::Display;

/// Prints a figure; `cargo test -- --nocapture` shows it.
#[allow(clippy::print_stdout, reason = "the suite's figures are read from its output")]
pub fn report(figure: impl Display) {
    println!("figure: {figure}");
}
