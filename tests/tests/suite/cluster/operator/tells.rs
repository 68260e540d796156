//! What the operator answers on its own ports.

use davit_tests::cluster::{Operator, World};
use davit_tests::until;

async fn status(operator: &Operator, path: &str) -> u16 {
    let answer = davit_tests::client::client().get(operator.health(path)).send().await;
    answer.expect("the health port answers").status().as_u16()
}

#[tokio::test(flavor = "multi_thread")]
async fn it_tells_that_it_is_well_and_what_it_has_done() {
    let world = World::new().await;
    assert_eq!(status(&world.operator, "/livez").await, 200);
    assert_eq!(status(&world.operator, "/readyz").await, 200);
    assert_eq!(status(&world.operator, "/else").await, 404);
    world.apply_runtime("default", 1).await;
    world
        .apply_config_map_plugin("app", "", "export default { routes: { fetch: () => new Response() } };\n")
        .await;
    world.apply_from_config_map("missing").await;
    world.plugin_serves("app").await;
    world.plugin_is("missing", "Ready", "False", "ConfigMapNotFound").await;
    for line in [
        "davit_operator_leader 1",
        "davit_operator_passes_total{kind=\"rollout\",result=\"done\"} ",
        "davit_operator_passes_total{kind=\"artifact\",result=\"done\"} ",
        "davit_operator_pass_duration_seconds_count{kind=\"rollout\"} ",
        "davit_operator_commits_total ",
        "davit_operator_wakes_total{kind=\"artifact\"} ",
        "davit_operator_plugins{ready=\"True\",reason=\"Serving\"} 1",
        "davit_operator_plugins{ready=\"False\",reason=\"ConfigMapNotFound\"} 1",
    ] {
        until(&format!("{line:?} among the metrics"), async || {
            world.operator.metrics().await.lines().any(|it| it.starts_with(line)).then_some(())
        })
        .await;
    }
}
