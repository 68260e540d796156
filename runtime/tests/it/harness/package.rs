//! Packages as authors make them, and plans of them as operators make those.

use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use davit_plugin::control::Fence;
use davit_plugin::package::{PackOptions, pack};
use davit_plugin::plan::{Barred, Candidate, Plan, Wanted, arrange};
use davit_plugin::{Contents, Digest};
use davit_tests::Plugins;

/// A plugin's package.
#[derive(Debug, Clone)]
pub(crate) struct Package {
    pub(crate) digest: Digest,
    pub(crate) bytes: Bytes,
    candidate: Candidate,
}

impl Package {
    /// A plugin whose module is `code`, served under its name, open to everybody.
    pub(crate) fn of_code(name: &str, code: &str) -> Self {
        Self::with(name, "", code)
    }

    /// The same with further lines of the manifest.
    pub(crate) fn with(name: &str, more: &str, code: &str) -> Self {
        let (plugins, manifest) = (Plugins::new(), format!("version: 1.0.0\npublicRoutes: ['/**']\n{more}"));
        let folder = plugins.plugin(name, &manifest, code);
        let packed = pack(folder.path(), &PackOptions::default()).unwrap();
        let contents = Arc::new(Contents::read(folder.path(), name).unwrap());
        let digest = packed.digest;
        Self { digest, bytes: packed.bytes.into(), candidate: Candidate { digest, reload: None, contents } }
    }

    /// A plugin that writes each step of its life into `file`, and runs `init` in its
    /// `onInit`. It answers with the id of its process.
    pub(crate) fn living(name: &str, file: &Path, init: &str) -> Self {
        let file = file.to_str().unwrap();
        let code = format!(
            "import {{ appendFileSync, existsSync }} from \"node:fs\";
const step = (what: string) => appendFileSync({file:?}, what + \"\\n\");
export default {{
  async onInit() {{ step(\"init\"); {init} }},
  onShutdown() {{ step(\"shutdown\"); }},
  routes: {{ fetch: () => new Response(String(process.pid)) }},
}};
"
        );
        Self::of_code(name, &code)
    }

    /// A plugin that answers everything with `says`.
    pub(crate) fn saying(name: &str, says: &str) -> Self {
        Self::of_code(
            name,
            &format!("export default {{ routes: {{ fetch: () => new Response({says:?}) }} }};\n"),
        )
    }
}

/// The plan that runs all of these.
pub(crate) fn plan<'a>(packages: impl IntoIterator<Item = &'a Package>) -> Plan {
    let wanted = |package: &Package| Wanted {
        name: package.candidate.name().clone(),
        versions: vec![package.candidate.clone()],
        disabled: false,
        problem: None,
    };
    let wanted: Vec<Wanted> = packages.into_iter().map(wanted).collect();
    let plan = arrange(&wanted, &Plan::empty(), &Barred::new()).plan;
    assert_eq!(plan.plugins.len(), wanted.len(), "all plugins fit together");
    plan
}

pub(crate) fn fence(epoch: u64, sequence: u64) -> Fence {
    Fence { epoch, sequence }
}

/// How often a plugin that lives has written this step into its file.
pub(crate) fn steps(file: &Path, what: &str) -> usize {
    let written = std::fs::read_to_string(file).unwrap_or_default();
    written.lines().filter(|line| *line == what).count()
}
