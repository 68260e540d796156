//! What a new plugin begins with. The files lie in `cli/templates/`.

/// The templates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Template {
    /// Code in TypeScript, with Hono
    Hono,
    /// A user interface in plain HTML, CSS and JavaScript
    Ui,
}

macro_rules! files {
    ($($path:literal from $file:literal),* $(,)?) => {
        &[$(($path, include_str!(concat!("../../templates/", $file)))),*]
    };
}

const HONO: &[(&str, &str)] = files![
    "manifest.yaml" from "hono/manifest.yaml",
    "package.json" from "hono/package.json",
    "plugin.ts" from "hono/plugin.ts",
    "plugin.test.ts" from "hono/plugin.test.ts",
    // The contract has one source: what the bridge itself is checked against.
    "davit.d.ts" from "../../engine/bun/bridge/src/contract.ts",
    "tsconfig.json" from "hono/tsconfig.json",
    ".gitignore" from "hono/gitignore",
    "README.md" from "hono/README.md",
];

const UI: &[(&str, &str)] = files![
    "manifest.yaml" from "ui/manifest.yaml",
    "public/index.html" from "ui/public/index.html",
    "public/style.css" from "ui/public/style.css",
    "public/app.js" from "ui/public/app.js",
    ".gitignore" from "ui/gitignore",
    "README.md" from "ui/README.md",
];

impl Template {
    /// Paths below the plugin's folder, and texts with words to fill in.
    pub(super) fn files(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Hono => HONO,
            Self::Ui => UI,
        }
    }

    /// The commands to type in the new folder.
    pub(super) fn next(self) -> &'static [&'static str] {
        match self {
            Self::Hono => &["npm install", "davit dev ."],
            Self::Ui => &["davit dev ."],
        }
    }
}
