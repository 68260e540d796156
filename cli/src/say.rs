//! All that the commands print goes through here: results to stdout, the rest to
//! stderr, colours only for terminals (`NO_COLOR` is respected). A reader that
//! went away is no failure.

use std::fmt::Display;
use std::io::Write;

use clap::builder::styling::{AnsiColor, Style};

/// For what went well.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default().bold();
/// For what is doubtful.
pub(crate) const DOUBT: Style = AnsiColor::Yellow.on_default().bold();
/// For what failed.
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();

/// A line of result.
pub(crate) fn line(text: impl Display) {
    let _ = writeln!(anstream::stdout(), "{text}");
}

/// A result as it is, to be read by another program.
pub(crate) fn text(text: &str) {
    let _ = std::io::stdout().write_all(text.as_bytes());
}

/// A line beside the result.
pub(crate) fn note(text: impl Display) {
    let _ = writeln!(anstream::stderr(), "{text}");
}

/// What failed, in one line.
pub(crate) fn error(text: impl Display) {
    note(format_args!("{BAD}error:{BAD:#} {text}"));
}
