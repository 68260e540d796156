//! Reads a plugin's lines from a number on. A follower holds no lines itself: one
//! that is too slow finds that the ring has let go of some.

use std::sync::Arc;

use tokio::sync::watch;

use super::ring::{Line, News, Ring};
use super::seats::Seat;

/// The most lines that are taken out at once.
const BATCH: usize = 16;

/// Where a follower begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum From {
    /// With the oldest line that is there.
    Oldest,
    /// With the last lines, so many.
    Tail(usize),
    /// Behind the line of this number.
    Behind(u64),
}

/// Reads one plugin's lines.
#[derive(Debug)]
pub struct Follower {
    ring: Arc<Ring>,
    news: watch::Receiver<News>,
    /// The number of the next line; none if it is to be the oldest one there.
    next: Option<u64>,
    /// One of the few that may follow; none if it only looks.
    _seat: Option<Seat>,
}

/// What a follower finds.
#[derive(Debug, Default)]
pub struct Batch {
    /// How many lines it has missed before these.
    pub dropped: u64,
    /// The next lines; none if all have been read.
    pub lines: Vec<Line>,
}

impl Follower {
    pub(super) fn new(ring: Arc<Ring>, from: From, seat: Option<Seat>) -> Self {
        let news = ring.news();
        let next = news.borrow().next;
        let next = match from {
            From::Oldest => None,
            From::Tail(lines) => Some(ring.number_of_last(lines)),
            // A number of another ring says nothing about this one.
            From::Behind(number) if number < ring.first() || number >= next => None,
            From::Behind(number) => Some(number + 1),
        };
        Self { ring, news, next, _seat: seat }
    }

    /// The number of the next line.
    pub fn next(&self) -> u64 {
        self.next.unwrap_or_else(|| self.ring.first())
    }

    /// The number that the next line to come will have.
    pub fn end(&self) -> u64 {
        self.news.borrow().next
    }

    /// The next lines that are there.
    pub fn read(&mut self) -> Batch {
        let (lines, next) = self.ring.read(self.next.unwrap_or(0), BATCH);
        let first = lines.first().map_or(next, |line| line.number);
        let dropped = self.next.map_or(0, |expected| first - expected);
        self.next = Some(next);
        Batch { dropped, lines }
    }

    /// Waits for more lines; false if none will come, since the plugin is gone.
    pub async fn more(&mut self) -> bool {
        let next = self.next();
        let news = self.news.wait_for(|news| news.closed || news.next > next).await;
        news.is_ok_and(|news| news.next > next)
    }
}
