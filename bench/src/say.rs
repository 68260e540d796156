//! Progress goes to stderr, so that stdout has the result alone.

use std::fmt;
use std::io::Write;

/// One line about what is being measured.
pub(crate) fn progress(line: fmt::Arguments) {
    // A closed stderr is no reason to stop measuring.
    let _closed = writeln!(std::io::stderr(), "bench: {line}");
}
