//! In: resources. Out: what each Plugin declares, and where its package is.

use std::collections::BTreeMap;

use davit_crds::{ConfigMapSource, OciSource, Plugin, REQUESTED_AT, SecretRef, SourceRef};
use davit_plugin::PluginName;
use davit_plugin::reason::{Problem, Reason};
use davit_runtime::directories::Declared;
use k8s_openapi::api::core::v1::{ConfigMap, Secret};
use kube::ResourceExt as _;

use super::read::Resources;

/// What the resources want, by the plugins' names.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Wanted {
    pub(super) plugins: BTreeMap<PluginName, WantedPlugin>,
    /// Plugins without a say, by the resource's name: another has theirs.
    pub(super) taken: Vec<(String, Problem)>,
}

/// What one Plugin wants.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct WantedPlugin {
    pub(super) declared: Declared,
    pub(super) source: WantedSource,
}

/// Where a package is, with all that decides what comes from there: if two are
/// equal, so is the package, or a tag has moved.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum WantedSource {
    ConfigMap { source: ConfigMapSource, found: Option<Box<ConfigMap>> },
    Oci { source: OciSource, secrets: Vec<(String, Option<Secret>)>, requested: Option<String> },
}

/// A Plugin that the API server would refuse.
#[derive(Debug, thiserror::Error)]
#[error("Plugin {plugin}: {why}")]
pub(super) struct InvalidPlugin {
    plugin: String,
    why: String,
}

impl Wanted {
    /// All Plugins' wishes; of two for one plugin the first counts.
    pub(super) fn of(resources: &Resources) -> Result<Self, InvalidPlugin> {
        let (mut wanted, mut owners) = (Self::default(), BTreeMap::<PluginName, String>::new());
        for plugin in &resources.plugins {
            let (resource, invalid) =
                (plugin.name_any(), |why: String| InvalidPlugin { plugin: plugin.name_any(), why });
            let name = plugin.spec.name.as_ref().unwrap_or(&resource);
            let name: PluginName = name.parse().map_err(|error| invalid(format!("{error}")))?;
            if let Some(owner) = owners.get(&name) {
                let message =
                    format!("the Plugin {owner} is named {name} too and has it: remove one of the two");
                wanted.taken.push((resource, Problem::new(Reason::NameTaken, message)));
                continue;
            }
            let one = WantedPlugin::of(plugin, resources).map_err(invalid)?;
            owners.insert(name.clone(), resource);
            wanted.plugins.insert(name, one);
        }
        Ok(wanted)
    }

    /// What the runtime is told.
    pub(super) fn declarations(&self) -> BTreeMap<PluginName, Declared> {
        self.plugins.iter().map(|(name, plugin)| (name.clone(), plugin.declared.clone())).collect()
    }
}

impl WantedPlugin {
    fn of(plugin: &Plugin, resources: &Resources) -> Result<Self, String> {
        let spec = &plugin.spec;
        let grant = spec.check_config().and_then(|()| spec.grant()).map_err(|error| error.to_string())?;
        let declared = Declared { grant, enabled: spec.enabled, suspended: spec.suspend };
        let source = match spec.source.parse().map_err(|error| error.to_string())? {
            SourceRef::ConfigMap(source) => WantedSource::ConfigMap {
                source: source.clone(),
                found: resources.config_maps.get(&source.name).cloned().map(Box::new),
            },
            SourceRef::Oci(source) => {
                let secret =
                    |SecretRef { name }: &SecretRef| (name.clone(), resources.secrets.get(name).cloned());
                WantedSource::Oci {
                    source: source.clone(),
                    secrets: source.pull_secrets.iter().map(secret).collect(),
                    requested: plugin.annotations().get(REQUESTED_AT).cloned(),
                }
            }
        };
        Ok(Self { declared, source })
    }
}
