//! A runtime that an operator manages (contract §4; fault 12).

use davit_tests::client::client;
use davit_tests::cluster::World;
use reqwest::Method;
use serde_json::json;

use super::answer::told;
use super::credential::Credential;
use super::site::API;

const CODE: &str = "export default { routes: { fetch: () => new Response('here') } };\n";
const RUNTIME: &str =
    "{apiVersion: davit.dev/v1alpha1, kind: PluginRuntime, metadata: {name: default}, spec: {replicas: 1}}";

#[tokio::test(flavor = "multi_thread")]
async fn a_managed_runtime_lists_its_plugins_as_managed_and_changes_none() {
    let world = World::new().await;
    world.apply(RUNTIME).await;
    world.apply_config_map_plugin("app", "version: 1.2.0\n", CODE).await;
    let pods = world.replicas("default", 1).await;
    world.plugin_serves("app").await;
    let (root, origin) =
        (Credential::ApiKey(world.key("default").await), format!("http://{}", pods[0].public()));
    let call =
        |method: Method, path: &str| root.put(client().request(method, format!("{origin}{API}{path}")));
    let listed = told(call(Method::GET, "/plugins")).await.succeeds(200);
    let path = listed[0]["path"].as_str().expect("a path");
    assert!(path.starts_with("packages/"), "{listed:#}");
    let app = json!({"name": "app", "path": path, "removable": false, "source": "managed", "state": "ready", "version": "1.2.0"});
    assert_eq!(listed, json!([app]));
    for (method, path) in
        [(Method::POST, "/plugins/reload"), (Method::DELETE, "/plugins/app"), (Method::POST, "/keys")]
    {
        told(call(method.clone(), path)).await.refuses(403, "ORIGIN_MISMATCH");
        let said =
            told(call(method, path).header("origin", &origin)).await.refuses(409, "MANAGED_BY_OPERATOR");
        assert!(said.contains("kubectl "), "{path}: {said}");
    }
    assert_eq!(told(call(Method::GET, "/plugins")).await.json(), listed);
}
