//! Following directories, with everything real but the public port.

mod installed;
mod removed;
mod switched;

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use davit_plugin::PluginName;
use tokio::task::JoinHandle;

use super::{Declarations, Handle, Options, PluginStatus, Root, State, follow};
use crate::assemble::{Assembler, Timing};
use crate::listen::Ending;
use crate::volume::Volume;

/// A runtime with two plugin directories. Dropping it ends the process's part.
struct Started {
    handle: Handle,
    assembler: Arc<Assembler>,
    task: JoinHandle<()>,
    _ending: Ending,
}

impl Drop for Started {
    fn drop(&mut self) {
        self.task.abort();
    }
}

struct Directories(tempfile::TempDir);

impl Directories {
    fn new() -> Self {
        let directories = Self(tempfile::tempdir().unwrap());
        for name in ["built-in", "own"] {
            fs::create_dir(directories.path(name)).unwrap();
        }
        directories
    }

    fn path(&self, relative: &str) -> PathBuf {
        self.0.path().join(relative)
    }

    /// A plugin of a page alone.
    fn plugin(&self, folder: &str, name: &str, more: &str) -> PathBuf {
        let folder = self.path(folder);
        fs::create_dir_all(&folder).unwrap();
        let manifest = format!("name: \"{name}\"\nbase: /ui\nentrypoint: index.html\n{more}");
        fs::write(folder.join("manifest.yaml"), manifest).unwrap();
        fs::write(folder.join("index.html"), "<title>a</title>").unwrap();
        folder
    }

    async fn start(&self, declarations: Declarations) -> Started {
        let roots = ["built-in", "own"].map(|name| Root::Directory(self.path(name))).to_vec();
        self.start_at(roots, declarations).await
    }

    async fn start_at(&self, roots: Vec<Root>, declarations: Declarations) -> Started {
        let volume = tempfile::tempdir_in(self.0.path()).unwrap().keep();
        let volume = Arc::new(Volume::open(&volume).unwrap());
        let assembler = Arc::new(Assembler::new(None, volume.clone(), Timing::default()));
        let options = Options {
            roots,
            node_modules: true,
            build: None,
            declarations,
            first_settle: Duration::from_secs(1),
            settle: Duration::from_secs(1),
        };
        let ending = Ending::default();
        let (handle, task) = follow(options, assembler.clone(), volume, ending.phase());
        handle.reload().await.unwrap();
        Started { handle, assembler, task, _ending: ending }
    }
}

impl Started {
    /// The state of each folder, and which of them serves.
    fn now(&self) -> (Vec<(String, State)>, Option<String>) {
        let (snapshot, statuses) = (self.assembler.current(), self.handle.statuses());
        let state = |status: &PluginStatus| (status.folder.relative.clone(), status.now(&snapshot).0);
        let version = snapshot.at("ui").map(|(i, _)| snapshot.plan().plugins[i].version.to_string());
        (statuses.iter().map(state).collect(), version)
    }
}

fn name() -> PluginName {
    "@acme/ui".parse().unwrap()
}

fn said(states: &[(&str, State)], version: Option<&str>) -> (Vec<(String, State)>, Option<String>) {
    let states = states.iter().map(|(folder, state)| ((*folder).to_owned(), *state)).collect();
    (states, version.map(str::to_owned))
}
