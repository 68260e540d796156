//! The server that plugins ask: on loopback, one for each side.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::routing::{any, get};
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::answers_as_from_bun_with;

/// Plays a plugin whose `upstream` this server is.
pub(crate) async fn goes_out(plugin: &str) {
    let [bun, davit] = [start().await, start().await];
    let upstream = |address: SocketAddr| format!("upstream: http://{address}");
    answers_as_from_bun_with(plugin, [&upstream(bun), &upstream(davit)]).await;
}

async fn start() -> SocketAddr {
    let asked = Arc::new(AtomicU32::new(0));
    // The first answer is none, the second one is.
    let flaky = async move || match asked.fetch_add(1, Ordering::Relaxed) {
        0 => (StatusCode::SERVICE_UNAVAILABLE, "not yet"),
        _ => (StatusCode::OK, "at last"),
    };
    let app = Router::new()
        .route("/echo", any(echo))
        .route("/flaky/{key}", get(flaky))
        .route("/refused", get(async || (StatusCode::FORBIDDEN, Json(json!({"why": "closed"})))))
        .route("/large", get(async || vec![7_u8; 2_000_000]));
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    tokio::spawn(async { axum::serve(listener, app).await });
    address
}

/// Tells what came.
async fn echo(method: Method, uri: Uri, headers: HeaderMap, body: String) -> Json<Value> {
    let told = ["x-from", "content-type", "content-length", "accept", "accept-encoding", "user-agent"];
    let told = told.into_iter().filter_map(|name| Some((name, headers.get(name)?.to_str().ok()?)));
    Json(json!({
        "method": method.as_str(), "uri": uri.to_string(), "headers": told.collect::<BTreeMap<_, _>>(), "body": body,
    }))
}
