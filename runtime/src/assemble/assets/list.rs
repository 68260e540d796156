//! In: a package's tree. Out: the files of its user interface. Reads each file
//! once.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, io};

use davit_plugin::PackagePath;
use davit_plugin::manifest::FILE_NAMES;

use super::asset::{Asset, Encoding, Representation, Source};
use super::{Assets, Ui, base};
use crate::volume::Tree;

/// Small files of one plugin are held in memory as long as all of them together
/// are not larger than this.
const IN_MEMORY: u64 = 4 << 20;
/// The largest page that a base is put into.
const MAX_PAGE: u64 = 8 << 20;

impl Assets {
    /// Lists the files, but for the manifest and the plugin's own code, which
    /// are not for browsers. Links of the package lead only to files of it.
    pub fn list(tree: Arc<Tree>, ui: Ui) -> io::Result<Self> {
        let read = representations(&tree, &ui)?;
        let encoded = |name: &str| {
            let of = |encoding: Encoding| {
                let form = read.get(&format!("{name}{}", encoding.suffix()))?;
                Some((encoding, form.clone()))
            };
            Encoding::ALL.into_iter().filter_map(of).collect()
        };
        let asset = |(name, plain): (&String, &Representation)| {
            (name.clone(), Arc::new(Asset::new(name, plain.clone(), encoded(name))))
        };
        let mut files: BTreeMap<_, _> = read.iter().map(asset).collect();
        let page = match ui.entrypoint.as_str().rsplit('/').next() {
            Some(name) => with_base(&mut files, name, &ui)?,
            None => None,
        };
        Ok(Self { tree, ui, files, page })
    }
}

/// The page, with its base if it is to have one; that has no precompressed form.
fn with_base(
    files: &mut BTreeMap<String, Arc<Asset>>,
    name: &str,
    ui: &Ui,
) -> io::Result<Option<Arc<Asset>>> {
    let (Some(page), Some(base)) = (files.get(name).cloned(), &ui.inject) else {
        return Ok(files.get(name).cloned());
    };
    if page.plain.length > MAX_PAGE {
        let message = format!("{} is too large for `injectBase`: at most {MAX_PAGE} bytes", ui.entrypoint);
        return Err(io::Error::other(message));
    }
    let html = match &page.plain.source {
        Source::Memory(bytes) => bytes.clone(),
        Source::File(file) => fs::read(file)?.into(),
    };
    let injected = base::inject(&html, base);
    let page = Arc::new(Asset::new(name, Representation::of(injected.into()), Vec::new()));
    files.insert(name.to_owned(), page.clone());
    Ok(Some(page))
}

fn representations(tree: &Tree, ui: &Ui) -> io::Result<BTreeMap<String, Representation>> {
    let hidden = hidden(tree, ui.code.as_ref());
    let folder = tree.root().join(ui.entrypoint.folder());
    let (mut read, mut budget) = (BTreeMap::new(), IN_MEMORY);
    let mut open = vec![folder.clone()];
    while let Some(at) = open.pop() {
        for entry in fs::read_dir(&at)? {
            let path = entry?.path();
            let metadata = fs::metadata(&path)?;
            let is_link = fs::symlink_metadata(&path)?.is_symlink();
            if metadata.is_dir() && !is_link {
                open.push(path);
            } else if metadata.is_file()
                && !hidden.contains(&path)
                && let Some(name) = relative(&folder, &path)
            {
                read.insert(name, Representation::read(path, metadata.len(), &mut budget)?);
            }
        }
    }
    Ok(read)
}

/// The server's side of a package: manifest, code, the code's source map, and what
/// is compressed of these.
fn hidden(tree: &Tree, code: Option<&PackagePath>) -> Vec<PathBuf> {
    let code = code.into_iter().flat_map(|code| [code.to_string(), format!("{code}.map")]);
    let files = FILE_NAMES.into_iter().map(str::to_owned).chain(code);
    let forms = |file: String| {
        let encoded = Encoding::ALL.map(|encoding| format!("{file}{}", encoding.suffix()));
        encoded.into_iter().chain([file])
    };
    files.flat_map(forms).map(|file| tree.root().join(file)).collect()
}

fn relative(folder: &Path, path: &Path) -> Option<String> {
    path.strip_prefix(folder).ok()?.to_str().map(str::to_owned)
}
