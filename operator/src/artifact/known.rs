//! What is known of each Plugin's package, by the Plugin's UID.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use davit_plugin::contents::Listing;
use davit_plugin::{Contents, Digest};
use jiff::Timestamp;

use super::looks::Looks;
use crate::trouble::Trouble;

/// How far one Plugin's package has come.
#[derive(Debug, Clone, PartialEq)]
pub struct Artifact {
    /// The generation of the resource that this was made from.
    pub generation: i64,
    /// Which bytes the source names, as far as is known. Stands while the source
    /// cannot be asked, as long as it names the same place.
    pub resolved: Option<Resolved>,
    /// The verified package of `resolved`.
    pub kept: Option<Kept>,
    /// Why it has not come further, or why the source could not be asked again.
    pub trouble: Option<Trouble>,
}

/// Which bytes a source names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    /// The package.
    pub digest: Digest,
    /// For people: `registry/repository@sha256:…` or `configmap/name`.
    pub reference: String,
    /// When the source was asked.
    pub time: Timestamp,
}

/// A verified package that lies in the operator's keep.
#[derive(Debug, Clone, PartialEq)]
pub struct Kept {
    /// The package.
    pub digest: Digest,
    /// What it holds, whoever grants it what.
    pub listing: Arc<Listing>,
    /// What it holds under today's resource.
    pub contents: Arc<Contents>,
    /// What it asks for and the resource does not give.
    pub not_granted: Vec<String>,
}

/// All that is known, shared by the artifact and the rollout reconcilers.
#[derive(Debug, Default)]
pub struct Artifacts {
    known: RwLock<HashMap<String, Arc<Artifact>>>,
    pub(super) looks: Looks,
}

impl Artifacts {
    /// What is known of the Plugin with this UID.
    pub fn get(&self, uid: &str) -> Option<Arc<Artifact>> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).get(uid).cloned()
    }

    /// Replaces what is known; says whether it is something new.
    pub fn set(&self, uid: &str, artifact: Artifact) -> bool {
        let mut all = self.known.write().unwrap_or_else(PoisonError::into_inner);
        let artifact = Arc::new(artifact);
        all.insert(uid.to_owned(), artifact.clone()).is_none_or(|before| before != artifact)
    }

    /// Forgets all but the Plugins with these UIDs.
    pub fn retain(&self, exists: impl Fn(&str) -> bool) {
        self.known.write().unwrap_or_else(PoisonError::into_inner).retain(|uid, _| exists(uid));
        self.looks.retain(exists);
    }
}
