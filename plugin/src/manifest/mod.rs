//! `manifest.yaml`: what an author declares (Buntime contract §2). Parsed once;
//! behind [`Manifest::parse`] nobody reads YAML.

mod completion;
mod davit;
mod dependencies;
mod environment;
mod error;
mod fields;
mod limits;
mod menus;
mod node;
mod public_routes;
mod quantity;
pub mod reference;
mod schema;
mod typos;
mod values;
mod variables;
mod workers;
mod yaml;

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::base::InvalidBase;
use crate::reason::Reason;
use crate::routes::PublicRoutes;
use crate::{Base, PackagePath, PluginName, VariableName, Version};

pub use davit::{DEFAULT_WORKERS, MAX_VARIABLES, MAX_WORKERS, Mode, Permissions, Replacement};
pub use dependencies::{Dependency, MAX_DEPENDENCIES};
pub use error::{Finding, ManifestError, Position};
pub use limits::{Limits, MAX_BODY_SIZE, MAX_REQUEST_TIMEOUT};
pub use menus::Menu;
pub use quantity::{ByteSize, InvalidDuration, InvalidSize, parse_duration};
pub use schema::Schema;
pub use workers::Workers;

use completion::{Read, complete};
use davit::Davit;
use fields::{Fields, Findings};
use node::Node;

/// The file names that are looked for in a package's root, in this order.
pub const FILE_NAMES: [&str; 2] = ["manifest.yaml", "manifest.yml"];
/// A larger manifest is refused.
pub const MAX_SIZE: usize = 1 << 20;
/// Keys that later versions give a meaning.
const RESERVED: [&str; 4] = ["hooks", "healthChecks", "server", "ui"];

/// What a package's author declares.
#[derive(Debug, Clone, PartialEq)]
pub struct Manifest {
    /// The plugin's name.
    pub name: PluginName,
    /// The package's version, `0.0.0` if it names none.
    pub version: Version,
    /// Whether the plugin is turned on where the manifest decides.
    pub enabled: bool,
    /// The path segment the plugin is served under.
    pub base: Option<Base>,
    /// `pluginEntry`: the module with the plugin's code.
    pub plugin_entry: Option<PackagePath>,
    /// `entrypoint`: the HTML file of the plugin's user interface.
    pub entrypoint: Option<PackagePath>,
    /// What the plugin needs or uses.
    pub dependencies: Vec<Dependency>,
    /// What needs no key.
    pub public_routes: PublicRoutes,
    /// Entries of the console's sidebar.
    pub menus: Vec<Menu>,
    /// Whether its HTML page gets a `<base>` with the plugin's base.
    pub inject_base: bool,
    /// `davit.mode`: how the module is run, if the author says so.
    pub mode: Option<Mode>,
    /// `davit.replacement`.
    pub replacement: Replacement,
    /// `davit.permissions`: what the author asks for.
    pub permissions: Permissions,
    /// What one request may cost.
    pub limits: Limits,
    /// How a serverless plugin's Workers are kept and the limits that follow, or
    /// what is wrong with that; it counts only if the plugin is serverless.
    pub workers: Result<(Workers, Limits), Vec<Finding>>,
    /// The configuration that the factory gets: every key of the manifest but
    /// `name`, `version`, `enabled`, `entrypoint`, the dependencies, `config`
    /// and `davit`, completed with the schema's defaults.
    pub config: Map<String, Value>,
    /// The schema of that configuration.
    pub options: Schema,
    /// What has no effect or looks like a mistake, in the order of the file, for
    /// `davit check` and the log.
    pub warnings: Vec<Finding>,
}

/// Where the values of a manifest's configuration come from.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// From the manifest and the schema's defaults.
    Own,
    /// From somebody who goes before the manifest, and who says which variables
    /// of the environment may go before both.
    Over(Map<String, Value>, BTreeSet<VariableName>),
    /// They are not known yet, so they are neither completed nor checked.
    Unjudged,
}

impl Manifest {
    /// Parses the text of `file`, which is only named in messages.
    pub fn parse(file: &str, text: &str) -> Result<Self, ManifestError> {
        Self::parse_bytes(file, text.as_bytes())
    }

    /// Parses the bytes of `file`, which must be UTF-8.
    pub fn parse_bytes(file: &str, bytes: &[u8]) -> Result<Self, ManifestError> {
        Self::parse_with(file, bytes, &Values::Own)
    }

