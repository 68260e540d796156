//! The static files of a plugin's user interface: a table made once, so that
//! what is not in it cannot be reached.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, io};

use davit_plugin::PackagePath;
use davit_plugin::manifest::FILE_NAMES;
use http::HeaderValue;

use crate::volume::Tree;

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
    /// Its length in bytes.
    pub length: u64,
    /// Its media type.
    pub content_type: HeaderValue,
    /// A strong validator: the package's digest stands for the file's bytes.
    pub etag: HeaderValue,
}

impl Assets {
    /// Lists the files, but for the manifest and the plugin's own `code`, which
    /// are not for browsers. Links of the package lead only to files of it.
    pub fn list(tree: Arc<Tree>, entrypoint: &PackagePath, code: Option<&PackagePath>) -> io::Result<Self> {
        let hidden = hidden(&tree, code);
        let folder = tree.root().join(entrypoint.folder());
        let mut files = BTreeMap::new();
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
                    files.insert(name.clone(), Arc::new(asset(&tree, path, &name, metadata.len())));
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

fn asset(tree: &Tree, file: PathBuf, name: &str, length: u64) -> Asset {
    let guessed = mime_guess::from_path(&file).first_or_octet_stream();
    let text = guessed.type_() == mime_guess::mime::TEXT && guessed.get_param("charset").is_none();
    let content_type = if text { format!("{guessed}; charset=utf-8") } else { guessed.to_string() };
    let etag = format!("\"{}-{}\"", tree.digest().short(), davit_plugin::Digest::of(name.as_bytes()).short());
    Asset {
        file,
        length,
        content_type: HeaderValue::try_from(content_type)
            .unwrap_or(HeaderValue::from_static("application/octet-stream")),
        etag: HeaderValue::try_from(etag).unwrap_or(HeaderValue::from_static("\"\"")),
    }
}
