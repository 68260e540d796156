//! What a new plugin begins with. The files lie in `cli/templates/`.

/// The templates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Template {
    /// Code in TypeScript, with Hono
    Hono,
    /// Code in TypeScript that runs request by request
    Serverless,
    /// A login page, with Hono, that opens the other plugins to those who logged in
    Auth,
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
    "tsconfig.json" from "hono/tsconfig.json",
    ".gitignore" from "hono/gitignore",
    "README.md" from "hono/README.md",
];

const SERVERLESS: &[(&str, &str)] = files![
    "manifest.yaml" from "serverless/manifest.yaml",
    "package.json" from "serverless/package.json",
    "index.ts" from "serverless/index.ts",
    "index.test.ts" from "serverless/index.test.ts",
    "tsconfig.json" from "hono/tsconfig.json",
    ".gitignore" from "hono/gitignore",
    "README.md" from "serverless/README.md",
];

const AUTH: &[(&str, &str)] = files![
    "manifest.yaml" from "auth/manifest.yaml",
    "package.json" from "hono/package.json",
    "plugin.ts" from "auth/plugin.ts",
    "plugin.test.ts" from "auth/plugin.test.ts",
    "tsconfig.json" from "hono/tsconfig.json",
    ".gitignore" from "hono/gitignore",
    "README.md" from "auth/README.md",
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
            Self::Serverless => SERVERLESS,
            Self::Auth => AUTH,
            Self::Ui => UI,
        }
    }

    /// The commands to type in the new folder.
    pub(super) fn next(self) -> &'static [&'static str] {
        match self {
            Self::Hono => &["npm install", "davit dev ."],
            Self::Auth => &["npm install", "AUTH_PASSWORD=choose-one davit dev ."],
            Self::Serverless | Self::Ui => &["davit dev ."],
        }
    }
}
