//! The page of the conditions and their reasons.

use crate::condition::{ConditionType, RUNTIME_TABLE, Row, TABLE, meanings};

use super::markdown::{HEADER, code, table};

const PLUGIN: &str = "Ready is there from the first write. Where a stage has failed, Ready has the \
stage's reason, and so has Reconciling or Stalled, whichever is true. A reason that stalls does so if \
the resource alone is at fault or its source is a digest; with a tag or a ConfigMap the same reason is \
tried again, and shown as Reconciling.\n";

/// The page.
pub(super) fn page() -> String {
    let types: Vec<_> = meanings().into_iter().map(|[name, meaning]| [code(&name), meaning]).collect();
    let (types, plugin, runtime) =
        (table(["condition", "holds when"], &types), reasons(&TABLE), reasons(&RUNTIME_TABLE));
    format!(
        "{HEADER}# Conditions\nEach has `status` (True, False or Unknown), a stable `reason`, a `message` \
         that says what to do, and `observedGeneration`.\n\n{types}\n## Of a Plugin\n{PLUGIN}\n{plugin}\n\
         ## Of a PluginRuntime\n\n{runtime}"
    )
}

fn reasons(all: &[(ConditionType, &[Row])]) -> String {
    let row = |condition: &ConditionType, row: &Row| {
        let stalls = if row.stalls { "yes" } else { "" };
        [
            code(&condition.to_string()),
            code(&row.reason.to_string()),
            stalls.to_owned(),
            row.meaning().to_owned(),
        ]
    };
    let rows: Vec<_> =
        all.iter().flat_map(|(condition, rows)| rows.iter().map(|it| row(condition, it))).collect();
    table(["condition", "reason", "stalls", "meaning"], &rows)
}
