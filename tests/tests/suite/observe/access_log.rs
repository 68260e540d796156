//! One line for each request, if somebody asks for that.

use davit_tests::Plugins;
use davit_tests::server::{KEY, Start};
use reqwest::Method;
use serde_json::{Value, json};

const CODE: &str = "export default { routes: { fetch: () => new Response('twelve bytes') } };";

fn plugins() -> Plugins {
    let plugins = Plugins::new();
    drop(plugins.plugin("one", "publicRoutes: ['/**']\n", CODE));
    plugins
}

fn is_access(record: &Value) -> bool {
    record["target"] == "access"
}

#[tokio::test]
async fn a_line_says_who_asked_for_what_and_what_came_of_it() {
    let plugins = plugins();
    let start = Start::runtime([plugins.path()]).env("DAVIT_ACCESS_LOG", "true");
    let server = start.start().await;
    let request = server
        .get("/one/a%20b?secret=in-the-query")
        .header("x-request-id", "number-1")
        .header("cookie", "buntime_api_key=in-the-cookie")
        .header("authorization", "Bearer in-the-header")
        .header("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
    assert_eq!(request.send().await.unwrap().text().await.unwrap(), "twelve bytes");
    let fits = |record: &Value| is_access(record) && record["request"] == "number-1";
    let mut record = server.logs().record("of the request", fits).await;
    let line = record.as_object_mut().unwrap();
    assert!(line.remove("duration_us").unwrap().as_u64().unwrap() > 0);
    assert!(line.remove("timestamp").is_some());
    let expected = json!({
        "level": "INFO", "target": "access", "message": "answered",
        "method": "GET", "path": "/one/a%20b", "status": 200, "bytes": 12, "plugin": "one",
        "request": "number-1", "client": "127.0.0.1", "trace": "4bf92f3577b34da6a3ce929d0e0e4736",
    });
    assert_eq!(record, expected);
    let text = server.logs().text();
    for secret in [KEY, "in-the-query", "in-the-cookie", "in-the-header"] {
        assert!(!text.contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn requests_that_no_plugin_answers_have_a_line_too_whatever_the_level_is() {
    let plugins = plugins();
    let server =
        Start::dev(plugins.path()).env("DAVIT_LOG_LEVEL", "error").arg("--access-log").listening().await;
    for (method, path, status) in
        [(Method::GET, "/_/api/health", 200), (Method::GET, "/nobody", 404), (Method::TRACE, "/one", 405)]
    {
        server.request(method.clone(), path).send().await.unwrap().bytes().await.unwrap();
        let fits = |record: &Value| is_access(record) && record["path"] == path && record["status"] == status;
        let record = server.logs().record(path, fits).await;
        assert_eq!((&record["plugin"], &record["method"]), (&Value::Null, &method.as_str().into()));
    }
}

#[tokio::test]
async fn the_bytes_of_a_stream_are_counted_up_to_where_its_client_went() {
    let plugins = Plugins::new();
    let code = "export default { routes: { fetch: () => new Response(new ReadableStream({ start(c) { c.enqueue('seven b'); } })) } };";
    drop(plugins.plugin("one", "", code));
    let server = Start::runtime([plugins.path()]).arg("--access-log").start().await;
    let mut response = server.get("/one/stream").send().await.unwrap();
    assert_eq!(response.chunk().await.unwrap().unwrap(), "seven b");
    let of_stream = |record: &Value| is_access(record) && record["path"] == "/one/stream";
    assert!(!server.logs().records().iter().any(of_stream), "it is not over yet");
    drop(response);
    let record = server.logs().record("of the stream", of_stream).await;
    assert_eq!((&record["bytes"], &record["status"]), (&7.into(), &200.into()));
}

#[tokio::test]
async fn there_is_no_access_log_unless_it_is_asked_for() {
    let plugins = plugins();
    for word in [None, Some("false")] {
        let start = Start::runtime([plugins.path()]).env("RUNTIME_LOG_LEVEL", "debug");
        let start = if let Some(word) = word { start.env("DAVIT_ACCESS_LOG", word) } else { start };
        let server = start.start().await;
        server.text("/one").await;
        server.reload().await;
        server.text("/one").await;
        assert!(!server.logs().records().iter().any(is_access), "{word:?}");
    }
    let start = Start::runtime([plugins.path()]).env("DAVIT_ACCESS_LOG", "maybe");
    let (code, printed) = start.ended().await;
    assert_eq!(code, Some(2), "{printed}");
}
