//! Writes the description of the admin API into a folder; `make generate` calls it with
//! docs/reference.

use std::path::PathBuf;

fn main() -> std::io::Result<()> {
    let folder = std::env::args_os().nth(1).map(PathBuf::from);
    let folder = folder.expect("usage: openapigen FOLDER");
    std::fs::write(folder.join("openapi.json"), davit_runtime::admin::openapi())
}
