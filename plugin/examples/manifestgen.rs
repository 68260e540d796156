//! Writes the reference and the JSON Schema of manifests into a folder; `make
//! generate` calls it with docs/plugins.

use std::path::PathBuf;

use davit_plugin::manifest::reference::files;

fn main() -> std::io::Result<()> {
    let folder = std::env::args_os().nth(1).map(PathBuf::from);
    let folder = folder.expect("usage: manifestgen FOLDER");
    for file in files() {
        std::fs::write(folder.join(file.name), file.text)?;
    }
    Ok(())
}
