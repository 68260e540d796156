//! `/metrics` of plugins and their workers.

use davit_tests::server::Start;
use davit_tests::{Plugins, Server, until};
use reqwest::Method;

/// The value of one series; none if there is no such series.
pub(crate) async fn series(server: &Server, start: &str) -> Option<f64> {
    let text = page(server).await;
    let line = text.lines().find(|line| line.starts_with(start))?;
    Some(line.rsplit_once(' ').expect("a value").1.parse().expect("a number"))
}

pub(crate) async fn page(server: &Server) -> String {
    let url = format!("http://{}/metrics", server.metrics_address());
    reqwest::get(url).await.expect("metrics are served").text().await.expect("text")
}

const ANSWERS: &str = "export default { routes: { fetch: async (request: Request) => { const { pathname } = new URL(request.url); if (pathname.endsWith('/throws')) throw new Error('no'); if (pathname.endsWith('/waits')) return new Promise(() => {}); if (pathname.endsWith('/burns')) { const before = process.cpuUsage().user; while (process.cpuUsage().user - before < 300_000); } return new Response('', { status: Number(pathname.slice(-3)) || 200 }); } } };";

async fn answering() -> (Plugins, Server) {
    davit_tests::client::tls();
    let plugins = Plugins::new();
    drop(plugins.plugin("one", "", ANSWERS));
    drop(plugins.plugin("two", "", ANSWERS));
    let server = Start::runtime([plugins.path()]).start().await;
    (plugins, server)
}

async fn status(server: &Server, path: &str) -> u16 {
    server.get(path).send().await.unwrap().status().as_u16()
}

#[tokio::test]
async fn requests_errors_and_durations_are_counted_by_plugin() {
    let (_plugins, server) = answering().await;
    for path in ["/one/200", "/one/200", "/one/404", "/one/503", "/one/throws", "/two/200", "/nobody"] {
        status(&server, path).await;
    }
    let table = [
        (r#"davit_requests_total{plugin="one",status="200"}"#, 2.0),
        (r#"davit_requests_total{plugin="one",status="404"}"#, 1.0),
        (r#"davit_requests_total{plugin="one",status="500"}"#, 1.0),
        (r#"davit_requests_total{plugin="one",status="503"}"#, 1.0),
        (r#"davit_requests_total{plugin="two",status="200"}"#, 1.0),
        (r#"davit_requests_total{plugin="",status="404"}"#, 1.0),
        (r#"davit_errors_total{plugin="one",code="PLUGIN_ERROR"}"#, 1.0),
        (r#"davit_errors_total{plugin="one",code="RESPONSE"}"#, 1.0),
        (r#"davit_request_duration_seconds_count{plugin="one"}"#, 5.0),
        (r#"davit_request_duration_seconds_bucket{le="+Inf",plugin="two"}"#, 1.0),
        (r#"davit_in_flight{plugin="one"}"#, 0.0),
    ];
    for (name, expected) in table {
        assert_eq!(series(&server, name).await, Some(expected), "{name}");
    }
    assert_eq!(series(&server, r#"davit_errors_total{plugin="two""#).await, None);
}

#[tokio::test]
async fn a_path_that_nobody_serves_adds_no_label() {
    let (_plugins, server) = answering().await;
    for path in ["/evil-1", "/evil-2", "/_/api/evil-3"] {
        status(&server, path).await;
    }
    assert!(!page(&server).await.contains("evil"));
}

#[tokio::test]
async fn counts_outlive_a_reload_and_go_with_their_plugin() {
    let (plugins, server) = answering().await;
    status(&server, "/one/200").await;
    server.reload().await;
    status(&server, "/one/200").await;
    let count = r#"davit_requests_total{plugin="one",status="200"}"#;
    assert_eq!(series(&server, count).await, Some(2.0));
    std::fs::remove_dir_all(plugins.path().join("one")).unwrap();
    server.reload().await;
    assert!(!page(&server).await.contains(r#"plugin="one""#));
}

#[tokio::test]
async fn a_request_is_in_flight_until_its_client_goes() {
    let (_plugins, server) = answering().await;
    let waiting = tokio::spawn(server.get("/one/waits").send());
    let in_flight = async |count: f64| {
        let name = r#"davit_in_flight{plugin="one"}"#;
        until(name, async || (series(&server, name).await == Some(count)).then_some(())).await;
    };
    in_flight(1.0).await;
    waiting.abort();
    in_flight(0.0).await;
}

#[tokio::test]
async fn a_group_shows_the_memory_and_processor_time_of_its_worker() {
    let (_plugins, server) = answering().await;
    let group = server.metric("davit_group_pid").await;
    let (labels, pid) = group.iter().find(|(labels, _)| labels.contains(r#"plugins="one""#)).unwrap();
    let memory = format!("davit_group_memory_bytes{{{labels}}}");
    let cpu = format!("davit_group_cpu_seconds_total{{{labels}}}");
    assert!(series(&server, &memory).await.unwrap() > f64::from(1 << 20));
    let before = series(&server, &cpu).await.unwrap();
    status(&server, "/one/burns").await;
    assert!(series(&server, &cpu).await.unwrap() >= before + 0.2, "300 ms of it were burnt");
    let worker = rustix::process::Pid::from_raw(i32::try_from(*pid).unwrap()).unwrap();
    rustix::process::kill_process(worker, rustix::process::Signal::KILL).unwrap();
    // Between two workers there is nothing to read, and that is no error.
    let restarts = format!("davit_group_restarts{{{labels}}}");
    until("a restart", async || (series(&server, &restarts).await == Some(1.0)).then_some(())).await;
    until("another worker", async || (series(&server, &memory).await? > f64::from(1 << 20)).then_some(()))
        .await;
}

#[tokio::test]
async fn the_metrics_port_answers_metrics_alone() {
    let (_plugins, server) = answering().await;
    let ask = async |method: Method, path: &str| {
        let url = format!("http://{}{path}", server.metrics_address());
        davit_tests::client::client().request(method, url).send().await.unwrap().status().as_u16()
    };
    assert_eq!(ask(Method::HEAD, "/metrics").await, 200);
    assert_eq!(ask(Method::POST, "/metrics").await, 405);
    assert_eq!(ask(Method::GET, "/one/200").await, 404);
}
