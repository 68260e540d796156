//! What a process prints.

use std::io::{BufRead, BufReader, Read};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use serde_json::Value;

use crate::wait::until;

/// The lines that a process has printed so far, stdout and stderr together.
#[derive(Debug, Clone, Default)]
pub struct Logs(Arc<Mutex<Vec<String>>>);

impl Logs {
    /// Follows a pipe to its end, in a thread of its own.
    pub(crate) fn follow(&self, pipe: impl Read + Send + 'static) -> JoinHandle<()> {
        let logs = self.clone();
        std::thread::spawn(move || {
            for line in BufReader::new(pipe).split(b'\n').map_while(Result::ok) {
                logs.held().push(String::from_utf8_lossy(&line).into_owned());
            }
        })
    }

    fn held(&self) -> MutexGuard<'_, Vec<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All lines so far.
    pub fn lines(&self) -> Vec<String> {
        self.held().clone()
    }

    /// All lines so far as one text.
    pub fn text(&self) -> String {
        self.held().join("\n")
    }

    /// The lines that are JSON objects, parsed.
    pub fn records(&self) -> Vec<Value> {
        self.held().iter().filter_map(|line| serde_json::from_str(line).ok()).collect()
    }

    /// Waits for a JSON line that fits.
    pub async fn record(&self, what: &str, fits: impl Fn(&Value) -> bool) -> Value {
        until(&format!("the log line {what}"), async || {
            self.records().into_iter().find(|record| fits(record))
        })
        .await
    }

    /// Waits for a line that holds `text`.
    pub async fn line(&self, text: &str) -> String {
        let holds = |line: &String| line.contains(text);
        until(&format!("a log line with {text:?}"), async || self.lines().into_iter().find(holds)).await
    }
}
