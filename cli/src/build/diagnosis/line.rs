//! What one line of a build's output is.

use std::sync::LazyLock;

use regex::{Captures, Regex};

/// A place as a tool wrote it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RawPlace<'a> {
    pub(super) path: &'a str,
    pub(super) line: u64,
    pub(super) column: u64,
}

/// One line of output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line<'a> {
    /// An error with its place.
    Whole { message: &'a str, place: RawPlace<'a> },
    /// An error whose place may follow. With `needs_place` it is none without.
    Message { message: &'a str, needs_place: bool },
    /// Anything else.
    Other,
}

/// From which number a tool counts columns.
#[derive(Clone, Copy)]
enum From {
    Zero,
    One,
}

struct Shapes {
    whole: Vec<(Regex, From)>,
    message: Vec<(Regex, bool)>,
    runner: Regex,
}

static SHAPES: LazyLock<Shapes> = LazyLock::new(|| {
    // Constant patterns: the tests compile them.
    let regex = |pattern| Regex::new(pattern).expect("the pattern is valid");
    Shapes {
        whole: vec![
            // tsc: a.ts(1,2): error TS1: …, and its pretty form a.ts:1:2 - error TS1: …
            (regex(r"^(.+)\(([0-9]+),([0-9]+)\): error (.+)$"), From::One),
            (regex(r"^(.+?):([0-9]+):([0-9]+) - error (.+)$"), From::One),
            // esbuild's API, as Vite 5 to 7 prints it.
            (regex(r"^(.+?):([0-9]+):([0-9]+): ERROR: (.+)$"), From::Zero),
            // svelte-check, lint tools and compilers.
            (regex(r"^(.+?):([0-9]+):([0-9]+): error:? (.+)$"), From::One),
            // Rollup.
            (regex(r"^([^ ].*?) \(([0-9]+):([0-9]+)\): (.+)$"), From::Zero),
        ],
        message: vec![
            // esbuild.
            (regex(r"^(?:✘|X) \[ERROR\] (.+)$"), false),
            // Bun.
            (regex(r"^error: (.+)$"), false),
            // Something thrown, by node or by Bun.
            (regex(r"^(?:Uncaught )?((?:[A-Z][A-Za-z]*)?Error(?: \[[A-Z_]+\])?: .+)$"), false),
            // Rolldown: [CODE] … or [plugin] …, with a box below.
            (regex(r"^\[[A-Za-z:_-]+\] (.+)$"), true),
        ],
        runner: regex(r#"^(error: script "|Bun v[0-9]|Node\.js v[0-9]|\$ )"#),
    }
});

/// Reads one line; `previous` is the one above it.
pub(super) fn read<'a>(line: &'a str, previous: &str) -> Line<'a> {
    let Shapes { whole, message, .. } = &*SHAPES;
    if is_frame_of_the_runner(line) {
        return Line::Other;
    }
    if let Some(found) = whole.iter().find_map(|(shape, from)| read_whole(&shape.captures(line)?, *from)) {
        return found;
    }
    if previous == "error during build:" && !line.ends_with("error:") {
        // Vite: the plugin's name in brackets, then the message.
        let message =
            line.strip_prefix('[').and_then(|rest| rest.split_once(']')).map_or(line, |(_, rest)| rest);
        return Line::Message { message: message.trim_start_matches([':', ' ']), needs_place: false };
    }
    let read_message = |(shape, needs_place): &(Regex, bool)| {
        let message = shape.captures(line)?.get(1)?.as_str();
        Some(Line::Message { message, needs_place: *needs_place })
    };
    message.iter().find_map(read_message).unwrap_or(Line::Other)
}

fn read_whole<'a>(found: &Captures<'a>, from: From) -> Option<Line<'a>> {
    let place = raw_place(found, from)?;
    Some(Line::Whole { message: found.get(4)?.as_str(), place })
}

fn raw_place<'a>(found: &Captures<'a>, from: From) -> Option<RawPlace<'a>> {
    let number = |group| found.get(group)?.as_str().parse::<u64>().ok();
    let column = match from {
        From::Zero => number(3)?.checked_add(1)?,
        From::One => number(3)?,
    };
    Some(RawPlace { path: found.get(1)?.as_str(), line: number(2)?, column })
}

/// Whether the line is by the program that ran the script, not by the script.
pub(super) fn is_frame_of_the_runner(line: &str) -> bool {
    SHAPES.runner.is_match(line)
}

static BELOW: LazyLock<Vec<(Regex, From)>> = LazyLock::new(|| {
    let regex = |pattern| Regex::new(pattern).expect("the pattern is valid");
    vec![
        // Frames of a stack, and Bun's `at file:1:2`.
        (regex(r"^ +at (?:.* \()?(?:async )?(.+?):([0-9]+):([0-9]+)\)?$"), From::One),
        // esbuild.
        (regex(r"^ +([^ ].*?):([0-9]+):([0-9]+):$"), From::Zero),
        // Rolldown's box.
        (regex(r"╭─\[ (.+?):([0-9]+):([0-9]+) \]"), From::One),
    ]
});

/// The place in a line below a message.
pub(super) fn place_in(line: &str) -> Option<RawPlace<'_>> {
    BELOW.iter().find_map(|(shape, from)| raw_place(&shape.captures(line)?, *from))
}
