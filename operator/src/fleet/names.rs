//! What the objects of one PluginRuntime are called, and how one knows that they
//! are its own.

use std::collections::BTreeMap;

use davit_crds::{PluginRuntime, RUNTIME_LABEL};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, OwnerReference};
use kube::api::ObjectMeta;
use kube::{Resource as _, ResourceExt as _};

/// The names and marks of one PluginRuntime's objects.
#[derive(Debug, Clone)]
pub(super) struct Names {
    /// The PluginRuntime's own name: its workload, public Service and budget
    /// bear it, too.
    pub(super) runtime: String,
    /// Where all of them are.
    pub(super) namespace: String,
    /// The PluginRuntime's UID.
    pub(super) uid: String,
    owner: Option<OwnerReference>,
}

impl Names {
    pub(super) fn of(runtime: &PluginRuntime) -> Self {
        Self {
            runtime: runtime.name_any(),
            namespace: runtime.namespace().unwrap_or_default(),
            uid: runtime.uid().unwrap_or_default(),
            owner: runtime.controller_owner_ref(&()),
        }
    }

    /// The headless Service.
    pub(super) fn control(&self) -> String {
        format!("{}-control", self.runtime)
    }

    /// The Secret that no pod ever mounts.
    pub(super) fn authority(&self) -> String {
        format!("{}-control-ca", self.runtime)
    }

    /// The Secret with the pods' side of the control port.
    pub(super) fn server_pair(&self) -> String {
        format!("{}-control-tls", self.runtime)
    }

    /// The Secret with the admin key that the operator makes.
    pub(super) fn admin_key(&self) -> String {
        format!("{}-admin-key", self.runtime)
    }

    /// The name that the control ports go by (interfaces §5).
    pub(super) fn server_name(&self) -> String {
        format!("{}.{}.control.davit", self.runtime, self.namespace)
    }

    /// What selects the pods.
    pub(super) fn selected(&self) -> BTreeMap<String, String> {
        BTreeMap::from([(RUNTIME_LABEL.to_owned(), self.runtime.clone())])
    }

    /// The same, for what selects by more than labels.
    pub(super) fn selector(&self) -> LabelSelector {
        LabelSelector { match_labels: Some(self.selected()), match_expressions: None }
    }

    /// The labels of every object.
    pub(super) fn labels(&self) -> BTreeMap<String, String> {
        let mut labels = self.selected();
        let common = [
            ("app.kubernetes.io/name", "davit-runtime"),
            ("app.kubernetes.io/instance", &self.runtime),
            ("app.kubernetes.io/managed-by", "davit-operator"),
        ];
        labels.extend(common.map(|(label, value)| (label.to_owned(), value.to_owned())));
        labels
    }

    /// The metadata of an object of the PluginRuntime's.
    pub(super) fn metadata(&self, name: &str) -> ObjectMeta {
        ObjectMeta {
            name: Some(name.to_owned()),
            namespace: Some(self.namespace.clone()),
            labels: Some(self.labels()),
            owner_references: self.owner.clone().map(|owner| vec![owner]),
            ..ObjectMeta::default()
        }
    }

    /// Whether this PluginRuntime controls an object; any other is not touched.
    pub(super) fn controls(&self, object: &ObjectMeta) -> bool {
        let mut owners = object.owner_references.iter().flatten();
        owners.any(|owner| owner.controller == Some(true) && owner.uid == self.uid)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::runtime;
    use super::*;

    #[test]
    fn only_what_it_controls_is_its_own() {
        let names = Names::of(&runtime("{}"));
        let mine = names.metadata("default");
        assert!(names.controls(&mine));
        assert!(!names.controls(&ObjectMeta { owner_references: None, ..mine.clone() }));
        let other = Names { uid: "another".into(), ..names.clone() };
        assert!(!other.controls(&mine));
        let mut owned = mine;
        owned.owner_references.as_mut().unwrap()[0].controller = None;
        assert!(!names.controls(&owned));
    }

    #[test]
    fn objects_are_named_and_marked_as_documented() {
        let names = Names::of(&runtime("{}"));
        let all = [names.control(), names.authority(), names.server_pair(), names.admin_key()];
        assert_eq!(
            all,
            ["default-control", "default-control-ca", "default-control-tls", "default-admin-key"]
        );
        for secret in [names.authority(), names.server_pair(), names.admin_key()] {
            assert!(davit_crds::OWN_SECRETS.iter().any(|end| secret.ends_with(end)), "{secret}");
        }
        assert_eq!(names.server_name(), "default.apps.control.davit");
        let labels = names.metadata("x").labels.unwrap();
        assert_eq!(labels["davit.dev/runtime"], "default");
        assert_eq!(labels["app.kubernetes.io/managed-by"], "davit-operator");
    }
}
