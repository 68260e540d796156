//! W3C Trace Context: taken from clients and passed on to plugins.

use davit_tests::server::Start;
use davit_tests::{Plugins, Server};
use reqwest::Method;
use serde_json::Value;

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const SENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

/// Answers with the trace that it was sent; `/one/throws` fails instead.
const TELLS: &str = "export default { routes: { fetch: (request: Request) => { if (request.url.includes('throws')) throw new Error('no'); return Response.json({ parent: request.headers.get('traceparent'), state: request.headers.get('tracestate') }); } } };";

async fn telling() -> (Plugins, Server) {
    let plugins = Plugins::new();
    drop(plugins.plugin("one", "publicRoutes: ['/**']\n", TELLS));
    let server = Start::runtime([plugins.path()]).start().await;
    (plugins, server)
}

async fn told(server: &Server, headers: &[(&str, &str)]) -> (String, Option<String>) {
    let mut request = server.request(Method::GET, "/one");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let told: Value = request.send().await.unwrap().json().await.unwrap();
    (told["parent"].as_str().unwrap().to_owned(), told["state"].as_str().map(str::to_owned))
}

#[tokio::test]
async fn a_valid_trace_is_kept_with_a_new_parent_and_its_state() {
    let (_plugins, server) = telling().await;
    let (parent, state) = told(&server, &[("traceparent", SENT), ("tracestate", "a=1,b=2")]).await;
    let parts: Vec<&str> = parent.split('-').collect();
    assert_eq!((parts[0], parts[1], parts[3]), ("00", TRACE, "01"), "{parent}");
    assert_ne!(parts[2], "00f067aa0ba902b7");
    assert_eq!(state.as_deref(), Some("a=1,b=2"));
}

#[tokio::test]
async fn without_a_valid_trace_a_new_one_begins() {
    let (_plugins, server) = telling().await;
    let mut seen = std::collections::BTreeSet::new();
    for headers in [&[][..], &[("traceparent", "nonsense"), ("tracestate", "a=1")], &[("tracestate", "a=1")]]
    {
        let (parent, state) = told(&server, headers).await;
        assert!(parent.len() == 55 && parent.starts_with("00-") && parent.ends_with("-00"), "{parent}");
        assert!(seen.insert(parent[3..35].to_owned()), "{parent}");
        assert_eq!(state, None);
    }
}

#[tokio::test]
async fn what_is_logged_of_a_request_that_fails_has_its_trace() {
    let (_plugins, server) = telling().await;
    let request = server.request(Method::GET, "/one/throws").header("traceparent", SENT);
    assert_eq!(request.send().await.unwrap().status(), 500);
    let record = server.logs().record("of the failure", |record| record["code"] == "PLUGIN_ERROR").await;
    assert_eq!((&record["trace"], &record["plugin"]), (&TRACE.into(), &"one".into()));
    let of_plugin = |record: &Value| record["target"] == "plugin" && record.to_string().contains("failed");
    let record = server.logs().record("of the plugin", of_plugin).await;
    assert!(record["message"].as_str().unwrap().contains(&format!("trace {TRACE}")), "{record}");
}
