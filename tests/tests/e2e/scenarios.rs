//! x: what happens to clusters now and then, and needs rights that no other row does.

use futures::future::join_all;
use serde_json::{Value, json};

use crate::cluster::{Cluster, OWN, SYSTEM};
use crate::wait::until;
use crate::{client_pod, install, pods, volumes};

/// How many changes of one object are sent at once.
const AT_ONCE: usize = 8;

pub(crate) async fn prove(cluster: &Cluster) -> String {
    install::ensure(cluster).await;
    claims(cluster).await;
    a_secret_heals(cluster).await;
    until_used(cluster, "patch", "events", async |_| tell_twice(cluster).await).await;
    until_used(cluster, "get", "plugins", async |turn| {
        change_at_once(cluster, turn, "plugin/hello", greet).await;
    })
    .await;
    until_used(cluster, "get", "pluginruntimes", async |turn| {
        change_at_once(cluster, turn, "plgrt/default", settle).await;
    })
    .await;
    cluster.kubectl.patch(SYSTEM, "plgrt/default", &json!({"spec": {"rollout": {"settle": "2s"}}})).await;
    install::ensure(cluster).await;
    "a runtime on claims serves, grows and takes its claim again; a Secret without a key healed; \
     a repeated event was counted; statuses were written against changes made at the same time"
        .to_owned()
}

/// A runtime with a claim for each pod.
async fn claims(cluster: &Cluster) {
    let kubectl = &cluster.kubectl;
    volumes::make(cluster, "kept", 2).await;
    let claim = json!({"resources": {"requests": {"storage": "1Gi"}}});
    let spec = json!({"replicas": 1, "storage": {"persistentVolumeClaim": claim}});
    kubectl.apply(OWN, &davit("PluginRuntime", "kept", &spec)).await;
    let code = "export default { server: { fetch: () => new Response('kept') } };";
    let data = json!({"manifest.yaml": "name: kept\nversion: 1.0.0\nbase: /kept\n", "plugin.js": code});
    let map = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "kept"}, "data": data});
    kubectl.apply(OWN, &map.to_string()).await;
    let source = json!({"configMap": {"name": "kept"}});
    let spec = json!({"runtimeRef": {"name": "kept"}, "source": source, "publicRoutes": {"GET": ["/"]}});
    kubectl.apply(OWN, &davit("Plugin", "kept", &spec)).await;
    let image = cluster.runtime_image(&cluster.version);
    pods::settled(cluster, OWN, "kept", 1, &image).await;
    kubectl.ready(OWN, "plugin/kept").await;
    kubectl.run(&format!("scale -n {OWN} plgrt kept --replicas=2")).await;
    pods::settled(cluster, OWN, "kept", 2, &image).await;
    kubectl.run(&format!("delete pod -n {OWN} kept-0")).await;
    pods::settled(cluster, OWN, "kept", 2, &image).await;
    assert_eq!(client_pod::get(cluster, &format!("http://kept.{OWN}/kept")).await, "kept");
    kubectl.run(&format!("delete plugin/kept plgrt/kept -n {OWN} --timeout=1m")).await;
    kubectl.run(&format!("wait pods -n {OWN} -l davit.dev/runtime=kept --for=delete --timeout=2m")).await;
    kubectl.run(&format!("delete pvc -n {OWN} --all --timeout=1m")).await;
}

/// Somebody takes a key out of the Secret that the pods' control ports live by.
async fn a_secret_heals(cluster: &Cluster) {
    let (kubectl, object) = (&cluster.kubectl, format!("-n {SYSTEM} secret default-control-tls"));
    kubectl.patch(SYSTEM, "secret/default-control-tls", &json!({"data": {"tls.key": null}})).await;
    until("the Secret to be whole again", async || {
        let secret = kubectl.get(&object).await;
        let keys: Vec<&String> = secret["data"].as_object().expect("it has data").keys().collect();
        keys.iter().any(|key| *key == "tls.key").then_some(()).ok_or_else(|| format!("it has {keys:?}"))
    })
    .await;
    pods::settled(cluster, SYSTEM, "default", 2, &cluster.runtime_image(&cluster.version)).await;
}

/// The same fault, mended and made again: an event that was told before.
async fn tell_twice(cluster: &Cluster) {
    for (greeting, fits) in [(json!(7), false), (json!("Hello"), true)] {
        cluster
            .kubectl
            .patch(SYSTEM, "plugin/hello", &json!({"spec": {"config": {"greeting": greeting}}}))
            .await;
        until("the Plugin to be read", async || {
            let plugin = cluster.kubectl.get(&format!("-n {SYSTEM} plugin hello")).await;
            (pods::current(&plugin) == fits && pods::seen(&plugin))
                .then_some(())
                .ok_or_else(|| plugin["status"]["conditions"].to_string())
        })
        .await;
    }
}

/// Changes one object many times at once, so that some status is written against
/// what is no more.
async fn change_at_once(cluster: &Cluster, turn: usize, object: &str, spec: impl Fn(usize) -> Value) {
    let changes: Vec<Value> =
        (0..AT_ONCE).map(|number| json!({"spec": spec(turn * AT_ONCE + number)})).collect();
    join_all(changes.iter().map(|change| cluster.kubectl.patch(SYSTEM, object, change))).await;
}

fn greet(number: usize) -> Value {
    json!({"config": {"greeting": format!("Hello {number}")}})
}

fn settle(number: usize) -> Value {
    json!({"rollout": {"settle": format!("{}ms", 1_000 + number)}})
}

/// Does something again and again until the operator has used a right.
async fn until_used(cluster: &Cluster, verb: &str, resource: &str, mut act: impl AsyncFnMut(usize)) {
    let mut turn = 0;
    until(&format!("the operator to {verb} {resource}"), async || {
        act(turn).await;
        turn += 1;
        let used = cluster.audit().read().used;
        let found = used.iter().any(|right| right.verb == verb && right.resource == resource);
        found.then_some(()).ok_or_else(|| format!("it has not, in {turn} turns"))
    })
    .await;
}

fn davit(kind: &str, name: &str, spec: &Value) -> String {
    json!({"apiVersion": "davit.dev/v1alpha1", "kind": kind, "metadata": {"name": name}, "spec": spec})
        .to_string()
}
