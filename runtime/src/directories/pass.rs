//! One pass: from what is on disk and what serves to what shall serve.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use davit_plugin::PluginName;
use davit_plugin::plan::{Barred, CandidateId, GroupKey, Outcome, Plan, Tried, Verdict, arrange, judge};
use futures::future::join_all;

use super::Options;
use super::folders::{Lister, Unread, has_manifest};
use super::handle::{Installed, ReloadError};
use super::incoming::{Staged, off};
use super::install::install;
use super::install_error::{InstallError, RemoveError};
use super::left_out::LeftOut;
use super::remove::remove;
use super::scan::{Found, Package, Packing, Scanner};
use super::status::{self, PluginStatus};
use super::switches::{SwitchError, Switches};
use super::wanted::{LastGood, Sorted, sort};
use crate::assemble::{Assembler, MissingPackages, Prepared};

/// What passes remember from one to the next.
pub(super) struct Passes {
    options: Options,
    assembler: Arc<Assembler>,
    lister: Lister,
    scanner: Scanner,
    switches: Switches,
    last_good: LastGood,
    left_out: LeftOut,
    /// Packages that were installed since the last pass: they stay on the volume for the next.
    installed: Vec<Package>,
    reloads: u64,
    first: bool,
}

/// What came of a pass.
pub(super) struct Report {
    pub(super) statuses: Vec<PluginStatus>,
    /// Plugin directories that nobody could look into, and what was turned on or
    /// off in them, if nobody could read that.
    pub(super) unread: Vec<Unread>,
}

impl Passes {
    pub(super) fn new(options: Options, assembler: Arc<Assembler>, packing: Packing) -> Self {
        let scanner = Scanner::new(packing, options.build.clone());
        let lister = Lister::new(&options.roots);
        let switches = Switches::new(&options.roots);
        Self {
            options,
            assembler,
            lister,
            scanner,
            switches,
            last_good: LastGood::new(),
            left_out: LeftOut::default(),
            installed: Vec::new(),
            reloads: 0,
            first: true,
        }
    }

    /// Makes every group of the next pass a new one.
    pub(super) fn replace_all(&mut self) {
        self.reloads += 1;
    }

    /// Turns a plugin on or off from the next pass on; `statuses` are those of the
    /// last one. Of several folders of the name that is the first one, or the first
    /// that is on if it is to be off.
    pub(super) async fn switch(
        &mut self,
        name: &PluginName,
        enabled: bool,
        statuses: &[PluginStatus],
    ) -> Result<(), SwitchError> {
        if self.options.declarations.declare(name) {
            return Err(SwitchError::Declared(name.clone()));
        }
        let named = || statuses.iter().filter(|status| status.name.as_ref() == Some(name));
        let on = named().find(|status| !enabled && !status.is_off());
        let status = on.or_else(|| named().next()).ok_or_else(|| SwitchError::Unknown(name.clone()))?;
        let (mut switches, folder) = (self.switches.clone(), status.path().clone());
        let set = tokio::task::spawn_blocking(move || switches.set(&folder, enabled).map(|()| switches));
        self.switches = set.await.map_err(|_| ReloadError::Stopped)??;
        Ok(())
    }

    /// Puts a package in its folder.
    pub(super) async fn install(
        &mut self,
        staged: Staged,
        statuses: &[PluginStatus],
    ) -> Result<Installed, InstallError> {
        let (folders, _) = self.lister.list();
        let (roots, statuses, mut switches) =
            (self.options.roots.clone(), statuses.to_vec(), self.switches.clone());
        let package = staged.package.clone();
        let (installed, switches) = off(move || {
            let installed = install(&staged, &roots, &folders, &statuses, &mut switches)?;
            Ok::<_, InstallError>((installed, switches))
        })
        .await?;
        self.switches = switches;
        self.installed.push(package);
        Ok(installed)
    }

    /// Removes a plugin's folder.
    pub(super) async fn remove(
        &mut self,
        name: PluginName,
        statuses: &[PluginStatus],
    ) -> Result<(), RemoveError> {
        let (folders, _) = self.lister.list();
        let (roots, statuses, mut switches) =
            (self.options.roots.clone(), statuses.to_vec(), self.switches.clone());
        self.switches =
            off(move || remove(&name, &roots, &folders, &statuses, &mut switches).map(|()| switches)).await?;
        Ok(())
    }

    /// Makes one pass and says how each plugin fares.
    pub(super) async fn make(&mut self) -> Result<Report, MissingPackages> {
        let (folders, mut unread) = self.lister.list();
        unread.extend(self.switches.refresh().err());
        let found = self.scanner.scan(folders, &self.switches).await;
        let (found, others): (Vec<_>, Vec<_>) = found.into_iter().partition(|found| self.is_plugin(found));
        self.left_out.tell(others.into_iter().map(|other| other.folder.path));
        let found: Vec<Found> = found.into_iter().map(|found| self.mark(found)).collect();
        let packages: Vec<(PathBuf, Package)> = found.iter().filter_map(package).collect();
        self.last_good.retain(|path, _| found.iter().any(|found| found.folder.path == *path));
        let sorted = sort(found, &self.last_good);
        let settle = if self.first { self.options.first_settle } else { self.options.settle };
        let outcomes = self.settle(&sorted, settle).await?;
        self.first = false;
        self.remember(&sorted, &outcomes, &packages);
        self.installed.clear();
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
            if self.go_live(arrangement.plan, &serve, settle, &mut barred, &mut tried).await? {
                return Ok(arrangement.outcomes);
            }
        }
    }

    /// Starts a plan's groups, waits as `judge` says, and commits the plan; whether
    /// it came to that. Adds the plan's groups to `held`, and what keeps it from
    /// being committed to `barred`.
    async fn go_live(
        &self,
        plan: Plan,
        serve: &BTreeSet<CandidateId>,
        settle: Duration,
        barred: &mut Barred,
        held: &mut BTreeSet<GroupKey>,
    ) -> Result<bool, MissingPackages> {
        let mut prepared = self.assembler.prepare(plan, settle).await?;
        held.extend(prepared.keys());
        loop {
            match judge(&tried(&prepared), serve) {
                Verdict::Commit => match self.commit(prepared, held).await {
                    Ok(()) => return Ok(true),
                    Err(failed) => prepared = failed,
                },
                Verdict::Wait(groups) => {
                    join_all(groups.iter().map(|key| prepared.settled(*key))).await;
                }
                Verdict::Without(more) => {
                    barred.extend(more);
                    return Ok(false);
                }
            }
        }
    }

    async fn commit(&self, prepared: Prepared, held: &BTreeSet<GroupKey>) -> Result<(), Prepared> {
        self.assembler.commit(prepared.ready()?, held).await.map(drop)
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
