//! Both ports outlive clients that open connections and say nothing.

use std::net::SocketAddr;

use davit_tests::server::Start;
use davit_tests::{Plugins, raw};
use futures::future::join_all;
use tokio::net::TcpStream;

/// More than the metrics port holds at a time.
const MANY: usize = 80;

async fn idle(address: SocketAddr) -> Vec<TcpStream> {
    join_all((0..MANY).map(|_| async { TcpStream::connect(address).await.unwrap() })).await
}

#[tokio::test]
async fn the_metrics_port_holds_few_connections_and_the_public_one_many() {
    let plugins = Plugins::new();
    let server = Start::runtime([plugins.path()]).start().await;
    let _public = idle(server.address()).await;
    assert_eq!(raw::get(server.address(), "/_/api/health", &[]).await.status, 200);

    let mut held = idle(server.metrics_address()).await;
    // The one behind them is served as soon as there is room.
    let scrape = tokio::spawn(raw::exchange(
        server.metrics_address(),
        b"GET /metrics HTTP/1.1\r\nhost: davit.test\r\nconnection: close\r\n\r\n",
    ));
    assert_eq!(raw::get(server.address(), "/_/api/health", &[]).await.status, 200);
    assert!(!scrape.is_finished(), "it waits for its turn");
    held.clear();
    assert_eq!(scrape.await.unwrap().status, 200);
}

#[tokio::test]
async fn scrapes_at_the_same_time_see_every_group() {
    let plugins = Plugins::new();
    plugins.add_healthy();
    let server = Start::runtime([plugins.path()]).start().await;
    server.plugin_when("healthy", |plugin| plugin["state"] == "ready").await;
    for _ in 0..20 {
        let scrapes = join_all((0..16).map(|_| server.metric("davit_group_pid"))).await;
        assert!(scrapes.iter().all(|groups| groups.len() == 1 && groups[0].1 > 0), "{scrapes:?}");
    }
}

#[tokio::test]
async fn the_metrics_port_serves_metrics_and_nothing_else() {
    let plugins = Plugins::new();
    let server = Start::runtime([plugins.path()]).start().await;
    for (call, status) in
        [("GET /metrics", 200), ("HEAD /metrics", 200), ("POST /metrics", 405), ("GET /", 404)]
    {
        let answer = raw::ask(server.metrics_address(), call, &[]).await;
        assert_eq!(answer.status, status, "{call}");
    }
    let answer = raw::get(server.metrics_address(), "/metrics", &[]).await;
    assert!(answer.header("content-type").unwrap().starts_with("application/openmetrics-text"));
}
