//! Reads streams of server-sent events.

use std::pin::Pin;

use bytes::Bytes;
use davit_tests::PATIENCE;
use futures::{Stream, StreamExt};
use reqwest::{RequestBuilder, Response};
use serde_json::Value;
use tokio::time::timeout;

/// One event.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Event {
    pub(crate) id: String,
    /// Empty for a plain one.
    pub(crate) name: String,
    pub(crate) data: Value,
}

impl Event {
    pub(crate) fn message(&self) -> &str {
        self.data["message"].as_str().unwrap_or_default()
    }
}

/// A stream that is being read.
pub(crate) struct Events {
    pieces: Pin<Box<dyn Stream<Item = reqwest::Result<Bytes>> + Send>>,
    unread: String,
}

impl Events {
    /// Asks for a stream; it must be one.
    pub(crate) async fn of(request: RequestBuilder) -> Self {
        let response = request.send().await.expect("the server answers");
        assert_eq!(response.status(), 200);
        Self::read(response)
    }

    fn read(response: Response) -> Self {
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { pieces: Box::pin(response.bytes_stream()), unread: String::new() }
    }

    /// The next event; none once the stream is over.
    pub(crate) async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some((event, rest)) = self.unread.split_once("\n\n") {
                let (event, rest) = (event.to_owned(), rest.to_owned());
                self.unread = rest;
                if let Some(event) = parse(&event) {
                    return Some(event);
                }
                continue;
            }
            let piece = timeout(PATIENCE, self.pieces.next()).await.expect("an event or the end")?;
            let piece = piece.expect("the stream is whole");
            self.unread.push_str(std::str::from_utf8(&piece).expect("pieces end behind whole events"));
        }
    }

    /// The messages of the next events.
    pub(crate) async fn messages(&mut self, count: usize) -> Vec<String> {
        let mut messages = Vec::new();
        while messages.len() < count {
            messages.push(self.next().await.expect("more events").message().to_owned());
        }
        messages
    }

    /// All events up to the end.
    pub(crate) async fn rest(mut self) -> Vec<Event> {
        let mut events = Vec::new();
        while let Some(event) = self.next().await {
            events.push(event);
        }
        events
    }
}

/// An event; none for a comment.
fn parse(text: &str) -> Option<Event> {
    let mut event = Event::default();
    for line in text.lines() {
        match line.split_once(": ")? {
            ("id", id) => id.clone_into(&mut event.id),
            ("event", name) => name.clone_into(&mut event.name),
            ("data", data) => event.data = serde_json::from_str(data).expect("data is JSON"),
            _ => {}
        }
    }
    (event != Event::default()).then_some(event)
}
