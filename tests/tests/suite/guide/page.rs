//! In: a page in Markdown. Out: its examples. An example begins at a comment
//! `<!-- example NAME -->` and has the fenced blocks up to the next one: files
//! (```` ```ts title="plugin.ts" ````) and commands (```` ```console ````).

/// One example: what to do, in order.
pub(super) struct Example {
    pub(super) name: String,
    pub(super) steps: Vec<Step>,
    /// How many fenced blocks they come from.
    pub(super) blocks: usize,
}

/// What a reader does.
pub(super) enum Step {
    /// Writes a file; its path is below the example's folder.
    File { path: String, text: String },
    /// Types a command, and is shown what it prints.
    Command { typed: String, printed: Vec<String> },
}

pub(super) fn examples(page: &str) -> Vec<Example> {
    let mut parts = page.split("<!-- example ");
    let _before_the_first = parts.next();
    parts.map(example).collect()
}

fn example(part: &str) -> Example {
    let (name, body) = part.split_once(" -->\n").expect("a comment `<!-- example NAME -->` on its own line");
    let mut example = Example { name: name.to_owned(), steps: Vec::new(), blocks: 0 };
    let mut lines = body.lines();
    while let Some(line) = lines.next() {
        let Some(info) = line.strip_prefix("```") else { continue };
        let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        if let Some((_, title)) = info.split_once(" title=\"") {
            let path = title.trim_end_matches('"').to_owned();
            example.steps.push(Step::File { path, text: block.join("\n") + "\n" });
        } else if info == "console" {
            example.steps.extend(commands(&block));
        } else {
            continue;
        }
        example.blocks += 1;
    }
    example
}

fn commands(block: &[&str]) -> Vec<Step> {
    let mut steps = Vec::new();
    for line in block {
        match (line.strip_prefix("$ "), steps.last_mut()) {
            (Some(typed), _) => steps.push(Step::Command { typed: typed.to_owned(), printed: Vec::new() }),
            (None, Some(Step::Command { printed, .. })) => printed.push((*line).to_owned()),
            (None, _) => panic!("a console block begins with `$ `, not with: {line}"),
        }
    }
    steps
}
