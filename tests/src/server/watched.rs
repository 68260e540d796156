//! A plugin that must not notice what befalls others.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::task::JoinHandle;

use super::{KEY, Server};
use crate::folder::Plugins;

/// The plugin's code: it tells which process runs it.
const CODE: &str = "export default { routes: { fetch: () => new Response(String(process.pid)) } };\n";

/// The time between two questions, so that asking leaves the processors to
/// those that are watched.
const PACE: Duration = Duration::from_millis(5);

/// A healthy plugin that is asked all the time.
#[derive(Debug)]
pub struct Watched {
    stop: Arc<AtomicBool>,
    asking: JoinHandle<Result<u64, String>>,
}

impl Plugins {
    /// Adds the plugin that [`Server::watch`] asks.
    pub fn add_healthy(&self) {
        self.plugin("healthy", "", CODE);
    }
}

impl Server {
    /// Begins to ask the healthy plugin.
    pub async fn watch(&self) -> Watched {
        let pid = self.text("/healthy").await;
        let (client, url) = (self.client.clone(), self.url("/healthy"));
        let stop = Arc::new(AtomicBool::new(false));
        let asking = tokio::spawn({
            let stop = stop.clone();
            async move {
                let mut count = 0;
                while !stop.load(Ordering::Relaxed) {
                    let response = client.get(&url).header("x-api-key", KEY).send().await;
                    let response = response.and_then(reqwest::Response::error_for_status);
                    let response = response.map_err(|error| error.to_string())?;
                    let now = response.text().await.map_err(|error| error.to_string())?;
                    if now != pid {
                        return Err(format!("process {now} answered in place of {pid}"));
                    }
                    count += 1;
                    tokio::time::sleep(PACE).await;
                }
                Ok(count)
            }
        });
        Watched { stop, asking }
    }
}

impl Watched {
    /// Ends the asking. Panics if one request failed or another process answered.
    pub async fn unharmed(self) {
        self.stop.store(true, Ordering::Relaxed);
        match self.asking.await.expect("the asking task runs to its end") {
            Ok(count) => assert!(count > 0, "the healthy plugin was never asked"),
            Err(harm) => panic!("the healthy plugin was harmed: {harm}"),
        }
    }
}
