//! The contract's limits of 30 seconds: some of these tests take as long (contract §3).

use std::time::{Duration, Instant};

use davit_tests::wait::within;

use super::scene::Scene;

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
    let reload = scene.server.post("/_/api/plugins/reload").send().await.unwrap();
    assert_eq!(reload.status(), 200);
    let told = started.elapsed();
    scene.left_out("hangs", "InitTimeout", "30000 ms").await;
    assert!((Duration::from_secs(30)..Duration::from_secs(50)).contains(&told), "{told:?}");
}

/// Two plugins that hang share 30 s: the one that is asked second is not called.
#[tokio::test]
async fn module_on_shutdown_has_30_seconds_in_all() {
    let hangs = |name: &str| {
        format!(
            "export default {{ provides: () => 1, onShutdown() {{ console.log('{name} is asked to end'); return new Promise(() => {{}}); }} }};\n"
        )
    };
    let mut scene = Scene::of(|plugins| {
        drop(plugins.plugin("below", "", &hangs("below")));
        drop(plugins.plugin("above", "dependencies: [below]\n", &hangs("above")));
    })
    .await;
    scene.server.terminate();
    scene.server.logs().line("above is asked to end").await;
    let asked = Instant::now();
    let gone = async || (scene.server.request(http::Method::GET, "/").send().await.is_err()).then_some(());
    within(Duration::from_secs(50), "the port's end", gone).await;
    assert_eq!(scene.server.exit_code().await, Some(0));
    let took = asked.elapsed();
    assert!((Duration::from_secs(29)..Duration::from_secs(45)).contains(&took), "{took:?}");
    let text = scene.server.logs().text();
    assert!(!text.contains("below is asked to end") && text.contains("30000 ms"), "{text}");
}

#[tokio::test]
async fn serverless_timeout_is_30_seconds_unless_said() {
    let scene = Scene::serverless("", "export const fetch = () => new Promise<Response>(() => {});\n").await;
    let asked = Instant::now();
    let request = scene.server.get("/one").timeout(Duration::from_secs(60));
    assert_eq!(request.send().await.unwrap().status(), 504);
    let took = asked.elapsed();
    assert!((Duration::from_secs(30)..Duration::from_secs(40)).contains(&took), "{took:?}");
}
