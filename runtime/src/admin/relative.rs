//! What is wrong with a plugin is told with the file's path, for the log. An answer has
//! the path from its plugin directory on (`plugins/hello/manifest.yaml`), and none of the
//! machine.

use std::cmp::Reverse;

use crate::directories::PluginFolder;

/// The directories that plugins lie in, with their slash at the end.
pub(super) struct Relative(Vec<String>);

impl Relative {
    /// Those of these folders.
    pub(super) fn to<'a>(folders: impl Iterator<Item = &'a PluginFolder>) -> Self {
        let mut directories: Vec<String> = folders.filter_map(directory).collect();
        directories.sort_unstable();
        directories.dedup();
        // One in another one goes first.
        directories.sort_by_key(|directory| Reverse(directory.len()));
        Self(directories)
    }

    /// The message with the directories' names instead of their paths.
    pub(super) fn told(&self, message: String) -> String {
        self.0.iter().fold(message, |message, directory| message.replace(directory, name(directory)))
    }
}

/// The path of what a folder lies in; none if it is not known, or all of the disk.
fn directory(folder: &PluginFolder) -> Option<String> {
    let path = folder.path.to_str()?.trim_end_matches('/');
    let directory = path.strip_suffix(&folder.relative)?;
    (directory.len() > 1 && directory.starts_with('/') && directory.ends_with('/'))
        .then(|| directory.to_owned())
}

/// The last part of a directory's path, with its slash.
fn name(directory: &str) -> &str {
    let at = directory.trim_end_matches('/').rfind('/').map_or(0, |at| at + 1);
    &directory[at..]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(path: &str, relative: &str) -> PluginFolder {
        let relative = relative.to_owned();
        PluginFolder { root: 0, path: path.into(), relative, built_in: false, removable: true }
    }

    #[test]
    fn a_message_names_files_from_their_directory_on() {
        let folders = [
            folder("/data/plugins/@acme/shop", "@acme/shop"),
            folder("/data/plugins/more/desk", "desk"),
            folder("/home/ada/alone/", "alone"),
            folder("here", "here"),
            folder("/top", "top"),
            folder("/plugins/a", "a"),
            folder("/.plugins/a", "a"),
        ];
        let relative = Relative::to(folders.iter());
        let table = [
            ("/data/plugins/@acme/shop/manifest.yaml:3:8: no", "plugins/@acme/shop/manifest.yaml:3:8: no"),
            ("/data/plugins/a and /data/plugins/more/b are both x", "plugins/a and more/b are both x"),
            ("/plugins/a and /.plugins/a are both x", "plugins/a and .plugins/a are both x"),
            ("/home/ada/alone/plugin.ts:1:1: no", "ada/alone/plugin.ts:1:1: no"),
            ("here/plugin.ts: /top", "here/plugin.ts: /top"),
        ];
        for (message, expected) in table {
            assert_eq!(relative.told(message.to_owned()), expected);
        }
    }
}
