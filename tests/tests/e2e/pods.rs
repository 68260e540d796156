//! The pods of a PluginRuntime.

use serde_json::Value;

use crate::cluster::Cluster;
use crate::wait::until;

/// Waits until a PluginRuntime is what its spec says: so many pods, all of them
/// ready with this image, none that is ending, and Ready is true of it as it is now.
pub(crate) async fn settled(cluster: &Cluster, namespace: &str, runtime: &str, count: usize, image: &str) {
    until(&format!("{count} pods of {runtime} with {image}"), async || {
        let pods = of_runtime(cluster, namespace, runtime).await;
        let fit =
            pods.iter().filter(|pod| is_ready(pod) && !is_ending(pod) && image_of(pod) == image).count();
        if (fit, pods.len()) != (count, count) {
            return Err(format!("{fit} of {} pods are as they shall be", pods.len()));
        }
        let object = cluster.kubectl.get(&format!("-n {namespace} pluginruntime {runtime}")).await;
        current(&object)
            .then_some(())
            .ok_or_else(|| format!("its conditions are {}", object["status"]["conditions"]))
    })
    .await;
}

/// Whether Ready is true of an object of Davit's as it is now.
pub(crate) fn current(object: &Value) -> bool {
    let mut conditions = object["status"]["conditions"].as_array().into_iter().flatten();
    conditions.any(|condition| {
        (condition["type"].as_str(), condition["status"].as_str()) == (Some("Ready"), Some("True"))
            && condition["observedGeneration"] == object["metadata"]["generation"]
    })
}

/// Whether the operator has said anything of an object as it is now.
pub(crate) fn seen(object: &Value) -> bool {
    object["status"]["observedGeneration"] == object["metadata"]["generation"]
}

/// The pods of a PluginRuntime, whatever they do.
pub(crate) async fn of_runtime(cluster: &Cluster, namespace: &str, runtime: &str) -> Vec<Value> {
    cluster.kubectl.list(&format!("-n {namespace} pods -l davit.dev/runtime={runtime}")).await
}

/// The operator's pods.
pub(crate) async fn of_operator(cluster: &Cluster) -> Vec<Value> {
    let namespace = crate::cluster::SYSTEM;
    cluster.kubectl.list(&format!("-n {namespace} pods -l app.kubernetes.io/name=davit-operator")).await
}

pub(crate) fn name(object: &Value) -> &str {
    object["metadata"]["name"].as_str().expect("objects have names")
}

pub(crate) fn image_of(pod: &Value) -> &str {
    pod["spec"]["containers"][0]["image"].as_str().expect("containers have images")
}

fn is_ready(pod: &Value) -> bool {
    let mut conditions = pod["status"]["conditions"].as_array().into_iter().flatten();
    conditions.any(|condition| condition["type"] == "Ready" && condition["status"] == "True")
}

fn is_ending(pod: &Value) -> bool {
    !pod["metadata"]["deletionTimestamp"].is_null()
}
