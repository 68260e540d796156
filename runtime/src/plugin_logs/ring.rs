//! One plugin's last lines, each under a number.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use davit_engine::Level;
use tokio::sync::watch;

use super::share::Share;

/// The most lines of one plugin.
pub const MAX_LINES: usize = 1000;
/// What a line takes beside its text, in bytes.
const AROUND: usize = 64;
/// Stands where the rest of a line would.
const CUT: &str = "… (truncated)";

/// Something that a plugin has written.
#[derive(Debug, Clone)]
pub struct Line {
    /// Its number, one more than that of the line before.
    pub number: u64,
    /// When it came.
    pub time: SystemTime,
    /// How much it matters.
    pub level: Level,
    /// Its text, which may have several lines.
    pub message: Arc<str>,
}

/// The last lines of one plugin.
#[derive(Debug)]
pub(super) struct Ring {
    kept: Mutex<Kept>,
    share: Arc<Share>,
    news: watch::Sender<News>,
    /// The number of the first line that it ever took.
    first: u64,
}

/// What followers wait for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct News {
    /// The number that the next line will have.
    pub(super) next: u64,
    /// No line will come any more.
    pub(super) closed: bool,
}

#[derive(Debug, Default)]
struct Kept {
    lines: VecDeque<Line>,
    bytes: usize,
}

impl Ring {
    /// Numbers begin with the time in microseconds, so that those of a former process
    /// or plugin are smaller: who comes back with one of them misses nothing. They
    /// stay exact in JavaScript.
    pub(super) fn new(share: Arc<Share>) -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let first = u64::try_from(now.as_micros()).unwrap_or_default().max(1);
        let news = watch::Sender::new(News { next: first, closed: false });
        Self { kept: Mutex::default(), share, news, first }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn first(&self) -> u64 {
        self.first
    }

    pub(super) fn news(&self) -> watch::Receiver<News> {
        self.news.subscribe()
    }

    /// Takes a line; the oldest ones make room for it.
    pub(super) fn push(&self, time: SystemTime, level: Level, message: &Arc<str>) {
        let most = self.share.bytes();
        let message = fitting(message, most.saturating_sub(AROUND));
        let mut kept = self.kept();
        let number = self.news.borrow().next;
        kept.bytes += AROUND + message.len();
        kept.lines.push_back(Line { number, time, level, message });
        kept.trim(most);
        self.news.send_modify(|news| news.next += 1);
    }

    /// Lets go of what is more than its share.
    pub(super) fn trim(&self) {
        self.kept().trim(self.share.bytes());
    }

    /// At most `most` lines from `number` on, or from the oldest one on that is there,
    /// and the number that comes next.
    pub(super) fn read(&self, number: u64, most: usize) -> (Vec<Line>, u64) {
        let kept = self.kept();
        let begin = kept.lines.partition_point(|line| line.number < number);
        let lines: Vec<Line> = kept.lines.range(begin..).take(most).cloned().collect();
        let next = lines.last().map_or_else(|| self.news.borrow().next, |line| line.number + 1);
        (lines, next)
    }

    /// The number of the line that stands `back` lines before the end.
    pub(super) fn number_of_last(&self, back: usize) -> u64 {
        let kept = self.kept();
        let next = self.news.borrow().next;
        next - u64::try_from(back.min(kept.lines.len())).unwrap_or_default()
    }

    /// Tells its followers that nothing comes any more.
    pub(super) fn close(&self) {
        self.news.send_modify(|news| news.closed = true);
    }
}

impl Kept {
    fn trim(&mut self, most: usize) {
        while self.lines.len() > MAX_LINES || self.bytes > most {
            let Some(line) = self.lines.pop_front() else { return };
            self.bytes -= AROUND + line.message.len();
        }
    }
}

/// The message, or as much of it as fits into `most` bytes.
fn fitting(message: &Arc<str>, most: usize) -> Arc<str> {
    if message.len() <= most {
        return message.clone();
    }
    let end = message.floor_char_boundary(most.saturating_sub(CUT.len()));
    format!("{}{CUT}", &message[..end]).into()
}
