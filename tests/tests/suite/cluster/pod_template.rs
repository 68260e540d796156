//! What `spec.podTemplate` says of the pods.

use davit_tests::cluster::World;
use davit_tests::cluster::world::{condition, reason};
use davit_tests::until;
use serde_json::{Value, json};

/// The PluginRuntime `default` with a template.
async fn apply(world: &World, template: &Value) {
    let spec = json!({"replicas": 2, "podTemplate": template});
    let runtime = json!({"apiVersion": "davit.dev/v1alpha1", "kind": "PluginRuntime",
        "metadata": {"name": "default"}, "spec": spec});
    world.apply_value(&runtime).await;
}

/// Waits until both pods, and no other one, are as `fits` says.
async fn pods(world: &World, what: &str, fits: impl Fn(&Value) -> bool) {
    until(what, async || {
        let pods = world.objects("Pod").await;
        (pods.len() == 2 && pods.iter().all(&fits)).then_some(())
    })
    .await;
}

fn variable<'a>(pod: &'a Value, name: &str) -> Option<&'a Value> {
    let all = pod["spec"]["containers"][0]["env"].as_array()?;
    all.iter().find(|one| one["name"] == name).map(|one| &one["value"])
}

#[tokio::test(flavor = "multi_thread")]
async fn pods_have_all_of_the_template_and_a_change_of_it_rolls() {
    let world = World::new().await;
    let account = json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "runtime"}});
    world.apply_value(&account).await;
    let mut template = json!({"labels": {"team": "blue"}, "annotations": {"example.com/note": "x"},
        "tolerations": [{"key": "gpu", "operator": "Exists"}], "affinity": {"nodeAffinity": {}},
        "serviceAccountName": "runtime", "imagePullSecrets": [{"name": "regcred"}],
        "env": [{"name": "TZ", "value": "UTC"}, {"name": "RUNTIME_LOG_LEVEL", "value": "debug"}]});
    apply(&world, &template).await;
    world.runtime_is("default", "Ready", "True").await;
    pods(&world, "pods with the template", |pod| {
        let (metadata, spec) = (&pod["metadata"], &pod["spec"]);
        metadata["labels"]["team"] == "blue"
            && metadata["labels"]["davit.dev/runtime"] == "default"
            && metadata["annotations"]["example.com/note"] == "x"
            && spec["tolerations"].as_array().is_some_and(|all| all.iter().any(|one| one["key"] == "gpu"))
            && spec["affinity"] == json!({"nodeAffinity": {}})
            && spec["serviceAccountName"] == "runtime"
            && spec["automountServiceAccountToken"] == false
            && spec["imagePullSecrets"] == json!([{"name": "regcred"}])
            && variable(pod, "RUNTIME_LOG_LEVEL") == Some(&json!("debug"))
    })
    .await;

    template["env"][0]["value"] = json!("Europe/Vienna");
    template["labels"] = json!({});
    apply(&world, &template).await;
    pods(&world, "pods of the changed template alone", |pod| {
        variable(pod, "TZ") == Some(&json!("Europe/Vienna")) && pod["metadata"]["labels"]["team"].is_null()
    })
    .await;
    world.runtime_is("default", "Ready", "True").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_affinity_that_is_none_stalls_with_the_api_servers_words_until_it_is_one() {
    let world = World::new().await;
    let term = json!([{"topologyKey": "not a key"}]);
    let affinity = json!({"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": term}});
    apply(&world, &json!({"affinity": affinity})).await;
    let runtime = world.runtime_is("default", "Stalled", "True").await;
    assert_eq!(reason(&runtime, "Ready"), ("False", "ConfigInvalid"));
    let message = condition(&runtime, "Ready").expect("it is there")["message"].to_string();
    assert!(message.contains("Deployment default") && message.contains("topologyKey"), "{message}");
    apply(&world, &json!({})).await;
    world.runtime_is("default", "Ready", "True").await;
    let runtime = world.runtime("default").await;
    assert!(condition(&runtime, "Stalled").is_none(), "{runtime:#}");
}
