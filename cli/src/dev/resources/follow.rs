//! The task that looks at the files when something changed, and asks sources when
//! that is due.

use std::time::{Duration, Instant};

use davit_plugin::reason::{Problem, Reason};
use davit_plugin::{Digest, PluginName};
use davit_runtime::directories::Handle;
use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use tempfile::TempDir;
use tokio::sync::mpsc;

use super::fetch::{fetch, invalid};
use super::place::Placed;
use super::wanted::{WantedPlugin, WantedSource};
use super::{Follower, Known, read};

/// How soon a source that gave nothing is asked again.
const RETRY: Duration = Duration::from_secs(5);
/// How often a tag is asked for another package.
const INTERVAL: Duration = Duration::from_mins(5);

/// A source that is due.
struct Due {
    name: PluginName,
    source: WantedSource,
    known: Option<Digest>,
}

impl Follower {
    /// Looks at the files with each message; ends with their sender.
    pub(in crate::dev) async fn follow(mut self, directories: Handle, mut changes: mpsc::Receiver<()>) {
        loop {
            self.look(&directories);
            let (due, wait) = (self.due(), self.wait());
            let idle = due.is_empty();
            tokio::select! {
                change = changes.recv() => match change {
                    Some(()) => {}
                    None => return,
                },
                () = self.ask(due, &directories), if !idle => {}
                () = tokio::time::sleep(wait), if idle => {}
            }
        }
    }

    /// Reads the files, removes what is no longer wanted and declares the rest.
    fn look(&mut self, directories: &Handle) {
        match read(&self.given) {
            Ok(wanted) => {
                self.wanted = wanted;
                self.said.files(None);
            }
            Err(error) => self.said.files(Some(error.to_string())),
        }
        let stand_ins = self.stand_ins.look(&self.given.folders);
        let Self { wanted, known, place, said, .. } = self;
        let from_source = |name: &PluginName| wanted.plugins.contains_key(name) && !stand_ins.contains(name);
        // Gone before its declaration: the manifest's own word never counts for it.
        known.retain(|name, _| {
            let stays = from_source(name);
            if !stays && let Err(error) = place.remove(name) {
                say_unplaced(name, &error);
            }
            stays
        });
        said.retain(|label| {
            wanted.taken.iter().any(|(taken, _)| taken == label)
                || label.parse().is_ok_and(|name| known.contains_key(&name))
        });
        for (resource, problem) in &wanted.taken {
            said.problem(resource, Some(problem), false);
        }
        self.declarations.set(wanted.declarations());
        let new: Vec<PluginName> = wanted.plugins.keys().filter(|name| from_source(name)).cloned().collect();
        for name in new {
            let source = &self.wanted.plugins[&name].source;
            self.known.entry(name).or_insert_with(|| Known::of(source.clone()));
        }
        directories.changed();
    }

    /// The sources to ask now.
    fn due(&mut self) -> Vec<Due> {
        let Self { known, wanted, said, .. } = self;
        let mut due = Vec::new();
        for (name, known) in known {
            let WantedPlugin { declared, source } = &wanted.plugins[name];
            if declared.suspended {
                let problem = Problem::new(
                    Reason::Suspended,
                    "it is suspended before it came: set spec.suspend to false",
                );
                said.problem(name.as_str(), known.placed.is_none().then_some(&problem), false);
            } else if known.source != *source || known.wait().is_zero() {
                due.push(Due { name: name.clone(), source: source.clone(), known: known.digest() });
            }
        }
        due
    }

    /// How long nothing is due.
    fn wait(&self) -> Duration {
        let active = self.known.iter().filter(|(name, _)| !self.wanted.plugins[*name].declared.suspended);
        active.map(|(_, known)| known.wait()).min().unwrap_or(INTERVAL).max(Duration::from_millis(100))
    }

    /// Asks all of them at once and places what each gives as soon as it comes.
    async fn ask(&mut self, due: Vec<Due>, directories: &Handle) {
        let place = self.place.clone();
        let one = |due: Due| {
            let place = place.clone();
            async move {
                let staged = place.stage().map_err(|error| invalid(&error));
                let fetched = match &staged {
                    Ok(stage) => {
                        fetch(&due.name, &due.source, due.known, &stage.path().join("package")).await
                    }
                    Err(problem) => Err(problem.clone()),
                };
                (due, staged.ok(), fetched)
            }
        };
        let mut asked: FuturesUnordered<_> = due.into_iter().map(one).collect();
        while let Some((due, stage, fetched)) = asked.next().await {
            self.take(due, stage, fetched, directories);
        }
    }

    fn take(
        &mut self,
        due: Due,
        stage: Option<TempDir>,
        fetched: Result<Option<Placed>, Problem>,
        directories: &Handle,
    ) {
        let Some(known) = self.known.get_mut(&due.name) else { return };
        let placed = match (fetched, stage) {
            (Ok(Some(placed)), Some(stage)) => {
                let put = self.place.put(&due.name, &stage.path().join("package"));
                put.map(|()| Some(placed)).map_err(|error| invalid(&error))
            }
            (Ok(_), _) => Ok(known.placed),
            (Err(problem), _) => Err(problem),
        };
        (known.source, known.asked) = (due.source, Instant::now());
        known.problem = placed.as_ref().err().cloned();
        if let Ok(placed) = placed {
            known.placed = placed;
            directories.changed();
        }
        self.said.problem(due.name.as_str(), known.problem.as_ref(), known.placed.is_some());
    }
}

impl Known {
    /// A source that has not been asked yet.
    fn of(source: WantedSource) -> Self {
        let problem = Problem::new(Reason::RolloutInProgress, "its source has not been asked yet");
        // Long ago, so that it is due at once.
        let asked = Instant::now().checked_sub(RETRY).unwrap_or_else(Instant::now);
        Self { source, placed: None, problem: Some(problem), asked }
    }

    /// The package that lies in its place, if it came as one.
    fn digest(&self) -> Option<Digest> {
        match self.placed {
            Some(Placed::Package(digest)) => Some(digest),
            Some(Placed::Files) | None => None,
        }
    }

    /// How long its source need not be asked.
    fn wait(&self) -> Duration {
        let pause = match &self.source {
            _ if self.problem.is_some() => RETRY,
            WantedSource::Oci { source, .. } if !source.reference.contains('@') => INTERVAL,
            // What these give changes with the files only.
            WantedSource::Oci { .. } | WantedSource::ConfigMap { .. } => return INTERVAL,
        };
        pause.saturating_sub(self.asked.elapsed())
    }
}

fn say_unplaced(name: &PluginName, error: &std::io::Error) {
    tracing::warn!(%name, %error, "cannot remove a plugin's package");
}
