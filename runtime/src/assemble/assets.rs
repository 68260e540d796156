//! The static files of a plugin's user interface: a table made once, so that
//! what is not in it cannot be reached.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, io};

use bytes::Bytes;
use davit_plugin::PackagePath;
use davit_plugin::manifest::FILE_NAMES;
use davit_plugin::plan::{Plan, PlannedPlugin};
use http::HeaderValue;

use super::snapshot::Snapshot;

use crate::volume::Tree;

/// Files up to this size are held in memory,
const SMALL: u64 = 64 << 10;
/// as long as all of a plugin's together are not larger than this.
const IN_MEMORY: u64 = 4 << 20;

/// The files below the folder of a plugin's `entrypoint`.
#[derive(Debug)]
pub struct Assets {
    tree: Arc<Tree>,
    entrypoint: PackagePath,
    files: BTreeMap<String, Arc<Asset>>,
}

/// One static file.
#[derive(Debug)]
pub struct Asset {
    /// Where it is.
    pub file: PathBuf,
    /// Its bytes, if it is small.
    pub bytes: Option<Bytes>,
    /// Its length in bytes.
    pub length: u64,
    /// Its media type.
    pub content_type: HeaderValue,
    /// A strong validator: the package's digest stands for the file's bytes.
    pub etag: HeaderValue,
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
        all.push(match (&plugin.ui, tree, before) {
            (None, ..) | (_, None, _) => None,
            (Some(entrypoint), Some(tree), Some(same)) if same.are_of(tree, entrypoint) => Some(same),
            (Some(entrypoint), Some(tree), _) => list(plugin, tree.clone(), entrypoint.clone()).await,
        });
    }
    all
}

async fn list(plugin: &PlannedPlugin, tree: Arc<Tree>, entrypoint: PackagePath) -> Option<Arc<Assets>> {
    let code = plugin.code.clone();
    let listing = tokio::task::spawn_blocking(move || Assets::list(tree, &entrypoint, code.as_ref()));
    match listing.await.unwrap_or_else(|error| Err(io::Error::other(error))) {
        Ok(assets) => Some(Arc::new(assets)),
        Err(error) => {
            tracing::error!(plugin = %plugin.name, %error, "cannot list the plugin's static files: reload it");
            None
        }
    }
}

impl Assets {
    /// Lists the files, but for the manifest and the plugin's own `code`, which
    /// are not for browsers. Links of the package lead only to files of it.
    pub fn list(tree: Arc<Tree>, entrypoint: &PackagePath, code: Option<&PackagePath>) -> io::Result<Self> {
        let hidden = hidden(&tree, code);
        let folder = tree.root().join(entrypoint.folder());
        let (mut files, mut budget) = (BTreeMap::new(), IN_MEMORY);
        let mut open = vec![folder.clone()];
        while let Some(at) = open.pop() {
            for entry in fs::read_dir(&at)? {
                let path = entry?.path();
                let metadata = fs::metadata(&path)?;
                let is_link = fs::symlink_metadata(&path)?.is_symlink();
                if metadata.is_dir() && !is_link {
                    open.push(path);
                } else if let (true, Some(name)) =
                    (metadata.is_file() && !hidden.contains(&path), relative(&folder, &path))
                {
                    files.insert(
                        name.clone(),
                        Arc::new(asset(&tree, path, &name, metadata.len(), &mut budget)?),
                    );
                }
            }
        }
        Ok(Self { tree, entrypoint: entrypoint.clone(), files })
    }

    /// The file at a path relative to the folder, without a leading slash; the
    /// folder itself is the entrypoint.
    pub fn get(&self, path: &str) -> Option<&Arc<Asset>> {
        if path.is_empty() { self.entrypoint() } else { self.files.get(path) }
    }

    /// The HTML file that starts the user interface.
    pub fn entrypoint(&self) -> Option<&Arc<Asset>> {
        self.files.get(self.entrypoint.as_str().rsplit('/').next()?)
    }

    /// Whether these are the files of that package's entrypoint.
    pub fn are_of(&self, tree: &Tree, entrypoint: &PackagePath) -> bool {
        self.tree.digest() == tree.digest() && self.entrypoint == *entrypoint
    }
}

/// The server's side of a package: manifest, code and the code's source map.
fn hidden(tree: &Tree, code: Option<&PackagePath>) -> Vec<PathBuf> {
    let code = code.into_iter().flat_map(|code| [code.to_string(), format!("{code}.map")]);
    FILE_NAMES.into_iter().map(str::to_owned).chain(code).map(|file| tree.root().join(file)).collect()
}

fn relative(folder: &Path, path: &Path) -> Option<String> {
    path.strip_prefix(folder).ok()?.to_str().map(str::to_owned)
}

fn asset(tree: &Tree, file: PathBuf, name: &str, length: u64, budget: &mut u64) -> io::Result<Asset> {
    let guessed = mime_guess::from_path(&file).first_or_octet_stream();
    let text = guessed.type_() == mime_guess::mime::TEXT && guessed.get_param("charset").is_none();
    let content_type = if text { format!("{guessed}; charset=utf-8") } else { guessed.to_string() };
    let etag = format!("\"{}-{}\"", tree.digest().short(), davit_plugin::Digest::of(name.as_bytes()).short());
    let small = length <= SMALL && length <= *budget;
    let bytes = if small { Some(Bytes::from(fs::read(&file)?)) } else { None };
    *budget -= bytes.as_ref().map_or(0, |bytes| bytes.len() as u64).min(*budget);
    Ok(Asset {
        file,
        bytes,
        length,
        content_type: HeaderValue::try_from(content_type)
            .unwrap_or(HeaderValue::from_static("application/octet-stream")),
        etag: HeaderValue::try_from(etag).unwrap_or(HeaderValue::from_static("\"\"")),
    })
}
