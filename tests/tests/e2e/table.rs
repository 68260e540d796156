//! What is printed: progress, and the table at the end.

use std::fmt::{Display, Write};
use std::path::Path;
use std::process::ExitCode;

use crate::row::{Outcome, Row, Timed};

/// Prints a line.
#[allow(clippy::print_stdout, reason = "people and CI read it as it happens")]
pub(crate) fn say(line: impl Display) {
    println!("{line}");
}

/// The rows that have run.
#[derive(Default)]
pub(crate) struct Table {
    rows: String,
    failed: bool,
}

impl Table {
    pub(crate) fn add(&mut self, row: Row, (outcome, time): Timed) {
        let (result, figures) = match outcome {
            Outcome::Passed(figures) => ("passed", figures),
            Outcome::Lacks(what) => ("lacks", what),
            Outcome::Failed(why) => ("FAILED", why),
        };
        self.failed |= result != "passed";
        say(format_args!("== {}: {result} in {:.1} s\n{figures}", row.id(), time.as_secs_f64()));
        let figures = figures.trim().replace('|', "\\|").replace('\n', "<br>");
        let (id, case, seconds) = (row.id(), row.case(), time.as_secs_f64());
        let written = writeln!(self.rows, "| {id} | {case} | {result} | {figures} | {seconds:.1} |");
        written.expect("memory is writable");
    }

    /// Prints the table, writes it to a file if one is given, and says how it went.
    pub(crate) fn finish(self, out: Option<&Path>) -> ExitCode {
        let text = format!("| # | case | result | figures | seconds |\n|---|---|---|---|---|\n{}", self.rows);
        say(format_args!("\n{text}"));
        if let Some(out) = out {
            std::fs::write(out, &text).unwrap_or_else(|error| panic!("{}: {error}", out.display()));
        }
        if self.failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
    }
}
