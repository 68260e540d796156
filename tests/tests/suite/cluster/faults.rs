//! One bad Plugin harms itself and nobody else: each fault has its reason on the
//! right condition, what served before serves on, and a healthy neighbour on every
//! replica notices nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use davit_tests::cluster::World;
use davit_tests::cluster::world::{condition, reason};
use davit_tests::connection::Connection;
use davit_tests::process::signal_worker;
use davit_tests::until;
use rustix::process::Signal;
use serde_json::{Value, json};
use tokio::task::JoinHandle;

const HEALTHY: &str = "export default { routes: { fetch: () => new Response(String(process.pid)) } };\n";
const GOOD: &str = "export default { routes: { fetch: () => new Response(\"good\") } };\n";

/// Faults of one plugin: its files, and what is said of it.
struct Fault {
    name: &'static str,
    /// Instead of, or besides, the good files.
    files: &'static [(&'static str, &'static str)],
    condition: &'static str,
    reason: &'static str,
    says: &'static str,
}

const FAULTS: [Fault; 7] = [
    Fault {
        name: "broken-yaml",
        files: &[("manifest.yaml", "name: broken-yaml\nbase: /broken-yaml\nmenus: [\n")],
        condition: "Verified",
        reason: "ManifestInvalid",
        says: "manifest.yaml:3:8",
    },
    Fault {
        name: "missing-entry",
        files: &[(
            "manifest.yaml",
            "name: missing-entry\nbase: /missing-entry\npluginEntry: dist/plugin.js\n",
        )],
        condition: "SourceResolved",
        reason: "PackageInvalid",
        says: "dist/plugin.js",
    },
    Fault {
        name: "reserved-base",
        files: &[("manifest.yaml", "name: reserved-base\nbase: /api\n")],
        condition: "Programmed",
        reason: "BaseReserved",
        says: "choose one other than",
    },
    Fault {
        name: "without-base",
        files: &[("manifest.yaml", "name: without-base\nversion: 1.0.0\n")],
        condition: "Programmed",
        reason: "RoutesWithoutBase",
        says: "no base",
    },
    Fault {
        name: "throws-at-load",
        files: &[("plugin.ts", "throw new Error(\"no database\");\nexport default {};\n")],
        condition: "Programmed",
        reason: "LoadFailed",
        says: "no database",
    },
    Fault {
        name: "init-throws",
        files: &[("plugin.ts", "export default { onInit() { throw new Error(\"no licence\"); } };\n")],
        condition: "Programmed",
        reason: "InitFailed",
        says: "no licence",
    },
    Fault {
        name: "other-name",
        files: &[("manifest.yaml", "name: somebody-else\nbase: /other-name\n")],
        condition: "Verified",
        reason: "NameMismatch",
        says: "somebody-else",
    },
];

/// Two replicas with a healthy plugin.
async fn world() -> World {
    let world = World::new().await;
    world.apply_runtime("default", 2).await;
    world.apply_config_map_plugin("healthy", "", HEALTHY).await;
    world.replicas("default", 2).await;
    world.plugin_serves("healthy").await;
    world
}

/// Applies the ConfigMap of a plugin, good but for `files`.
async fn apply_files(world: &World, name: &str, files: &[(&str, &str)]) {
    let manifest = format!("name: {name}\nbase: /{name}\nversion: 1.0.0\n");
    let mut data = json!({ "manifest.yaml": manifest, "plugin.ts": GOOD });
    for (file, text) in files {
        data[*file] = json!(text);
    }
    let map = json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": name }, "data": data });
    world.apply_value(&map).await;
}

/// Somebody who asks the healthy plugin of each replica all the time.
struct Neighbour {
    stop: Arc<AtomicBool>,
    asking: Vec<JoinHandle<Result<u32, String>>>,
}

impl Neighbour {
    async fn of(world: &World) -> Self {
        let (stop, key) = (Arc::new(AtomicBool::new(false)), world.key("default").await);
        let mut asking = Vec::new();
        for address in world.addresses("default") {
            let connection = Connection::with_key(address, &key).await.expect("the replica answers");
            asking.push(tokio::spawn(ask(connection, stop.clone())));
        }
        Self { stop, asking }
    }

    /// It has noticed nothing.
    async fn unharmed(self) {
        self.stop.store(true, Ordering::Relaxed);
        for asking in self.asking {
            let count = asking.await.expect("it asks to the end").expect("every request is answered");
            assert!(count > 0);
        }
    }
}

