//! What resources declare about the plugins in the folders. Where one declares a
//! plugin its word counts and not the manifest's (interfaces §3, §9).

use std::collections::BTreeMap;
use std::sync::Arc;

use arc_swap::ArcSwap;
use davit_plugin::contents::{ContentsError, Listing};
use davit_plugin::grant::Consent;
use davit_plugin::reason::{Problem, Reason};
use davit_plugin::{Contents, Grant, Manifest, PluginName, VariableName};

/// What a resource declares about one plugin.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Declared {
    /// What the plugin is given and what it may do.
    pub grant: Grant,
    /// Whether the plugin runs.
    pub enabled: bool,
    /// Whether it stays as it is, whatever changes in its folder.
    pub suspended: bool,
}

/// What counts of a plugin today, whatever version of it runs.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Today {
    pub(super) manifest: Manifest,
    pub(super) env: BTreeMap<VariableName, String>,
    pub(super) consent: Consent,
}

impl From<&Contents> for Today {
    fn from(contents: &Contents) -> Self {
        let Contents { manifest, env, consent, .. } = contents;
        Self { manifest: manifest.clone(), env: env.clone(), consent: consent.clone() }
    }
}

/// All declarations by the plugins' names. A new set counts from the next pass on.
#[derive(Debug, Clone, Default)]
pub struct Declarations(Arc<ArcSwap<BTreeMap<PluginName, Declared>>>);

impl Declarations {
    /// Replaces all of them.
    pub fn set(&self, declared: BTreeMap<PluginName, Declared>) {
        self.0.store(Arc::new(declared));
    }

    pub(super) fn of(&self, name: &PluginName) -> Option<Declared> {
        self.0.load().get(name).cloned()
    }

    /// What a package holds under today's declaration.
    pub(super) fn contents(&self, listing: &Listing) -> Result<Contents, ContentsError> {
        let Some(declared) = self.of(&listing.name()?) else { return listing.contents(None) };
        let mut contents = listing.contents(Some(&declared.grant))?;
        contents.manifest.enabled = declared.enabled;
        Ok(contents)
    }

    /// What counts of a plugin of whose package only the manifest can be read.
    pub(super) fn today(&self, manifest: Manifest) -> Today {
        let Some(Declared { grant, enabled, .. }) = self.of(&manifest.name) else {
            return Today { manifest, env: BTreeMap::new(), consent: Consent::All };
        };
        let manifest = Manifest { enabled, ..grant.apply(manifest) };
        Today { manifest, consent: grant.consent(), env: grant.env }
    }

    /// Whether a resource declares the plugin of this name.
    pub(super) fn declare(&self, name: &PluginName) -> bool {
        self.0.load().contains_key(name)
    }

    /// Whether the plugin of this name is to stay as it is.
    pub(super) fn suspend(&self, name: &PluginName) -> bool {
        self.of(name).is_some_and(|declared| declared.suspended)
    }
}

pub(super) fn suspended() -> Problem {
    Problem::new(Reason::Suspended, "it is suspended: set `spec.suspend: false` to go on")
}
