//! In: the paths that a person named. Out: which are folders of plugins and which
//! are files with resources.

use std::path::{Path, PathBuf};

/// The paths, told apart.
#[derive(Debug, Clone, Default)]
pub(super) struct Given {
    /// Plugin folders, or folders of such.
    pub(super) folders: Vec<PathBuf>,
    /// YAML files with resources.
    pub(super) files: Vec<PathBuf>,
}

/// A path that is neither.
#[derive(Debug, thiserror::Error)]
#[error(
    "{} is neither a folder nor a .yaml file: name a plugin's folder, a folder of plugins, or a file with resources",
    .0.display()
)]
pub(super) struct Neither(PathBuf);

impl Given {
    pub(super) fn of(paths: &[PathBuf]) -> Result<Self, Neither> {
        let mut given = Self::default();
        for path in paths {
            // What is shown below `./` or `plugins/` has one slash then.
            let path: &PathBuf = &path.components().collect();
            if path.is_dir() {
                given.folders.push(path.clone());
            } else if path.is_file() && is_yaml(path) {
                given.files.push(path.clone());
            } else {
                return Err(Neither(path.clone()));
            }
        }
        Ok(given)
    }

    /// The folders that the files lie in: an editor may replace a file by another.
    pub(super) fn around_files(&self) -> Vec<PathBuf> {
        let around = |file: &PathBuf| match file.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
            _ => PathBuf::from("."),
        };
        self.files.iter().map(around).collect()
    }
}

fn is_yaml(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slashes_too_many_are_left_out_of_paths() {
        let given = Given::of(&["./", ".", "src//dev/"].map(PathBuf::from)).unwrap();
        let shown: Vec<_> = given.folders.iter().map(|path| path.display().to_string()).collect();
        assert_eq!(shown, [".", ".", "src/dev"]);
    }
}
