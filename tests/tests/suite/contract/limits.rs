//! The contract's limits of 30 seconds: some of these tests take as long (contract §3).

use std::time::{Duration, Instant};

use davit_tests::wait::within;

use super::scene::Scene;

/// By when a limit of 30 s has shown, on a busy machine too.
const TWICE: Duration = Duration::from_mins(1);

#[tokio::test]
async fn module_on_init_has_the_time_that_init_timeout_says() {
    let slow = "export default { onInit: () => Bun.sleep(1500) };\n";
    let hangs = "export default { onInit: () => new Promise(() => {}) };\n";
    let scene = Scene::started(
        |plugins| {
            drop(plugins.plugin("hangs", "", hangs));
            drop(plugins.plugin(
                "fine",
                "",
                "export default { routes: { fetch: () => new Response('fine') } };\n",
            ));
        },
        |start| start.arg("--init-timeout").arg("1s"),
    )
    .await;
    scene.left_out("hangs", "InitTimeout", "onInit did not end within 1000 ms").await;
    assert_eq!(scene.server.text("/fine").await, "fine");
    let scene = Scene::started(
        |plugins| drop(plugins.plugin("slow", "", slow)),
        |start| start.arg("--init-timeout").arg("20s"),
    )
    .await;
    assert_eq!(scene.fate("slow").await.0, "ready");
}

/// The limit that nobody has set: it takes 30 s to see.
#[tokio::test]
async fn module_on_init_has_30_seconds_unless_said_otherwise() {
    let scene = Scene::of(|_| {}).await;
    drop(scene.plugins.plugin("hangs", "", "export default { onInit: () => new Promise(() => {}) };\n"));
    let started = Instant::now();
    scene.server.reload().await;
    let over = async || (scene.fate("hangs").await.0 != "starting").then_some(());
    within(TWICE, "the end of its time", over).await;
    assert!(started.elapsed() >= Duration::from_secs(30), "{:?}", started.elapsed());
    scene.left_out("hangs", "InitTimeout", "30000 ms").await;
}

#[tokio::test]
async fn serverless_timeout_is_30_seconds_unless_said() {
    let scene = Scene::serverless("", "export const fetch = () => new Promise<Response>(() => {});\n").await;
    let asked = Instant::now();
    assert_eq!(scene.server.get("/one").timeout(TWICE).send().await.unwrap().status(), 504);
    assert!(asked.elapsed() >= Duration::from_secs(30), "{:?}", asked.elapsed());
}
