//! One client.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use davit_tests::connection::{Answer, Connection};
use tokio::time::{sleep, timeout};

use super::Shared;

/// The time between two requests: six clients are a load, not a flood that two cores
/// could not bear.
const PACE: Duration = Duration::from_millis(4);
/// How long a request may take with all that belongs to it.
const LIMIT: Duration = Duration::from_secs(10);
/// After so many requests a kept connection is given up for another, which may lead
/// to another pod.
const TURNS: usize = 100;

/// What one client has seen.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// How long each request took that was answered with 200.
    pub(super) took: Vec<Duration>,
    /// What became of the others.
    pub(super) failures: Vec<String>,
    /// How many were sent a second time.
    pub(super) repeated: usize,
    /// The longest time between two answers.
    pub(super) gap: Duration,
}

/// A client that asks for its paths in turn.
pub(super) struct Asker {
    address: SocketAddr,
    paths: Vec<String>,
    keeps: bool,
    shared: Arc<Shared>,
    connection: Option<Connection>,
    seen: Seen,
}

impl Asker {
    pub(super) fn new(address: SocketAddr, paths: Vec<String>, keeps: bool, shared: Arc<Shared>) -> Self {
        Self { address, paths, keeps, shared, connection: None, seen: Seen::default() }
    }

    pub(super) async fn ask_until_told(mut self) -> Seen {
        let mut last = Instant::now();
        for turn in 0_usize.. {
            if self.shared.stop.load(Ordering::Acquire) {
                break;
            }
            if !self.keeps || turn.is_multiple_of(TURNS) {
                self.connection = None;
            }
            let (path, start) = (self.paths[turn % self.paths.len()].clone(), Instant::now());
            let answer = timeout(LIMIT, self.ask(&path)).await;
            match answer.unwrap_or_else(|_| Err(format!("{path}: no answer in {LIMIT:?}"))) {
                Ok(answer) if answer.status == 200 => {
                    self.seen.took.push(start.elapsed());
                    self.seen.gap = self.seen.gap.max(last.elapsed());
                    last = Instant::now();
                }
                Ok(answer) => self.fail(&format!("{path}: {} {:?}", answer.status, answer.body)),
                Err(error) => self.fail(&error),
            }
            self.shared.asked.fetch_add(1, Ordering::AcqRel);
            sleep(PACE).await;
        }
        self.seen
    }

    fn fail(&mut self, why: &str) {
        self.seen.failures.push(format!("{} {why}", jiff::Timestamp::now()));
        self.connection = None;
    }

    /// Asks, and once more if a connection that had been used before was closed
    /// before any byte of the answer came: RFC 9112, 9.3.1, has clients do so.
    async fn ask(&mut self, path: &str) -> Result<Answer, String> {
        if let Some(connection) = &mut self.connection {
            let before = connection.received();
            match connection.get(path).await {
                Err(_) if connection.is_closed() && connection.received() == before => {
                    self.seen.repeated += 1;
                }
                answered => return answered,
            }
        }
        let connection = self.connection.insert(Connection::with_key(self.address, "").await?);
        connection.get(path).await
    }
}
