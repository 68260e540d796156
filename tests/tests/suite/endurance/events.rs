//! Follows server-sent events: none may be lost or cut before a stream's end.

use davit_tests::client::client;
use davit_tests::server::KEY;
use futures::StreamExt as _;
use tokio::sync::watch;

use super::follower::{Follower, Seen, count};

/// Follows the stream, and the next one whenever it is told to come again.
pub(super) fn follow(url: String) -> Follower {
    Follower::start(|seen| async move {
        let client = client();
        loop {
            let request = client.get(&url).header("x-api-key", KEY);
            let response = request.send().await.map_err(|error| format!("{url}: {error}"))?;
            if response.status() != 200 {
                return Err(format!("{url}: {}", response.status()));
            }
            stream(response, &seen).await?;
        }
    })
}

/// One stream: events without a gap, each whole, and at the end word to come again.
async fn stream(response: reqwest::Response, seen: &watch::Sender<Seen>) -> Result<(), String> {
    let (mut bytes, mut text, mut next) = (response.bytes_stream(), String::new(), 0);
    let mut told_to_come_again = false;
    while let Some(chunk) = bytes.next().await {
        let chunk = chunk.map_err(|error| format!("the stream was cut off behind event {next}: {error}"))?;
        text.push_str(std::str::from_utf8(&chunk).map_err(|error| error.to_string())?);
        while let Some((event, rest)) = text.split_once("\n\n") {
            if told_to_come_again {
                return Err(format!("{event:?} comes after the end"));
            }
            match event.strip_prefix("retry: ") {
                Some(_) => told_to_come_again = true,
                None => count(seen, version(event, next)?),
            }
            (next, text) = (next + 1, rest.to_owned());
        }
    }
    let whole = told_to_come_again && text.is_empty();
    whole.then_some(()).ok_or_else(|| format!("the stream ended behind event {next} with {text:?}"))
}

/// The version of the event of this number.
fn version(event: &str, number: u64) -> Result<u32, String> {
    let wrong = || format!("{event:?} instead of event {number}");
    let data = event.strip_prefix(&format!("id: {number}\ndata: ")).ok_or_else(wrong)?;
    let (version, same) = data.split_once(' ').ok_or_else(wrong)?;
    if same != number.to_string() {
        return Err(wrong());
    }
    version.parse().map_err(|_| wrong())
}
