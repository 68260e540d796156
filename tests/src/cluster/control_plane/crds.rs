//! Davit's resources, as they are committed.

use std::fs;

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::api::{Patch, PatchParams};
use kube::{Api, Client, ResourceExt};

use crate::programs::repository;
use crate::wait::until;

/// Applies `config/crd/*.davit.dev.yaml` and waits until the server has established them.
pub(super) async fn apply(client: &Client) {
    let definitions: Api<CustomResourceDefinition> = Api::all(client.clone());
    let folder = repository().join("config/crd");
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let paths = entries.map(|entry| entry.expect("the folder is readable").path());
    for path in paths.filter(|path| path.to_string_lossy().ends_with(".davit.dev.yaml")) {
        let text = fs::read_to_string(&path).expect("the file is readable");
        for mut definition in super::super::yaml::documents(&text) {
            let name = definition["metadata"]["name"].as_str().expect("a resource has a name").to_owned();
            definition["metadata"].as_object_mut().expect("an object").remove("creationTimestamp");
            let parameters = PatchParams::apply("davit-suite").force();
            let applied = definitions.patch(&name, &parameters, &Patch::Apply(&definition)).await;
            let applied = applied.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            established(&definitions, &applied.name_any()).await;
        }
    }
}

async fn established(definitions: &Api<CustomResourceDefinition>, name: &str) {
    until(&format!("{name} to be established"), async || {
        let conditions = definitions.get(name).await.ok()?.status?.conditions?;
        conditions.iter().any(|it| it.type_ == "Established" && it.status == "True").then_some(())
    })
    .await;
}
