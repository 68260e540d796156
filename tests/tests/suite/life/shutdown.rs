//! The end: drain, onShutdown in reverse order, exit code 0.

use davit_tests::process::is_alive;
use davit_tests::raw;
use davit_tests::server::{KEY, Start};
use davit_tests::{Plugins, Server, until};
use futures::StreamExt;
use tokio::io::AsyncReadExt;

/// Answers with its name; `/hold` streams until a file appears; says when it is
/// shut down.
fn code(name: &str, end: &str) -> String {
    format!(
        r#"let logger: any;
async function* held() {{
  yield "begun ";
  while (!(await Bun.file("{end}").exists())) await Bun.sleep(5);
  yield "ended";
}}
const fetch = (request: Request) => new Response(new URL(request.url).pathname === "/hold" ? held() : String(process.pid));
export default {{
  routes: {{ fetch }},
  onInit(ctx: any) {{ logger = ctx.logger; }},
  async onShutdown() {{
    await Bun.sleep(20);
    logger.info("{name} is shut down");
  }},
}};
"#
    )
}

struct Scene {
    server: Server,
    end: std::path::PathBuf,
    _plugins: Plugins,
    _ends: tempfile::TempDir,
}

/// Three plugins of one group: the roof needs the walls, and those the floor.
async fn start(start: impl FnOnce(&Plugins) -> Start) -> Scene {
    let (plugins, ends) = (Plugins::new(), tempfile::tempdir().unwrap());
    let end = ends.path().join("end");
    for (name, needs) in
        [("roof", "dependencies: [walls]\n"), ("walls", "dependencies: [floor]\n"), ("floor", "")]
    {
        drop(plugins.plugin(name, needs, &code(name, end.to_str().unwrap())));
    }
    let server = start(&plugins).start().await;
    server.plugin_when("roof", |plugin| plugin["state"] == "ready").await;
    Scene { server, end, _plugins: plugins, _ends: ends }
}

/// The names of those that said they were shut down, in their order.
fn shut_down(server: &Server) -> Vec<&'static str> {
    let text = server.logs().text();
    let mut found: Vec<(usize, &str)> = ["roof", "walls", "floor"]
        .into_iter()
        .filter_map(|name| Some((text.find(&format!("{name} is shut down"))?, name)))
        .collect();
    found.sort_unstable();
    found.into_iter().map(|(_, name)| name).collect()
}

#[tokio::test]
async fn a_runtime_that_is_told_to_end_leaves_no_request_without_its_answer() {
    let mut scene = start(|plugins| Start::runtime([plugins.path()])).await;
    let server = &mut scene.server;
    let worker: u32 = server.text("/roof").await.parse().unwrap();
    let mut held = server.get("/roof/hold").send().await.unwrap().bytes_stream();
    assert_eq!(held.next().await.unwrap().unwrap(), "begun ");

    server.terminate();
    let unready = async || {
        let ready = server.get("/_/api/health/ready").send().await.ok()?;
        (ready.status() == 503 && ready.headers()["connection"] == "close").then_some(())
    };
    until("the runtime to be unready", unready).await;
    let late = server.get("/roof").send().await.unwrap();
    assert_eq!(
        (late.status().as_u16(), &late.headers()["connection"]),
        (200, &"close".parse().unwrap()),
        "still served"
    );
    assert_eq!(shut_down(server), [""; 0], "not while a request is open");

    std::fs::write(&scene.end, "").unwrap();
    assert_eq!(held.next().await.unwrap().unwrap(), "ended");
    assert!(held.next().await.is_none(), "the open response is whole");
    assert_eq!(server.exit_code().await, Some(0));
    assert_eq!(shut_down(server), ["roof", "walls", "floor"]);
    assert!(!is_alive(worker));
}

#[tokio::test]
async fn davit_dev_ends_with_its_plugins_shut_down() {
    let mut scene = start(|plugins| Start::dev(plugins.path())).await;
    let worker: u32 = scene.server.text("/roof").await.parse().unwrap();
    scene.server.terminate();
    assert_eq!(scene.server.exit_code().await, Some(0));
    assert_eq!(shut_down(&scene.server), ["roof", "walls", "floor"]);
    assert!(!is_alive(worker));
}

#[tokio::test]
async fn a_request_that_outlives_the_drain_time_does_not_keep_the_process() {
    let mut scene =
        start(|plugins| Start::runtime([plugins.path()]).env("DAVIT_DRAIN_TIMEOUT", "200ms")).await;
    let mut stuck = raw::open(scene.server.address(), "GET /roof/hold", &[("x-api-key", KEY)]).await;
    raw::read_head(&mut stuck).await;
    scene.server.terminate();
    assert_eq!(scene.server.exit_code().await, Some(0));
    assert_eq!(shut_down(&scene.server), ["roof", "walls", "floor"]);
    scene.server.logs().line("still open when the drain time was over").await;
    let mut rest = Vec::new();
    let _reset = stuck.read_to_end(&mut rest).await;
    assert!(!rest.ends_with(b"0\r\n\r\n"), "a body that was cut off does not look whole");
}

#[tokio::test]
async fn a_second_signal_ends_the_process_at_once() {
    let mut scene = start(|plugins| Start::runtime([plugins.path()])).await;
    let mut stuck = raw::open(scene.server.address(), "GET /roof/hold", &[("x-api-key", KEY)]).await;
    raw::read_head(&mut stuck).await;
    scene.server.terminate();
    scene
        .server
        .logs()
        .line("SIGTERM: no longer ready; connections are taken for 5 s more, then open requests may finish")
        .await;
    scene.server.terminate();
    assert_eq!(scene.server.exit_code().await, Some(1));
    let lines = scene.server.logs().lines();
    assert_eq!(lines.iter().filter(|line| line.contains("leaving at once")).count(), 1, "{lines:#?}");
}

#[tokio::test]
async fn plugins_that_are_replaced_or_removed_are_shut_down() {
    let scene = start(|plugins| Start::runtime([plugins.path()])).await;
    let worker: u32 = scene.server.text("/roof").await.parse().unwrap();
    scene.server.reload().await;
    let all = async || (shut_down(&scene.server).len() == 3).then_some(());
    until("the old group's onShutdown", all).await;
    assert_eq!(shut_down(&scene.server), ["roof", "walls", "floor"]);
    until("the old worker's end", async || (!is_alive(worker)).then_some(())).await;
    assert_ne!(scene.server.text("/roof").await, worker.to_string());
}

#[tokio::test]
async fn a_version_that_was_just_replaced_is_shut_down_before_the_process_ends() {
    let plugins = Plugins::new();
    let slow = |name: &str| {
        format!(
            "export default {{ routes: {{ fetch: () => new Response('{name}') }}, async onShutdown() {{ await Bun.sleep(300); console.log('{name} is over'); }} }};\n"
        )
    };
    let folder = plugins.plugin("slow", "", &slow("v1"));
    let mut server = Start::dev(plugins.path()).start().await;
    until("v1", async || (server.text("/slow").await == "v1").then_some(())).await;
    folder.write("plugin.ts", &slow("v2"));
    until("v2", async || (server.text("/slow").await == "v2").then_some(())).await;
    server.terminate();
    assert_eq!(server.exit_code().await, Some(0));
    let text = server.logs().text();
    assert!(text.contains("v1 is over") && text.contains("v2 is over"), "{text}");
    assert!(!text.contains("LoadFailed"), "nothing fails because of the end: {text}");
}
