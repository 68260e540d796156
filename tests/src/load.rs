//! Requests without a pause, on connections that stay and on new ones.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::task::JoinSet;
use tokio::time::{Duration, sleep};

use crate::connection::{Answer, Connection};
use crate::wait::until;

/// The time between two new connections.
const PACE: Duration = Duration::from_millis(5);

/// How many responses of each version each asker has had.
type Seen = Arc<Mutex<Vec<BTreeMap<u32, u64>>>>;

/// Askers at work.
#[derive(Debug)]
pub struct Hammer {
    seen: Seen,
    askers: JoinSet<Result<(), String>>,
}

impl Hammer {
    /// Begins to ask `path` at each address: on so many connections that are kept,
    /// and on a new one for each request. Every response is to be a 200 of exactly
    /// one version, see [`versioned`].
    pub fn start(addresses: &[SocketAddr], kept: usize, key: &str, path: &str) -> Self {
        let seen: Seen = Arc::new(Mutex::new(vec![BTreeMap::new(); addresses.len() * (kept + 1)]));
        let mut askers = JoinSet::new();
        for (number, address) in addresses.iter().enumerate() {
            for asker in 0..=kept {
                let asking = Asking {
                    address: *address,
                    key: key.to_owned(),
                    path: path.to_owned(),
                    seen: seen.clone(),
                    number: number * (kept + 1) + asker,
                };
                match asker {
                    0 => askers.spawn(asking.on_new_connections()),
                    _ => askers.spawn(asking.on_one_connection()),
                };
            }
        }
        Self { seen, askers }
    }

    /// Waits until every asker has had a response of this version. Panics if one
    /// of them has failed.
    pub async fn all_see(&mut self, version: u32) {
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
    pub async fn stop(mut self) -> BTreeMap<u32, u64> {
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

/// What one asker does.
struct Asking {
    address: SocketAddr,
    key: String,
    path: String,
    seen: Seen,
    number: usize,
}

impl Asking {
    async fn on_one_connection(self) -> Result<(), String> {
        let mut connection = self.open().await?;
        loop {
            self.ask(&mut connection).await?;
        }
    }

    async fn on_new_connections(self) -> Result<(), String> {
        loop {
            self.ask(&mut self.open().await?).await?;
            sleep(PACE).await;
        }
    }

    async fn open(&self) -> Result<Connection, String> {
        Connection::with_key(self.address, &self.key).await
    }

    async fn ask(&self, connection: &mut Connection) -> Result<(), String> {
        let version = the_one_version(&connection.get(&self.path).await?)?;
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        *seen[self.number].entry(version).or_default() += 1;
        Ok(())
    }
}

/// The code of a plugin whose every response tells its version three times: in the
/// head, and in two chunks with a pause between, which is long enough now and then
/// that every swap finds an open response.
pub fn versioned(version: u32) -> String {
    format!(
        r#"const VERSION = "{version}";
let count = 0;
const bytes = (text: string) => new TextEncoder().encode(text);
export default {{
  routes: {{
    fetch() {{
      const body = new ReadableStream({{
        async start(controller) {{
          controller.enqueue(bytes(VERSION + " "));
          await Bun.sleep(++count % 3 ? 1 : 40);
          controller.enqueue(bytes(VERSION));
          controller.close();
        }},
      }});
      return new Response(body, {{ headers: {{ "x-version": VERSION }} }});
    }},
  }},
}};
"#
    )
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
