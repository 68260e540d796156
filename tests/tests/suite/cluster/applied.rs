//! Plugins are applied and served, whatever comes first.

use davit_tests::cluster::World;
use davit_tests::cluster::registry::Pushed;
use davit_tests::cluster::world::{condition, reason};
use serde_json::{Value, json};

/// The conditions of a Plugin that serves, with their reasons.
const SERVING: [(&str, &str); 5] = [
    ("Ready", "Serving"),
    ("SourceResolved", "Resolved"),
    ("Verified", "Verified"),
    ("DependenciesReady", "DependenciesReady"),
    ("Programmed", "Programmed"),
];

/// What the package asks to be open; the resource grants the first only.
const ROUTES: &str = "version: 1.2.0\npublicRoutes: {GET: ['/open/**', '/api/other/**']}\n";
const GREETING: &str = r#"
export default {
  routes: { fetch: () => new Response("greeting") },
  provides: () => ({ greet: (name: string) => `hello ${name}` }),
};
"#;
/// Depends on the other one, and calls it.
const DEPENDS: &str = "version: 0.1.0\ndependencies: [greeting]\n";
const PAGE: &str = r#"
let ctx: any;
export default {
  routes: { fetch: () => new Response(ctx.getPlugin("greeting").greet("page")) },
  onInit(context: any) { ctx = context; },
};
"#;

struct Scene {
    world: World,
    pushed: Pushed,
}

impl Scene {
    async fn new() -> Self {
        let world = World::new().await;
        let pushed = world.push("greeting", "1.2.0", ROUTES, GREETING).await;
        Self { world, pushed }
    }

    async fn apply_from_oci(&self) {
        let oci = json!({"reference": self.pushed.reference, "insecure": true});
        let routes = json!({"GET": ["/open/**"]});
        self.world.apply_plugin("greeting", &json!({"source": {"oci": oci}, "publicRoutes": routes})).await;
    }

    async fn apply_from_config_map(&self) {
        self.world.apply_config_map_plugin("page", DEPENDS, PAGE).await;
    }

    /// Both plugins are served by both replicas, and every word of the status says so.
    async fn serves(&self) {
        let world = &self.world;
        world.replicas("default", 2).await;
        // One that is still joining lowers Ready only after a time.
        let on_both = async |name: &str| {
            world.plugin_serves(name).await;
            world.when("Plugin", name, "on both replicas", |plugin| plugin["status"]["loaded"] == "2/2").await
        };
        let (greeting, page) = (on_both("greeting").await, on_both("page").await);
        world.everywhere("default", "/greeting", "greeting").await;
        world.everywhere("default", "/page", "hello page").await;
        self.greeting_is_told(&greeting);
        page_is_told(&page);
        self.columns_tell().await;
        self.runtime_is_told().await;
        self.only_granted_routes_are_open().await;
    }

    fn greeting_is_told(&self, plugin: &Value) {
        is_serving(plugin);
        let status = &plugin["status"];
        let digest = self.pushed.package;
        let resolved = &status["resolved"];
        assert_eq!(resolved["version"], "1.2.0");
        assert_eq!(resolved["digest"], json!(digest));
        let by_digest = format!("acme/greeting@{}", self.pushed.manifest);
        assert_eq!(resolved["reference"], self.world.registry.reference(&by_digest));
        assert_eq!(status["serving"]["digest"], json!(digest));
        assert_eq!(status["shortDigest"], digest.short());
        assert_eq!(status["sourceType"], "OCI");
        assert_eq!(status["base"], "/greeting");
        assert_eq!(status["notGranted"], json!(["route GET /api/other/**"]));
    }

    async fn columns_tell(&self) {
        let table = self.world.table("plugins").await;
        let short = self.pushed.package.short();
        let cells = [
            ("READY", "True"),
            ("REASON", "Serving"),
            ("VERSION", "1.2.0"),
            ("LOADED", "2/2"),
            ("BASE", "/greeting"),
            ("DIGEST", &short),
            ("SOURCE", "OCI"),
        ];
        for (column, cell) in cells {
            assert_eq!(table.cell("greeting", column), cell, "{column} in {table:?}");
        }
        assert_eq!(table.cell("page", "SOURCE"), "ConfigMap");
    }

