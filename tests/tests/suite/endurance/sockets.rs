//! Follows a WebSocket: every message is answered until it is closed as "service
//! restart" (1012).

use std::net::SocketAddr;

use davit_tests::server::KEY;
use futures::{SinkExt as _, StreamExt as _};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::{Duration, sleep};
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

use super::follower::{Follower, Seen, count};

/// The time between an answer and the next message.
const PACE: Duration = Duration::from_millis(3);

/// Sends one message after the other, on a new connection whenever one is closed.
pub(super) fn follow(address: SocketAddr, path: &str) -> Follower {
    let url = format!("ws://{address}{path}");
    Follower::start(move |seen| async move {
        loop {
            let socket = open(address, &url).await.map_err(|error| format!("{url}: {error}"))?;
            talk(socket, &seen).await?;
        }
    })
}

async fn open(address: SocketAddr, url: &str) -> Result<WebSocketStream<TcpStream>, Error> {
    let mut request = url.into_client_request()?;
    request.headers_mut().insert("x-api-key", HeaderValue::from_static(KEY));
    let stream = TcpStream::connect(address).await?;
    Ok(client_async(request, stream).await?.0)
}

/// One connection; the message that meets the close is the only one without answer.
async fn talk(mut socket: WebSocketStream<TcpStream>, seen: &watch::Sender<Seen>) -> Result<(), String> {
    for number in 0_u64.. {
        // A connection that is being closed takes nothing any more; what it says comes next.
        let _closing = socket.send(Message::text(number.to_string())).await;
        match socket.next().await {
            Some(Ok(Message::Text(text))) => {
                count(seen, version(&text, number)?);
                sleep(PACE).await;
            }
            Some(Ok(Message::Close(Some(frame)))) if frame.code == CloseCode::Restart => {
                // Until the other side has closed too.
                while let Some(Ok(_)) = socket.next().await {}
                return Ok(());
            }
            other => return Err(format!("message {number} was answered with {other:?}")),
        }
    }
    Ok(())
}

fn version(text: &str, number: u64) -> Result<u32, String> {
    let wrong = || format!("{text:?} instead of an answer to {number}");
    let (version, same) = text.split_once(' ').ok_or_else(wrong)?;
    if same != number.to_string() {
        return Err(wrong());
    }
    version.parse().map_err(|_| wrong())
}
