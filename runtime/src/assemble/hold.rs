//! Requests that wait while an exclusive group takes another one's place.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, watch};
use tokio::time::timeout;

/// How long a request waits (interfaces §8).
const LONGEST: Duration = Duration::from_secs(5);
/// The most requests that wait at once.
const MOST: usize = 1024;

/// Whether groups are changing places, and who waits for that.
#[derive(Debug)]
pub(super) struct Holding {
    under_way: watch::Sender<bool>,
    room: Semaphore,
}

/// Requests are held as long as this is.
#[derive(Debug)]
pub(super) struct Hold(Arc<Holding>);

impl Default for Holding {
    fn default() -> Self {
        Self { under_way: watch::Sender::new(false), room: Semaphore::new(MOST) }
    }
}

impl Holding {
    pub(super) fn begin(self: &Arc<Self>) -> Hold {
        self.under_way.send_replace(true);
        Hold(self.clone())
    }

    /// Waits until no groups are changing places, though not for long, and not at
    /// all if too many wait already.
    pub(super) async fn wait(&self) {
        let mut under_way = self.under_way.subscribe();
        if let Ok(_room) = self.room.try_acquire() {
            let _too_long = timeout(LONGEST, under_way.wait_for(|under_way| !under_way)).await;
        }
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.0.under_way.send_replace(false);
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::Instant;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_request_waits_until_the_places_are_changed_and_no_longer_than_five_seconds() {
        let holding = Arc::new(Holding::default());
        let begun = Instant::now();
        holding.wait().await;
        assert_eq!(begun.elapsed(), Duration::ZERO, "nothing is under way");
        let hold = holding.begin();
        tokio::join!(holding.wait(), async {
            tokio::time::sleep(Duration::from_secs(2)).await;
            drop(hold);
        });
        assert_eq!(begun.elapsed(), Duration::from_secs(2));
        let _hold = holding.begin();
        holding.wait().await;
        assert_eq!(begun.elapsed().as_secs(), 7);
    }

    #[tokio::test(start_paused = true)]
    async fn no_more_requests_wait_than_there_is_room_for() {
        let holding = Arc::new(Holding::default());
        let _hold = holding.begin();
        let begun = Instant::now();
        let all = futures::future::join_all((0..=MOST).map(|_| async {
            holding.wait().await;
            begun.elapsed()
        }));
        let turned_away = all.await.into_iter().filter(Duration::is_zero).count();
        assert_eq!(turned_away, 1);
    }
}
