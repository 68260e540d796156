//! Workers that hang or end.

use davit_tests::process::{is_alive, signal_worker};
use davit_tests::server::Start;
use davit_tests::{Plugins, Server, until};
use rustix::process::Signal;
use serde_json::Value;

/// `/loop` never returns, `/wait` never answers, anything else tells the process.
const CODE: &str = r#"
export default {
  routes: {
    fetch(request: Request) {
      const { pathname } = new URL(request.url);
      if (pathname === "/loop") for (;;);
      if (pathname === "/wait") return new Promise(() => {});
      return new Response(String(process.pid));
    },
  },
};
"#;

async fn start() -> (Server, Plugins) {
    let plugins = Plugins::new();
    plugins.add_healthy();
    drop(plugins.plugin("patient", "", CODE));
    let server = Start::runtime([plugins.path()]).env("DAVIT_HEARTBEAT_TIMEOUT", "1s").start().await;
    (server, plugins)
}

/// Waits until another process answers, and returns what is listed then.
async fn replaced(server: &Server, old: u32) -> Value {
    until("the next worker", async || {
        let response = server.get("/patient").send().await.ok()?;
        let pid = response.text().await.ok()?.parse::<u32>().ok()?;
        (pid != old).then_some(())
    })
    .await;
    server.plugin_when("patient", |plugin| plugin["state"] == "ready").await
}

async fn pid(server: &Server) -> u32 {
    server.text("/patient").await.parse().unwrap()
}

/// The response to a request that its worker did not survive.
async fn crashed(server: &Server, path: &str) -> Value {
    let response = server.get(path).send().await.unwrap();
    assert_eq!(response.status(), 503);
    assert!(response.headers().contains_key("retry-after"));
    response.json().await.unwrap()
}

#[tokio::test]
async fn an_endless_loop_is_killed_and_its_worker_replaced() {
    let (server, _plugins) = start().await;
    let (healthy, old) = (server.watch().await, pid(&server).await);
    assert_eq!(crashed(&server, "/patient/loop").await["code"], "WORKER_CRASHED");
    let listed = replaced(&server, old).await;
    assert_eq!(listed["restarts"], 1);
    let message = listed["lastRestart"].as_str().unwrap();
    assert!(
        message.contains("no sign of life for 1s") && message.contains("a plugin blocks it"),
        "{message}"
    );
    let record = server.logs().record("of the restart", |record| record["plugins"] == "patient").await;
    let told = record["message"].as_str().unwrap();
    assert!(told.contains(message) && told.ends_with("; the next one starts at once"), "{record}");
    assert!(!is_alive(old), "the blocked process is gone");
    healthy.unharmed().await;
}

#[tokio::test]
async fn a_worker_that_was_killed_is_replaced() {
    let (server, _plugins) = start().await;
    let (healthy, old) = (server.watch().await, pid(&server).await);
    let group = server.group_of(old).await;
    let open = crashed(&server, "/patient/wait");
    let kill = async {
        server.in_flight(&group, 1).await;
        signal_worker(old, Signal::KILL);
    };
    let (open, ()) = tokio::join!(open, kill);
    assert_eq!(open["code"], "WORKER_CRASHED");
    let listed = replaced(&server, old).await;
    assert_eq!(listed["restarts"], 1);
    assert!(listed["lastRestart"].as_str().unwrap().contains("signal: 9"), "{listed}");
    server.logs().line("the worker ended by itself (signal: 9").await;
    assert_eq!(server.metric_of("davit_group_restarts", &group).await, 1);
    healthy.unharmed().await;
}

#[tokio::test]
async fn a_worker_that_ends_again_and_again_is_told_as_crash_looping() {
    let (server, _plugins) = start().await;
    let healthy = server.watch().await;
    for restarts in 1..=5 {
        let now = until("a worker", async || {
            let response = server.get("/patient").send().await.ok()?;
            response.text().await.ok()?.parse::<u32>().ok()
        })
        .await;
        signal_worker(now, Signal::KILL);
        server.plugin_when("patient", |plugin| plugin["restarts"] == restarts).await;
    }
    let listed = server.plugin_when("patient", |plugin| plugin["reason"] == "WorkerCrashLooping").await;
    assert_eq!(listed["state"], "restarting", "{listed:#}");
    server.plugin_when("patient", |plugin| plugin["state"] == "ready").await;
    healthy.unharmed().await;
}

#[tokio::test]
async fn workers_end_with_their_runtime_even_if_both_are_cut_off() {
    let (mut server, _plugins) = start().await;
    let workers = [pid(&server).await, server.text("/healthy").await.parse().unwrap()];
    let _blocked = tokio::spawn(server.get("/patient/loop").send());
    server.in_flight(&server.group_of(workers[0]).await, 1).await;
    server.kill().await;
    let gone = async || workers.iter().all(|&worker| !is_alive(worker)).then_some(());
    until("the workers' end", gone).await;
}
