//! Packages as people build them.

use std::io::{Cursor, Write as _};

use davit_tests::cluster::registry::archive;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// A package: paths and texts.
pub(super) struct Package {
    pub(super) files: Vec<(String, String)>,
}

impl Package {
    /// A page below the plugin's own name without its scope, which tells the version.
    pub(super) fn page(name: &str, version: &str) -> Self {
        let base = name.rsplit('/').next().expect("a name");
        let manifest = format!(
            "name: \"{name}\"\nversion: \"{version}\"\nbase: /{base}\nentrypoint: client/index.html\n"
        );
        Self::of(&[("manifest.yaml", &manifest), ("client/index.html", &format!("<p>{name} {version}</p>"))])
    }

    /// One of these files.
    pub(super) fn of(files: &[(&str, &str)]) -> Self {
        let owned = |(path, text): &(&str, &str)| ((*path).to_owned(), (*text).to_owned());
        Self { files: files.iter().map(owned).collect() }
    }

    fn below(&self, prefix: &str) -> Vec<(String, &[u8])> {
        self.files.iter().map(|(path, text)| (format!("{prefix}{path}"), text.as_bytes())).collect()
    }

    /// A gzip'd tar with `prefix` before every path.
    pub(super) fn tgz(&self, prefix: &str) -> Vec<u8> {
        let files = self.below(prefix);
        let files: Vec<_> = files.iter().map(|(path, bytes)| (path.as_str(), *bytes)).collect();
        archive(&files)
    }

    /// A zip with `prefix` before every path.
    pub(super) fn zip(&self, prefix: &str) -> Vec<u8> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for (path, bytes) in self.below(prefix) {
            zip.start_file(path, SimpleFileOptions::default()).expect("memory is writable");
            zip.write_all(bytes).expect("memory is writable");
        }
        zip.finish().expect("memory is writable").into_inner()
    }
}