    /// The PluginRuntime tells the plan that both replicas say they serve.
    async fn runtime_is_told(&self) {
        let world = &self.world;
        let runtime = world.runtime_is("default", "Ready", "True").await;
        assert_eq!(reason(&runtime, "PlanCommitted").0, "True", "{runtime:#}");
        let status = &runtime["status"];
        assert_eq!(
            (&status["replicas"], &status["ready"], &status["plugins"]),
            (&json!(2), &json!(2), &json!(2))
        );
        let mut pods = std::collections::BTreeSet::new();
        for pod in world.kubelet.replicas("default") {
            let state = world.state(&pod).await;
            let committed = state.committed.expect("a committed plan");
            assert_eq!(json!(committed.plan), status["plan"]);
            assert!(Some(committed.fence.epoch) <= status["fence"]["epoch"].as_u64());
            assert_eq!(state.pod_uid, pod.uid());
            pods.insert(state.pod_uid);
        }
        assert_eq!(pods.len(), 2);
    }

    async fn only_granted_routes_are_open(&self) {
        for pod in self.world.kubelet.replicas("default") {
            let stranger = davit_tests::client::client();
            let status = async |path: &str| {
                let url = format!("http://{}/greeting{path}", pod.public());
                stranger.get(url).send().await.expect("the replica answers").status().as_u16()
            };
            assert_eq!(status("/open/x").await, 200);
            assert_eq!(status("/api/other/x").await, 401);
        }
    }
}

/// All conditions hold, of this generation, and nothing goes on.
fn is_serving(plugin: &Value) {
    let (status, generation) = (&plugin["status"], &plugin["metadata"]["generation"]);
    for (name, why) in SERVING {
        assert_eq!(reason(plugin, name), ("True", why), "{name} in {plugin:#}");
        let condition = condition(plugin, name).expect("it was just read");
        assert_eq!(&condition["observedGeneration"], generation, "{name}");
    }
    for name in ["Reconciling", "Stalled"] {
        assert!(condition(plugin, name).is_none(), "{name} in {plugin:#}");
    }
    assert_eq!(&status["observedGeneration"], generation);
    assert_eq!(status["loaded"], "2/2");
    let serving = &status["serving"];
    assert_eq!(&serving["generation"], generation);
    assert_eq!((&serving["loadedReplicas"], &serving["replicas"]), (&json!(2), &json!(2)));
    assert_eq!(status["group"], json!(["greeting", "page"]));
}

fn page_is_told(plugin: &Value) {
    is_serving(plugin);
    let status = &plugin["status"];
    assert_eq!(status["serving"]["version"], "0.1.0");
    assert_eq!(status["resolved"]["reference"], "configmap/page");
    assert_eq!(status["sourceType"], "ConfigMap");
    assert_eq!(status["notGranted"], Value::Null, "it asks for nothing");
}

#[tokio::test]
async fn plugins_from_a_registry_and_a_config_map_are_served_by_both_replicas() {
    let scene = Scene::new().await;
    scene.world.apply_runtime("default", 2).await;
    scene.apply_from_oci().await;
    scene.apply_from_config_map().await;
    scene.serves().await;
}

#[tokio::test]
async fn the_reverse_order_gives_the_same_and_each_step_says_what_is_missing() {
    let scene = Scene::new().await;
    scene.world.apply_from_config_map("page").await;
    let page = scene.world.plugin_is("page", "Ready", "False", "RuntimeNotFound").await;
    assert_eq!(reason(&page, "Reconciling").0, "True", "{page:#}");
    scene.apply_from_config_map().await;
    scene.world.apply_runtime("default", 2).await;
    let page = scene.world.plugin_is("page", "DependenciesReady", "False", "DependencyMissing").await;
    assert_eq!(reason(&page, "Ready"), ("False", "DependencyMissing"), "{page:#}");
    assert_eq!(reason(&page, "Reconciling").0, "True", "{page:#}");
    scene.apply_from_oci().await;
    scene.serves().await;
}
