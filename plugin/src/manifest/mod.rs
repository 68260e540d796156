//! `manifest.yaml`: what an author declares (Buntime contract §2). Parsed once;
//! behind [`Manifest::parse`] nobody reads YAML.

mod dependencies;
mod error;
mod fields;
mod limits;
mod menus;
mod node;
mod public_routes;
mod quantity;
mod schema;
mod values;

use serde_json::{Map, Value};

use crate::PackagePath;
use crate::reason::Reason;
use crate::routes::PublicRoutes;
use crate::{Base, PluginName, Version};

pub use dependencies::{Dependency, MAX_DEPENDENCIES};
pub use error::{Finding, ManifestError, Position};
pub use limits::{Limits, MAX_BODY_SIZE, MAX_REQUEST_TIMEOUT};
pub use menus::Menu;
pub use quantity::{ByteSize, InvalidDuration, InvalidSize, parse_duration};
pub use schema::Schema;
pub use values::Misfit;

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
    /// What one request may cost.
    pub limits: Limits,
    /// The configuration that the factory gets: every key of the manifest but
    /// `name`, `version`, `enabled`, `entrypoint`, the dependencies, `config`
    /// and `davit`, completed with the schema's defaults.
    pub config: Map<String, Value>,
    /// What has no effect, for `davit check` and the log.
    pub warnings: Vec<Finding>,
}

impl Manifest {
    /// Parses the text of `file`, which is only named in messages.
    pub fn parse(file: &str, text: &str) -> Result<Self, ManifestError> {
        let mut findings = Findings::default();
        let manifest = parse_node(text).map(|root| Self::read(root, &mut findings));
        match manifest {
            Ok(Some(manifest)) if findings.0.is_empty() => Ok(manifest),
            Ok(_) => Err(ManifestError::sorted(file, findings.0)),
            Err(finding) => Err(ManifestError::sorted(file, vec![finding])),
        }
    }

    fn read(root: Node, findings: &mut Findings) -> Option<Self> {
        let mut warnings = Findings::default();
        let mut fields = Fields::of(root, "the manifest", findings);
        refuse_reserved(&mut fields, findings);
        let schema = schema::read(fields.take("config"), findings, &mut warnings);
        let limits = Limits::read(fields.take("davit"), findings);
        let config = fields.to_config();
        let name = fields.parsed("name", findings);
        if name.is_none() && findings.0.is_empty() {
            findings.add(Position::START, "the manifest has no name: write `name: my-plugin`");
        }
        let manifest = Self {
            name: name?,
            version: fields.parsed("version", findings).unwrap_or_default(),
            enabled: fields.flag("enabled", findings).unwrap_or(true),
            base: read_base(&mut fields, findings),
            plugin_entry: fields.parsed("pluginEntry", findings),
            entrypoint: fields.parsed("entrypoint", findings),
            dependencies: dependencies::read(&mut fields, findings),
            public_routes: public_routes::read(fields.take("publicRoutes"), findings),
            menus: menus::read(fields.take("menus"), findings),
            limits,
            config: complete(&schema, config, &fields, findings),
            warnings: Vec::new(),
        };
        if let Some(inject) = fields.take("injectBase") {
            warnings.add(inject.at, "injectBase has no effect yet: use relative addresses in the HTML");
        }
        Some(Self { warnings: warnings.0, ..manifest })
    }
}

fn parse_node(text: &str) -> Result<Node, Finding> {
    let finding = |at, message| Finding { at, reason: Reason::ManifestInvalid, message };
    if text.len() > MAX_SIZE {
        return Err(finding(Position::START, "the manifest is larger than 1 MiB: shorten it".to_owned()));
    }
    serde_saphyr::from_str(text).map_err(|error| {
        let at = error.location().map_or(Position::START, Position::from);
        finding(at, describe(&error))
    })
}

/// The parser's words, without the position that it repeats at their end.
fn describe(error: &serde_saphyr::Error) -> String {
    let text = error.without_snippet().to_string();
    let text = text
        .split(" at line ")
        .next()
        .unwrap_or_default()
        .replace(", set DuplicateKeyPolicy in Options if acceptable", "");
    format!("not valid YAML: {text}")
}

fn refuse_reserved(fields: &mut Fields, findings: &mut Findings) {
    for key in RESERVED {
        if let Some(node) = fields.take(key) {
            findings.add(node.at, format!("`{key}` is reserved for a later version: remove it or rename it"));
        }
    }
}

fn read_base(fields: &mut Fields, findings: &mut Findings) -> Option<Base> {
    let node = fields.take("base")?;
    let text = fields::text(&node, "base", findings)?;
    let reason = |error: &crate::base::InvalidBase| match error {
        crate::base::InvalidBase::Malformed(_) => Reason::ManifestInvalid,
        crate::base::InvalidBase::Reserved(_) => Reason::BaseReserved,
    };
    text.parse().map_err(|error| findings.because(reason(&error), node.at, error.to_string())).ok()
}

fn complete(
    schema: &Schema,
    config: Map<String, Value>,
    fields: &Fields,
    findings: &mut Findings,
) -> Map<String, Value> {
    values::complete(schema, config).unwrap_or_else(|misfits| {
        for misfit in misfits {
            let key = misfit.path.split('.').next().unwrap_or_default();
            findings.because(Reason::ConfigInvalid, fields.position(key), misfit.to_string());
        }
        Map::new()
    })
}