/// Asks until it is stopped; every answer must come from the same process.
async fn ask(mut connection: Connection, stop: Arc<AtomicBool>) -> Result<u32, String> {
    let pid = connection.get("/healthy").await?.body;
    let mut count = 0;
    while !stop.load(Ordering::Relaxed) {
        let answer = connection.get("/healthy").await?;
        if answer.status != 200 || answer.body != pid {
            return Err(format!("not what process {pid:?} answers: {answer:?}"));
        }
        count += 1;
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    Ok(count)
}

/// The fault is told on its condition, and Ready says the same.
async fn is_told(world: &World, fault: &Fault) -> Value {
    let plugin = world.plugin_is(fault.name, fault.condition, "False", fault.reason).await;
    let said = condition(&plugin, fault.condition).expect("it was just read")["message"].clone();
    assert!(said.as_str().is_some_and(|said| said.contains(fault.says)), "{} is not in {said}", fault.says);
    let plugin = world.plugin_is(fault.name, "Ready", "False", fault.reason).await;
    assert_eq!(reason(&plugin, "Reconciling").0, "True", "a ConfigMap may change: {plugin:#}");
    assert!(condition(&plugin, "Stalled").is_none(), "{plugin:#}");
    plugin
}

#[tokio::test(flavor = "multi_thread")]
async fn each_fault_has_its_reason_and_leaves_out_only_its_plugin() {
    let world = world().await;
    let neighbour = Neighbour::of(&world).await;
    for fault in &FAULTS {
        apply_files(&world, fault.name, fault.files).await;
        world.apply_from_config_map(fault.name).await;
    }
    for fault in &FAULTS {
        let plugin = is_told(&world, fault).await;
        assert_eq!(plugin["status"]["serving"], Value::Null, "{plugin:#}");
    }
    neighbour.unharmed().await;
    for fault in &FAULTS {
        apply_files(&world, fault.name, &[]).await;
    }
    for fault in &FAULTS {
        world.plugin_serves(fault.name).await;
        world.everywhere("default", &format!("/{}", fault.name), "good").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_fault_of_a_change_leaves_the_last_good_version_serving() {
    let world = world().await;
    for fault in &FAULTS {
        apply_files(&world, fault.name, &[]).await;
        world.apply_from_config_map(fault.name).await;
    }
    for fault in &FAULTS {
        world.plugin_serves(fault.name).await;
    }
    let neighbour = Neighbour::of(&world).await;
    for fault in &FAULTS {
        apply_files(&world, fault.name, fault.files).await;
    }
    for fault in &FAULTS {
        let plugin = is_told(&world, fault).await;
        assert_eq!(plugin["status"]["serving"]["version"], "1.0.0", "{plugin:#}");
        world.everywhere("default", &format!("/{}", fault.name), "good").await;
    }
    neighbour.unharmed().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_on_init_that_hangs_is_told_and_leaves_the_last_good_version_serving() {
    let world = world().await;
    apply_files(&world, "hangs", &[]).await;
    world.apply_from_config_map("hangs").await;
    world.plugin_serves("hangs").await;
    let neighbour = Neighbour::of(&world).await;
    let hangs = "export default { onInit: () => new Promise(() => {}) };\n";
    apply_files(&world, "hangs", &[("plugin.ts", hangs)]).await;
    world.plugin_is("hangs", "Programmed", "Unknown", "RolloutInProgress").await;
    let timed_out = |plugin: &Value| reason(plugin, "Programmed") == ("False", "InitTimeout");
    let plugin =
        world.when_within(Duration::from_secs(90), "Plugin", "hangs", "InitTimeout", timed_out).await;
    assert_eq!(plugin["status"]["serving"]["version"], "1.0.0", "{plugin:#}");
    world.everywhere("default", "/hangs", "good").await;
    neighbour.unharmed().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_plugins_require_and_claim_of_each_other_is_told_on_the_one_at_fault() {
    let world = world().await;
    let neighbour = Neighbour::of(&world).await;
    let requires =
        |name: &str, other: &str| format!("name: {name}\nbase: /{name}\ndependencies: [{other}]\n");
    let base_of = |name: &str| format!("name: {name}\nbase: /first\n");
    for (name, manifest) in [
        ("first", base_of("first")),
        ("second", base_of("second")),
        ("ring-a", requires("ring-a", "ring-b")),
        ("ring-b", requires("ring-b", "ring-a")),
        ("lonely", requires("lonely", "nobody")),
        ("waits", requires("waits", "lonely")),
    ] {
        apply_files(&world, name, &[("manifest.yaml", &manifest)]).await;
        world.apply_from_config_map(name).await;
        if name == "first" {
            world.plugin_serves("first").await;
        }
    }
    world.plugin_is("second", "Programmed", "False", "BaseTaken").await;
    world.plugin_is("ring-a", "DependenciesReady", "False", "DependencyCycle").await;
    world.plugin_is("ring-b", "DependenciesReady", "False", "DependencyCycle").await;
    world.plugin_is("lonely", "DependenciesReady", "False", "DependencyMissing").await;
    world.plugin_is("waits", "DependenciesReady", "False", "DependencyNotReady").await;
    world.everywhere("default", "/first", "good").await;

    apply_files(&world, "nobody", &[]).await;
    world.apply_from_config_map("nobody").await;
    world.plugin_serves("lonely").await;
    world.plugin_serves("waits").await;

    world
        .apply_plugin("nobody", &json!({ "source": { "configMap": { "name": "nobody" } }, "enabled": false }))
        .await;
    world.plugin_is("nobody", "Ready", "True", "Disabled").await;
    world.plugin_is("lonely", "DependenciesReady", "False", "DependencyDisabled").await;

    let twin = json!({ "name": "first", "source": { "configMap": { "name": "first" } } });
    world.apply_plugin("twin", &twin).await;
    world.plugin_is("twin", "Programmed", "False", "NameTaken").await;
    world.plugin_serves("first").await;

    world.delete("Plugin", "first").await;
    world.plugin_serves("twin").await;
    neighbour.unharmed().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_runtime_without_plugins_agrees_on_a_plan_too_and_after_the_last_one_has_gone() {
    let world = World::new().await;
    world.apply_runtime("default", 2).await;
    world.replicas("default", 2).await;
    let empty = world.runtime_is("default", "Ready", "True").await["status"].clone();
    assert_eq!((&empty["plugins"], &empty["ready"]), (&json!(0), &json!(2)));
    world.apply_config_map_plugin("only", "", GOOD).await;
    world.plugin_serves("only").await;
    world.delete("Plugin", "only").await;
    let again = |runtime: &Value| runtime["status"]["plan"] == empty["plan"];
    world.when("PluginRuntime", "default", "the empty plan again", again).await;
    for pod in world.kubelet.replicas("default") {
        assert_eq!(world.get(&pod, "/only").await.expect("it answers").status, 404);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_is_killed_or_loops_is_replaced_on_its_replica() {
    let world = world().await;
    let code = "export default { routes: { fetch(request: Request) {\n\
                if (new URL(request.url).pathname.endsWith(\"/loop\")) for (;;);\n\
                return new Response(String(process.pid)); } } };\n";
    world.apply_config_map_plugin("patient", "", code).await;
    world.plugin_serves("patient").await;
    let neighbour = Neighbour::of(&world).await;
    let pod = world.kubelet.replicas("default")[0].clone();
    let pid = async || {
        let answer = world.get(&pod, "/patient").await.ok()?;
        String::from_utf8(answer.body.to_vec()).ok()?.parse::<u32>().ok()
    };
    let killed = pid().await.expect("it answers");
    signal_worker(killed, Signal::KILL);
    let next = until("the next worker", async || pid().await.filter(|now| *now != killed)).await;
    let looping = world.get(&pod, "/patient/loop").await.expect("an answer without its worker");
    assert_eq!(looping.status, 503);
    until("the worker after the loop", async || pid().await.filter(|now| *now != next)).await;
    world.plugin_serves("patient").await;
    neighbour.unharmed().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_config_map_that_is_missing_is_told_and_taken_as_soon_as_it_is_there() {
    let world = world().await;
    let neighbour = Neighbour::of(&world).await;
    world.apply_from_config_map("early").await;
    world.plugin_is("early", "SourceResolved", "False", "ConfigMapNotFound").await;
    let plugin = world.plugin_is("early", "Ready", "False", "ConfigMapNotFound").await;
    assert_eq!(reason(&plugin, "Reconciling").0, "True", "{plugin:#}");
    apply_files(&world, "early", &[]).await;
    world.plugin_serves("early").await;
    world.everywhere("default", "/early", "good").await;

    world.delete("ConfigMap", "early").await;
    let plugin = world.plugin_is("early", "SourceResolved", "False", "ConfigMapNotFound").await;
    assert_eq!(plugin["status"]["serving"]["version"], "1.0.0", "{plugin:#}");
    world.everywhere("default", "/early", "good").await;
    neighbour.unharmed().await;
}
