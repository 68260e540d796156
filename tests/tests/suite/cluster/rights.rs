//! The roles of config/rbac are enough for the operator, and no more than that.

use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use davit_tests::cluster::{ControlPlane, World, yaml};
use davit_tests::until;
use k8s_openapi::api::authentication::v1::TokenRequest;
use k8s_openapi::api::authorization::v1::SelfSubjectAccessReview;
use k8s_openapi::api::core::v1::ServiceAccount;
use kube::api::{ApiResource, DynamicObject, GroupVersionKind, Patch, PatchParams, PostParams};
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Api, Client, Config};
use serde_json::{Value, json};

/// The namespace of the committed files.
const NAMESPACE: &str = "davit-system";
const CODE: &str = "export default { routes: { fetch: () => new Response(\"here\") } };\n";

/// Objects, by group, resource and subresource.
type Kind = (&'static str, &'static str, &'static str);

/// The operator's service account, as the committed files make it.
struct Account {
    /// What the operator is started with.
    kubeconfig: PathBuf,
    client: Client,
}

impl Account {
    /// Applies the files to a world, as if it was the operator's own namespace.
    async fn make(world: &World) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../config/rbac");
        let read = |name: &str| fs::read_to_string(folder.join(name)).expect("the file is committed");
        let list = yaml::documents(&read("kustomization.yaml"));
        for file in list[0]["resources"].as_array().expect("a list of files") {
            let text = read(file.as_str().expect("a name")).replace(NAMESPACE, &world.namespace);
            for object in yaml::documents(&text) {
                apply(world, &object).await;
            }
        }
        let account = Self::of(world).await;
        account.is_bound(world).await;
        account
    }

    async fn of(world: &World) -> Self {
        let kubeconfig = kubeconfig(world, "davit-operator").await;
        let file = Kubeconfig::read_from(&kubeconfig).expect("a kubeconfig");
        let config = Config::from_custom_kubeconfig(file, &KubeConfigOptions::default()).await;
        let client = Client::try_from(config.expect("a kubeconfig")).expect("a client");
        Self { kubeconfig, client }
    }

    /// Waits until the API server has heard of both bindings.
    async fn is_bound(&self, world: &World) {
        let lease = ("coordination.k8s.io", "leases", "");
        for (verb, of) in [("watch", ("davit.dev", "plugins", "")), ("update", lease)] {
            until(&format!("the right to {verb} {}", of.1), async || {
                self.may(world, verb, of).await.then_some(())
            })
            .await;
        }
    }

    /// Whether it may do this to such objects.
    async fn may(&self, world: &World, verb: &str, (group, resource, sub): Kind) -> bool {
        let attributes = json!({"namespace": world.namespace, "verb": verb, "group": group,
            "resource": resource, "subresource": sub});
        let review = json!({"metadata": {}, "spec": {"resourceAttributes": attributes}});
        let review: SelfSubjectAccessReview = serde_json::from_value(review).expect("a review");
        let reviews: Api<SelfSubjectAccessReview> = Api::all(self.client.clone());
        let review = reviews.create(&PostParams::default(), &review).await.expect("anybody may ask");
        review.status.is_some_and(|status| status.allowed)
    }
}

/// Writes a kubeconfig with a token of a service account of the world's.
pub(super) async fn kubeconfig(world: &World, account: &str) -> PathBuf {
    let accounts: Api<ServiceAccount> = Api::namespaced(world.client.clone(), &world.namespace);
    let request = TokenRequest::default();
    let granted = accounts.create_token_request(account, &PostParams::default(), &request).await;
    let token = granted.expect("a token").status.expect("it is granted").token;
    let admin = fs::read_to_string(ControlPlane::shared().kubeconfig()).expect("the suite wrote it");
    let mut config: Value = serde_json::from_str(&admin).expect("the suite writes JSON");
    config["users"][0]["user"] = json!({"token": token});
    let path = world.operator.cache().join("kubeconfig");
    fs::write(&path, config.to_string()).expect("the folder is writable");
    path
}

