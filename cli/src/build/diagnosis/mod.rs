//! In: what a failed build printed. Out: its first error in one line, with its
//! place where the tool named one. Knows how Bun, tsc, esbuild, Rollup, Rolldown
//! (both also by way of Vite) and thrown errors look; `printed/` holds samples.

mod line;
mod place;

use std::path::Path;

use super::Place;
use line::Line;

/// How many lines below a message its place is looked for.
const NEAR: usize = 40;
/// The longest message, in characters.
const LONGEST: usize = 400;

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Diagnosis {
    pub(super) place: Option<Place>,
    pub(super) message: String,
}

/// The first error in `output` that has a place, else the first error, else the
/// last line that says anything. `folder` is the plugin's, absolute.
pub(super) fn diagnose(output: &str, folder: &Path) -> Diagnosis {
    let lines: Vec<&str> = output.lines().collect();
    let found = errors(&lines, folder);
    let (placed, other): (Vec<_>, Vec<_>) = found.into_iter().partition(|error| error.place.is_some());
    let mut errors = if placed.is_empty() { other } else { placed }.into_iter();
    let Some(first) = errors.next() else { return Diagnosis { place: None, message: last_words(&lines) } };
    let more = match errors.count() {
        0 => String::new(),
        more => format!(" (and {more} more)"),
    };
    Diagnosis { message: format!("{}{more}", cut(&first.message)), ..first }
}

fn errors(lines: &[&str], folder: &Path) -> Vec<Diagnosis> {
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let previous = at.checked_sub(1).map_or("", |before| lines[before]);
        let (message, place) = match line::read(line, previous) {
            Line::Whole { message, place } => (message, place::within(place, folder)),
            Line::Message { message, needs_place } => {
                let place = place::below(&lines[at + 1..lines.len().min(at + 1 + NEAR)], folder);
                if needs_place && place.is_none() {
                    continue;
                }
                (message, place)
            }
            Line::Other => continue,
        };
        found.push(Diagnosis { place, message: message.to_owned() });
    }
    found
}

fn last_words(lines: &[&str]) -> String {
    let says_something =
        |line: &&&str| line.contains(char::is_alphanumeric) && !line::is_frame_of_the_runner(line);
    lines.iter().rev().find(says_something).map_or_else(|| "it printed nothing".to_owned(), |line| cut(line))
}

fn cut(message: &str) -> String {
    let message = message.trim();
    match message.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &message[..end]),
        None => message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn diagnosed(output: &str) -> String {
        let Diagnosis { place, message } = diagnose(output, Path::new("/plugins/hello"));
        place.map_or(message.clone(), |place| format!("{place}: {message}"))
    }

    macro_rules! printed {
        ($name:literal) => {
            diagnosed(include_str!(concat!("printed/", $name, ".txt")))
        };
    }

    #[test]
    fn finds_the_place_in_what_bun_prints() {
        assert_eq!(printed!("bun-syntax"), r#"plugin.ts:4:43: Expected ")" but found ";""#);
        let import = r#"plugin.ts:2:25: Could not resolve: "nope-not-there". Maybe you need to "bun install"? (and 1 more)"#;
        assert_eq!(printed!("bun-import"), import);
        assert_eq!(printed!("bun-throws"), "build.ts:2:13: no template found");
        assert_eq!(printed!("bun-api"), "broken.ts:1:19: Unexpected ;");
    }

    #[test]
    fn finds_the_place_in_what_tsc_prints() {
        let expected =
            "plugin.ts:2:7: TS2322: Type 'string' is not assignable to type 'number'. (and 1 more)";
        assert_eq!(printed!("tsc"), expected);
        assert_eq!(printed!("tsc-pretty"), expected);
    }

    #[test]
    fn finds_the_place_in_what_esbuild_prints_and_counts_columns_from_one() {
        assert_eq!(printed!("esbuild-syntax"), r#"plugin.ts:1:19: Unexpected ";""#);
        assert_eq!(
            printed!("esbuild-import"),
            r#"plugin.ts:1:22: Could not resolve "hono-nope" (and 1 more)"#
        );
    }

    #[test]
    fn finds_the_place_in_what_vite_prints() {
        assert_eq!(printed!("vite7-syntax"), r#"plugin.ts:1:19: Unexpected ";""#);
        let export = r#"plugin.ts:1:9: "x" is not exported by "b.ts", imported by "plugin.ts"."#;
        assert_eq!(printed!("vite7-export"), export);
        assert_eq!(printed!("vite8-syntax"), "plugin.ts:1:19: Unexpected token");
        assert_eq!(printed!("vite8-import"), "plugin.ts:2:15: Could not resolve './gone.ts' in plugin.ts");
    }

    #[test]
    fn finds_the_place_in_an_error_that_a_script_threw() {
        assert_eq!(printed!("node-throws"), "build.mjs:2:9: Error: no template found");
    }

    #[test]
    fn without_a_place_gives_the_message() {
        assert_eq!(printed!("bun-entry"), r#"ModuleNotFound resolving "gone.ts" (entry point)"#);
        let import = r#"Rollup failed to resolve import "hono-nope" from "/plugins/hello/plugin.ts"."#;
        assert_eq!(printed!("vite7-import"), import);
        assert_eq!(printed!("no-command"), "/usr/bin/bash: line 1: svelte-build: command not found");
        assert_eq!(printed!("no-output"), "it printed nothing");
    }

    proptest! {
        #[test]
        fn is_one_short_line_whatever_was_printed(output in "(error: |\\[x\\] |at |/a|:1:2|[ -~]|\n|é|╭─\\[){0,60}") {
            let Diagnosis { message, .. } = diagnose(&output, Path::new("/plugins/hello"));
            prop_assert!(!message.contains('\n'));
            prop_assert!(message.chars().count() <= LONGEST + 40);
        }
    }
}
