//! `davit.limits`.

use davit_tests::raw;
use davit_tests::server::{KEY, Start};
use davit_tests::{Plugins, Server};
use reqwest::{Body, StatusCode};
use serde_json::Value;

const LIMITS: &str = "davit: {limits: {maxBodySize: 64Ki, requestTimeout: 300ms}}\n";
/// `/upload` counts the body, `/never` does not answer, `/calls` counts the calls
/// of `/upload` and the bodies that it got whole, `/late` ends its body later than
/// its head may take.
const CODE: &str = r#"
let calls = 0;
let whole = 0;
async function fetch(request: Request) {
  const { pathname } = new URL(request.url);
  if (pathname === "/never") return new Promise(() => {});
  if (pathname === "/calls") return new Response(`${calls} ${whole}`);
  if (pathname === "/late") return new Response(late());
  calls += 1;
  const { length } = await request.bytes();
  whole += 1;
  return new Response(String(length));
}
async function* late() {
  yield "head, ";
  await Bun.sleep(600);
  yield "body";
}
export default { routes: { fetch } };
"#;
const LIMIT: usize = 64 << 10;

async fn start() -> (Server, Plugins) {
    let plugins = Plugins::new();
    drop(plugins.plugin("limited", LIMITS, CODE));
    (Start::runtime([plugins.path()]).start().await, plugins)
}

fn chunked(bytes: usize) -> Body {
    let chunks = (0..bytes / 1024).map(|_| Ok::<_, std::io::Error>(vec![b'x'; 1024]));
    Body::wrap_stream(futures::stream::iter(chunks))
}

#[tokio::test]
async fn a_body_within_the_limit_passes_to_the_last_byte() {
    let (server, _plugins) = start().await;
    for body in [Body::from(vec![b'x'; LIMIT]), chunked(LIMIT)] {
        let response = server.post("/limited/upload").body(body).send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.text().await.unwrap(), LIMIT.to_string());
    }
}

#[tokio::test]
async fn a_body_that_is_said_to_be_too_large_is_refused_before_it_is_read() {
    let (server, _plugins) = start().await;
    let length = (LIMIT + 1).to_string();
    let headers = [("x-api-key", KEY), ("content-length", &*length)];
    let refused = raw::ask(server.address(), "POST /limited/upload", &headers).await;
    assert_eq!(refused.status, 413);
    assert!(
        refused.text().contains("\"code\":\"BODY_TOO_LARGE\"") && refused.text().contains("64Ki"),
        "{}",
        refused.text()
    );
    assert_eq!(server.text("/limited/calls").await, "0 0", "the plugin was not even asked");
}

#[tokio::test]
async fn a_body_that_turns_out_too_large_is_cut_off() {
    let (server, _plugins) = start().await;
    let response = server.post("/limited/upload").body(chunked(LIMIT + 1024)).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(response.json::<Value>().await.unwrap()["code"], "BODY_TOO_LARGE");
    assert!(server.text("/limited/calls").await.ends_with(" 0"), "the plugin took a part for the whole");
}

#[tokio::test]
async fn a_plugin_that_does_not_answer_in_time_is_given_up() {
    let (server, _plugins) = start().await;
    let response = server.get("/limited/never").send().await.unwrap();
    assert_eq!(response.status(), StatusCode::GATEWAY_TIMEOUT);
    let body: Value = response.json().await.unwrap();
    assert_eq!(body["code"], "REQUEST_TIMEOUT");
    assert!(body["error"].as_str().unwrap().contains("300ms"), "{body}");
    let group = server.group_of(server.worker_pid().await).await;
    server.in_flight(&group, 0).await;
}

#[tokio::test]
async fn the_time_is_for_the_head_and_not_for_the_body() {
    let (server, _plugins) = start().await;
    assert_eq!(server.text("/limited/late").await, "head, body");
}

#[tokio::test]
async fn a_body_of_two_lengths_is_refused() {
    let (server, _plugins) = start().await;
    let framings: [&[(&str, &str)]; 3] = [
        &[("content-length", "5"), ("content-length", "6")],
        &[("content-length", "-1")],
        &[("transfer-encoding", "gzip")],
    ];
    for framing in framings {
        let headers = [&[("x-api-key", KEY)], framing].concat();
        let refused = raw::ask(server.address(), "POST /limited/upload", &headers).await;
        assert_eq!(refused.status, 400, "{framing:?}");
    }
}
