//! What broke the reference (contract §5), done here. Most of it has its test
//! elsewhere: the table in `mod.rs` says where.

use std::time::Duration;

use davit_tests::server::KEY;
use davit_tests::wait::settled;
use davit_tests::{Plugins, raw, until};
use futures::StreamExt;

use super::scene::{Scene, serverless};

/// Workers are asked as `access::credentials` asks persistent plugins.
#[tokio::test]
async fn fault_4_the_root_key_is_nowhere_in_a_worker() {
    let code = r#"
const everything = async (request: Request) => Response.json([
  request.url, [...request.headers], await request.text(), Bun.env, process.env, import.meta.env,
  process.argv, process.execArgv, (await import("node:worker_threads")).workerData ?? null,
  Object.getOwnPropertyNames(globalThis).map((name) => String((globalThis as any)[name])),
  await Bun.file("/proc/self/environ").text(), await Bun.file("/proc/self/cmdline").text(),
]);
export default { fetch: everything };
"#;
    let more = "env: {WORD: given}\n";
    let write = |plugins: &Plugins| {
        drop(serverless(plugins, "one", more, code));
        drop(serverless(plugins, "grabs", "env: {RUNTIME_ROOT_KEY: mine}\n", code));
    };
    let scene = Scene::started(write, |start| start.env("SUITE_SECRET", KEY)).await;
    let bearer = format!("Bearer {KEY}");
    let cookie = format!("buntime_api_key={KEY}");
    for header in [("x-api-key", KEY), ("authorization", &*bearer), ("cookie", &*cookie)] {
        let told = raw::get(scene.server.address(), "/one/x", &[header]).await;
        assert_eq!(told.status, 200);
        assert!(told.text().contains("given") && !told.text().contains(KEY), "{}", told.text());
    }
    scene.left_out("grabs", "ManifestInvalid", "RUNTIME_ROOT_KEY").await;
}

/// The reference collected a Worker's response before it sent the first byte.
#[tokio::test]
async fn fault_8_a_workers_response_streams_and_its_cookies_stay_apart() {
    let code = r#"
let more: () => void;
let next = new Promise<void>((resolve) => { more = resolve; });
export default { routes: {
  "/events": () => new Response(new ReadableStream({ async start(controller) {
    controller.enqueue("data: 1\n\n");
    await next;
    controller.enqueue("data: 2\n\n");
    controller.close();
  } }), { headers: { "content-type": "text/event-stream" } }),
  "/more": () => { more(); return new Response(""); },
  "/cookies": () => new Response("", { headers: [["set-cookie", "a=1"], ["set-cookie", "b=2"]] }),
} };
"#;
    let scene = Scene::serverless("ttl: 1h\n", code).await;
    let cookies = raw::get(scene.server.address(), "/one/cookies", &[("x-api-key", KEY)]).await;
    assert_eq!(cookies.all("set-cookie"), ["a=1", "b=2"]);
    let mut events = scene.server.get("/one/events").send().await.unwrap().bytes_stream();
    assert_eq!(events.next().await.unwrap().unwrap(), "data: 1\n\n");
    scene.server.text("/one/more").await;
    assert_eq!(events.next().await.unwrap().unwrap(), "data: 2\n\n");
}

/// Workers that hang, throw outside of a request or leave are ended: nothing grows.
#[tokio::test]
async fn fault_10_workers_that_turn_unhealthy_are_ended() {
    let code = r#"
export default { routes: {
  "/": () => new Response(String(process.pid)),
  "/hang": () => { for (;;); },
  "/never": () => new Promise<Response>(() => {}),
  "/throw": () => { setTimeout(() => { throw new Error("later"); }); return new Promise<Response>(() => {}); },
  "/exit": () => process.exit(1),
} };
"#;
    let scene = Scene::serverless("timeout: 500ms\ndavit: {workers: 2}\n", code).await;
    let fail = async |rounds: usize| {
        for path in ["/hang", "/never", "/throw", "/exit"].iter().cycle().take(4 * rounds) {
            let response = scene.server.get(&format!("/one{path}")).send().await.unwrap();
            assert!(response.status().is_server_error(), "{path}: {}", response.status());
        }
        let answered = async || {
            let response = scene.server.get("/one").send().await.ok()?;
            if response.status() == 200 { response.text().await.ok() } else { None }
        };
        until("an answer", answered).await
    };
    let worker = fail(2).await;
    let threads = async || {
        let tasks = format!("/proc/{worker}/task");
        settled(Duration::from_secs(2), "the threads", async || std::fs::read_dir(&tasks).unwrap().count())
            .await
    };
    let before = threads().await;
    assert_eq!(fail(10).await, worker, "the process was not replaced");
    let after = threads().await;
    assert!(after <= before + 4, "{before} threads have become {after}");
}
