//! In: the contract that the bridge itself is checked against. Out: the same for
//! authors, under the names of modules that need no package.

use std::fmt::Write as _;

/// The contract's sources, which import from each other only.
const CONTRACT: &[&str] = &[
    include_str!("../../../engine/bun/bridge/src/contract.ts"),
    include_str!("../../../engine/bun/bridge/src/contract/context.ts"),
    include_str!("../../../engine/bun/bridge/src/contract/pool.ts"),
    include_str!("../../../engine/bun/bridge/src/contract/server.ts"),
    include_str!("../../../engine/bun/bridge/src/contract/serverless.ts"),
    include_str!("../../../engine/bun/bridge/src/contract/websocket.ts"),
];

const HEAD: &str = "\
// The contract between plugin and runtime, written by `davit types`. Do not edit: it is written anew.
// Import from \"davit\"; \"@buntime/shared/types\" is the same.
";

/// A script of ambient modules: it has no import or export of its own, so a
/// program that includes the file knows them.
pub(super) fn text() -> String {
    let mut text = HEAD.to_owned();
    text.push_str("\ndeclare module \"davit\" {\n");
    for source in CONTRACT {
        source.lines().filter(|line| !links(line)).for_each(|line| indented(line, &mut text));
        text.push('\n');
    }
    text.truncate(text.trim_end().len());
    text.push_str("\n}\n\ndeclare module \"@buntime/shared/types\" {\n  export * from \"davit\";\n}\n");
    text
}

/// Whether the line joins the sources, which are one module here.
fn links(line: &str) -> bool {
    line.starts_with("import type ") || line.starts_with("export type * from ")
}

fn indented(line: &str, text: &mut String) {
    let indent = if line.is_empty() { "" } else { "  " };
    let _ = writeln!(text, "{indent}{line}");
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    #[test]
    fn holds_every_source_of_the_contract() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../engine/bun/bridge/src/contract");
        let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let sources: BTreeSet<String> = files.map(|file| std::fs::read_to_string(file).unwrap()).collect();
        let known: BTreeSet<String> = CONTRACT[1..].iter().map(|&source| source.to_owned()).collect();
        assert!(sources == known, "name each file of engine/bun/bridge/src/contract in CONTRACT");
    }

    #[test]
    fn has_no_line_that_would_make_it_a_module() {
        let text = text();
        let outside = text.lines().find(|line| line.starts_with("import ") || line.starts_with("export "));
        assert_eq!(outside, None);
        assert!(!text.contains(".ts\""), "an import of several lines is left");
    }
}
