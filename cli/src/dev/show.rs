//! What `davit dev` prints: where it serves, and one line whenever a plugin's
//! state changes.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use davit_plugin::reason::{Problem, Reason};
use davit_runtime::directories::{PluginStatus, Serving};
use tokio::sync::watch;

use super::given::Given;
use super::watch::Changes;
use crate::say::{self, BAD, DOUBT, GOOD};

/// Prints where plugins are served, and the key.
pub(super) fn greeting(address: SocketAddr, key: &str) {
    say::line(format_args!("davit dev {}\n", env!("CARGO_PKG_VERSION")));
    say::line(format_args!("  URL  {}", url(address)));
    say::line(format_args!("  Key  export KEY={}", quoted(key)));
    say::line("       for routes that are not public: -H \"X-API-Key: $KEY\"\n");
}

/// A key as a shell takes it: one of RUNTIME_ROOT_KEY may have any characters.
fn quoted(key: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if key.chars().all(is_plain) { key.to_owned() } else { format!("'{}'", key.replace('\'', r"'\''")) }
}

/// Prints how the plugins fare, and each change of that until the
/// runtime ends.
pub(super) async fn follow(
    mut statuses: watch::Receiver<Arc<[PluginStatus]>>,
    address: SocketAddr,
    given: Given,
    changes: Changes,
) {
    let mut before: Arc<[PluginStatus]> = Arc::from([]);
    let mut first = true;
    while statuses.changed().await.is_ok() {
        let now = statuses.borrow_and_update().clone();
        let took = changes.take();
        // What resources name may be on its way.
        if first && now.is_empty() && given.files.is_empty() {
            say::line(nothing_below(&given.folders));
        }
        first = false;
        let old = |status: &PluginStatus| before.iter().find(|old| old.folder == status.folder);
        for status in now.iter() {
            if let Some(line) = line(status, old(status), address, took) {
                say::line(line);
            }
        }
        for gone in before.iter().filter(|old| !now.iter().any(|status| status.folder == old.folder)) {
            say::line(format_args!("  {DOUBT}-{DOUBT:#} {} is gone", gone.label()));
        }
        before = now;
    }
}

fn nothing_below(paths: &[PathBuf]) -> String {
    let paths: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
    format!("  no plugin found below {}: `davit new NAME` makes one", paths.join(", "))
}

fn line(
    status: &PluginStatus,
    old: Option<&PluginStatus>,
    address: SocketAddr,
    took: Option<Duration>,
) -> Option<String> {
    let name = status.label();
    let before = old.and_then(|old| old.serving.as_ref());
    match (&status.problem, &status.serving) {
        (Some(problem), serving) if old.and_then(|old| old.problem.as_ref()) != Some(problem) => {
            Some(problem_line(&name, problem, serving.is_some()))
        }
        (None, Some(serving)) if before != Some(serving) || old.is_some_and(|old| old.problem.is_some()) => {
            let took = took.filter(|_| old.is_some());
            let took = took.map(|took| format!("  live after {} ms", took.as_millis())).unwrap_or_default();
            Some(format!("  {GOOD}✓{GOOD:#} {name} {}{}{took}", serving.version, at(serving, address)))
        }
        _ => None,
    }
}

/// One line on why a plugin's newest package does not serve; `serves` says
/// whether an older one does.
pub(super) fn problem_line(name: &str, problem: &Problem, serves: bool) -> String {
    let goes_on = if serves { "; the last good version keeps serving" } else { "" };
    let (style, mark) = match problem.reason {
        Reason::Disabled | Reason::RolloutInProgress | Reason::Suspended => (DOUBT, "-"),
        _ => (BAD, "✗"),
    };
    format!("  {style}{mark}{style:#} {name}  {}{goes_on} [{}]", problem.message, problem.reason)
}

fn at(serving: &Serving, address: SocketAddr) -> String {
    serving.base.as_ref().map(|base| format!("  {}{base}", url(address))).unwrap_or_default()
}

fn url(address: SocketAddr) -> String {
    if address.ip().is_loopback() || address.ip().is_unspecified() {
        format!("http://localhost:{}", address.port())
    } else {
        format!("http://{address}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_quoted_as_far_as_a_shell_needs_it() {
        let table = [("dvt_0a", "dvt_0a"), ("a b", "'a b'"), ("$(id)", "'$(id)'"), ("it's", r"'it'\''s'")];
        for (key, expected) in table {
            assert_eq!(quoted(key), expected);
        }
    }
}
