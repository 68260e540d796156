//! Packages from registries that are wrong, or in trouble: each has its reason on
//! the right condition, what time can cure is cured by itself, and what serves
//! goes on.

use std::time::Duration;

use davit_tests::cluster::registry::{Artifact, Blob, Fault, Faults, PASSWORD, archive, docker_config};
use davit_tests::cluster::world::{condition, reason};
use davit_tests::cluster::{Registry, World};
use davit_tests::until;
use serde_json::{Value, json};

const CODE: &str = "export default { routes: { fetch: () => new Response(\"one\") } };\n";
const VERSION: &str = "version: 1.0.0\n";

/// One replica with a plugin that nothing here concerns.
async fn world() -> World {
    let world = World::new().await;
    world.apply_runtime("default", 1).await;
    world.apply_config_map_plugin("healthy", "", CODE).await;
    world.replicas("default", 1).await;
    world.plugin_serves("healthy").await;
    world
}

/// The condition says this, and that time may cure it.
async fn is_told(world: &World, name: &str, stage: &str, why: &str, says: &str) -> Value {
    let told = |plugin: &Value| {
        let said = condition(plugin, stage).and_then(|condition| condition["message"].as_str());
        reason(plugin, stage) == ("False", why) && said.is_some_and(|said| said.contains(says))
    };
    let plugin = world.when("Plugin", name, &format!("{stage}=False by {why}: {says}"), told).await;
    assert_eq!(reason(&plugin, "Reconciling").0, "True", "{plugin:#}");
    assert!(condition(&plugin, "Stalled").is_none(), "{plugin:#}");
    plugin
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_tag_names_wrongly_is_told_and_cured_by_another_push() {
    let world = world().await;
    let hostile = archive(&[("manifest.yaml", b"name: hostile\n"), ("../evil", b"out of the tree")]);
    let hostile = Artifact::plain(vec![Blob::tar_gzip(hostile)]);
    let hostile = world.registry.push_artifact(&hostile, "acme/hostile:1").await;
    let flipped = world.push("flipped", "1", VERSION, CODE).await;
    world.registry.corrupt(&flipped.package);
    world.push("other-name", "1", VERSION, CODE).await;
    for (name, repository) in
        [("absent", "absent"), ("hostile", "hostile"), ("flipped", "flipped"), ("named", "other-name")]
    {
        world.apply_oci(name, &world.registry.reference(&format!("acme/{repository}:1"))).await;
    }
    is_told(&world, "absent", "SourceResolved", "TagNotFound", "acme/absent:1").await;
    is_told(&world, "hostile", "SourceResolved", "PackageInvalid", "../evil").await;
    is_told(&world, "flipped", "Verified", "DigestMismatch", &flipped.package.to_string()).await;
    is_told(&world, "named", "Verified", "NameMismatch", "other-name").await;
    // The same bytes by their digest are wrong for ever.
    let pinned = world.registry.reference(&format!("acme/hostile@{}", hostile.manifest));
    world.apply_oci("hostile", &pinned).await;
    let plugin = world.plugin_is("hostile", "Stalled", "True", "PackageInvalid").await;
    assert!(condition(&plugin, "Reconciling").is_none(), "{plugin:#}");

    for name in ["absent", "hostile", "flipped"] {
        world.push(name, "1", "version: 1.1.0\n", CODE).await;
    }
    world.apply_oci("hostile", &world.registry.reference("acme/hostile:1")).await;
    for name in ["absent", "hostile", "flipped"] {
        // By itself: a source that failed often is asked again after a minute or so.
        let serves = |plugin: &Value| reason(plugin, "Ready") == ("True", "Serving");
        world.when_within(Duration::from_mins(2), "Plugin", name, "it serves", serves).await;
        world.everywhere("default", &format!("/{name}"), "one").await;
    }
    world.plugin_serves("healthy").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registry_in_trouble_delays_what_is_new_and_lowers_nothing_that_serves() {
    let world = world().await;
    let pushed = world.push("app", "1", VERSION, CODE).await;
    let proxy = Faults::before(&world.registry).await;
    proxy.next(1, Fault::TooManyRequests(1));
    proxy.next(1000, Fault::InternalServerError);
    world.apply_oci("app", &proxy.reference("acme/app:1")).await;
    is_told(&world, "app", "SourceResolved", "RegistryUnreachable", "500").await;
    proxy.over();
    world.plugin_serves("app").await;

    // Asked again, it names the same package: nothing is fetched.
    let blob = format!("/blobs/{}", pushed.package);
    let fetched = || proxy.requests().iter().filter(|request| request.contains(&blob)).count();
    assert_eq!(fetched(), 1);
    let asked = proxy.requests().len();
    world.request("app").await;
    until("another question", async || (proxy.requests().len() > asked).then_some(())).await;

    proxy.next(1000, Fault::InternalServerError);
    world.request("app").await;
    let plugin = world.plugin_is("app", "SourceResolved", "False", "RegistryUnreachable").await;
    assert_eq!(reason(&plugin, "Ready"), ("True", "Serving"), "{plugin:#}");
    proxy.over();
    world.plugin_is("app", "SourceResolved", "True", "Resolved").await;
    assert_eq!(fetched(), 1);
    world.everywhere("default", "/app", "one").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_package_named_by_its_digest_is_asked_for_once_also_over_a_restart() {
    let mut world = world().await;
    let pushed = world.push("app", "1", VERSION, CODE).await;
    let proxy = Faults::before(&world.registry).await;
    world.apply_oci("app", &proxy.reference(&format!("acme/app@{}", pushed.manifest))).await;
    world.plugin_serves("app").await;
    let asked = proxy.requests();
    world.operator.kill().await;
    world.operator.start_again().await;
    // What a new operator does for all of them, it has done for this one too.
    world.apply_config_map_plugin("later", "", CODE).await;
    world.plugin_serves("later").await;
    let opened = json!({"spec": {"publicRoutes": {"GET": ["/open"]}}});
    world.patch("Plugin", "app", opened).await;
    world.plugin_serves("app").await;
    assert_eq!(proxy.requests(), asked);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registry_with_a_password_wants_a_secret_that_has_it() {
    let world = world().await;
    let registry = Registry::start_with_password().await;
    let plugin = world.plugins.plugin("app", VERSION, CODE);
    let pushed = registry.push(&plugin, "acme/app:1").await;
    let apply = async |secrets: Value| {
        let oci = json!({"reference": pushed.reference, "insecure": true, "pullSecrets": secrets});
        world.apply_plugin("app", &json!({"source": {"oci": oci}})).await;
    };
    let secret = async |kind: &str, config: String| {
        let secret = json!({
            "apiVersion": "v1", "kind": "Secret", "metadata": {"name": "regcred"},
            "type": kind, "stringData": {".dockerconfigjson": config},
        });
        world.apply_value(&secret).await;
        // Secrets are not watched.
        world.request("app").await;
    };
    apply(json!([])).await;
    is_told(&world, "app", "SourceResolved", "RegistryDenied", "401").await;
    apply(json!([{"name": "regcred"}])).await;
    is_told(&world, "app", "SourceResolved", "SecretNotFound", "no Secret regcred").await;
    secret("Opaque", registry.docker_config()).await;
    is_told(&world, "app", "SourceResolved", "SecretNotFound", "Opaque").await;
    world.delete("Secret", "regcred").await;
    let docker = "kubernetes.io/dockerconfigjson";
    secret(docker, docker_config(&registry.host(), "hunter2")).await;
    let plugin = is_told(&world, "app", "SourceResolved", "RegistryDenied", "401").await;
    assert!(!plugin.to_string().contains("hunter2") && !plugin.to_string().contains(PASSWORD));
    secret(docker, registry.docker_config()).await;
    world.plugin_serves("app").await;
    world.everywhere("default", "/app", "one").await;
}
