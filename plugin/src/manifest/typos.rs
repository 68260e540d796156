//! Keys that become configuration but look like a misspelt key of the manifest.

use super::fields::{Fields, Findings};
use super::reference;
use super::schema::Schema;

/// The keys that have a meaning of their own.
fn known() -> impl Iterator<Item = &'static str> {
    reference::fields().fields.iter().map(|field| field.key)
}

/// How alike two words must be, from 0 to 1, where 1 is the same.
const ALIKE: f64 = 0.75;

/// Warns of them, but not of those that the schema names. A key that the
/// manifest also spells right is not suspected.
pub(super) fn warn(fields: &Fields, schema: &Schema, warnings: &mut Findings) {
    let suspects =
        fields.keys().filter(|(key, _)| known().all(|known| known != *key) && schema.option(key).is_none());
    for (key, at) in suspects {
        if let Some(meant) = nearest(key).filter(|meant| !fields.names(meant)) {
            warnings.add(at, format!(
                "`{key}` becomes configuration of the plugin: did you mean `{meant}`? If not, name it under `config`"
            ));
        }
    }
}

fn nearest(key: &str) -> Option<&'static str> {
    let plain = |word: &str| word.replace(['-', '_'], "").to_lowercase();
    let likeness = |known: &str| strsim::normalized_damerau_levenshtein(&plain(key), &plain(known));
    let rated = known().map(|known| (likeness(known), known));
    let best = rated.max_by(|(a, _), (b, _)| a.total_cmp(b));
    best.filter(|(likeness, _)| *likeness >= ALIKE).map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_a_misspelt_key_and_leaves_others_alone() {
        let table = [
            ("pluginEnty", Some("pluginEntry")),
            ("plugin-entry", Some("pluginEntry")),
            ("entryPoint", Some("entrypoint")),
            ("Base", Some("base")),
            ("bsae", Some("base")),
            ("publicRoute", Some("publicRoutes")),
            ("menu", Some("menus")),
            ("dependency", Some("dependencies")),
            ("optional_dependencies", Some("optionalDependencies")),
            ("greeting", None),
            ("apiKey", None),
            ("description", None),
            ("author", None),
            ("license", None),
            ("database", None),
            ("url", None),
            ("port", None),
            ("", None),
        ];
        for (key, meant) in table {
            assert_eq!(nearest(key), meant, "{key}");
        }
    }
}
