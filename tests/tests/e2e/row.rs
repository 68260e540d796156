//! The rows: what they are called, what they need, and how one is run.

use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use futures::FutureExt;

use crate::cluster::Cluster;
use crate::{install, restricted, rights, scenarios, standalone, table, trouble, under_load, upgrade};

/// What is proved, in the order in which it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Row {
    Install,
    Restricted,
    UnderLoad,
    Standalone,
    Scenarios,
    Upgrade,
    Rights,
}

/// What a row needs beside the API server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// This machine reaches the addresses of Services and pods.
    Addresses,
    /// Pods reach a registry that the suite starts.
    Registry,
    /// The API server's audit log.
    AuditLog,
    /// The processes and the file system of the nodes are this machine's.
    Nodes,
}

/// How a row ended.
pub(crate) enum Outcome {
    /// With these figures.
    Passed(String),
    /// It could not begin.
    Lacks(String),
    /// What went wrong.
    Failed(String),
}

/// An outcome, and how long it took to come.
pub(crate) type Timed = (Outcome, Duration);

/// What the command line asks for.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    rows: Vec<Row>,
    /// Where the table is written to as well.
    pub(crate) out: Option<PathBuf>,
    /// Whether what was installed stays.
    pub(crate) keep: bool,
}

impl Row {
    pub(crate) const ALL: [Self; 7] = [
        Self::Install,
        Self::Restricted,
        Self::UnderLoad,
        Self::Standalone,
        Self::Scenarios,
        Self::Upgrade,
        Self::Rights,
    ];

    /// By which it is asked for.
    pub(crate) fn id(self) -> &'static str {
        match self {
            Self::Install => "a",
            Self::Restricted => "d",
            Self::UnderLoad => "b",
            Self::Standalone => "e",
            Self::Scenarios => "x",
            Self::Upgrade => "c",
            Self::Rights => "h",
        }
    }

    /// What it promises.
    pub(crate) fn case(self) -> &'static str {
        match self {
            Self::Install => "helm install from nothing, both examples, asked from a pod and from the host",
            Self::Restricted => {
                "\"restricted\" holds: root read-only, no capability, no token in runtime pods"
            }
            Self::UnderLoad => "no request fails: pods deleted, drained, scaled, rolled; operator restarted",
            Self::Standalone => "standalone: kubectl exec mkdir, kubectl cp, curl reload",
            Self::Scenarios => "claims, healed Secrets, repeated events, statuses written at once",
            Self::Upgrade => "helm upgrade and rollback under load; uninstall leaves Plugins and CRDs",
            Self::Rights => "no call was forbidden, no granted verb is unused",
        }
    }

    fn needs(self) -> &'static [Need] {
        match self {
            Self::Install | Self::UnderLoad | Self::Upgrade => &[Need::Registry, Need::Addresses],
            Self::Restricted => &[Need::Registry, Need::Nodes],
            Self::Standalone => &[Need::Addresses],
            Self::Scenarios => &[Need::Registry, Need::Addresses, Need::Nodes, Need::AuditLog],
            Self::Rights => &[Need::AuditLog],
        }
    }

    async fn prove(self, cluster: &Cluster) -> String {
        match self {
            Self::Install => install::prove(cluster).await,
            Self::Restricted => restricted::prove(cluster).await,
            Self::UnderLoad => under_load::prove(cluster).await,
            Self::Standalone => standalone::prove(cluster).await,
            Self::Scenarios => scenarios::prove(cluster).await,
            Self::Upgrade => upgrade::prove(cluster).await,
            Self::Rights => rights::prove(cluster).await,
        }
    }
}

impl Asked {
    pub(crate) fn parse(mut words: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut asked = Self::default();
        while let Some(word) = words.next() {
            let row = Row::ALL.into_iter().find(|row| row.id() == word);
            match (word.as_str(), row) {
                (_, Some(row)) => asked.rows.push(row),
                ("--keep", _) => asked.keep = true,
                ("--out", _) => asked.out = Some(words.next().ok_or("--out takes a file")?.into()),
                _ => {
                    return Err(format!("`{word}` is no row; there are {}", Row::ALL.map(Row::id).join(" ")));
                }
            }
        }
        Ok(asked)
    }

    pub(crate) fn has(&self, row: Row) -> bool {
        self.rows.is_empty() || self.rows.contains(&row)
    }
}

/// Runs a row if there is what it needs; shows what a person wants to see if it
/// fails.
pub(crate) async fn run(row: Row, cluster: &Cluster) -> Timed {
    table::say(format_args!("== {}: {}", row.id(), row.case()));
    let start = Instant::now();
    let lacking: Vec<&str> = row.needs().iter().filter_map(|need| cluster.lacks(*need)).collect();
    let outcome = if lacking.is_empty() {
        match AssertUnwindSafe(row.prove(cluster)).catch_unwind().await {
            Ok(figures) => Outcome::Passed(figures),
            Err(panic) => {
                trouble::show(cluster).await;
                Outcome::Failed(trouble::said_by(&*panic))
            }
        }
    } else {
        Outcome::Lacks(lacking.join("; "))
    };
    (outcome, start.elapsed())
}