    /// Parses the bytes of `file`, which must be UTF-8, with these values of its
    /// configuration.
    pub fn parse_with(file: &str, bytes: &[u8], values: &Values) -> Result<Self, ManifestError> {
        let mut findings = Findings::default();
        let manifest = yaml::parse(bytes).map(|root| Self::read(root, values, &mut findings));
        match manifest {
            Ok(Some(manifest)) if findings.0.is_empty() => Ok(manifest),
            Ok(_) => Err(ManifestError::of(file, findings.sorted())),
            Err(finding) => Err(ManifestError::of(file, vec![finding])),
        }
    }

    fn read(root: Node, values: &Values, findings: &mut Findings) -> Option<Self> {
        let mut warnings = Findings::default();
        let mut fields = Fields::of(root, "the manifest", findings);
        if !findings.0.is_empty() {
            return None;
        }
        refuse_reserved(&mut fields, findings);
        let schema = schema::read(fields.take("config"), findings);
        let davit = Davit::read(fields.take("davit"), findings, &mut warnings);
        schema.warn_of_ungranted(&davit.permissions.env, &mut warnings);
        let workers = read_workers(&fields, &davit);
        typos::warn(&fields, &schema, &mut warnings);
        let config = configure(&schema, &fields, values, &davit.permissions.env, findings);
        let name = read_name(&mut fields, findings);
        let version = fields.parsed("version", findings).unwrap_or_default();
        let enabled = fields.flag("enabled", findings).unwrap_or(true);
        let base = read_base(&mut fields, findings);
        let plugin_entry = fields.parsed("pluginEntry", findings);
        let entrypoint = fields.parsed("entrypoint", findings);
        let dependencies = dependencies::read(&mut fields, findings);
        let public_routes = public_routes::read(fields.take("publicRoutes"), findings);
        let menus = menus::read(fields.take("menus"), findings);
        let inject_base = fields.flag("injectBase", findings).unwrap_or(false);
        Some(Self {
            name: name?,
            version,
            enabled,
            base,
            plugin_entry,
            entrypoint,
            dependencies,
            public_routes,
            menus,
            inject_base,
            mode: davit.mode,
            replacement: davit.replacement,
            permissions: davit.permissions,
            limits: davit.limits,
            workers,
            config,
            options: schema,
            warnings: warnings.sorted(),
        })
    }
}

fn refuse_reserved(fields: &mut Fields, findings: &mut Findings) {
    for key in RESERVED {
        if let Some(node) = fields.take(key) {
            findings.add(node.at, format!("`{key}` is reserved for a later version: remove it or rename it"));
        }
    }
}

fn read_workers(fields: &Fields, davit: &Davit) -> Result<(Workers, Limits), Vec<Finding>> {
    let (mut findings, mut limits) = (Findings::default(), davit.limits);
    let workers = Workers::read(fields, &mut limits, davit.workers, &mut findings);
    if findings.0.is_empty() { Ok((workers, limits)) } else { Err(findings.sorted()) }
}

fn read_name(fields: &mut Fields, findings: &mut Findings) -> Option<PluginName> {
    if !fields.names("name") {
        findings.add(Position::START, "the manifest has no name: write `name: my-plugin`");
    }
    fields.parsed("name", findings)
}

fn read_base(fields: &mut Fields, findings: &mut Findings) -> Option<Base> {
    let node = fields.take("base")?;
    let text = fields::text(&node, "base", findings)?;
    let reason = |error: &InvalidBase| match error {
        InvalidBase::Malformed(_) => Reason::ManifestInvalid,
        InvalidBase::Reserved(_) => Reason::BaseReserved,
    };
    text.parse().map_err(|error| findings.because(reason(&error), node.at, error.to_string())).ok()
}

/// The configuration, which points at a value that does not fit or, if there is
/// none, at the option that asks for it.
fn configure(
    schema: &Schema,
    fields: &Fields,
    values: &Values,
    asked: &BTreeSet<VariableName>,
    findings: &mut Findings,
) -> Map<String, Value> {
    let mut config = fields.to_config(findings);
    let granted = match values {
        Values::Unjudged => return config,
        Values::Own => asked,
        Values::Over(given, granted) => {
            config.extend(given.clone());
            granted
        }
    };
    let read = |name: &VariableName| if granted.contains(name) { Read::Later } else { Read::Refused };
    complete(schema, config, &read).unwrap_or_else(|misfits| {
        for misfit in misfits {
            let at = fields.position(&misfit.path).unwrap_or_else(|| schema.position(&misfit.path));
            findings.because(Reason::ConfigInvalid, at, misfit.to_string());
        }
        Map::new()
    })
}
