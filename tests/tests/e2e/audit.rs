//! What accounts have asked of the API server, by its audit log.

use std::collections::BTreeSet;
use std::fmt;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::Value;

use crate::cluster::SYSTEM;

/// The API server's audit log, JSON lines, and what of it speaks of this run: from
/// where the release is installed up to where it is uninstalled. Then helm takes the
/// operator's roles away while its pods still end.
#[derive(Debug)]
pub(crate) struct AuditLog {
    path: PathBuf,
    begin: AtomicU64,
    end: AtomicU64,
}

/// One right of an account: what a role grants, or what a call needs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Right {
    /// The service account, in the namespace of the release.
    pub(crate) account: String,
    pub(crate) verb: String,
    /// `pods`, `plugins/status`.
    pub(crate) resource: String,
    /// The API group; empty for the core's.
    pub(crate) group: String,
}

impl fmt::Display for Right {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { account, verb, resource, group } = self;
        let dot = if group.is_empty() { "" } else { "." };
        write!(f, "{account}: {verb} {resource}{dot}{group}")
    }
}

/// What the accounts of the release have done in this run.
#[derive(Debug, Default)]
pub(crate) struct Audit {
    /// What they were let do.
    pub(crate) used: BTreeSet<Right>,
    /// What they were not.
    pub(crate) forbidden: BTreeSet<String>,
    /// How many calls there were.
    pub(crate) calls: usize,
}

impl AuditLog {
    /// All of a log.
    pub(crate) fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), begin: AtomicU64::new(0), end: AtomicU64::new(u64::MAX) }
    }

    /// What was before does not count.
    pub(crate) fn begin(&self) {
        self.begin.store(self.open().1, Ordering::Release);
        self.end.store(u64::MAX, Ordering::Release);
    }

    /// What comes from now on does not count.
    pub(crate) fn end(&self) {
        self.end.store(self.open().1, Ordering::Release);
    }

    /// What counts of it.
    pub(crate) fn read(&self) -> Audit {
        let (begin, end) = (self.begin.load(Ordering::Acquire), self.end.load(Ordering::Acquire));
        let mut file = self.open().0;
        file.seek(SeekFrom::Start(begin)).expect("files can be sought in");
        let mut audit = Audit::default();
        // The last line may still be in the making.
        let lines = BufReader::new(file.take(end - begin)).lines().map_while(Result::ok);
        for event in lines.filter_map(|line| serde_json::from_str::<Value>(&line).ok()) {
            audit.add(&event);
        }
        audit
    }

    /// The log, and how long it is.
    fn open(&self) -> (File, u64) {
        let opened = File::open(&self.path).and_then(|file| file.metadata().map(|about| (file, about.len())));
        opened.unwrap_or_else(|error| panic!("E2E_AUDIT_LOG {}: {error}", self.path.display()))
    }
}

impl Audit {
    fn add(&mut self, event: &Value) {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let prefix = format!("system:serviceaccount:{SYSTEM}:");
        let user = text(&event["user"]["username"]);
        let Some(account) = user.strip_prefix(&prefix) else { return };
        self.calls += 1;
        let (verb, code) = (text(&event["verb"]), event["responseStatus"]["code"].as_u64());
        if event["annotations"]["authorization.k8s.io/decision"] == "forbid" || code == Some(403) {
            let why = text(&event["responseStatus"]["message"]);
            self.forbidden.insert(format!("{account}: {verb} {} {why}", text(&event["requestURI"])));
            return;
        }
        let object = &event["objectRef"];
        let sub = object["subresource"].as_str().map(|sub| format!("/{sub}")).unwrap_or_default();
        let resource = text(&object["resource"]) + &sub;
        let right = Right { account: account.to_owned(), verb, resource, group: text(&object["apiGroup"]) };
        // Server-side apply of what is not there needs both, and is logged as a patch.
        if (right.verb.as_str(), code) == ("patch", Some(201)) {
            self.used.insert(Right { verb: "create".to_owned(), ..right.clone() });
        }
        self.used.insert(right);
    }
}
