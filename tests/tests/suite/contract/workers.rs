//! The manifest's fields for a serverless plugin's Workers (contract §3).

use std::time::{Duration, Instant};

use davit_tests::server::KEY;
use davit_tests::{raw, until};
use serde_json::json;

use super::scene::{Scene, serverless};
use crate::environment::names;

/// Tells who answers: each Worker has a name of its own.
pub(super) const WHO: &str =
    "const me = crypto.randomUUID();\nexport const fetch = () => new Response(me);\n";

#[tokio::test]
async fn serverless_ttl_zero_is_a_fresh_instance_for_each_request() {
    let scene = Scene::of(|plugins| {
        for (name, more) in [("silent", ""), ("zero", "ttl: 0\n"), ("zero-text", "ttl: 0s\n")] {
            drop(serverless(plugins, name, more, WHO));
        }
    })
    .await;
    for name in ["silent", "zero", "zero-text"] {
        let path = format!("/{name}");
        assert_ne!(scene.server.text(&path).await, scene.server.text(&path).await, "{name}");
    }
}

#[tokio::test]
async fn serverless_ttl_keeps_an_instance_for_so_long() {
    let scene = Scene::serverless("ttl: 1\nidleTimeout: 1h\n", WHO).await;
    let (first, asked) = (scene.server.text("/one").await, Instant::now());
    let other = async || (scene.server.text("/one").await != first).then_some(());
    until("its successor", other).await;
    assert!(asked.elapsed() < Duration::from_secs(20));
    let scene = Scene::serverless("ttl: 1h\n", WHO).await;
    let first = scene.server.text("/one").await;
    for _ in 0..20 {
        assert_eq!(scene.server.text("/one").await, first);
    }
}

#[tokio::test]
async fn serverless_max_requests_are_answered_by_one_instance() {
    let scene = Scene::serverless("ttl: 1h\nmaxRequests: 3\n", WHO).await;
    let mut told = Vec::new();
    for _ in 0..6 {
        told.push(scene.server.text("/one").await);
    }
    assert_eq!((&told[0], &told[3]), (&told[2], &told[5]), "{told:?}");
    assert_ne!(told[2], told[3]);
}

#[tokio::test]
async fn serverless_max_body_size_is_enforced_and_has_a_cap() {
    let code = "export const fetch = async (r: Request) => new Response(String((await r.bytes()).length));\n";
    let scene = Scene::of(|plugins| {
        for (name, more) in
            [("small", "maxBodySize: 1Ki\n"), ("silent", ""), ("huge", "maxBodySize: 101Mi\n")]
        {
            drop(serverless(plugins, name, more, code));
        }
    })
    .await;
    for (name, limit) in [("small", 1 << 10), ("silent", 10 << 20)] {
        let path = format!("/{name}");
        let sent = scene.server.post(&path).body(vec![b'x'; limit]).send().await.unwrap();
        assert_eq!(sent.text().await.unwrap(), limit.to_string());
        let headers = [("x-api-key", KEY), ("content-length", &*(limit + 1).to_string())];
        let refused = raw::ask(scene.server.address(), &format!("POST {path}"), &headers).await;
        assert_eq!(refused.status, 413, "{name}");
    }
    scene.left_out("huge", "ManifestInvalid", "100").await;
}

#[tokio::test]
async fn serverless_public_routes_are_open_and_the_rest_is_closed() {
    let scene = Scene::serverless("publicRoutes: {GET: ['/open/*']}\n", WHO).await;
    for (method, path, status) in
        [("GET", "/one/open/x", 200), ("POST", "/one/open/x", 401), ("GET", "/one/closed", 401)]
    {
        assert_eq!(scene.stranger(method, path).await, status, "{method} {path}");
    }
}

#[tokio::test]
async fn serverless_env_is_the_workers_environment() {
    let code = "export const fetch = () => Response.json([Bun.env, process.env]);\n";
    let scene = Scene::serverless("env: {WORD: given, PORT: '1'}\n", code).await;
    let told = scene.server.json("/one").await;
    assert_eq!(told[0], told[1]);
    assert_eq!(names(&told[0]), ["DAVIT_DATA_DIR", "PORT", "WORD"]);
    assert_eq!((&told[0]["WORD"], &told[0]["PORT"]), (&json!("given"), &json!("1")));
}

#[tokio::test]
async fn serverless_durations_are_seconds_or_texts_with_a_unit() {
    let scene = Scene::of(|plugins| {
        for (name, line) in [
            ("number", "ttl: 300"),
            ("seconds", "ttl: 30s"),
            ("minutes", "ttl: 5m"),
            ("hours", "ttl: 1h"),
            ("wrong-unit", "ttl: 5d"),
            ("negative", "ttl: -1"),
            ("word", "timeout: soon"),
        ] {
            drop(serverless(plugins, name, &format!("{line}\n"), WHO));
        }
    })
    .await;
    for name in ["number", "seconds", "minutes", "hours"] {
        let path = format!("/{name}");
        assert_eq!(scene.server.text(&path).await, scene.server.text(&path).await, "{name}");
    }
    for (name, key) in [("wrong-unit", "ttl"), ("negative", "ttl"), ("word", "timeout")] {
        scene.left_out(name, "ManifestInvalid", key).await;
    }
}

#[tokio::test]
async fn serverless_idle_timeout_ends_a_worker_that_has_no_request_for_so_long() {
    let code = r"
const me = crypto.randomUUID();
export const routes = { '/': () => new Response(me), '/long': async () => { await Bun.sleep(1500); return new Response(me); } };
export const onTerminate = () => console.log('ends ' + me);
";
    let scene = Scene::serverless("ttl: 1h\nidleTimeout: 500ms\n", code).await;
    let me = scene.server.text("/one/long").await;
    let early = scene.server.logs().text().contains(&format!("ends {me}"));
    assert!(!early, "a request is no idleness");
    scene.server.logs().line(&format!("ends {me}")).await;
    assert_ne!(scene.server.text("/one").await, me);
}
