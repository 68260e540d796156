//! A constant answer from axum: what HTTP alone costs. The port is the only
//! argument.

use axum::Router;
use axum::http::header;
use axum::routing::get;
use axum::serve::ListenerExt;
use tokio::net::TcpListener;

/// The bytes that the Hono app answers.
const BODY: &str = r#"{"message":"Hello from the bench","version":0}"#;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let port: u16 = std::env::args().nth(1).ok_or("usage: axum-constant PORT")?.parse()?;
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    let listener = listener.tap_io(|stream| {
        let _small_answers_leave_at_once = stream.set_nodelay(true);
    });
    let constant = get(|| async { ([(header::CONTENT_TYPE, "application/json")], BODY) });
    axum::serve(listener, Router::new().route("/api/public/greeting", constant)).await?;
    Ok(())
}
