//! What the API server itself says about the two resources: which objects it
//! refuses and why, and what `kubectl get` shows.

use std::fs;
use std::path::PathBuf;

use davit_tests::cluster::{World, yaml};
use davit_tests::programs::repository;
use serde_json::{Value, json};

/// The first line of an object that is to be refused; behind it stands a part of
/// what the server says.
const REFUSED: &str = "# refused: ";

/// The sample objects of one folder of `crds/tests/objects`.
fn objects(folder: &str) -> Vec<(PathBuf, String)> {
    let folder = repository().join("crds/tests/objects").join(folder);
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let objects = entries.map(|entry| entry.unwrap().path());
    let objects: Vec<_> = objects.map(|path| (path.clone(), fs::read_to_string(path).unwrap())).collect();
    assert!(!objects.is_empty(), "no objects in {}", folder.display());
    objects
}

#[tokio::test]
async fn every_good_object_is_taken_and_none_is_ready_before_an_operator_has_seen_it() {
    let world = World::without_operator().await;
    for (path, text) in objects("good") {
        for document in yaml::documents(&text) {
            let applied = world.try_apply(&document).await;
            let applied = applied.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            assert_eq!(applied["status"], json!({"observedGeneration": -1}), "{}", path.display());
        }
    }
}

/// A file may begin with objects that are taken, e.g. one that the last then may
/// not change.
#[tokio::test]
async fn every_bad_object_is_refused_with_what_to_do() {
    let world = World::without_operator().await;
    for (path, text) in objects("bad") {
        let shown = path.display();
        let says = text.lines().next().and_then(|line| line.strip_prefix(REFUSED));
        let says = says.unwrap_or_else(|| panic!("{shown} must begin with {REFUSED:?}"));
        let mut documents = yaml::documents(&text);
        let last = documents.pop().expect("a document");
        for document in documents {
            let taken = world.try_apply(&document).await;
            taken.unwrap_or_else(|error| panic!("{shown}, before the last object: {error}"));
        }
        let Err(error) = world.try_apply(&last).await else { panic!("{shown} was taken") };
        assert!(error.to_string().contains(says), "{shown} is to be refused with {says:?}, not {error}");
    }
}

/// What a person does who empties a field in Git. Of `{}` over what was there
/// server-side apply makes `null`.
#[tokio::test]
async fn what_was_filled_can_be_emptied_again() {
    let world = World::without_operator().await;
    let plugin = |fields: Value| {
        let mut spec = json!({"source": {"configMap": {"name": "files"}}});
        spec.as_object_mut().expect("an object").extend(fields.as_object().expect("an object").clone());
        json!({"apiVersion": "davit.dev/v1alpha1", "kind": "Plugin", "metadata": {"name": "emptied"}, "spec": spec})
    };
    let runtime = |spec: Value| json!({"apiVersion": "davit.dev/v1alpha1", "kind": "PluginRuntime", "metadata": {"name": "emptied"}, "spec": spec});
    let steps = [
        (
            plugin(
                json!({"publicRoutes": {"GET": ["/a"]}, "config": {"a": {"b": 1}}, "dependencies": [{"name": "x"}]}),
            ),
            plugin(json!({"publicRoutes": {}, "config": {}, "dependencies": []})),
        ),
        (
            plugin(
                json!({"env": [{"name": "A", "value": "1"}], "permissions": {"env": ["B"], "authenticate": true}}),
            ),
            plugin(json!({"env": [], "permissions": {}})),
        ),
        (
            plugin(json!({"permissions": {"env": ["B"], "authenticate": true}})),
            plugin(json!({"permissions": {"env": []}})),
        ),
        (
            plugin(json!({"publicRoutes": {"GET": ["/a"]}, "config": {"a": {"b": 1}}})),
            plugin(json!({"publicRoutes": {"GET": []}, "config": {"a": {}}})),
        ),
        (
            runtime(
                json!({"service": {"annotations": {"a": "b"}}, "resources": {"limits": {"cpu": "1"}, "requests": {"cpu": "1"}}}),
            ),
            runtime(json!({"service": {"annotations": {}}, "resources": {"limits": {}, "requests": {}}})),
        ),
        (
            runtime(
                json!({"service": {"annotations": {"a": "b"}}, "resources": {"limits": {"cpu": "1"}}, "rollout": {"settle": "1s"}}),
            ),
            runtime(json!({"service": {}, "resources": {}, "rollout": {}, "podTemplate": {}})),
        ),
    ];
    for (full, empty) in steps {
        world.apply_value(&full).await;
        let emptied = world.try_apply(&empty).await;
        let emptied = emptied.unwrap_or_else(|error| panic!("{empty}: {error}"));
        assert!(!emptied["spec"].to_string().contains("null"), "{emptied}");
    }
}

#[tokio::test]
async fn kubectl_get_shows_the_columns_of_the_interfaces() {
    let world = World::without_operator().await;
    let columns = |names: &str, wide: &str| {
        let narrow = names.split(' ').map(|name| (name.to_owned(), false));
        narrow.chain(wide.split(' ').map(|name| (name.to_owned(), true))).collect::<Vec<_>>()
    };
    let plugins = columns("NAME READY REASON VERSION LOADED BASE AGE", "DIGEST SOURCE MESSAGE");
    assert_eq!(world.table("plugins").await.columns, plugins);
    let runtimes = columns("NAME READY REASON REPLICAS SERVING PLUGINS AGE", "PLAN MESSAGE");
    assert_eq!(world.table("pluginruntimes").await.columns, runtimes);
}

#[tokio::test]
async fn plugins_can_be_selected_by_their_runtime() {
    let world = World::without_operator().await;
    world.apply_from_config_map("one").await;
    let mut other = json!({"source": {"configMap": {"name": "other"}}});
    other["runtimeRef"] = json!({"name": "other"});
    world.apply_plugin("two", &other).await;
    let selected = kube::api::ListParams::default().fields("spec.runtimeRef.name=other");
    let found = world.api("Plugin").list(&selected).await.unwrap();
    assert_eq!(
        found.items.iter().map(|it| it.metadata.name.as_deref().unwrap()).collect::<Vec<_>>(),
        ["two"]
    );
}
