//! How long one waits for something that does not come.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep};

/// A bound on one wait after another. Only waiting counts: time in which nobody
/// asks is not the other side's silence. The timer is made with the first wait,
/// since most things are there at once.
#[derive(Debug)]
pub(crate) struct Silence {
    limit: Duration,
    timer: Option<Pin<Box<Sleep>>>,
    waiting: bool,
}

impl Silence {
    /// Each wait may take so long.
    pub(crate) fn new(limit: Duration) -> Self {
        Self { limit, timer: None, waiting: false }
    }

    /// To be called when there is nothing: ready once this has lasted too long.
    pub(crate) fn over(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let limit = self.limit;
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep(limit)));
        if !self.waiting {
            self.waiting = true;
            timer.as_mut().reset(Instant::now() + limit);
        }
        timer.as_mut().poll(cx)
    }

    /// Each wait from now on may take so long, also the one that lasts.
    pub(crate) fn set(&mut self, limit: Duration) {
        if self.limit != limit {
            self.limit = limit;
            self.waiting = false;
        }
    }

    /// To be called when something has come.
    pub(crate) fn broken(&mut self) {
        self.waiting = false;
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use futures::poll;
    use tokio::time::advance;

    use super::*;

    const LIMIT: Duration = Duration::from_secs(10);

    #[tokio::test(start_paused = true)]
    async fn is_over_when_one_wait_has_lasted_too_long() {
        let mut silence = Silence::new(LIMIT);
        let mut over = std::pin::pin!(poll_fn(|cx| silence.over(cx)));
        assert!(poll!(&mut over).is_pending());
        advance(LIMIT / 2).await;
        assert!(poll!(&mut over).is_pending());
        advance(LIMIT / 2).await;
        assert!(poll!(&mut over).is_ready());
    }

    #[tokio::test(start_paused = true)]
    async fn time_in_which_nobody_waits_does_not_count() {
        let mut silence = Silence::new(LIMIT);
        for _ in 0..3 {
            assert!(poll!(std::pin::pin!(poll_fn(|cx| silence.over(cx)))).is_pending());
            silence.broken();
            advance(LIMIT * 2).await;
        }
        assert!(poll!(std::pin::pin!(poll_fn(|cx| silence.over(cx)))).is_pending());
    }
}
