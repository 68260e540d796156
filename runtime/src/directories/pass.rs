//! One pass: from what is on disk and what serves to what shall serve.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use davit_plugin::plan::{Barred, CandidateId, GroupKey, Outcome, Plan, Tried, Verdict, arrange, judge};
use futures::future::join_all;

use super::Options;
use super::folders::{Lister, Unread, has_manifest};
use super::scan::{Found, Package, Scanner};
use super::status::{self, PluginStatus};
use super::wanted::{LastGood, Sorted, sort};
use crate::assemble::{Assembler, MissingPackages, Prepared, Ready};
use crate::volume::Volume;

/// What passes remember from one to the next.
pub(super) struct Passes {
    options: Options,
    assembler: Arc<Assembler>,
    lister: Lister,
    scanner: Scanner,
    last_good: LastGood,
    reloads: u64,
    first: bool,
}

/// What came of a pass.
pub(super) struct Report {
    pub(super) statuses: Vec<PluginStatus>,
    /// Plugin directories that nobody could look into.
    pub(super) unread: Vec<Unread>,
}

impl Passes {
    pub(super) fn new(options: Options, assembler: Arc<Assembler>, volume: Arc<Volume>) -> Self {
        let scanner = Scanner::new(volume, &options);
        let lister = Lister::new(&options.roots);
        Self { options, assembler, lister, scanner, last_good: LastGood::new(), reloads: 0, first: true }
    }

    /// Makes every group of the next pass a new one.
    pub(super) fn replace_all(&mut self) {
        self.reloads += 1;
    }

    /// Makes one pass and says how each plugin fares.
    pub(super) async fn make(&mut self) -> Result<Report, MissingPackages> {
        let (folders, unread) = self.lister.list();
        let found = self.scanner.scan(folders).await;
        let found: Vec<Found> =
            found.into_iter().filter(|found| self.is_plugin(found)).map(|found| self.mark(found)).collect();
        let packages: Vec<(PathBuf, Package)> = found.iter().filter_map(package).collect();
        self.last_good.retain(|path, _| found.iter().any(|found| found.folder.path == *path));
        let sorted = sort(found, &self.last_good);
        let settle = if self.first { self.options.first_settle } else { self.options.settle };
        let outcomes = self.settle(&sorted, settle).await?;
        self.first = false;
        self.remember(&sorted, &outcomes, &packages);
        Ok(Report { statuses: status::of(sorted, outcomes), unread })
    }

    /// A folder without a manifest is no plugin, unless it was one before.
    fn is_plugin(&self, found: &Found) -> bool {
        let path = &found.folder.path;
        found.package.is_ok() || has_manifest(path) || self.last_good.contains_key(path)
    }

    /// A reload by hand makes the same package another candidate.
    fn mark(&self, mut found: Found) -> Found {
        if let Ok(package) = &mut found.package {
            package.candidate.reload = (self.reloads > 0).then(|| self.reloads.to_string());
        }
        found
    }

    /// Arranges, prepares and judges until a plan can be committed.
    async fn settle(&self, sorted: &Sorted, settle: Duration) -> Result<Vec<Outcome>, MissingPackages> {
        let serving = self.assembler.current().plan().clone();
        let serve = serving.plugins.iter().map(CandidateId::of).collect();
        let (mut barred, mut tried) = (Barred::new(), BTreeSet::new());
        loop {
            let arrangement = arrange(&sorted.wanted, &serving, &barred);
            let (ready, keys) = self.prepare(arrangement.plan, &serve, settle, &mut barred).await?;
            tried.extend(keys);
            if let Some(ready) = ready {
                self.assembler.commit(ready, &tried);
                return Ok(arrangement.outcomes);
            }
        }
    }

    /// Starts a plan's groups and waits as `judge` says. Names the plan's groups,
    /// and adds to `barred` unless all is ready.
    async fn prepare(
        &self,
        plan: Plan,
        serve: &BTreeSet<CandidateId>,
        settle: Duration,
        barred: &mut Barred,
    ) -> Result<(Option<Ready>, Vec<GroupKey>), MissingPackages> {
        let prepared = self.assembler.prepare(plan, settle).await?;
        let keys: Vec<GroupKey> = prepared.groups().map(|(key, ..)| key).collect();
        loop {
            match judge(&tried(&prepared), serve) {
                Verdict::Commit => return Ok((prepared.ready().ok(), keys)),
                Verdict::Wait(groups) => {
                    join_all(groups.iter().map(|key| prepared.settled(*key))).await;
                }
                Verdict::Without(more) => {
                    barred.extend(more);
                    return Ok((None, keys));
                }
            }
        }
    }

    /// What runs now is each folder's last good.
    fn remember(&mut self, sorted: &Sorted, outcomes: &[Outcome], packages: &[(PathBuf, Package)]) {
        for (folder, outcome) in sorted.folders.iter().zip(outcomes) {
            let runs = outcome.runs.as_ref().map(davit_plugin::plan::Candidate::id);
            let ran = packages
                .iter()
                .find(|(path, package)| *path == folder.path && Some(package.candidate.id()) == runs);
            if let Some((path, package)) = ran {
                self.last_good.insert(path.clone(), package.clone());
            }
        }
    }
}

fn tried(prepared: &Prepared) -> Vec<Tried<GroupKey>> {
    let id = |&i: &usize| CandidateId::of(&prepared.plan().plugins[i]);
    prepared
        .groups()
        .map(|(key, members, states)| (key, members.iter().map(id).zip(states).collect()))
        .collect()
}

fn package(found: &Found) -> Option<(PathBuf, Package)> {
    Some((found.folder.path.clone(), found.package.as_ref().ok()?.clone()))
}
