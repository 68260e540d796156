//! Requests without a pause, on connections that stay and on new ones.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use davit_tests::connection::{Answer, Connection};
use davit_tests::until;
use tokio::task::JoinSet;
use tokio::time::{Duration, sleep};

/// Keep-alive connections that are asked one request after the other.
const KEPT: usize = 3;
/// The time between two new connections.
const PACE: Duration = Duration::from_millis(5);

/// How many responses of each version each asker has had.
type Seen = Arc<Mutex<Vec<BTreeMap<u32, u64>>>>;

/// Askers at work.
pub(super) struct Hammer {
    seen: Seen,
    askers: JoinSet<Result<(), String>>,
}

impl Hammer {
    /// Begins to ask `path`.
    pub(super) fn start(address: SocketAddr, path: &'static str) -> Self {
        let seen: Seen = Arc::new(Mutex::new(vec![BTreeMap::new(); KEPT + 1]));
        let mut askers = JoinSet::new();
        for asker in 0..KEPT {
            askers.spawn(ask_on_one_connection(address, path, seen.clone(), asker));
        }
        askers.spawn(ask_on_new_connections(address, path, seen.clone()));
        Self { seen, askers }
    }

    /// Waits until every asker has had a response of this version. Panics if one
    /// of them has failed.
    pub(super) async fn all_see(&mut self, version: u32) {
        until(&format!("version {version} on every connection"), async || {
            if let Some(failed) = self.askers.try_join_next() {
                panic!("a request failed: {failed:?}");
            }
            let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
            seen.iter().all(|seen| seen.contains_key(&version)).then_some(())
        })
        .await;
    }

    /// Ends the asking. The number of responses of each version.
    pub(super) async fn stop(mut self) -> BTreeMap<u32, u64> {
        if let Some(failed) = self.askers.try_join_next() {
            panic!("a request failed: {failed:?}");
        }
        self.askers.shutdown().await;
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let mut all = BTreeMap::new();
        for (version, count) in seen.iter().flatten() {
            *all.entry(*version).or_default() += count;
        }
        all
    }
}

async fn ask_on_one_connection(
    address: SocketAddr,
    path: &str,
    seen: Seen,
    asker: usize,
) -> Result<(), String> {
    let mut connection = Connection::open(address).await?;
    loop {
        count(&seen, asker, the_one_version(&connection.get(path).await?)?);
    }
}

async fn ask_on_new_connections(address: SocketAddr, path: &str, seen: Seen) -> Result<(), String> {
    loop {
        let answer = Connection::open(address).await?.get(path).await?;
        count(&seen, KEPT, the_one_version(&answer)?);
        sleep(PACE).await;
    }
}

fn count(seen: &Seen, asker: usize, version: u32) {
    *seen.lock().unwrap_or_else(PoisonError::into_inner)[asker].entry(version).or_default() += 1;
}

/// The version of a response, if all of it agrees: the body tells it twice, and
/// the head does too if code has answered.
fn the_one_version(answer: &Answer) -> Result<u32, String> {
    let body = String::from_utf8_lossy(&answer.body);
    let version = body.split(' ').next().unwrap_or_default();
    let head = answer.headers.get("x-version");
    let agrees = body == format!("{version} {version}") && head.is_none_or(|head| head == version);
    let parsed = version.parse().ok().filter(|_| agrees && answer.status == 200);
    parsed.ok_or_else(|| format!("a mixed or failed response: {answer:?}"))
}
