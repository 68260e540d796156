//! One reader's stream of a plugin's lines.

use std::convert::Infallible;
use std::sync::Arc;
use std::vec;

use axum::response::sse::Event;
use davit_plugin::PluginName;
use futures::stream;
use http::HeaderMap;
use serde::Serialize;
use tokio::sync::watch;
use tokio::time::timeout;

use super::HEARTBEAT;
use crate::admin::Admin;
use crate::dispatch::{Caller, take_credential};
use crate::keys::{Keys, Permission, Principal};
use crate::listen::Phase;
use crate::plugin_logs::{Follower, Line};

/// What a reader has before him.
pub(super) struct Stream {
    plugin: PluginName,
    follower: Follower,
    /// The number of the line before which it ends; none if it goes on with what is
    /// not there yet.
    end: Option<u64>,
    dropped: u64,
    lines: vec::IntoIter<Line>,
    reader: Reader,
    phase: watch::Receiver<Phase>,
}

/// Who reads. A key that is revoked meanwhile opens nothing any more.
struct Reader {
    keys: Arc<Keys>,
    headers: HeaderMap,
    is_local: bool,
}

impl Reader {
    fn may(&self) -> bool {
        let caller = || take_credential(&mut self.headers.clone(), &self.keys);
        self.is_local
            || matches!(caller(), Caller::Known(principal) if principal.may(Permission::WorkersRead))
    }
}

impl Stream {
    pub(super) fn new(
        admin: &Admin,
        principal: &Principal,
        headers: HeaderMap,
        plugin: PluginName,
        follower: Follower,
        follows: bool,
    ) -> Self {
        let reader = Reader { keys: admin.keys.clone(), headers, is_local: principal.is_local() };
        let end = (!follows).then(|| follower.end());
        let (lines, phase) = (Vec::new().into_iter(), admin.phase.clone());
        Self { plugin, end, follower, dropped: 0, lines, reader, phase }
    }

    /// The events, as the reader takes them.
    pub(super) fn events(self) -> impl futures::Stream<Item = Result<Event, Infallible>> {
        stream::unfold(self, async |mut this| this.next().await.map(|event| (Ok(event), this)))
    }

    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.event() {
                return Some(event);
            }
            if !self.reader.may() || self.end.is_some_and(|end| self.follower.next() >= end) {
                return None;
            }
            let batch = self.follower.read();
            (self.dropped, self.lines) = (batch.dropped, batch.lines.into_iter());
            if self.dropped == 0 && self.lines.len() == 0 && !self.more().await {
                return None;
            }
        }
    }

    /// The next event of what was read.
    fn event(&mut self) -> Option<Event> {
        let event = match std::mem::take(&mut self.dropped) {
            0 => self.line()?,
            lines => Event::default().event("dropped").json_data(Dropped { lines }),
        };
        event.ok()
    }

    fn line(&mut self) -> Option<Result<Event, axum::Error>> {
        let Line { number, time, level, message } = self.lines.next()?;
        let time = jiff::Timestamp::try_from(time).map(|time| format!("{time:.3}")).unwrap_or_default();
        let said = Said { time, level: level.as_str(), plugin: &self.plugin, message: &message };
        Some(Event::default().id(number.to_string()).json_data(said))
    }

    /// Waits for more, though not without looking after the reader from time to time;
    /// false if nothing will come any more.
    async fn more(&mut self) -> bool {
        tokio::select! {
            more = timeout(HEARTBEAT, self.follower.more()) => more.unwrap_or(true),
            _ = self.phase.wait_for(|phase| *phase != Phase::Serving) => false,
        }
    }
}

/// A line, as a reader gets it.
#[derive(Serialize)]
struct Said<'a> {
    time: String,
    level: &'static str,
    plugin: &'a PluginName,
    message: &'a str,
}

/// How many lines a slow reader has missed.
#[derive(Serialize)]
struct Dropped {
    lines: u64,
}