/// Applies an object of the namespace or of the whole cluster.
async fn apply(world: &World, object: &Value) {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let (mut object, mut name) = (object.clone(), text(&object["metadata"]["name"]));
    if !object["metadata"]["namespace"].is_null() {
        return world.apply_value(&object).await;
    }
    if object["kind"] == "ClusterRoleBinding" {
        // Each world has one.
        name = format!("{name}-{}", world.namespace);
        object["metadata"]["name"] = json!(name);
    }
    let (version, kind) = (text(&object["apiVersion"]), text(&object["kind"]));
    let (group, version) = version.split_once('/').expect("a group");
    let resource = ApiResource::from_gvk(&GroupVersionKind::gvk(group, version, &kind));
    let api: Api<DynamicObject> = Api::all_with(world.client.clone(), &resource);
    let parameters = PatchParams::apply("suite").force();
    let applied = api.patch(&name, &parameters, &Patch::Apply(&object)).await;
    applied.unwrap_or_else(|error| panic!("cannot apply: {error}\n{object:#}"));
}

/// Does what the operator has to act on: both kinds of sources and of storage, a
/// certificate to renew, a change of a runtime, and one of a Plugin that is refused.
async fn live(world: &World) {
    world.apply_runtime("default", 1).await;
    let size = json!({"resources": {"requests": {"storage": "1Gi"}}});
    let spec = json!({"replicas": 1, "storage": {"persistentVolumeClaim": size}});
    let kept = json!({"apiVersion": "davit.dev/v1alpha1", "kind": "PluginRuntime",
        "metadata": {"name": "kept"}, "spec": spec});
    world.apply_value(&kept).await;
    let pushed = world.push("app", "1", "version: 1.0.0\n", CODE).await;
    world.apply_oci("app", &pushed.reference).await;
    world.apply_config_map_plugin("note", "", CODE).await;
    for plugin in ["app", "note"] {
        world.plugin_serves(plugin).await;
    }
    for runtime in ["default", "kept"] {
        world.runtime_is(runtime, "Ready", "True").await;
    }
    // A certificate that is to be made anew; a change of the runtime makes it look.
    let broken = json!({"data": {"client.crt": STANDARD.encode("broken")}});
    world.patch("Secret", "default-control-ca", broken).await;
    world.patch("PluginRuntime", "default", json!({"spec": {"replicas": 2}})).await;
    world.replicas("default", 2).await;
    until("the operator's certificate", async || {
        world.secret("default-control-ca", "client.crt").await.starts_with(b"-----BEGIN").then_some(())
    })
    .await;
    let oci = json!({"reference": pushed.reference, "insecure": true, "pullSecrets": [{"name": "absent"}]});
    world.patch("Plugin", "app", json!({"spec": {"source": {"oci": oci}}})).await;
    world.plugin_is("app", "SourceResolved", "False", "SecretNotFound").await;
    let told = |event: &Value| event["regarding"]["name"] == "app";
    until("an event about app", async || world.objects("Event").await.iter().any(told).then_some(())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_committed_roles_are_enough_for_all_that_the_operator_does() {
    let mut world = World::without_operator().await;
    let account = Account::make(&world).await;
    world.operator.env("KUBECONFIG", account.kubeconfig.to_str().expect("UTF-8"));
    world.operator.env("DAVIT_LOG_LEVEL", "debug");
    world.operator.start_again().await;
    live(&world).await;
    let lease = world.object("Lease", "davit-operator").await.expect("it leads by its Lease");
    assert!(lease["spec"]["holderIdentity"].is_string(), "{lease:#}");
    assert_eq!(world.operator.stop().await, Some(0));
    let lines = world.operator.logs().lines();
    let refused: Vec<_> = lines.iter().filter(|line| line.to_lowercase().contains("forbidden")).collect();
    assert!(refused.is_empty(), "{refused:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_committed_roles_neither_list_secrets_nor_change_what_people_declare() {
    let world = World::without_operator().await;
    let account = Account::make(&world).await;
    let denied: [(&[&str], Kind); 7] = [
        (&["list", "watch", "delete", "update"], ("", "secrets", "")),
        (&["create", "update", "patch", "delete"], ("davit.dev", "plugins", "")),
        (&["create", "update", "patch", "delete"], ("davit.dev", "pluginruntimes", "")),
        (&["create", "update", "patch", "delete"], ("", "configmaps", "")),
        (&["create", "update", "patch", "delete"], ("", "pods", "")),
        (&["create"], ("", "pods", "exec")),
        (&["delete", "deletecollection"], ("apps", "deployments", "")),
    ];
    for (verbs, of) in denied {
        for verb in verbs {
            assert!(!account.may(&world, verb, of).await, "it may {verb} {of:?}");
        }
    }
    assert!(account.may(&world, "get", ("", "secrets", "")).await);
}
