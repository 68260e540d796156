//! Opening a session, which anybody may try: little at once, not for long, and nothing
//! of what was sent is told.

use davit_tests::raw::{self, RawResponse};
use davit_tests::server::{KEY, Start};
use davit_tests::{Plugins, Server, until};
use serde_json::Value;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

const LOGIN: &str = "POST /_/api/admin/session";
/// So many may be on their way at once.
const MOST: usize = 64;
/// The most that one may have, in bytes.
const LARGEST: usize = 4096;

async fn start() -> (Server, Plugins) {
    let plugins = Plugins::new();
    (Start::runtime([plugins.path()]).start().await, plugins)
}

/// The head of a login, and as much of its body as there is.
async fn begin(server: &Server, framing: (&str, &str), body: &str) -> TcpStream {
    let headers = [
        ("origin", "http://davit.test"),
        ("content-type", "application/json"),
        framing,
        ("connection", "close"),
    ];
    let mut stream = raw::open(server.address(), LOGIN, &headers).await;
    stream.write_all(body.as_bytes()).await.unwrap();
    stream
}

async fn login(server: &Server, body: &str) -> RawResponse {
    let length = body.len().to_string();
    raw::read_head(&mut begin(server, ("content-length", &length), body).await).await
}

fn with_key(length: usize) -> String {
    format!("{{\"key\": \"{KEY}\"}}{}", " ".repeat(length - KEY.len() - 11))
}

#[tokio::test]
async fn a_login_is_small_whether_it_tells_its_length_or_not() {
    let (server, _plugins) = start().await;
    assert_eq!(login(&server, &with_key(LARGEST)).await.status, 200);
    let announced = (LARGEST + 1).to_string();
    let told = raw::read_head(&mut begin(&server, ("content-length", &announced), "").await).await;
    assert_eq!(told.status, 413, "before its body comes: {told:?}");
    let chunk = format!("{:x}\r\n{}\r\n0\r\n\r\n", LARGEST + 1, with_key(LARGEST + 1));
    let chunked = raw::read_head(&mut begin(&server, ("transfer-encoding", "chunked"), &chunk).await).await;
    assert_eq!(chunked.status, 413, "{chunked:?}");
    assert!(chunked.text().contains("BODY_TOO_LARGE") && chunked.text().contains("4Ki"), "{chunked:?}");
}

#[tokio::test]
async fn few_logins_are_on_their_way_at_once_and_none_for_long() {
    let (server, _plugins) = start().await;
    let mut waiting = Vec::new();
    let busy = until("as many as may be", async || {
        // Those that wait give up in time: on a slow machine more of them are needed.
        for _ in 0..MOST {
            waiting.push(begin(&server, ("content-length", "100"), "{").await);
        }
        let one_more = login(&server, &with_key(100)).await;
        (one_more.status != 200).then_some(one_more)
    })
    .await;
    assert_eq!((busy.status, busy.header("retry-after")), (503, Some("1")), "{busy:?}");
    assert!(busy.text().contains("TOO_MANY_LOGINS"), "{busy:?}");
    let late = raw::read_head(&mut waiting[0]).await;
    assert_eq!(late.status, 408);
    assert!(late.text().contains("within 5 s"), "{late:?}");
    drop(waiting);
    until("room for another one", async || {
        (login(&server, &with_key(100)).await.status == 200).then_some(())
    })
    .await;
}

#[tokio::test]
async fn nothing_of_a_login_that_does_not_fit_is_told_or_logged() {
    let plugins = Plugins::new();
    let server = Start::runtime([plugins.path()]).env("RUNTIME_LOG_LEVEL", "debug").start().await;
    let bodies = [
        "\"THEKEY\"",
        "{\"THEKEY\": 1}",
        "{\"key\": [\"THEKEY\"]}",
        "{\"key\": \"x\", \"THEKEY\": 1}",
        "THEKEY",
    ];
    for body in bodies {
        let refused = login(&server, body).await;
        let told: Value = serde_json::from_str(&refused.text()).unwrap();
        assert_eq!(refused.status, 400, "{body}: {told}");
        assert!(!refused.text().contains("THEKEY"), "{body}: {told}");
        let number = told["requestId"].as_str().unwrap();
        server.logs().line(number).await;
    }
    assert!(!server.logs().text().contains("THEKEY"), "{}", server.logs().text());
}
