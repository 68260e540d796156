//! The static files of a plugin's user interface: a table made once, so that
//! what is not in it cannot be reached.

mod asset;
mod base;
mod hashed;
mod html;
mod list;
mod shelf;

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use davit_plugin::plan::{Plan, PlannedPlugin};
use davit_plugin::{Base, PackagePath};

use super::snapshot::Snapshot;
use crate::volume::Tree;

pub use asset::{Asset, Encoding, Representation, Source};
pub use shelf::Shelf;

/// The files below the folder of a plugin's `entrypoint`.
#[derive(Debug)]
pub struct Assets {
    tree: Arc<Tree>,
    ui: Ui,
    files: BTreeMap<String, Arc<Asset>>,
    page: Option<Arc<Asset>>,
}

/// What a plugin's user interface is made of, besides its package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ui {
    /// The HTML file that starts it.
    pub entrypoint: PackagePath,
    /// The plugin's own code, which is not for browsers.
    pub code: Option<PackagePath>,
    /// What is put into the page as its base, if anything is.
    pub inject: Option<Base>,
}

/// The static files of a plan's plugins, in its order; what is the same in `old`
/// is taken from there.
pub(super) async fn of_plan(
    plan: &Plan,
    trees: &[Option<Arc<Tree>>],
    old: &Snapshot,
) -> Vec<Option<Arc<Assets>>> {
    let mut all = Vec::with_capacity(plan.plugins.len());
    for (plugin, tree) in plan.plugins.iter().zip(trees) {
        let before = old.plugin(&plugin.name).and_then(|(_, served)| served.assets.clone());
        all.push(match (Ui::of(plugin), tree, before) {
            (None, ..) | (_, None, _) => None,
            (Some(ui), Some(tree), Some(same)) if same.are_of(tree, &ui) => Some(same),
            (Some(ui), Some(tree), _) => list(plugin, tree.clone(), ui).await,
        });
    }
    all
}

async fn list(plugin: &PlannedPlugin, tree: Arc<Tree>, ui: Ui) -> Option<Arc<Assets>> {
    let listing = tokio::task::spawn_blocking(move || Assets::list(tree, ui));
    match listing.await.unwrap_or_else(|error| Err(io::Error::other(error))) {
        Ok(assets) => Some(Arc::new(assets)),
        Err(error) => {
            tracing::error!(plugin = %plugin.name, %error, "cannot list the plugin's static files: reload it");
            None
        }
    }
}

impl Ui {
    fn of(plugin: &PlannedPlugin) -> Option<Self> {
        let inject = plugin.base.clone().filter(|_| plugin.inject_base);
        Some(Self { entrypoint: plugin.ui.clone()?, code: plugin.code.clone(), inject })
    }
}

impl Assets {
    /// The file at a path relative to the folder, without a leading slash; the
    /// folder itself is the entrypoint.
    pub fn get(&self, path: &str) -> Option<&Arc<Asset>> {
        if path.is_empty() { self.entrypoint() } else { self.files.get(path) }
    }

    /// The HTML file that starts the user interface.
    pub fn entrypoint(&self) -> Option<&Arc<Asset>> {
        self.page.as_ref()
    }

    /// Whether these are the files of that package's user interface.
    pub fn are_of(&self, tree: &Tree, ui: &Ui) -> bool {
        self.tree.digest() == tree.digest() && self.ui == *ui
    }
}
