//! In: the table of fields. Out: the reference in Markdown.

use std::fmt::Write as _;

use super::shape::{Absent, Field, Mapping};
use super::{serverless, top};

const HEAD: &str = "\
<!-- Generated from plugin/src/manifest/reference; `make generate` writes it anew. -->
# The manifest

`manifest.yaml` (or `manifest.yml`) in a plugin's folder says what the plugin is. UTF-8, at most 1 MiB. \
A key that is there but empty counts as absent. `davit check` says what is wrong, with line and column.

Your editor knows all of this: `davit new` and `davit types` write `.davit/manifest.schema.json`, and this line at the \
top of the manifest names it (for editors with the YAML language server, such as VS Code with its YAML extension):

```yaml
# yaml-language-server: $schema=.davit/manifest.schema.json
```
";

const TAIL: &str = "
## Durations and sizes

A duration is a number of seconds or a text: `500ms`, `30s`, `5m`, `1h`. \
A size is a number of bytes or a text: `512Ki`, `10Mi` (powers of 1024), `10MB`, `1G` (powers of 1000).

## Patterns of public routes

| pattern | fits |
|---|---|
| `*` | one path segment, or part of one: `/items/*`, `/*.css` |
| `**` | any depth: `/api/public/**` |
| `?` | one character |

A pattern is anchored at both ends and relative to `base`: with `base: /hello`, `/api/public/**` opens `/hello/api/public/x`. \
It is held against the normalised path, so `/api/public/../secret` is not open. \
A route is public for a method if a pattern under that method or under `ALL` fits; a public GET is public for HEAD too. \
Everything else needs a key, or a plugin that vouches for the caller.

## Reserved keys

`hooks`, `healthChecks`, `server` and `ui` are refused: later versions give them a meaning.
";

/// The whole page.
pub(super) fn text() -> String {
    let mut nested = Vec::new();
    top::MANIFEST.fields.iter().for_each(|field| field.shape.mappings(&mut nested));
    let mut text = HEAD.to_owned();
    for mapping in [&top::MANIFEST, &serverless::SERVERLESS].into_iter().chain(nested) {
        section(mapping, &mut text);
    }
    text + TAIL
}

fn section(mapping: &Mapping, text: &mut String) {
    let name = if mapping.name == top::MANIFEST.name { "Fields" } else { mapping.name };
    let _ = write!(text, "\n## {name}\n\n");
    if !mapping.about.is_empty() {
        let _ = write!(text, "{}\n\n", mapping.about);
    }
    text.push_str("| field | type | default | example | what it does |\n|---|---|---|---|---|\n");
    mapping.fields.iter().for_each(|field| row(field, text));
}

fn row(field: &Field, text: &mut String) {
    let default = match field.absent {
        Absent::Required => "required".to_owned(),
        Absent::Value(value) => format!("`{value}`"),
        Absent::Nothing(words) => words.to_owned(),
    };
    let Field { key, shape, example, about, .. } = field;
    let cells = [format!("`{key}`"), shape.words(), default, format!("`{example}`"), (*about).to_owned()];
    let _ = writeln!(text, "| {} |", cells.map(|cell| cell.replace('|', "\\|")).join(" | "));
}
