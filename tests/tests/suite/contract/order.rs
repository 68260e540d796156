//! Who is loaded, in which order (contract §3).

use davit_tests::Plugins;
use serde_json::Value;

use super::scene::Scene;

fn plugin(plugins: &Plugins, name: &str, more: &str) {
    let code = format!(
        "export default {{ routes: {{ fetch: () => new Response('{name}') }}, onInit(ctx: any) {{ ctx.logger.info('{name} begins'); }} }};\n"
    );
    drop(plugins.plugin(name, more, &code));
}

fn names(listed: &Value) -> Vec<&str> {
    listed.as_array().unwrap().iter().map(|plugin| plugin["name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn load_order_drops_what_lacks_a_required_dependency_each_with_its_reason() {
    let scene = Scene::of(|plugins| {
        for (name, more) in [
            ("off", "enabled: false\n"),
            ("a-missing", "dependencies: [nobody]\n"),
            ("b-disabled", "dependencies: [off]\n"),
            ("c-dropped", "dependencies: [b-disabled]\n"),
            ("d-without", "optionalDependencies: [nobody, off, a-missing]\n"),
        ] {
            plugin(plugins, name, more);
        }
    })
    .await;
    scene.left_out("a-missing", "DependencyMissing", "nobody").await;
    scene.left_out("b-disabled", "DependencyDisabled", "off").await;
    scene.left_out("c-dropped", "DependencyNotReady", "b-disabled").await;
    assert_eq!(names(&scene.server.json("/_/api/plugins/loaded").await), ["d-without"]);
}

#[tokio::test]
async fn load_order_is_topological_over_required_and_available_optional_dependencies() {
    let scene = Scene::of(|plugins| {
        for (name, more) in [
            ("a", "dependencies: [c]\noptionalDependencies: [nobody]\n"),
            ("b", ""),
            ("c", "optionalDependencies: [e]\n"),
            ("d", "dependencies: [a]\n"),
            ("e", "dependencies: [b]\n"),
        ] {
            plugin(plugins, name, more);
        }
    })
    .await;
    let order = ["b", "e", "c", "a", "d"];
    assert_eq!(names(&scene.server.json("/_/api/plugins/loaded").await), order);
    scene.server.logs().line("d begins").await;
    let text = scene.server.logs().text();
    let begun = order.map(|name| text.find(&format!("{name} begins")).expect("it began"));
    assert!(begun.is_sorted(), "{text}");
}

#[tokio::test]
async fn load_order_drops_a_cycle_spelled_out_and_the_rest_loads() {
    let scene = Scene::of(|plugins| {
        for (name, more) in [
            ("a", "dependencies: [b]\n"),
            ("b", "dependencies: [c]\n"),
            ("c", "dependencies: [a]\n"),
            ("waits", "dependencies: [a]\n"),
            ("free", ""),
            ("likes", "optionalDependencies: [a]\n"),
        ] {
            plugin(plugins, name, more);
        }
    })
    .await;
    scene.left_out("a", "DependencyCycle", "a -> b -> c -> a").await;
    scene.left_out("b", "DependencyCycle", "b -> c -> a -> b").await;
    scene.left_out("c", "DependencyCycle", "c -> a -> b -> c").await;
    scene.left_out("waits", "DependencyNotReady", "a").await;
    let mut loaded = scene.server.json("/_/api/plugins/loaded").await;
    let loaded = loaded.as_array_mut().unwrap();
    loaded.sort_by_key(|plugin| plugin["name"].to_string());
    assert_eq!(names(&Value::from(loaded.clone())), ["free", "likes"]);
}
