//! Plugins made from a few lines of YAML.

use std::collections::BTreeMap;
use std::sync::Arc;

use davit_plugin::grant::Consent;
use davit_plugin::manifest::Mode;
use davit_plugin::plan::{Candidate, Wanted};
use davit_plugin::{Contents, Digest, Manifest, PluginName};

pub(crate) fn name(text: &str) -> PluginName {
    text.parse().unwrap()
}

/// A package with this manifest and code.
pub(crate) fn candidate(yaml: &str) -> Candidate {
    let manifest = Manifest::parse("manifest.yaml", yaml).unwrap();
    let contents = Contents {
        manifest,
        env: BTreeMap::new(),
        consent: Consent::All,
        code: "plugin.ts".parse().ok(),
        mode: Mode::Persistent,
        workers: None,
        ui: None,
    };
    Candidate { digest: Digest::of(yaml.as_bytes()), reload: None, contents: Arc::new(contents) }
}

/// A plugin with these versions, the newest first.
pub(crate) fn wanted<const N: usize>(versions: [&str; N]) -> Wanted {
    let versions: Vec<Candidate> = versions.into_iter().map(candidate).collect();
    Wanted { name: versions[0].name().clone(), versions, disabled: false, problem: None }
}

/// Each manifest is refused with exactly this message.
pub(crate) fn assert_faults(table: &[(&str, &str)]) {
    for (yaml, message) in table {
        let error = Manifest::parse("m.yaml", yaml).expect_err(yaml);
        assert_eq!(error.to_string(), *message, "{yaml:?}");
    }
}
