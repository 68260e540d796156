//! Whether a command printed what the guide shows. `…` in a line stands for any
//! text, and alone in a line for any lines.

/// Panics, showing both, if it did not.
pub(super) fn compare(place: &str, typed: &str, shown: &[String], actual: &str) {
    let actual: Vec<&str> = actual.lines().map(str::trim_end).collect();
    let shown: Vec<&str> = shown.iter().map(|line| line.trim_end()).collect();
    let fits = fits(&shown, &actual);
    assert!(fits, "{place}\n$ {typed}\n--- shown\n{}\n--- printed\n{}", shown.join("\n"), actual.join("\n"));
}

fn fits(shown: &[&str], actual: &[&str]) -> bool {
    match (shown, actual) {
        ([], rest) => rest.iter().all(|line| line.is_empty()),
        (["…", shown @ ..], actual) => (0..=actual.len()).any(|skipped| fits(shown, &actual[skipped..])),
        ([one, shown @ ..], [first, actual @ ..]) => line_fits(one, first) && fits(shown, actual),
        (rest, []) => rest.iter().all(|line| line.is_empty()),
    }
}

fn line_fits(shown: &str, actual: &str) -> bool {
    match shown.split_once('…') {
        None => shown == actual,
        Some((before, behind)) => actual.strip_prefix(before).is_some_and(|rest| {
            rest.char_indices().map(|(at, _)| at).chain([rest.len()]).any(|at| line_fits(behind, &rest[at..]))
        }),
    }
}

#[test]
fn a_difference_is_seen() {
    let text = ["ok a (1 file, …)", "…", "end"];
    assert!(
        fits(&text, &["ok a (1 file, 3 KiB)", "end"]) && fits(&text, &["ok a (1 file, )", "x", "y", "end"])
    );
    assert!(!fits(&text, &["ok a (2 files, 3 KiB)", "end"]) && !fits(&text, &["ok a (1 file, )", "x"]));
    assert!(!fits(&["a"], &[]) && !fits(&[], &["a"]) && !fits(&["a"], &["a", "b"]));
}
